//! What runs in Local AWS when AWS's own clients ask for it, on good days and on bad ones.

use crate::support::{Place, judge};

const LAMBDA: &str = "\
well: None ['f', 'us-east-1', 'blue', None]
all that it is told: AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_LAMBDA_FUNCTION_MEMORY_SIZE \
AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_LOG_GROUP_NAME \
AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API AWS_REGION AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN COLOUR \
LAMBDA_TASK_ROOT LANG PATH TZ _HANDLER
the same process again: True
the same process for new code: False
fails: ('Unhandled', 'Oops', 'failed')
too long: ('Unhandled', 'Sandbox.Timedout', 'Task timed out after 1.00 seconds')
too much: ('Unhandled', 'Runtime.ExitError', 'exited with error: signal: killed')
exits: ('Unhandled', 'Runtime.ExitError', 'exited with error: exit status: 3')
well after all that: None
two at once where one may be: ['None', 'TooManyRequestsException']
none may be: ('TooManyRequestsException', 429)
event: (None, None)
attempts: 3
dropped: ['[ERROR] the event was dropped after 3 attempts']
too large: ('RequestTooLargeException', 413) ('RequestTooLargeException', 413)
";

#[test]
fn functions_are_kept_to_their_limits() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("lambda_runs.py", &[&server.url, &server.token()]), LAMBDA);
}

const FIREHOSE: &str = "\
before the time is up: 0
UNCOMPRESSED uncompressed/9999/99/99/99/uncompressed-1-9999-99-99-99-99-99-<uuid> b'0 1 2 '
GZIP gzip/9999/99/99/99/gzip-1-9999-99-99-99-99-99-<uuid>.gz b'0 1 2 '
ZIP zip/9999/99/99/99/zip-1-9999-99-99-99-99-99-<uuid>.zip b'0 1 2 '
full before the time is up: [1200000]
too many: ValidationException
too large together: InvalidArgumentException
one too large: ValidationException
two fail: (2, ['', 'ServiceUnavailableException'])
without permission: 1
with it again: 2
";

#[test]
fn firehose_writes_files_under_awss_names_and_keeps_its_limits() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("firehose_files.py", &[&server.url, &server.token()]), FIREHOSE);
}

