//! Workgroups and named queries.

use super::{Answer, extra, ignored, managed};

pub(crate) const GET_WORK_GROUP: Answer = Answer {
    operation: "athena:GetWorkGroup",
    at: "WorkGroup.Configuration",
    fields: &[
        managed("WorkGroup.Name", "name"),
        managed("WorkGroup.State", "enabled"),
        managed("WorkGroup.Configuration.ResultConfiguration.OutputLocation", "output_location"),
        managed("WorkGroup.Configuration.ResultConfiguration.EncryptionConfiguration.EncryptionOption", "encryption"),
        managed("WorkGroup.Configuration.ResultConfiguration.EncryptionConfiguration.KmsKey", "kms_key"),
        extra("WorkGroup.Configuration.ResultConfiguration.ExpectedBucketOwner", "whose bucket results may go to"),
        extra("WorkGroup.Configuration.ResultConfiguration.AclConfiguration", "who else owns results"),
        extra(
            "WorkGroup.Configuration.ManagedQueryResultsConfiguration.Enabled",
            "results stay with Athena, and not in the bucket",
        )
        .put_back(),
        ignored(
            "WorkGroup.Configuration.ManagedQueryResultsConfiguration.EncryptionConfiguration",
            "of results that stay with Athena",
        ),
        managed("WorkGroup.Configuration.EnforceWorkGroupConfiguration", "enforced"),
        managed("WorkGroup.Configuration.PublishCloudWatchMetricsEnabled", "metrics"),
        managed("WorkGroup.Configuration.BytesScannedCutoffPerQuery", "scan_limit"),
        extra("WorkGroup.Configuration.RequesterPaysEnabled", "queries may read buckets whose readers pay"),
        managed("WorkGroup.Configuration.EngineVersion.SelectedEngineVersion", "engine"),
        ignored("WorkGroup.Configuration.EngineVersion.EffectiveEngineVersion", "what AUTO means today"),
        extra("WorkGroup.Configuration.AdditionalConfiguration", "of Spark").by_hand(),
        extra("WorkGroup.Configuration.ExecutionRole", "whose rights queries have").by_hand(),
        extra("WorkGroup.Configuration.MonitoringConfiguration", "logs of sessions").by_hand(),
        extra("WorkGroup.Configuration.EngineConfiguration", "of Spark").by_hand(),
        extra("WorkGroup.Configuration.CustomerContentEncryptionConfiguration.KmsKey", "encrypts what Athena keeps"),
        extra("WorkGroup.Configuration.EnableMinimumEncryptionConfiguration", "results are encrypted at least so"),
        extra("WorkGroup.Configuration.IdentityCenterConfiguration", "fixed when it was made").by_hand(),
        extra("WorkGroup.Configuration.QueryResultsS3AccessGrantsConfiguration", "who may read results").by_hand(),
        managed("WorkGroup.Description", "description"),
        ignored("WorkGroup.CreationTime", "when, not what"),
        ignored("WorkGroup.IdentityCenterApplicationArn", "follows from IdentityCenterConfiguration"),
    ],
};
