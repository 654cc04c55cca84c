//! The calls of the kinds that people look at: QuickSight.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon QuickSight": who builds on a source or
//! a set has to be allowed to pass it on.

use super::call::{Call, On, change, look, make, remove};

const QUICKSIGHT: &str = "quicksight.amazonaws.com";

pub(super) const DATA_SOURCE: &[Call] = &[
    look("quicksight:DescribeDataSource", On::DataSources),
    look("quicksight:DescribeDataSourcePermissions", On::DataSources),
    look("quicksight:ListDataSources", On::Anything),
    look("quicksight:ListTagsForResource", On::DataSources),
    make("quicksight:ListNamespaces", On::Anything),
    make("quicksight:CreateDataSource", On::Anything),
    make("quicksight:CreateDataSource", On::Roles).passes_role_to(QUICKSIGHT),
    change("quicksight:UpdateDataSource", On::DataSources),
    change("quicksight:UpdateDataSource", On::Roles).passes_role_to(QUICKSIGHT),
    change("quicksight:UpdateDataSourcePermissions", On::DataSources),
    change("quicksight:TagResource", On::DataSources),
    change("quicksight:UntagResource", On::DataSources),
    remove("quicksight:DeleteDataSource", On::DataSources),
];

pub(super) const DATA_SET: &[Call] = &[
    look("quicksight:DescribeDataSet", On::DataSets),
    look("quicksight:DescribeDataSetPermissions", On::DataSets),
    look("quicksight:ListDataSets", On::Anything),
    look("quicksight:ListRefreshSchedules", On::Anything),
    look("quicksight:ListTagsForResource", On::DataSets),
    make("quicksight:ListNamespaces", On::Anything),
    make("quicksight:CreateDataSet", On::DataSources),
    make("quicksight:CreateDataSet", On::DataSources).needs("quicksight:PassDataSource"),
    make("quicksight:CreateRefreshSchedule", On::RefreshSchedules),
    change("quicksight:UpdateDataSet", On::DataSets),
    change("quicksight:UpdateDataSet", On::DataSources).needs("quicksight:PassDataSource"),
    change("quicksight:UpdateDataSetPermissions", On::DataSets),
    change("quicksight:UpdateRefreshSchedule", On::RefreshSchedules),
    change("quicksight:DeleteRefreshSchedule", On::RefreshSchedules),
    change("quicksight:TagResource", On::DataSets),
    change("quicksight:UntagResource", On::DataSets),
    remove("quicksight:DeleteDataSet", On::DataSets),
];

pub(super) const ANALYSIS: &[Call] = &[
    look("quicksight:DescribeAnalysis", On::Analyses),
    look("quicksight:DescribeAnalysisPermissions", On::Analyses),
    look("quicksight:ListAnalyses", On::Anything),
    look("quicksight:ListTagsForResource", On::Analyses),
    make("quicksight:ListNamespaces", On::Anything),
    make("quicksight:CreateAnalysis", On::Analyses),
    make("quicksight:CreateAnalysis", On::DataSets).needs("quicksight:PassDataSet"),
    make("quicksight:RestoreAnalysis", On::Analyses),
    make("quicksight:CreateAnalysis", On::Analyses).needs("quicksight:DeleteAnalysis"),
    change("quicksight:UpdateAnalysis", On::Analyses),
    change("quicksight:UpdateAnalysis", On::DataSets).needs("quicksight:PassDataSet"),
    change("quicksight:UpdateAnalysisPermissions", On::Analyses),
    change("quicksight:TagResource", On::Analyses),
    change("quicksight:UntagResource", On::Analyses),
    remove("quicksight:DeleteAnalysis", On::Analyses),
];

pub(super) const DASHBOARD: &[Call] = &[
    look("quicksight:DescribeDashboard", On::Dashboards),
    look("quicksight:DescribeDashboardPermissions", On::Dashboards),
    look("quicksight:ListDashboards", On::Anything),
    look("quicksight:ListTagsForResource", On::Dashboards),
    make("quicksight:ListNamespaces", On::Anything),
    make("quicksight:CreateDashboard", On::Dashboards),
    make("quicksight:CreateDashboard", On::DataSets).needs("quicksight:PassDataSet"),
    change("quicksight:UpdateDashboard", On::Dashboards),
    change("quicksight:UpdateDashboard", On::DataSets).needs("quicksight:PassDataSet"),
    change("quicksight:UpdateDashboardPermissions", On::Dashboards),
    change("quicksight:UpdateDashboardPublishedVersion", On::Dashboards),
    change("quicksight:TagResource", On::Dashboards),
    change("quicksight:UntagResource", On::Dashboards),
    remove("quicksight:DeleteDashboard", On::Dashboards),
];
