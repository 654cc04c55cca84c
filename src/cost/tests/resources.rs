//! Each meter follows the resource that it counts: asked for or live, changed, or not there.

use super::{EXAMPLE, pipeline as example};
use crate::aws::Aws;
use crate::blueprint::{API, EXPIRE_PARQUET, EXPIRE_PARTITIONED, Functions, URL, graph};
use crate::config::{Architecture, Pipeline};
use crate::cost::meters::{self, Meter};
use crate::cost::{Billed, Book, Inputs};
use crate::engine::live::AnyLive;
use crate::engine::resource::{Live, Owner, Resource};
use crate::names::Names;
use crate::resources::{
    Bucket, Crawler, Database, Function, FunctionUrl, Graph, Inventory, Job, LogGroup, RestApi, Rule, Stream, Table,
    Trigger, Word, Workgroup,
};
use aws_sdk_firehose::types::CompressionFormat;
use std::collections::BTreeSet;

fn billed() -> Billed {
    Billed::of_file(&example(EXAMPLE), "us-east-1")
}

fn meters(billed: &Billed) -> Vec<Meter> {
    meters::of(Book::bundled(), billed, &Inputs::of(&example(EXAMPLE)).without_queries())
}

pub(super) fn items(meters: &[Meter]) -> BTreeSet<&'static str> {
    meters.iter().map(|meter| meter.item).collect()
}

/// Items of which either side has a line that the other has not.
pub(super) fn different(one: &[Meter], other: &[Meter]) -> BTreeSet<&'static str> {
    let same = |a: &Meter, b: &Meter| {
        a.item == b.item && a.dimension == b.dimension && a.quantity == b.quantity && a.how == b.how
    };
    let missing = |from: &[Meter], line: &Meter| !from.iter().any(|there| same(there, line));
    let (left, right) =
        (one.iter().filter(|line| missing(other, line)), other.iter().filter(|line| missing(one, line)));
    left.chain(right).map(|line| line.item).collect()
}

const STORE: [&str; 4] = ["S3 partitioned JSON", "S3 Parquet", "S3 PUT, COPY and LIST", "S3 GET"];
const LOGS: [&str; 2] = ["CloudWatch Logs ingestion", "CloudWatch Logs storage"];
const CALLS: [&str; 2] = ["Lambda compute", "Lambda requests"];
const REQUESTS: [&str; 2] = ["API Gateway requests", "Data transfer out"];

/// A live resource as the graph asks for it.
fn found<R: Resource<World = Aws>>(
    graph: &Graph<'_>,
    names: &Names,
    name: &str,
    owner: Owner,
) -> Box<dyn AnyLive<Aws>> {
    let resource: R = graph.desired(name).unwrap();
    let outputs = resource.predict(names, name);
    Box::new(Live { owner, ..Live::contained(name, resource, outputs) })
}

/// All that is billed of a graph, as a plan without work finds it.
fn applied(graph: &Graph<'_>, names: &Names) -> Inventory {
    fn of<R: Resource<World = Aws>>(graph: &Graph<'_>, names: &Names, name: &str) -> Option<Box<dyn AnyLive<Aws>>> {
        graph.desired::<R>(name).map(|_| found::<R>(graph, names, name, Owner::Us))
    }
    let found = [
        of::<Bucket>(graph, names, "data"),
        of::<LogGroup>(graph, names, "track"),
        of::<LogGroup>(graph, names, "mover"),
        of::<Stream>(graph, names, "delivery"),
        of::<Function>(graph, names, "track"),
        of::<Function>(graph, names, "mover"),
        of::<RestApi>(graph, names, API),
        of::<FunctionUrl>(graph, names, URL),
        of::<Database>(graph, names, "catalog"),
        of::<Table>(graph, names, "raw"),
        of::<Table>(graph, names, "parquet"),
        of::<Crawler>(graph, names, "raw"),
        of::<Crawler>(graph, names, "parquet"),
        of::<Job>(graph, names, "etl"),
        of::<Trigger>(graph, names, "etl"),
        of::<Workgroup>(graph, names, "query"),
    ];
    let found = found.into_iter().flatten().collect();
    Inventory::new(found, graph)
}

