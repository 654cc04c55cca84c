//! Users and groups: who a dashboard can be shown to.

use super::account::{self, identity_arn};
use super::{GROUPS, USERS, answered, exists, invalid, listed, not_found};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::service::Input as _;
use serde_json::{Value, json};

/// Which of the two, and how AWS calls it.
struct Identity {
    collection: &'static str,
    noun: &'static str,
    /// The member with its name.
    name: &'static str,
}

const USER: Identity = Identity { collection: USERS, noun: "user", name: "UserName" };
const GROUP: Identity = Identity { collection: GROUPS, noun: "group", name: "GroupName" };

impl Identity {
    fn all(&self, context: &Context<'_>) -> Result<Vec<(String, Value)>> {
        let mut all = context.documents.list(self.collection, "")?;
        if self.collection == USERS {
            all.extend(account::administrator(context)?);
        }
        Ok(all)
    }

    fn get(&self, context: &Context<'_>, key: &str) -> Result<Option<Value>> {
        Ok(self.all(context)?.into_iter().find(|(known, _)| known == key).map(|(_, found)| found))
    }

    fn existing(&self, context: &Context<'_>, input: &Value, name: &str) -> Result<(String, Value)> {
        account::namespace(context, input.optional("Namespace"))?;
        let key = format!("{}/{name}", input.text("Namespace")?);
        let found = self.get(context, &key)?;
        let words = format!("The {} {name} is not found", self.noun);
        found.map(|found| (key, found)).ok_or_else(|| not_found(words))
    }

    /// As it is shown: with its name and its ARN.
    fn shown(&self, context: &Context<'_>, key: &str, identity: &Value) -> Result<Value> {
        let mut shown = super::shown(identity);
        shown[self.name] = key.split_once('/').map_or(key, |(_, name)| name).into();
        shown["Arn"] = identity_arn(context, &format!("{}/{key}", self.noun))?.into();
        Ok(shown)
    }

    fn list(&self, context: &Context<'_>, input: &Value, field: &str) -> Result<Value> {
        account::namespace(context, input.optional("Namespace"))?;
        let all = self.all(context)?;
        let shown = all.iter().map(|(key, identity)| self.shown(context, key, identity)).collect::<Result<_>>()?;
        listed(context, input, field, shown)
    }

    fn add(&self, context: &Context<'_>, input: &Value, name: &str, identity: &Value) -> Result<Value> {
        account::namespace(context, input.optional("Namespace"))?;
        let key = format!("{}/{name}", input.text("Namespace")?);
        if self.get(context, &key)?.is_some() {
            return Err(exists(format!("The {} {name} is already there", self.noun)));
        }
        context.documents.put(self.collection, &key, identity)?;
        self.shown(context, &key, identity)
    }
}

/// Whether an ARN is that of a user or a group that is there.
pub(super) fn is_principal(context: &Context<'_>, arn: &str) -> Result<bool> {
    for identity in [USER, GROUP] {
        let before = identity_arn(context, &format!("{}/", identity.noun))?;
        if let Some(key) = arn.strip_prefix(&before) {
            return Ok(identity.get(context, key)?.is_some());
        }
    }
    Ok(false)
}

/// A user of IAM is called as the role and its session, or as the IAM user: "a user name isn't required for users of IAM".
pub(super) fn register_user(context: &Context<'_>, input: &Value) -> Result<Value> {
    let of_iam = input["IdentityType"] == "IAM";
    let name = match (of_iam, input.optional("IamArn"), input.optional("UserName")) {
        (true, Some(arn), _) => {
            let role = arn.rsplit('/').next().unwrap_or(arn);
            input.optional("SessionName").map_or_else(|| role.to_owned(), |session| format!("{role}/{session}"))
        }
        (false, None, Some(name)) => name.to_owned(),
        (true, None, _) => return Err(invalid("IamArn is needed for a user of IAM")),
        _ => return Err(invalid("UserName, and no IamArn, is needed for a user of QuickSight")),
    };
    let user = json!({
        "Email": input["Email"],
        "Role": input["UserRole"],
        "IdentityType": input["IdentityType"],
        // Active once they have signed in, which nobody does here; those of IAM need no password of QuickSight.
        "Active": of_iam,
        "PrincipalId": format!("federated/iam/{}", new_uuid()),
    });
    let user = USER.add(context, input, &name, &user)?;
    // "Returned only for users with an identity type of QUICKSIGHT." Nobody can be invited from here.
    let invitation = (!of_iam).then(|| format!("https://signin.aws.amazon.com/inviteuser?token={}", new_uuid()));
    answered(json!({"User": user, "UserInvitationUrl": invitation, "Status": 201}))
}

pub(super) fn describe_user(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, user) = USER.existing(context, input, input.text("UserName")?)?;
    answered(json!({"User": USER.shown(context, &key, &user)?}))
}

pub(super) fn list_users(context: &Context<'_>, input: &Value) -> Result<Value> {
    USER.list(context, input, "UserList")
}

pub(super) fn delete_user(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = USER.existing(context, input, input.text("UserName")?)?;
    if context.documents.remove(USERS, &key)?.is_none() {
        account::forget_administrator(context)?;
    }
    for (group, mut kept) in context.documents.list(GROUPS, "")? {
        let left = kept.texts("members").into_iter().filter(|member| *member != key);
        kept["members"] = left.collect();
        context.documents.put(GROUPS, &group, &kept)?;
    }
    answered(json!({}))
}

pub(super) fn create_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = format!("group/{}", new_uuid());
    let group = json!({"Description": input["Description"], "PrincipalId": id, "members": []});
    let group = GROUP.add(context, input, input.text("GroupName")?, &group)?;
    answered(json!({"Group": group, "Status": 201}))
}

pub(super) fn describe_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, group) = GROUP.existing(context, input, input.text("GroupName")?)?;
    answered(json!({"Group": GROUP.shown(context, &key, &group)?}))
}

pub(super) fn list_groups(context: &Context<'_>, input: &Value) -> Result<Value> {
    GROUP.list(context, input, "GroupList")
}

pub(super) fn delete_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = GROUP.existing(context, input, input.text("GroupName")?)?;
    context.documents.remove(GROUPS, &key)?;
    answered(json!({}))
}

/// Whoever is in it already stays in it.
pub(super) fn create_group_membership(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, mut group) = GROUP.existing(context, input, input.text("GroupName")?)?;
    let member = input.text("MemberName")?;
    let (user, _) = USER.existing(context, input, member)?;
    let mut members = group.texts("members");
    if !members.contains(&user) {
        members.push(user.clone());
    }
    group["members"] = members.into();
    context.documents.put(GROUPS, &key, &group)?;
    let arn = identity_arn(context, &format!("user/{user}"))?;
    answered(json!({"GroupMember": {"Arn": arn, "MemberName": member}, "Status": 201}))
}
