//! What a shape is, and every combination of parts.

use crate::config::*;

fn read(source: &str) -> Result<Pipeline, Problems> {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let source = format!("name: clicks\nschema: {{ event: string, userid: string }}\n{source}");
    load_text(Path::new("pipeline.yaml"), &source, &overrides)
}

#[test]
fn a_file_that_does_not_say_has_the_articles_parts_on_schedules_that_burn_no_money() {
    let pipeline = read("").unwrap();
    assert_eq!((pipeline.shape, pipeline.ingest.front.as_slice()), (Shape::Article, &[Front::RestApi][..]));
    assert_eq!((pipeline.delivery.partition, pipeline.delivery.format), (Partition::Mover, Format::Json));
    assert_eq!((pipeline.catalog.tables, pipeline.ingest.function.log_level), (Tables::Crawled, LogLevel::All));
    let etl = pipeline.etl.as_ref().unwrap();
    assert_eq!((etl.schedule.runs_a_day(), etl.workers.count), (1.0, 2));
    let crawlers = &pipeline.catalog.crawlers;
    let all = [&crawlers.raw.schedule, &etl.schedule, &crawlers.parquet.schedule].map(ToString::to_string);
    assert_eq!(all, ["cron(30 0 * * ? *)", "cron(0 1 * * ? *)", "cron(0 2 * * ? *)"], "each after what it needs");
    assert_eq!(pipeline.raw_table().as_deref(), Some("partitioned_analytics_raw"));
    assert_eq!(pipeline.parquet_table().as_deref(), Some("analytics_data"));
}

#[test]
fn lean_has_the_same_tables_made_by_less() {
    let (lean, article) = (read("shape: lean\n").unwrap(), read("shape: article\n").unwrap());
    assert_eq!((lean.raw_prefix(), lean.parquet_prefix()), (article.raw_prefix(), article.parquet_prefix()));
    assert_eq!(lean.query, article.query);
    assert!(lean.etl.is_none() && lean.converts() && !lean.has_mover() && lean.has_front(Front::FunctionUrl));
    assert_eq!((lean.mover.function.log_level, lean.catalog.tables), (LogLevel::Warn, Tables::Declared));
}

#[test]
fn each_part_can_be_another_shapes() {
    let both = read("shape: lean\ningest: { front: [rest_api, function_url], quota: { requests: 1M } }\n").unwrap();
    assert_eq!(both.ingest.front, [Front::RestApi, Front::FunctionUrl]);
    let kept = read("shape: lean\ndelivery: { keep_json: false }\n").unwrap();
    assert_eq!((kept.raw_table(), kept.parquet_table().as_deref()), (None, Some("analytics_data")));
    assert!(kept.query.queries.values().all(|sql| !sql.contains("${raw_table}")));
    let json = read("shape: lean\ndelivery: { format: json }\n").unwrap();
    assert_eq!((json.raw_table().as_deref(), json.parquet_table()), (Some("partitioned_analytics_raw"), None));
    assert!(json.query.queries.values().all(|sql| !sql.contains("${parquet_table}")));
    let job = read("shape: lean\ndelivery: { format: json }\netl: { schedule: hourly }\n").unwrap();
    assert_eq!(job.parquet_table().as_deref(), Some("analytics_data"));
    // A group without keys is as good as none, wherever the default is none.
    assert!(read("shape: lean\netl:\n").unwrap().etl.is_none() && read("etl:\n").unwrap().etl.is_some());
    assert!(read("etl: none\n").unwrap().etl.is_none());
}

/// Every combination of the parts is either refused, or a pipeline whose tables follow from it.
#[test]
fn every_combination_of_parts_works_or_is_refused_with_the_reason() {
    let mut works = 0;
    for (front, partition) in [("rest_api", "mover"), ("function_url", "firehose"), ("function_url", "mover")] {
        for (format, keep, tables, etl) in ["json", "parquet"].into_iter().flat_map(|format| {
            [true, false].into_iter().flat_map(move |keep| {
                ["crawled", "declared"].into_iter().flat_map(move |tables| {
                    ["none", "{ schedule: daily }"].into_iter().map(move |etl| (format, keep, tables, etl))
                })
            })
        }) {
            let source = format!(
                "ingest: {{ front: {front} }}\ncatalog: {{ tables: {tables} }}\netl: {etl}\n\
                 delivery: {{ partition: {partition}, format: {format}, keep_json: {keep} }}\n"
            );
            let parquet = format == "parquet";
            let cannot =
                (parquet && (etl != "none" || partition == "mover" || tables == "crawled")) || (!parquet && !keep);
            match read(&source) {
                Ok(pipeline) => {
                    assert!(!cannot, "{source}");
                    assert_eq!(pipeline.raw_table().is_some(), !parquet || keep, "{source}");
                    assert_eq!(pipeline.parquet_table().is_some(), parquet || etl != "none", "{source}");
                    works += 1;
                }
                Err(problems) => assert!(cannot, "{source}{problems}"),
            }
        }
    }
    assert_eq!(works, 14);
}
