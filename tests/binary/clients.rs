//! What one tries first with boto3: roles, functions, schedules. Scripts in `tests/judges` tell what they saw.

use crate::support::{Place, judge};

/// Policies of the account and AWS's own, on roles that users and functions act as.
#[test]
fn managed_policies_and_sessions_of_roles_decide_as_on_aws() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge("identities.py", &[&server.url, &server.token()]);
    assert_eq!(told, include_str!("../golden/identities.txt"));
}

#[test]
fn versions_and_aliases_of_a_function_run_what_was_published() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("lambda_versions.py", &[&server.url]), include_str!("../golden/lambda_versions.txt"));
}

const SCHEDULES: &str = "\
a crawl takes longer than its schedule: True
none while another runs: True
started by hand meanwhile: True
what was skipped is not logged: True
table: 320000
databases: ['d']
to Athena: [('id', 'int'), ('name', 'string'), ('at', 'string'), ('tags', 'struct<a:int,b:string>')] s3://data/raw/
tables: ['raw']
absent: MetadataException MetadataException
runs: [('t2', 'FAILED', 'Max concurrent runs exceeded')] 2
";

/// AWS skips the times that come while a crawl runs, and fails the runs that a job has no room for.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_schedule_does_not_start_what_still_runs() {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--time-scale", "300"]);
    assert_eq!(judge("glue_schedules.py", &[&server.url, &server.token(), "300"]), SCHEDULES);
}

const INTERVALS: &str = "\
-1 s: Member must have value greater than or equal to 0
0 s: ok
1 s: ok
2 s: ok
59 s: ok
60 s: ok
900 s: ok
901 s: Member must have value less than or equal to 900
0 MB: Member must have value greater than or equal to 1
1 MB: ok
128 MB: ok
129 MB: Member must have value less than or equal to 128
at once: 5 True
within two seconds: True True
within a minute, not at once: 0
";

#[test]
fn firehose_delivers_within_its_interval_however_short() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("firehose_intervals.py", &[&server.url]), INTERVALS);
}

const TAIL: &str = r#"in order, each once: True
what came meanwhile: ['between', 'late1', 'late2', 'after the last page']
all pages: 35
a wrong token: InvalidParameterException: The specified nextToken is invalid.
the end: ['n21', 'n24', 'n27', 'after the last page']
before it: ['n9', 'n12', 'n15', 'n18']
and forward: ['n21', 'n24', 'n27', 'after the last page']
nothing more: [] True
streams: ['a', 'c', 'b']
with a prefix: InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.
out of order: InvalidParameterException: Log events in a single PutLogEvents request must be in chronological order.
ERROR: [400, 402]
ERROR words: [402]
?words ?WARN: [402, 403]
ERROR -words: [400]
"in words": [402]
{ $.level = "ERROR" }: [400]
{ $.code >= 200 && $.code < 500 }: [401]
a.b: InvalidParameterException
[a, b]: InvalidParameterException
"#;

const LIVE_TAIL: &str = r#"begins with: ['logGroupIdentifiers', 'requestId', 'sessionId']
what comes: [('g', 'a', 'one'), ('g', 'b', 'two'), ('h', 'a', 'three')] False
more than 500: 500 of m0 to m598 True
a stream: ['a', 'b'] and its beginning: ['ab', 'abc'] and a pattern: ['an ERROR']
the CLI: new
after three hours: SessionTimeoutException: The session has timed out: it was open for three hours.
no such group: ResourceNotFoundException: The specified log group does not exist.
of another account: ResourceNotFoundException: The specified log group does not exist.
a name: InvalidParameterException: `g` is no ARN of a log group
a star: InvalidParameterException
names and prefixes: InvalidParameterException: You can't specify both logStreamNames and logStreamNamePrefixes in the same request.
streams of two groups: InvalidParameterException: Log streams can be specified only together with a single log group.
a pattern: InvalidParameterException
eleven groups: InvalidParameterException
"#;

#[test]
fn a_live_tail_tells_what_is_logged_while_it_is_open() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("live_tail.py", &[&server.url, &server.token()]), LIVE_TAIL);
}

#[test]
fn a_log_group_is_followed_while_others_write_to_it() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("log_tail.py", &[&server.url]), TAIL);
}
