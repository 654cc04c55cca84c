//! Roles.

use super::{Answer, extra, ignored, managed};

pub(crate) const GET_ROLE: Answer = Answer {
    operation: "iam:GetRole",
    at: "Role",
    fields: &[
        managed("Role.Path", "path"),
        managed("Role.RoleName", "name"),
        ignored("Role.RoleId", "AWS's own"),
        ignored("Role.Arn", "follows from path and name"),
        ignored("Role.CreateDate", "when, not what"),
        managed("Role.AssumeRolePolicyDocument", "trust"),
        managed("Role.Description", "description"),
        extra("Role.MaxSessionDuration", "seconds that a session may last; services take an hour at most")
            .unless_number(3600)
            .by_hand(),
        managed("Role.PermissionsBoundary", "boundary"),
        managed("Role.Tags", "tags"),
        ignored("Role.RoleLastUsed", "when, not what"),
        ignored("Role.SourceRoleTemplate", "where somebody copied it from"),
    ],
};
