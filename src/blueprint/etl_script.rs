//! The script of the Glue job, and the arguments that it runs with.

use crate::config::Pipeline;
use crate::names::Names;
use crate::resources::OWN_PREFIX;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// What the names of files of JSON begin with that Firehose has made Parquet of. A job that came back would write their
/// rows a second time.
pub(super) const CONVERTED: &str = "converted-";
/// The arguments of a run that is to convert days again.
const FROM: &str = "--from";
const TO: &str = "--to";

const TEMPLATE: &str = include_str!("../../templates/etl.py");
/// The part of it that converts days again.
const AGAIN: &str = include_str!("../../templates/etl_again.py");

/// The script for one pipeline.
///
/// Its settings are one literal of strings and lists, which JSON and Python write in the same way: no name or
/// prefix can become code.
pub(crate) fn etl_script(pipeline: &Pipeline, names: &Names) -> String {
    script(pipeline, names, pipeline.schema.iter().map(|column| json!([column.name, column.column_type.to_string()])))
}

/// The script with its columns in the alphabet's order: two that differ by that alone make the same of events, since
/// Parquet is read by name.
pub(crate) fn etl_meaning(pipeline: &Pipeline, names: &Names) -> String {
    let mut columns: Vec<_> =
        pipeline.schema.iter().map(|column| (&column.name, column.column_type.sorted().to_string())).collect();
    columns.sort();
    script(pipeline, names, columns.into_iter().map(|(name, kind)| json!([name, kind])))
}

fn script(pipeline: &Pipeline, names: &Names, columns: impl Iterator<Item = serde_json::Value>) -> String {
    let settings = json!({
        "region": names.region,
        "database": pipeline.catalog.database,
        "table": pipeline.raw_table(),
        "bucket": pipeline.bucket.name,
        "input": pipeline.mover.prefix,
        "output": format!("s3://{}/{}", pipeline.bucket.name, pipeline.parquet_prefix().unwrap_or_default()),
        "columns": columns.collect::<Vec<_>>(),
        "converted": CONVERTED,
        "bookmark": pipeline.etl.as_ref().map_or("", |etl| &etl.bookmark),
        "again": {
            "from": FROM,
            "to": TO,
            "staging": format!("{OWN_PREFIX}tmp/again/"),
            // Not among what is temporary, which expires.
            "journal": format!("{OWN_PREFIX}again/journal.json"),
        },
    });
    // What the user has written comes last, and is searched for nothing.
    TEMPLATE.replacen("# ${again}\n", AGAIN, 1).replacen("${settings}", &format!("{settings:#}"), 1)
}

