//! Databases, crawlers, jobs and triggers.

use super::{Answer, extra, ignored, managed};

pub(crate) const GET_DATABASE: Answer = Answer {
    operation: "glue:GetDatabase",
    at: "Database",
    fields: &[
        managed("Database.Name", "name"),
        managed("Database.Description", "description"),
        extra("Database.LocationUri", "where tables lie for which nobody says it"),
        extra("Database.Parameters", "what tools remember there").hidden(),
        ignored("Database.CreateTime", "when, not what"),
        extra(
            "Database.CreateTableDefaultPermissions.Principal.DataLakePrincipalIdentifier",
            "Lake Formation decides who reads new tables, whatever policies say",
        )
        .unless("IAM_ALLOWED_PRINCIPALS")
        .by_hand(),
        extra("Database.CreateTableDefaultPermissions.Permissions", "what Lake Formation lets do with new tables")
            .unless("ALL")
            .by_hand(),
        extra("Database.TargetDatabase", "a link to another database").by_hand(),
        ignored("Database.CatalogId", "the account's"),
        extra("Database.FederatedDatabase", "tables come from elsewhere").by_hand(),
    ],
};

pub(crate) const GET_CRAWLER: Answer = Answer {
    operation: "glue:GetCrawler",
    at: "Crawler",
    fields: &[
        managed("Crawler.Name", "name"),
        managed("Crawler.Role", "role"),
        managed("Crawler.Targets.S3Targets.Path", "target"),
        managed("Crawler.Targets.S3Targets.Exclusions", "exclusions"),
        extra("Crawler.Targets.S3Targets.ConnectionName", "crawls through the networks of a connection"),
        extra("Crawler.Targets.S3Targets.SampleSize", "looks at so many files of each folder only").put_back(),
        extra("Crawler.Targets.S3Targets.EventQueueArn", "crawls what is told by a queue"),
        extra("Crawler.Targets.S3Targets.DlqEventQueueArn", "where what the queue told goes in vain"),
        managed("Crawler.Targets.JdbcTargets", "other_targets"),
        managed("Crawler.Targets.MongoDBTargets", "other_targets"),
        managed("Crawler.Targets.DynamoDBTargets", "other_targets"),
        managed("Crawler.Targets.CatalogTargets", "other_targets"),
        managed("Crawler.Targets.DeltaTargets", "other_targets"),
        managed("Crawler.Targets.IcebergTargets", "other_targets"),
        managed("Crawler.Targets.HudiTargets", "other_targets"),
        managed("Crawler.DatabaseName", "database"),
        managed("Crawler.Description", "description"),
        extra("Crawler.Classifiers", "read files in another way"),
        managed("Crawler.RecrawlPolicy.RecrawlBehavior", "recrawl"),
        managed("Crawler.SchemaChangePolicy.UpdateBehavior", "on_change"),
        managed("Crawler.SchemaChangePolicy.DeleteBehavior", "on_loss"),
        extra("Crawler.LineageConfiguration.CrawlerLineageSettings", "writes down where data come from")
            .unless("DISABLE"),
        ignored("Crawler.State", "waited for by what changes it"),
        managed("Crawler.TablePrefix", "table_prefix"),
        managed("Crawler.Schedule.ScheduleExpression", "schedule"),
        managed("Crawler.Schedule.State", "schedule"),
        ignored("Crawler.CrawlElapsedTime", "how far it is, not how it is set"),
        ignored("Crawler.CreationTime", "when, not what"),
        ignored("Crawler.LastUpdated", "when, not what"),
        ignored("Crawler.LastCrawl", "how it went, not how it is set"),
        ignored("Crawler.Version", "a count of changes"),
        managed("Crawler.Configuration", "configuration"),
        extra("Crawler.CrawlerSecurityConfiguration", "encrypts its logs"),
        extra("Crawler.LakeFormationConfiguration", "reads with Lake Formation's rights"),
        ignored("Crawler.CatalogId", "the account's"),
    ],
};

pub(crate) const GET_JOB: Answer = Answer {
    operation: "glue:GetJob",
    at: "Job",
    fields: &[
        managed("Job.Name", "name"),
        extra("Job.JobMode", "how the console shows it").unless("SCRIPT").by_hand(),
        extra("Job.JobRunQueuingEnabled", "runs wait for capacity in place of failing"),
        managed("Job.Description", "description"),
        ignored("Job.LogUri", "AWS has it for the future, and takes no notice of it"),
        managed("Job.Role", "role"),
        ignored("Job.CreatedOn", "when, not what"),
        ignored("Job.LastModifiedOn", "when, not what"),
        managed("Job.ExecutionProperty.MaxConcurrentRuns", "concurrent_runs"),
        extra("Job.Command.Name", "another engine than Spark").unless("glueetl").put_back(),
        managed("Job.Command.ScriptLocation", "script"),
        extra("Job.Command.PythonVersion", "the script is written for 3").unless("3").put_back(),
        extra("Job.Command.Runtime", "of Ray").put_back(),
        managed("Job.DefaultArguments", "arguments"),
        extra("Job.NonOverridableArguments", "arguments that go before the pipeline's own").hidden(),
        extra("Job.Connections", "runs in the networks of these connections"),
        managed("Job.MaxRetries", "max_retries"),
        ignored("Job.AllocatedCapacity", "follows from the workers"),
        managed("Job.Timeout", "timeout"),
        ignored("Job.MaxCapacity", "follows from the workers"),
        managed("Job.WorkerType", "worker_type"),
        managed("Job.NumberOfWorkers", "workers"),
        extra("Job.SecurityConfiguration", "encrypts what it writes, its logs and its bookmarks"),
        extra("Job.NotificationProperty", "tells of a run that takes longer"),
        managed("Job.GlueVersion", "glue_version"),
        extra("Job.CodeGenConfigurationNodes", "what the visual editor makes a script of").by_hand(),
        managed("Job.ExecutionClass", "execution_class"),
        extra("Job.SourceControlDetails", "a repository that the script is kept in").by_hand(),
        extra("Job.MaintenanceWindow", "when AWS may start it anew"),
        extra("Job.ProfileName", "a profile that sets defaults and limits").by_hand(),
    ],
};

pub(crate) const GET_TRIGGER: Answer = Answer {
    operation: "glue:GetTrigger",
    at: "Trigger",
    fields: &[
        managed("Trigger.Name", "name"),
        extra("Trigger.WorkflowName", "part of a workflow, fixed when it was made").by_hand(),
        ignored("Trigger.Id", "AWS's own"),
        managed("Trigger.Type", "fires"),
        managed("Trigger.State", "enabled"),
        managed("Trigger.Description", "description"),
        managed("Trigger.Schedule", "schedule"),
        managed("Trigger.Actions.JobName", "job; those that it starts beside are extras"),
        extra("Trigger.Actions.Arguments", "arguments that go before the job's own").hidden(),
        extra("Trigger.Actions.Timeout", "minutes after which the run is stopped, whatever the job says"),
        extra("Trigger.Actions.SecurityConfiguration", "encrypts what the run writes"),
        extra("Trigger.Actions.NotificationProperty", "tells of a run that takes longer"),
        extra("Trigger.Actions.CrawlerName", "starts a crawler, too"),
        extra("Trigger.Predicate", "fires after others; fixed when it was made").by_hand(),
        extra("Trigger.EventBatchingCondition", "fires by events; fixed when it was made").by_hand(),
    ],
};
