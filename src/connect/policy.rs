//! What IAM has to allow for a tool.

use super::Tool;
use crate::names::Names;
use crate::permissions::Document;
use serde_json::{Value, json};

/// What tools ask beside running statements, to show catalogs, databases and tables: Grafana's and Metabase's
/// documentation, less what names other things than these.
const LOOKS: [&str; 5] = [
    "athena:GetDataCatalog",
    "athena:GetDatabase",
    "athena:GetTableMetadata",
    "athena:ListDatabases",
    "athena:ListTableMetadata",
];
/// Lists of whatever the account has: IAM knows no narrower resource for these.
const LISTS: [&str; 2] = ["athena:ListDataCatalogs", "athena:ListWorkGroups"];
const CATALOG: [&str; 6] = [
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetTables",
    "glue:GetTable",
];

/// Those of `pipectl query`, and what a tool looks at beside that. Reading the files alone takes the files alone.
pub(crate) fn policy(tool: Tool, names: &Names, query: &Document, bucket: &str, prefix: &str, database: &str) -> Value {
    if !tool.asks_athena() {
        return files(names, bucket, prefix, query);
    }
    let mut document = query.0.clone();
    let glue = |what: &str| names.arn("glue", what);
    let more = [
        allow(&LOOKS, &[names.arn("athena", "datacatalog/AwsDataCatalog")]),
        allow(&["athena:GetWorkGroup"], &[names.arn("athena", &format!("workgroup/{}", names.workgroup()))]),
        allow(&LISTS, &["*".to_owned()]),
        allow(
            &CATALOG,
            &[glue("catalog"), glue(&format!("database/{database}")), glue(&format!("table/{database}/*"))],
        ),
    ];
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.extend(more);
    }
    document
}

fn allow(actions: &[&str], resources: &[String]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

/// A bucket's key, where it has one, is in what `query` needs.
fn files(names: &Names, bucket: &str, prefix: &str, query: &Document) -> Value {
    let arn = format!("arn:{}:s3:::{bucket}", names.partition);
    let is_key = |statement: &&Value| statement["Action"].to_string().contains("kms:Decrypt");
    let keys = query.0["Statement"].as_array().into_iter().flatten().filter(is_key).cloned();
    let own = [
        allow(&["s3:GetObject"], &[format!("{arn}/{prefix}*")]),
        allow(&["s3:ListBucket", "s3:GetBucketLocation"], std::slice::from_ref(&arn)),
    ];
    json!({"Version": "2012-10-17", "Statement": own.into_iter().chain(keys).collect::<Vec<_>>()})
}
