//! Files that are wrong, and what is said about each.

use crate::config::*;
use proptest::prelude::*;

/// A file (with `name` and `schema` put before it unless it begins with `!`), and the problems: line, column
/// and a part of the message. Lines count from the first of the file as it is written here.
type Case = (&'static str, &'static [(usize, usize, &'static str)]);

const CASES: &[Case] = &[
    ("!", &[(1, 1, "the file has no `name`"), (1, 1, "the file has no `schema`")]),
    ("!# nothing\n", &[(1, 1, "the file has no `name`"), (1, 1, "the file has no `schema`")]),
    ("!name: clicks\n", &[(1, 1, "the file has no `schema`")]),
    ("!schema: { event: string }\n", &[(1, 1, "the file has no `name`")]),
    ("!name: Clicks\nschema: { event: string }\n", &[(1, 7, "`Clicks` cannot be a name")]),
    ("!name: cl\nschema: { event: string }\n", &[(1, 7, "`cl` cannot be a name")]),
    ("!name: 9clicks\nschema: { event: string }\n", &[(1, 7, "cannot be a name")]),
    ("!name: [clicks]\nschema: { event: string }\n", &[(1, 7, "this should be one value, not a list")]),
    ("!name:\nschema: { event: string }\n", &[(1, 1, "there is no value here")]),
    ("!- a\n- b\n", &[(1, 1, "this should be a group of keys, not a list")]),
    ("!name: clicks\nschema: {}\n", &[(2, 1, "`schema` is empty")]),
    ("!name: clicks\nschema: string\n", &[(2, 9, "this should be a group of keys, not text")]),
    ("!name: clicks\nschema: { event: strng }\n", &[(2, 18, "unknown type `strng`")]),
    ("!name: clicks\nschema: { year: int }\n", &[(2, 11, "would hide the partition")]),
    ("!name: clicks\nschema: { a: int, A: int }\n", &[(2, 19, "the column `a` is there twice")]),
    ("!name: clicks\nschema: { 'a b': int }\n", &[(2, 11, "`a b` cannot be a name in the catalog")]),
    ("!name: clicks\nname: other\nschema: { event: string }\n", &[(2, 1, "`name` is here twice")]),
    ("!name: clicks\n  bad: indent\n", &[(2, 6, "this is not YAML")]),
    ("stgae: prod\n", &[(1, 1, "unknown key `stgae`")]),
    ("stage: Prod\n", &[(1, 8, "`Prod` cannot be a stage")]),
    ("region: mars\n", &[(1, 9, "`mars` is not a region")]),
    ("account: 12345\n", &[(1, 10, "`12345` is not an account")]),
    (
        "account: { prod: 5, Dev: '111111111111' }\n",
        &[(1, 18, "`5` is not an account"), (1, 21, "`Dev` cannot be a stage")],
    ),
    ("account: [1]\n", &[(1, 10, "this should be one value, not a list")]),
    ("role_arn: deploy\n", &[(1, 11, "`deploy` is not the ARN of a role")]),
    ("role_arn: arn:aws:iam::111111111111:role/x\nexternal_id: ' '\n", &[(2, 14, "STS takes no such external id")]),
    ("external_id: abc\n", &[(1, 14, "there is no `role_arn`")]),
    (
        "account: '222222222222'\nrole_arn: arn:aws:iam::111111111111:role/x\n",
        &[(2, 11, "the role is of account 111111111111")],
    ),
    ("tags: { 'aws:x': y }\n", &[(1, 9, "begins with a name that is taken")]),
    ("tags: { a: '%' }\n", &[(1, 12, "cannot be the value of a tag")]),
    ("tags: { a: '${env:MISSING}' }\n", &[(1, 12, "the environment variable `MISSING` is not set")]),
    ("tags: { a: '${stgae}' }\n", &[(1, 12, "`${stgae}` cannot be used here")]),
    ("role_path: teams/\n", &[(1, 12, "cannot begin the path of a role")]),
    ("permissions_boundary: \"a b\"\n", &[(1, 23, "`a b` is not a managed policy")]),
    ("names: { lambda.function.trak: x }\n", &[(1, 10, "no name can be given for `lambda.function.trak`")]),
    ("names: { iam.role.track: x }\n", &[(1, 10, "no name can be given for `iam.role.track`")]),
    ("names: { lambda.function.track: a.b }\n", &[(1, 33, "AWS takes no `lambda.function` called `a.b`")]),
    ("names: { glue.job.etl: ' ' }\n", &[(1, 24, "AWS takes no `glue.job` called ` `")]),
    ("names: { apigateway.api_key.web: x }\n", &[(1, 34, "there is no API key `web`")]),
    ("names: { glue.crawler.raw: x, glue.crawler.parquet: x }\n", &[(1, 28, "are both called `x`")]),
    ("etl: { bookmark: 'a b' }\n", &[(1, 18, "cannot be what a bookmark is kept under")]),
    ("ignore_tags: { prefixes: [pipe] }\n", &[(1, 27, "would hide the tags by which pipectl knows")]),
    ("tags: { team: a }\nignore_tags: { keys: [team] }\n", &[(2, 14, "is to be set, and to be ignored")]),
    ("bucket: { name: Upper }\n", &[(1, 17, "S3 takes no bucket called `Upper`")]),
    ("bucket: { name: a.b.c }\n", &[(1, 17, "has a dot")]),
    ("bucket: { expire: { parquet: 30 } }\n", &[(1, 30, "`30` is a number without a unit")]),
    ("bucket: { expire: { parquet: 0 days } }\n", &[(1, 30, "objects live at least 1 day")]),
    ("shape: fat\n", &[(1, 8, "`fat` is none of them")]),
    ("shape: lean\netl: { schedule: daily }\n", &[(2, 6, "leaves the job nothing to do")]),
    ("shape: lean\ndelivery: { partition: mover }\n", &[(2, 24, "the function `mover` moves JSON")]),
    ("shape: lean\ncatalog: { tables: crawled }\n", &[(2, 20, "which a crawler would rewrite")]),
    ("shape: lean\ndelivery: { buffer: { size: 32 MB } }\n", &[(2, 29, "with a buffer of 64 MB or more")]),
    ("shape: lean\ningest: { quota: { requests: 1M } }\n", &[(2, 18, "a function URL has none")]),
    ("shape: lean\ningest: { throttle: { rate: 5/s } }\n", &[(2, 21, "a function URL has none")]),
    (
        "delivery: { format: parquet }\n",
        &[
            (1, 21, "leaves the job nothing"),
            (1, 21, "the function `mover` moves JSON"),
            (1, 21, "a crawler would rewrite"),
        ],
    ),
    ("delivery: { keep_json: false }\n", &[(1, 24, "nothing would be kept")]),
    ("delivery: { keep_json: maybe }\n", &[(1, 24, "this should be `true` or `false`")]),
    ("ingest: { front: [] }\n", &[(1, 18, "`ingest.front` is empty")]),
    ("ingest: { front: [rest_api, rest_api] }\n", &[(1, 18, "`rest_api` is there twice")]),
    ("ingest: { front: alb }\n", &[(1, 18, "`alb` is none of them")]),
    ("etl: never\n", &[(1, 6, "this should be a group of keys, not text")]),
    ("catalog: { since: 18 }\n", &[(1, 19, "18 is out of bounds")]),
    ("mover: { function: { log_level: loud } }\n", &[(1, 33, "`loud` is none of them")]),
    (
        "shape: lean\ndelivery: { keep_json: false }\nquery: { queries: { q: 'SELECT 1 FROM ${raw_table}' } }\n",
        &[(3, 24, "there is no such table: `delivery.keep_json: false` keeps no JSON")],
    ),
    (
        "etl: none\nquery: { queries: { q: 'SELECT 1 FROM ${parquet_table}' } }\n",
        &[(2, 24, "there is no such table: neither `etl` nor")],
    ),
    ("security: paranoid\n", &[(1, 11, "`paranoid`")]),
    ("bucket: { kms_key: alias/mine }\n", &[(1, 20, "`alias/mine` is not the ARN of a key")]),
    ("bucket: { versioning: maybe }\n", &[(1, 23, "this should be `true` or `false`")]),
    ("ingest: 5\n", &[(1, 9, "this should be a group of keys, not a number")]),
    ("ingest:\n  path: track\n", &[(2, 9, "`track` is not a path")]),
    ("ingest:\n  cors: { origins: [example.com] }\n", &[(2, 21, "`example.com` is not an origin")]),
    ("ingest:\n  cors: { origins: ['*', 'https://a.example'] }\n", &[(2, 20, "`*` is every origin")]),
    ("ingest:\n  api_keys: web\n", &[(2, 13, "this should be a list, not text")]),
    ("ingest:\n  api_keys: [web, web]\n", &[(2, 13, "the key `web` is there twice")]),
    ("ingest:\n  throttle: { rate: 1000 }\n", &[(2, 21, "is not a rate")]),
    ("ingest:\n  throttle: { burst: 0 }\n", &[(2, 22, "0 is out of bounds")]),
    ("ingest:\n  quota: { per: month }\n", &[(2, 10, "no `requests`")]),
    ("ingest:\n  quota: { requests: 10M, per: fortnight }\n", &[(2, 32, "`fortnight` is none of them")]),
    ("ingest:\n  api_keys: []\n  quota: { requests: 5 }\n", &[(3, 10, "a quota counts the requests of a key")]),
    ("ingest:\n  function: { memory: 64 MB }\n", &[(2, 23, "64 MB is out of bounds")]),
    ("ingest:\n  function: { memory: 128 }\n", &[(2, 23, "`128` is a number without a unit")]),
    ("ingest:\n  function: { timeout: 60 s }\n", &[(2, 24, "1 min is out of bounds")]),
    ("ingest:\n  function: { architecture: mips }\n", &[(2, 29, "`mips` is none of them")]),
    ("ingest:\n  function: { log_retention: 15 days }\n", &[(2, 30, "cannot keep a log for 15 days")]),
    ("delivery: { buffer: { size: 256 MB } }\n", &[(1, 29, "256 MB is out of bounds")]),
    ("delivery: { buffer: { interval: 16 min } }\n", &[(1, 33, "16 min is out of bounds")]),
    ("delivery: { compression: lz4 }\n", &[(1, 26, "`lz4` is none of them")]),
    ("delivery: { prefix: /raw }\n", &[(1, 21, "cannot be a prefix")]),
    ("delivery: { prefix: _pipectl/x }\n", &[(1, 21, "where pipectl keeps its own files")]),
    (
        "delivery: { prefix: a/ }\nmover: { prefix: a/b/ }\n",
        &[(2, 18, "`mover.prefix` (a/b/) and `delivery.prefix` (a/) overlap")],
    ),
    ("mover: { prefix: x/data/ }\netl: { output: y/data/ }\n", &[(2, 16, "both make a table called `data`")]),
    ("mover: { function: { timeout: 16 min } }\n", &[(1, 31, "16 min is out of bounds")]),
    ("catalog: { database: My-DB }\n", &[(1, 22, "cannot be a name in the catalog")]),
    ("catalog: { crawlers: { raw: { schedule: rate(1 hour) } } }\n", &[(1, 41, "Glue takes no `rate(...)`")]),
    ("catalog: { crawlers: { raw: { schedule: cron(* * * * ? *) } } }\n", &[(1, 41, "fires more often")]),
    (
        "bucket: { expire: { partitioned: 20 days } }\netl: { schedule: cron(0 0 1 * ? *) }\n",
        &[(1, 34, "expire after 20 days")],
    ),
    ("etl: { workers: { count: 1 } }\n", &[(1, 26, "1 is out of bounds")]),
    ("etl: { glue_version: '7.0' }\n", &[(1, 22, "`7.0` is none of them")]),
    ("etl: { timeout: 90 s }\n", &[(1, 17, "is not whole minutes")]),
    ("etl: { execution: flex, glue_version: '2.0' }\n", &[(1, 19, "Glue 2.0 has no `flex`")]),
    ("etl: { execution: flex, workers: { type: G.8X } }\n", &[(1, 19, "`flex` runs on G.1X and G.2X")]),
    ("query: { scan_limit: 5 MB }\n", &[(1, 22, "no limit below 10 MB")]),
    ("query: { queries: { a: '' } }\n", &[(1, 24, "this query is empty")]),
    ("query: { queries: { a: { chart: bar } } }\n", &[(1, 21, "the query `a` has no `sql`, which has no default")]),
    (
        "query: { queries: { a: { sql: SELECT 1, chart: pie } } }\n",
        &[(1, 48, "`pie` is no chart: bar, line, number or table")],
    ),
    (
        "query: { queries: { a: { sql: SELECT 1, chart: { kind: bar } } } }\n",
        &[(1, 50, "unknown key `query.queries.a.chart.kind`")],
    ),
    ("query: { queries: { a: { sql: SELECT 1, chart: { y: [n, ''] } } } }\n", &[(1, 57, "this names no column")]),
    ("query: { queries: { a: 'SELECT 1 FROM ${table}' } }\n", &[(1, 24, "`${table}` cannot be used here")]),
    ("usage: { events_per_month: lots }\n", &[(1, 28, "does not begin with a number")]),
    ("usage: { events_per_request: 0 }\n", &[(1, 30, "at least 1 event")]),
    ("!---\nname: clicks\nschema: { event: string }\n---\nname: other\n", &[(5, 1, "here begins a second document")]),
    ("!name: clicks\nschema: { [a]: string }\n", &[(2, 9, "a key cannot be a list")]),
    ("!name: clicks\nschema: { 'x': 'struct<a b:int>' }\n", &[(2, 16, "`a b` cannot be a name")]),
    ("!name: clicks\nschema: { x: big int }\n", &[(2, 14, "unknown type `big int`")]),
    ("!name: clicks\nschema: { x: 'map<array<int>,int>' }\n", &[(2, 14, "the key of a map is one value")]),
    ("!name: clicks\nschema: { x: 'struct<a:int,A:int>' }\n", &[(2, 14, "the field `a` is there twice")]),
    ("stage: ${stage}\n", &[(1, 8, "`${stage}` cannot be used here")]),
    ("stage: ${env:MISSING}\n", &[(1, 8, "the environment variable `MISSING` is not set")]),
    ("stage:\n", &[(1, 1, "there is no value here")]),
    ("2018: x\n", &[(1, 1, "unknown key `2018`")]),
    ("tags: { Team: a, team: b }\n", &[(1, 18, "the tag `team` is there twice")]),
    ("tags: { a: 'b{c}' }\n", &[(1, 12, "cannot be the value of a tag")]),
    ("!name: sthree-x\nschema: { event: string }\n", &[(1, 7, "`name` makes a name for the bucket that cannot be")]),
    ("bucket: { expire: { parquet: 3000000000 days } }\n", &[(1, 30, "counts up to 2147483647 days")]),
    ("mover: { prefix: a=b/ }\n", &[(1, 18, "`a=b` cannot be a prefix")]),
    ("mover: { prefix: a/./b }\n", &[(1, 18, "cannot be a prefix")]),
    ("query: { scan_limit: 8000 PB }\n", &[(1, 22, "no limit above 7168 PB")]),
    (
        "mover: { function: { timeout: &t 60 s } }\ningest: { function: { timeout: *t } }\n",
        &[(2, 32, "1 min is out of bounds")],
    ),
    (
        "mover: { function: { reserved_concurrency: &n 2000000 } }\ndelivery: { buffer: { size: *n } }\n",
        &[(1, 47, "2000000 is out of bounds"), (2, 29, "`2000000` is a number without a unit")],
    ),
    ("stgae: prod\r\nregion: mars\r\n", &[(1, 1, "unknown key `stgae`"), (2, 9, "not a region")]),
    (
        "region: mars\nstgae: x\nusage: { nope: 1 }\n",
        &[(1, 9, "not a region"), (2, 1, "unknown key `stgae`"), (3, 10, "unknown key `usage.nope`")],
    ),
];

/// Lines that stand behind a case, so that its own lines count from the first.
const REST: &str = "name: clicks\nschema: { event: string }\n";

fn problems(source: &str) -> Problems {
    let env = |_: &str| None;
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &env };
    let found = read(source, &overrides).err().unwrap_or_default();
    Problems::new(Path::new("pipeline.yaml"), source, found)
}

#[test]
fn every_broken_file_says_where_and_what() {
    assert!(CASES.len() >= 45);
    let mut wrong = vec![];
    for (case, expected) in CASES {
        let source = case.strip_prefix('!').map_or_else(|| format!("{case}{REST}"), str::to_owned);
        let found = problems(&source);
        let places = found.places();
        let same = places.len() == expected.len()
            && places
                .iter()
                .zip(*expected)
                .all(|(found, wanted)| (found.0, found.1) == (wanted.0, wanted.1) && found.2.contains(wanted.2));
        if !same {
            wrong.push(format!("{source}\n  wanted {expected:?}\n  found  {places:?}\n"));
        }
        assert!(!found.to_string().is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_problem_shows_file_line_column_source_caret_and_hint() {
    let text = problems("stgae: prod\nname: clicks\nschema: { event: string }\n").to_string();
    let expected = "\
error: unknown key `stgae`
 --> pipeline.yaml:1:1
  |
1 | stgae: prod
  | ^^^^^
  |
  = hint: did you mean `stage`?";
    assert_eq!(text, expected);
}

#[test]
fn values_of_the_environment_are_not_shown() {
    let env = |_: &str| Some("12 Hunter2!".to_owned());
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &env };
    let source = "name: ${env:SECRET}\nstage: ${env:SECRET}\nschema: { event: '${env:SECRET}' }\n\
                  ingest: { function: { memory: '${env:SECRET}' } }\n";
    let found = read(source, &overrides).unwrap_err();
    assert_eq!(found.len(), 4);
    let text = Problems::new(Path::new("pipeline.yaml"), source, found).to_string();
    assert!(text.contains("${env:SECRET}") && !text.to_lowercase().contains("hunter2"), "{text}");
}

#[test]
fn what_the_command_line_says_is_not_blamed_on_the_file() {
    let env = |_: &str| None;
    let overrides = Overrides {
        name: None,
        stage: Some("Prod".into()),
        said_by: "--stage",
        region: Some("mars".into()),
        env: &env,
    };
    let found = read("name: clicks\nschema: { event: string }\n", &overrides).unwrap_err();
    let text = Problems::new(Path::new("pipeline.yaml"), "name: clicks\n", found).to_string();
    let expected = "\
error: --stage: `Prod` cannot be a stage
hint: write up to 16 small letters and digits, such as `prod`

error: --region: `mars` is not a region
hint: write one such as `us-east-1`

2 problems; nothing was changed";
    assert_eq!(text, expected);
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let env = |_: &str| None;
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &env };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipeline.yaml");
    let refusal = || load(&path, &overrides).unwrap_err().to_string();
    assert!(refusal().contains("`pipectl init` writes one"), "{}", refusal());
    std::fs::write(&path, b"name: caf\xe9\n").unwrap();
    assert!(refusal().contains("valid UTF-8") && !refusal().contains("pipectl init"), "{}", refusal());
    std::fs::write(&path, "\u{feff}stgae: prod\n").unwrap();
    assert!(refusal().contains("pipeline.yaml:1:1\n"), "{}", refusal());
    assert!(load(directory.path(), &overrides).is_err());
}

proptest! {
    /// Whatever is cut out of a file or put into it, it is read or refused.
    #[test]
    fn a_mutilated_file_never_panics(at in 0_usize..2000, length in 0_usize..60, put in ".{0,6}") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/clickstream/pipeline.yaml");
        let source = std::fs::read_to_string(path).unwrap();
        let boundary = |at: usize| (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap();
        let (start, end) = (boundary(at), boundary(at + length));
        let source = format!("{}{put}{}", &source[..start], &source[end..]);
        let _ = problems(&source).to_string();
    }
}