const PREFIXES: &str = r"by default: True
as it stands: True
without a place for errors: constraint: ErrorOutputPrefix cannot be null or empty when Prefix contains expressions
day folders: True
of another clock: True
quoted: True
random: 11 11 True
cleared in the wrong order: constraint: ErrorOutputPrefix cannot be null or empty when Prefix contains expressions
cleared: True
constraint: The sequence !{ can only appear in !{namespace:value} expressions: !{timestamp:yyyy
constraint: !{timestamp:YYYY-bb} has no valid DateTimeFormatter pattern. Unknown pattern letter: b
constraint: !{s3:yyyy} is not a valid expression
constraint: Prefix cannot contain !{firehose:error-output-type}
constraint: !{partitionKeyFromQuery:id} needs dynamic partitioning, which is not enabled
constraint: ErrorOutputPrefix must contain at least one instance of !{firehose:error-output-type} when it contains expressions
constraint: Prefix cannot be longer than 512 characters after it is evaluated
InvalidArgumentException: Invalid CustomTimeZone: Europe/Atlantis
ValidationException: 1 validation error detected: Value at 'extendedS3DestinationUpdate.customTimeZone' failed to satisfy constraint: Member must satisfy regular expression pattern: ^$|[a-zA-Z/_]+
ValidationException: 1 validation error detected: Value at 'extendedS3DestinationUpdate.fileExtension' failed to satisfy constraint: Member must satisfy regular expression pattern: ^$|\.[0-9a-z!\-_.*'()]+
nothing of that was kept: 7
sent before/ s-8 b'1\n'
sent after/ s-9 b'2\n'
";

#[test]
fn firehose_puts_files_where_expressions_say() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("firehose_prefixes.py", &[&server.url, &server.token()]), PREFIXES);
}

const LOGGED: &str = r#"text: {'LogFormat': 'Text', 'LogGroup': '/g/1'}
    START
    plain Text None
    ('debug', 'dated', True)
    ('WARN', 'dated', True)
    ('error', 'dated', True)
    ('ERROR', 'undated', False)
    END
    REPORT
text with a level: InvalidParameterValueException: LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.
no level: ValidationException: 1 validation error 
json: {'LogFormat': 'JSON', 'ApplicationLogLevel': 'INFO', 'SystemLogLevel': 'INFO', 'LogGroup': '/g/4'}
    ('platform.start', None, None, 36, [], [])
    plain JSON INFO
    ('WARN', 'dated', True)
    ('error', 'dated', True)
    ('ERROR', 'undated', True)
    ('platform.report', 'success', None, 36, ['billedDurationMs', 'durationMs', 'initDurationMs', 'maxMemoryUsedMB', 'memorySizeMB'], ['billedDurationMs', 'durationMs', 'initDurationMs'])
all of it: {'LogFormat': 'JSON', 'ApplicationLogLevel': 'TRACE', 'SystemLogLevel': 'DEBUG', 'LogGroup': '/g/5'}
    ('platform.initStart', None, None, 0, [], [])
    ('platform.start', None, None, 36, [], [])
    ('platform.initRuntimeDone', 'success', None, 0, [], [])
    ('platform.initReport', 'success', None, 0, ['durationMs'], ['durationMs'])
    plain JSON TRACE
    ('debug', 'dated', True)
    ('WARN', 'dated', True)
    ('error', 'dated', True)
    ('ERROR', 'undated', True)
    ('ERROR', "Lambda's own", True)
    ('platform.runtimeDone', 'error', 'Oops', 36, ['durationMs', 'producedBytes'], ['durationMs'])
    ('platform.report', 'error', 'Oops', 36, ['billedDurationMs', 'durationMs', 'initDurationMs', 'maxMemoryUsedMB', 'memorySizeMB'], ['billedDurationMs', 'durationMs', 'initDurationMs'])
warnings: {'LogFormat': 'JSON', 'ApplicationLogLevel': 'WARN', 'SystemLogLevel': 'WARN', 'LogGroup': '/g/6'}
    ('WARN', 'dated', True)
    ('error', 'dated', True)
warnings of what fails: {'LogFormat': 'JSON', 'ApplicationLogLevel': 'ERROR', 'SystemLogLevel': 'WARN', 'LogGroup': '/g/7'}
    ('error', 'dated', True)
    ('ERROR', "Lambda's own", True)
    ('platform.runtimeDone', 'timeout', 'Sandbox.Timedout', 36, ['durationMs', 'producedBytes'], ['durationMs'])
    ('platform.report', 'timeout', 'Sandbox.Timedout', 36, ['billedDurationMs', 'durationMs', 'initDurationMs', 'maxMemoryUsedMB', 'memorySizeMB'], ['billedDurationMs', 'durationMs', 'initDurationMs'])
text again: {'LogFormat': 'Text', 'LogGroup': '/g/8'}
"#;

#[test]
fn lines_of_functions_have_forms_and_levels() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("function_logs.py", &[&server.url]), LOGGED);
}

const LINES: &str = r#"text:
    answer: 400
    track: rejected with 400: event 1 is not a JSON object
    mover: `analytics_raw/gone.gz` is gone: it was moved before
    mover: `elsewhere/x` is left: it is not below `analytics_raw/`
    mover: not moved: `analytics_raw/x`: CopyObject failed: AccessDenied
json:
    answer: 400
    track: ('INFO', 'rejected with 400: event 1 is not a JSON object')
    mover: ('INFO', '`analytics_raw/gone.gz` is gone: it was moved before')
    mover: ('WARN', '`elsewhere/x` is left: it is not below `analytics_raw/`')
    mover: ('ERROR', 'not moved: `analytics_raw/x`: CopyObject failed: AccessDenied')
warnings:
    answer: 400
    mover: ('WARN', '`elsewhere/x` is left: it is not below `analytics_raw/`')
    mover: ('ERROR', 'not moved: `analytics_raw/x`: CopyObject failed: AccessDenied')
without a stream:
    answer: 500
    track: ('ERROR', 'answered 500: 0 records accepted, 1 failed, last with ResourceNotFoundException')
"#;

#[test]
fn the_functions_own_lines_have_forms_and_levels() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let output = place.run(&["output", "--local", "--json"]).exits(0).stdout;
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    let (endpoint, bucket) = (output["endpoint"].as_str().unwrap(), output["bucket"].as_str().unwrap());
    assert_eq!(judge("function_lines.py", &[&server.url, endpoint, "minimal-dev", bucket]), LINES);
}
