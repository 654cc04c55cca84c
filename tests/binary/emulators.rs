//! The same life on emulators that nobody here wrote. What they cannot do is listed, with the answer that shows it.

use crate::support::{Place, Ran, Server, judge, python};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A port that is free now.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// MiniStack, whose functions find it by its own `AWS_ENDPOINT_URL`.
pub(crate) fn ministack() -> Server {
    let port = port();
    let mut command = Command::new(python().with_file_name("ministack"));
    command.env("GATEWAY_PORT", port.to_string()).env("BIND_HOST", "127.0.0.1").env("PERSIST_STATE", "0");
    command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
    start(&mut command, port)
}

/// Starts an emulator and waits until it takes connections.
fn start(command: &mut Command, port: u16) -> Server {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let server = Server::elsewhere(child, format!("http://127.0.0.1:{port}"));
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "{command:?} does not listen");
        std::thread::sleep(Duration::from_millis(100));
    }
    server
}

/// A place with zips that were built before, for emulators that are not to wait for cargo-lambda.
struct Emulated {
    place: Place,
    server: Server,
}

impl Emulated {
    fn new(place: Place, server: Server) -> Self {
        place.write_zips();
        Self { place, server }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.place.command();
        command.args(arguments).args(["--lambda-dir", "."]).env("AWS_ENDPOINT_URL", &self.server.url);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_REGION", "us-east-1");
        Ran::new(&command.output().unwrap())
    }

    /// What a plan would do: `~ address`, `+ address` and so on.
    fn planned(&self) -> BTreeSet<String> {
        let plan = self.run(&["plan"]).exits(0).stdout;
        let steps =
            plan.lines().filter(|line| ["~ ", "+ ", "- ", "-/+ "].iter().any(|symbol| line.starts_with(symbol)));
        steps.map(|line| line.split("  (").next().unwrap().to_owned()).collect()
    }

    fn nothing_to_do(&self) {
        self.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    }
}

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// What MiniStack answers. A line that changes here is a gap that it has closed.
const MINISTACK_GAPS: &str = "\
CreateCrawler with tags, then GetTags: {}
UpdateUsagePlan, then the limit of its quota: '20'
";

/// MiniStack loses the tags of a crawler and of a job that are created with some, so that these look like somebody
/// else's until they are adopted; and it gives a changed quota back as text, which no SDK reads.
#[test]
fn a_pipeline_lives_on_ministack() {
    let server = ministack();
    assert_eq!(judge("ministack_gaps.py", &[&server.url]), MINISTACK_GAPS);
    let here = Emulated::new(Place::example("clickstream"), server);
    here.run(&["apply", "--yes"]).exits(0).says("_user_request_/track");
    let lost = ["~ glue.crawler.parquet", "~ glue.crawler.raw", "~ glue.job.etl"];
    assert_eq!(here.planned(), set(&lost));
    let adopt = ["--adopt", "glue.crawler.raw", "--adopt", "glue.crawler.parquet", "--adopt", "glue.job.etl"];
    here.run(&[&["apply", "--yes"][..], &adopt].concat()).exits(0);
    here.nothing_to_do();
    here.place.edit(&[
        ("partitioned: 90 days", "partitioned: 91 days"),
        ("path: /track", "path: /events"),
        ("memory: 128 MB", "memory: 256 MB"),
        ("size: 128 MB", "size: 64 MB"),
        ("raw: { schedule: hourly }", "raw: { schedule: daily }"),
        ("count: 10", "count: 5"),
        ("scan_limit: 1 TB", "scan_limit: 2 TB"),
    ]);
    let edited = [
        "~ apigateway.rest_api.ingest",
        "~ athena.workgroup.query",
        "~ firehose.stream.delivery",
        "~ glue.crawler.raw",
        "~ glue.job.etl",
        "~ lambda.function.track",
        "~ lambda.permission.track",
        "~ s3.bucket.data",
    ];
    assert_eq!(here.planned(), set(&edited));
    here.run(&["apply", "--yes"]).exits(0);
    here.nothing_to_do();
    here.run(&["destroy", "--yes"]).exits(0);
    assert_eq!(here.run(&["plan", "--destroy", "--detailed-exitcode"]).exits(0).exit, 0);
}