/// The arguments of a run that converts the days from `first` to `last` again, dates such as `2018-01-30`. It reads by
/// the bookmark, and leaves it as it is.
pub(crate) fn again_arguments(first: &str, last: Option<&str>) -> HashMap<String, String> {
    let all = [("--job-bookmark-option", Some("job-bookmark-pause")), (FROM, Some(first)), (TO, last)];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

/// The job's default arguments, for [`crate::resources::Job::arguments`].
pub(crate) fn etl_arguments(pipeline: &Pipeline) -> BTreeMap<String, String> {
    let temporary = format!("s3://{}/{OWN_PREFIX}tmp/", pipeline.bucket.name);
    // CloudWatch bills them as custom metrics.
    let metrics = pipeline.etl.as_ref().is_some_and(|etl| etl.metrics).then_some(("--enable-metrics", "true"));
    let arguments = [
        ("--job-language", "python"),
        ("--job-bookmark-option", "job-bookmark-enable"),
        ("--enable-continuous-cloudwatch-log", "true"),
        // The bucket would encrypt in any case; with this, a reviewer of the job need not know the bucket.
        ("--encryption-type", "sse-s3"),
        // Files show when all are written, so that a run that fails leaves none. The default since Glue 3.0.
        ("--enable-s3-parquet-optimized-committer", "true"),
        ("--TempDir", &temporary),
    ];
    arguments.into_iter().chain(metrics).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::article;
    use crate::config::{Column, ColumnType};
    use std::process::Command;

    #[test]
    fn runs_report_figures_only_where_the_file_asks_for_them() {
        let mut pipeline = article::pipeline();
        assert_eq!(etl_arguments(&pipeline).get("--enable-metrics"), None);
        pipeline.etl.iter_mut().for_each(|etl| etl.metrics = true);
        assert_eq!(etl_arguments(&pipeline)["--enable-metrics"], "true");
    }

    /// Runs Python on the script, which is in the file that the first argument names.
    fn python(script: &str, code: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("etl.py");
        std::fs::write(&file, script).unwrap();
        let ran = Command::new("python3").args(["-I", "-c", code]).arg(&file).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Compiles the script and evaluates its settings without running it.
    const SETTINGS: &str = "\
import ast, json, sys
tree = ast.parse(open(sys.argv[1], encoding='utf-8').read())
compile(tree, sys.argv[1], 'exec')
value = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == 'SETTINGS']
print(json.dumps(ast.literal_eval(value[0])))";

    fn settings(pipeline: &Pipeline) -> serde_json::Value {
        let script = etl_script(pipeline, &article::names("aws", "us-east-1"));
        assert!(!script.contains("${"));
        serde_json::from_str(&python(&script, SETTINGS)).unwrap()
    }

    #[test]
    fn the_script_of_the_article_compiles() {
        let settings = settings(&article::pipeline());
        assert_eq!(settings["database"], "clickstream");
        assert_eq!(settings["table"], "partitioned_analytics_raw");
        assert_eq!(settings["bookmark"], "raw", "another name reads, and writes, everything a second time");
        assert_eq!(settings["input"], "partitioned_analytics_raw/");
        assert_eq!(settings["output"], "s3://clickstream-prod-123456789012-us-east-1/analytics_data/");
        assert_eq!(settings["columns"], json!([["event", "string"], ["userid", "string"], ["datetime", "timestamp"]]));
    }

    #[test]
    fn the_bookmark_of_another_script_goes_on() {
        let mut pipeline = article::pipeline();
        pipeline.etl.iter_mut().for_each(|etl| etl.bookmark = "datasource0".to_owned());
        assert_eq!(settings(&pipeline)["bookmark"], "datasource0");
        for template in [TEMPLATE, AGAIN] {
            let reads = template.matches("create_dynamic_frame.from_catalog(").count();
            assert!(reads > 0 && reads == template.matches("transformation_ctx=SETTINGS[\"bookmark\"]").count());
        }
    }

    #[test]
    fn the_order_of_columns_means_nothing() {
        let names = article::names("aws", "us-east-1");
        let mut pipeline = article::pipeline();
        let column = |text: &str| Column { name: "ctx".into(), column_type: ColumnType::parse(text).unwrap() };
        pipeline.schema.push(column("struct<b:int,a:array<struct<d:int,c:int>>>"));
        let (script, meaning) = (etl_script(&pipeline, &names), etl_meaning(&pipeline, &names));
        pipeline.schema.pop();
        pipeline.schema.insert(0, column("struct<a:array<struct<c:int,d:int>>,b:int>"));
        assert_ne!(etl_script(&pipeline, &names), script);
        assert_eq!(etl_meaning(&pipeline, &names), meaning);
        pipeline.schema[0] = column("struct<a:array<struct<c:int,d:bigint>>,b:int>");
        assert_ne!(etl_meaning(&pipeline, &names), meaning);
    }

    #[test]
    fn no_name_can_become_code() {
        let hostile = "a\"]}; import os #\n\\u0027 ${settings} ümlaut";
        let mut pipeline = article::pipeline();
        pipeline.catalog.database = hostile.into();
        pipeline.schema = vec![Column { name: hostile.into(), column_type: ColumnType::String }];
        let script = etl_script(&pipeline, &article::names("aws", "us-east-1"));
        let settings: serde_json::Value = serde_json::from_str(&python(&script, SETTINGS)).unwrap();
        assert_eq!((&settings["database"], &settings["columns"][0][0]), (&json!(hostile), &json!(hostile)));
    }
}