fn with_graph(file: &str, check: impl FnOnce(&Graph<'_>, &Names, &Pipeline)) {
    let names = Names::without_account("clickstream", "prod", "us-east-1");
    let pipeline = example(file).resolve(&names.account, &names.region);
    check(&graph(&pipeline, &names, &Functions::without_code()), &names, &pipeline);
}

#[test]
fn what_is_live_costs_what_it_was_asked_for() {
    let examples = ["minimal", "article-2018", "lean"].map(|name| format!("examples/{name}/pipeline.yaml"));
    for file in examples.iter().map(String::as_str).chain([EXAMPLE]) {
        with_graph(file, |graph, names, _| {
            let (wanted, live) = (Billed::wanted(graph), Billed::live(&applied(graph, names), graph));
            assert_eq!(different(&meters(&wanted), &meters(&live)), [].into(), "{file}");
            assert!(!meters(&live).is_empty());
        });
    }
}

#[test]
fn a_destroy_leaves_nothing_that_costs() {
    with_graph(EXAMPLE, |graph, names, _| {
        let nothing = Graph::new(names);
        assert!(meters(&Billed::wanted(&nothing)).is_empty());
        let live = applied(graph, names);
        assert_eq!(different(&meters(&Billed::live(&live, &nothing)), &meters(&Billed::wanted(graph))), [].into());
    });
}

/// What others made counts where a plan has to do with it, and not where it will stay as it is.
#[test]
fn what_others_made_counts_only_under_a_name_that_is_asked_for() {
    with_graph(EXAMPLE, |graph, names, _| {
        let live = Inventory::new(vec![found::<Crawler>(graph, names, "raw", Owner::Nobody)], graph);
        let lines = ["Glue crawler raw", LOGS[0], LOGS[1]];
        assert_eq!(items(&meters(&Billed::live(&live, graph))), lines.into());
        assert!(meters(&Billed::live(&live, &Graph::new(names))).is_empty());
    });
}

/// Changes one resource.
type Touch = fn(&mut Billed);

macro_rules! touch {
    ($kind:ident . $field:ident $(. $inner:tt)? = $value:expr) => {{
        let touch: Touch = |billed| billed.$kind.as_mut().unwrap().$field$(.$inner)? = $value;
        (stringify!($kind.$field = $value), touch)
    }};
}

#[test]
fn a_resource_that_was_changed_changes_its_own_lines() {
    let buffer = [&CALLS[..], &STORE[2..], &LOGS].concat();
    let small = [&buffer[..], &["Glue crawler raw"]].concat();
    let stopped = [&buffer[..], &["S3 partitioned JSON", "S3 raw JSON"]].concat();
    let nothing_taken = [&buffer[..], &STORE, &["Firehose ingestion", "Glue catalog objects"]].concat();
    let by_clock = |line| [line, STORE[2], LOGS[0], LOGS[1]];
    let (raw, parquet, job) = (by_clock("Glue crawler raw"), by_clock("Glue crawler parquet"), by_clock("Glue job"));
    let cases: &[((&str, Touch), &[&str])] = &[
        (touch!(track.memory_mb = 256), &CALLS[..1]),
        (touch!(mover.memory_mb = 256), &CALLS[..1]),
        (touch!(track.architecture = Architecture::X86_64), &CALLS[..1]),
        (touch!(mover.architecture = Architecture::X86_64), &CALLS[..1]),
        (touch!(track.timeout_s = 9), &[]),
        (touch!(track.reserved_concurrency = Some(7)), &[]),
        (touch!(track.reserved_concurrency = Some(0)), &nothing_taken),
        (touch!(mover.reserved_concurrency = Some(0)), &stopped),
        (touch!(track_log.retention_days = Some(30)), &LOGS[1..]),
        (touch!(track_log.retention_days = None), &LOGS[1..]),
        (touch!(mover_log.retention_days = None), &LOGS[1..]),
        (touch!(stream.buffer_mb = 1), &small),
        (touch!(stream.buffer_seconds = 300), &buffer),
        (touch!(stream.compression = Word(CompressionFormat::Uncompressed)), &STORE[..1]),
        (touch!(stream.compression = Word(CompressionFormat::Snappy)), &STORE[..1]),
        (touch!(stream.compression = Word(CompressionFormat::HadoopSnappy)), &STORE[..1]),
        (touch!(stream.compression = Word(CompressionFormat::Zip)), &[]),
        (touch!(raw_crawler.schedule.0 = String::from("cron(0 0 * * ? *)")), &raw),
        (touch!(raw_crawler.schedule.0 = String::from("cron(0 0/1 * * ? *)")), &[]),
        (touch!(parquet_crawler.schedule.0 = String::new()), &parquet),
        (touch!(trigger.schedule.0 = String::from("cron(0 0 * * ? *)")), &job),
        (touch!(trigger.enabled = false), &job),
        (touch!(job.workers = 2), &job[..1]),
        (touch!(job.worker_type = String::from("G.2X")), &job[..1]),
        (touch!(job.worker_type = String::from("G.025X")), &job[..1]),
        (touch!(job.worker_type = String::from("R.1X")), &job[..1]),
        (touch!(job.worker_type = String::from("Standard")), &[]),
        (touch!(job.glue_version = String::from("6.0")), &job[..1]),
        (touch!(job.glue_version = String::from("4.0")), &[]),
        (touch!(job.execution_class = String::from("FLEX")), &job[..1]),
        (touch!(job.timeout = 9), &[]),
        (touch!(job.arguments = [("--enable-metrics".to_owned(), "true".to_owned())].into()), &["Glue job metrics"]),
        (touch!(workgroup.enabled = false), &["Athena data scanned"]),
        (touch!(workgroup.scan_limit = None), &[]),
    ];
    let before = meters(&billed());
    for ((what, touch), lines) in cases {
        let mut after = billed();
        touch(&mut after);
        assert_eq!(different(&before, &meters(&after)), lines.iter().copied().collect(), "{what}");
    }
}

#[test]
fn a_lifecycle_is_that_of_our_rules() {
    // In the first month, of which half is there on average.
    let meters = |billed: &Billed| {
        let mut inputs = Inputs::of(&example(EXAMPLE)).without_queries();
        inputs.set("month=1").unwrap();
        meters::of(Book::bundled(), billed, &inputs)
    };
    let before = meters(&billed());
    let cases: &[(&str, Option<i32>, &[&str])] = &[
        (EXPIRE_PARTITIONED, Some(10), &[STORE[0], STORE[2]]),
        (EXPIRE_PARTITIONED, None, &[]),
        (EXPIRE_PARQUET, Some(10), &STORE[1..3]),
        ("of somebody else", Some(20), &[]),
    ];
    for (id, expire, lines) in cases {
        let mut after = billed();
        let rules = &mut after.bucket.as_mut().unwrap().lifecycle.0;
        rules.insert((*id).to_owned(), Rule { expire: *expire, ..Rule::default() });
        assert_eq!(different(&before, &meters(&after)), lines.iter().copied().collect(), "{id}: {expire:?}");
    }
}

#[test]
fn a_resource_that_is_not_there_has_no_line() {
    // Crawlers and jobs log whether or not there is something to do.
    let events = [&REQUESTS[..], &CALLS, &["Firehose ingestion"], &STORE].concat();
    let logs = [&LOGS[..], &["Glue crawler raw", "Glue crawler parquet", "Glue job", STORE[1]]].concat();
    let cases: &[(&str, Touch, &[&str])] = &[
        ("api", |billed| billed.api = None, &events),
        ("track", |billed| billed.track = None, &events),
        ("stream", |billed| billed.stream = None, &events),
        ("bucket", |billed| billed.bucket = None, &STORE),
        ("mover", |billed| billed.mover = None, &STORE[..1]),
        ("track's log", |billed| billed.track_log = None, &[]),
        (
            "who logs",
            |billed| {
                (billed.track_log, billed.mover_log, billed.job) = (None, None, None);
                (billed.raw_crawler, billed.parquet_crawler) = (None, None)
            },
            &logs,
        ),
        ("database", |billed| billed.database = None, &["Glue catalog objects"]),
        ("raw crawler", |billed| billed.raw_crawler = None, &["Glue crawler raw"]),
        ("parquet crawler", |billed| billed.parquet_crawler = None, &["Glue crawler parquet"]),
        ("job", |billed| billed.job = None, &["Glue job", STORE[1]]),
        ("trigger", |billed| billed.trigger = None, &[]),
        ("workgroup", |billed| billed.workgroup = None, &["Athena data scanned"]),
    ];
    let (before, mut all) = (meters(&billed()), BTreeSet::new());
    for (what, remove, gone) in cases {
        let mut without = billed();
        remove(&mut without);
        let left = meters(&without);
        let lost: BTreeSet<_> = items(&before).difference(&items(&left)).copied().collect();
        assert_eq!(lost, gone.iter().copied().collect(), "{what}");
        assert_ne!(different(&before, &left), [].into(), "{what}");
        all.extend(lost);
    }
    assert_eq!(all, items(&before), "every line is lost with some resource");
}
