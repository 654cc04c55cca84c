//! The kinds of things that one makes, and what can be granted of each.

use super::asset::Kind;
use super::grants::Roles;
use super::{ANALYSES, DASHBOARDS, DATA_SETS, DATA_SOURCES};

pub(super) const DATA_SOURCE: Kind = Kind {
    collection: DATA_SOURCES,
    name: "DataSource",
    noun: "datasource",
    roles: Roles {
        sets: &[
            &["DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"],
            &[
                "DescribeDataSource",
                "DescribeDataSourcePermissions",
                "PassDataSource",
                "UpdateDataSource",
                "DeleteDataSource",
                "UpdateDataSourcePermissions",
            ],
        ],
        namespaces: false,
    },
};

pub(super) const DATA_SET: Kind = Kind {
    collection: DATA_SETS,
    name: "DataSet",
    noun: "dataset",
    roles: Roles {
        sets: &[
            &["DescribeDataSet", "DescribeDataSetPermissions", "PassDataSet", "DescribeIngestion", "ListIngestions"],
            &[
                "DescribeDataSet",
                "DescribeDataSetPermissions",
                "PassDataSet",
                "DescribeIngestion",
                "ListIngestions",
                "UpdateDataSet",
                "DeleteDataSet",
                "CreateIngestion",
                "CancelIngestion",
                "UpdateDataSetPermissions",
            ],
            // As the console grants it since 2023 (terraform-provider-aws#33907).
            &[
                "DescribeDataSet",
                "DescribeDataSetPermissions",
                "PassDataSet",
                "DescribeIngestion",
                "ListIngestions",
                "UpdateDataSet",
                "DeleteDataSet",
                "CreateIngestion",
                "CancelIngestion",
                "UpdateDataSetPermissions",
                "CreateRefreshSchedule",
                "DescribeRefreshSchedule",
                "ListRefreshSchedules",
                "UpdateRefreshSchedule",
                "DeleteRefreshSchedule",
                "PutDataSetRefreshProperties",
                "DescribeDataSetRefreshProperties",
                "DeleteDataSetRefreshProperties",
            ],
        ],
        namespaces: false,
    },
};

pub(super) const DASHBOARD: Kind = Kind {
    collection: DASHBOARDS,
    name: "Dashboard",
    noun: "dashboard",
    roles: Roles {
        sets: &[
            &["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"],
            &[
                "DescribeDashboard",
                "ListDashboardVersions",
                "QueryDashboard",
                "UpdateDashboard",
                "DeleteDashboard",
                "DescribeDashboardPermissions",
                "UpdateDashboardPermissions",
                "UpdateDashboardPublishedVersion",
            ],
        ],
        namespaces: true,
    },
};

pub(super) const ANALYSIS: Kind = Kind {
    collection: ANALYSES,
    name: "Analysis",
    noun: "analysis",
    roles: Roles {
        sets: &[&[
            "DescribeAnalysis",
            "UpdateAnalysis",
            "DeleteAnalysis",
            "QueryAnalysis",
            "RestoreAnalysis",
            "DescribeAnalysisPermissions",
            "UpdateAnalysisPermissions",
        ]],
        namespaces: false,
    },
};