/// What stock moto answers. A line that changes here is a gap that moto has closed.
const MOTO_GAPS: &str = "\
GetBucketVersioning: <?xml version=\"1.0\" encoding=\"utf-8\"?> <GetBucketVersioningResponse xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>
GetBucketNotification: <?xml version=\"1.0\" encoding=\"utf-8\"?> <GetBucketNotificationResponse xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>
PutObject under a policy for somebody else: 403 403
UpdateCrawler: 500 500
UpdateJob: 500 500
UpdateTrigger: 500 500
UpdateWorkGroup: 500 500
BatchGetNamedQuery: 500 500
";

fn moto(server: &[&str]) -> Server {
    let port = port();
    let mut command = Command::new(python());
    command.args(server).args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    start(&mut command, port)
}

/// moto cannot update crawlers, jobs, triggers and workgroups, nor read named queries, so that the life there has
/// none of these edits and no queries. Three of its answers are put right by `moto_server.py`.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_pipeline_lives_on_moto() {
    let stock = moto(&["-m", "moto.server"]);
    assert_eq!(judge("moto_gaps.py", &[&stock.url]), MOTO_GAPS);
    let script = crate::support::root().join("tests/judges/moto_server.py");
    let server = moto(&[script.to_str().unwrap()]);
    let place = Place::new(
        "name: clicks\nschema: { event: string }\nbucket: { expire: { partitioned: 90 days } }\nquery: { queries: {} }\n\
         ingest: { quota: { requests: 10M, per: month }, function: { memory: 128 MB } }\ndelivery: { buffer: { size: 128 MB } }\n",
    );
    let here = Emulated::new(place, server);
    here.run(&["apply", "--yes"]).exits(0).says("_user_request_/track");
    here.nothing_to_do();
    here.place.edit(&[
        ("partitioned: 90 days", "partitioned: 91 days"),
        ("memory: 128 MB", "memory: 256 MB"),
        ("size: 128 MB", "size: 64 MB"),
    ]);
    let edited = ["~ firehose.stream.delivery", "~ lambda.function.track", "~ s3.bucket.data"];
    assert_eq!(here.planned(), set(&edited));
    here.run(&["apply", "--yes"]).exits(0);
    here.nothing_to_do();
    here.run(&["destroy", "--yes"]).exits(0);
}

/// What each emulator forgets of the lean shape: a line that goes here is a gap that it has closed. MiniStack keeps no
/// backup of a stream; moto keeps neither how a function logs nor the conditions of permissions for a URL.
const LEAN_GAPS: [&[&str]; 2] = [
    &["~ firehose.stream.delivery"],
    &["~ lambda.function.track", "~ lambda.permission.through_url", "~ lambda.permission.url"],
];

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_lean_pipeline_lives_on_both() {
    let script = crate::support::root().join("tests/judges/moto_server.py");
    let servers = [ministack(), moto(&[script.to_str().unwrap()])];
    for (server, gaps) in servers.into_iter().zip(LEAN_GAPS) {
        let place = Place::new(
            "name: clicks\nshape: lean\nschema: { event: string }\nquery: { queries: {} }\n\
             bucket: { expire: { partitioned: 90 days } }\n",
        );
        let here = Emulated::new(place, server);
        here.run(&["apply", "--yes"]).exits(0).says("/track");
        assert_eq!(here.planned(), set(gaps));
        here.place
            .edit(&[("partitioned: 90 days", "partitioned: 91 days"), ("event: string", "event: string, n: int")]);
        // The function knows the columns that Firehose converts by.
        let edited = ["~ glue.table.parquet", "~ glue.table.raw", "~ lambda.function.track", "~ s3.bucket.data"];
        assert_eq!(here.planned(), set(&[gaps, &edited].concat()));
        here.run(&["apply", "--yes"]).exits(0);
        assert_eq!(here.planned(), set(gaps));
        here.run(&["destroy", "--yes"]).exits(0);
    }
}
