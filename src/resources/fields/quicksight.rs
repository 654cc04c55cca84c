//! QuickSight: its data source, data sets, analysis and dashboard.

use super::{Answer, extra, ignored, managed};

pub(crate) const DESCRIBE_DATA_SOURCE: Answer = Answer {
    operation: "quicksight:DescribeDataSource",
    at: "DataSource",
    fields: &[
        ignored("DataSource.Arn", "follows from the id"),
        managed("DataSource.DataSourceId", "id"),
        managed("DataSource.Name", "title"),
        ignored("DataSource.Type", "Athena: its id is ours"),
        ignored("DataSource.Status", "whether it works, not how it is set"),
        ignored("DataSource.CreatedTime", "when, not what"),
        ignored("DataSource.LastUpdatedTime", "when, not what"),
        managed("DataSource.DataSourceParameters.AthenaParameters.WorkGroup", "workgroup"),
        managed("DataSource.DataSourceParameters.AthenaParameters.RoleArn", "role"),
        extra(
            "DataSource.DataSourceParameters.AthenaParameters.ConsumerAccountRoleArn",
            "reads another account's data",
        )
        .by_hand(),
        extra("DataSource.DataSourceParameters.AthenaParameters.IdentityCenterConfiguration", "asks as whoever looks")
            .by_hand(),
        extra("DataSource.AlternateDataSourceParameters", "may be copied with other parameters").by_hand(),
        extra("DataSource.VpcConnectionProperties", "goes through a VPC").by_hand(),
        extra("DataSource.SslProperties", "does without TLS").by_hand(),
        ignored("DataSource.ErrorInfo", "what it has found, not how it is set"),
        extra("DataSource.SecretArn", "has a secret of its own").by_hand(),
        ignored("DataSource.CredentialStatus", "what it has found, not how it is set"),
        ignored("DataSource.LastCredentialVerifiedAt", "when, not what"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

pub(crate) const DESCRIBE_DATA_SET: Answer = Answer {
    operation: "quicksight:DescribeDataSet",
    at: "DataSet",
    fields: &[
        ignored("DataSet.Arn", "follows from the id"),
        managed("DataSet.DataSetId", "id"),
        managed("DataSet.Name", "title"),
        ignored("DataSet.CreatedTime", "when, not what"),
        ignored("DataSet.LastUpdatedTime", "when, not what"),
        managed("DataSet.PhysicalTableMap", "source, sql and columns: all of it"),
        ignored("DataSet.LogicalTableMap", "AWS makes one of what it is sent; an update takes it back"),
        ignored("DataSet.OutputColumns", "follows from the columns"),
        managed("DataSet.ImportMode", "mode"),
        ignored("DataSet.ConsumedSpiceCapacityInBytes", "how much there is, not how it is set"),
        extra("DataSet.ColumnGroups", "groups columns by geography"),
        extra("DataSet.FieldFolders", "sorts columns into folders"),
        extra("DataSet.RowLevelPermissionDataSet", "shows some rows to some people"),
        extra("DataSet.RowLevelPermissionTagConfiguration", "shows some rows to some people"),
        extra("DataSet.ColumnLevelPermissionRules", "shows some columns to some people"),
        extra("DataSet.DataSetUsageConfiguration", "may not be used by other sets"),
        extra("DataSet.DatasetParameters", "has parameters"),
        ignored("DataSet.PerformanceConfiguration", "what AWS knows of keys"),
        ignored("DataSet.UseAs", "of sets that are rules themselves"),
        ignored("DataSet.DataPrepConfiguration", "AWS makes one of what it is sent; an update takes it back"),
        ignored("DataSet.SemanticModelConfiguration", "AWS makes one of what it is sent; an update takes it back"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

pub(crate) const DESCRIBE_ANALYSIS: Answer = Answer {
    operation: "quicksight:DescribeAnalysis",
    at: "Analysis",
    fields: &[
        managed("Analysis.AnalysisId", "id"),
        ignored("Analysis.Arn", "follows from the id"),
        managed("Analysis.Name", "title"),
        ignored("Analysis.Status", "whether it works, not how it is set"),
        ignored("Analysis.Errors", "what it has found, not how it is set"),
        ignored("Analysis.DataSetArns", "follows from the definition, which people may change"),
        ignored("Analysis.TopicArns", "follows from the definition, which people may change"),
        ignored("Analysis.ThemeArn", "people may change how it looks"),
        ignored("Analysis.CreatedTime", "when, not what"),
        ignored("Analysis.LastUpdatedTime", "when, not what"),
        ignored("Analysis.Sheets", "follows from the definition, which people may change"),
        ignored("Status", "of the answer"),
        ignored("RequestId", "of the answer"),
    ],
};

pub(crate) const DESCRIBE_DASHBOARD: Answer = Answer {
    operation: "quicksight:DescribeDashboard",
    at: "Dashboard",
    fields: &[
        managed("Dashboard.DashboardId", "id"),
        ignored("Dashboard.Arn", "follows from the id"),
        managed("Dashboard.Name", "title"),
        managed("Dashboard.Version.VersionNumber", "definition: another one is somebody's"),
        ignored("Dashboard.Version.CreatedTime", "when, not what"),
        ignored("Dashboard.Version.Errors", "what it has found, not how it is set"),
        ignored("Dashboard.Version.Status", "whether it works, not how it is set"),
        ignored("Dashboard.Version.Arn", "follows from the id"),
        ignored("Dashboard.Version.SourceEntityArn", "what a version of somebody's was made of"),
        ignored("Dashboard.Version.DataSetArns", "follows from the definition"),
        ignored("Dashboard.Version.TopicArns", "follows from the definition"),
        ignored("Dashboard.Version.Description", "of a version"),
        ignored("Dashboard.Version.ThemeArn", "follows from the definition"),
        ignored("Dashboard.Version.Sheets", "follows from the definition"),
        ignored("Dashboard.CreatedTime", "when, not what"),
        ignored("Dashboard.LastPublishedTime", "when, not what"),
        ignored("Dashboard.LastUpdatedTime", "when, not what"),
        extra("Dashboard.LinkEntities", "is linked with an analysis of somebody's").by_hand(),
        ignored("Status", "of the answer"),
        ignored("RequestId", "of the answer"),
    ],
};

pub(crate) const DESCRIBE_DASHBOARD_PERMISSIONS: Answer = Answer {
    operation: "quicksight:DescribeDashboardPermissions",
    at: "",
    fields: &[
        ignored("DashboardId", "the one that was asked for"),
        ignored("DashboardArn", "the one that was asked for"),
        managed("Permissions", "owners and readers"),
        extra("LinkSharingConfiguration.Permissions", "is open to whoever has the link").by_hand(),
        ignored("Status", "of the answer"),
        ignored("RequestId", "of the answer"),
    ],
};
