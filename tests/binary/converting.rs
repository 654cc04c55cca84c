//! Firehose turns records into Parquet and keeps them as they were sent, judged by pyarrow and DuckDB.

use crate::support::{Place, environment, judge_with, root};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn python() -> PathBuf {
    environment("parquet", "requirements-parquet.txt")
}

const CONVERTED: &str = r#"compressed: InvalidArgumentException: The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization opti
small: InvalidArgumentException: BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.
no input: InvalidArgumentException: Deserializer must not be null
orc: InvalidArgumentException: OrcSerDe: Local AWS writes Parquet only, use ParquetSerDe
two readers: InvalidArgumentException: More than one deserializer specified. Only one may be chosen.
no schema: InvalidArgumentException: SchemaConfiguration.DatabaseName must not be null or empty
role may not: InvalidArgumentException: Access was denied when calling Glue. Please ensure that the role specified in the data format conversion configuration has the necessary permissions. User: arn:aws:sts::000000000000:assumed-role/d/local i
no table: InvalidArgumentException: The specified table/database could not be found. Please ensure that the table/database exists and that the values provided in the schema configuration are correct, especially with regards to casing. Table
backup without a place: InvalidArgumentException: S3BackupConfiguration must not be null when S3BackupMode is Enabled
made: taken
described: True Enabled GZIP {'SizeInMBs': 64, 'IntervalInSeconds': 60}
before the time is up: 0 0 0
application/octet-stream hadoop-snappy True True
flag: bool
tiny: int8
small: int16
n: int32
big: int64
ratio: float
price: double
amount: decimal128(9, 2)
name: string
code: string
raw: binary
day: date32[day]
at: timestamp[us, tz=UTC]
tags: list<element: string>
  child 0, element: string
place: struct<lat: double, seen: timestamp[us, tz=UTC], list: list<element: struct<n: int32>>>
  child 0, lat: double
  child 1, seen: timestamp[us, tz=UTC]
  child 2, list: list<element: struct<n: int32>>
      child 0, element: struct<n: int32>
          child 0, n: int32
more: map<string, int64 ('more')>
  child 0, more: struct<key: string not null, value: int64> not null
      child 0, key: string not null
      child 1, value: int64
codec: SNAPPY
{'flag': True, 'tiny': 1, 'small': -2, 'n': 3, 'big': 4611686018427387904, 'ratio': 0.5, 'price': 1000.0, 'amount': Decimal('12.35'), 'name': '{"a":[1,null]}', 'code': '7', 'raw': b'hi', 'day': datetime.date(2026, 9, 7), 'at': datetime.datetime(2026, 9, 7, 12, 0, 2, 123456, tzinfo=zoneinfo.ZoneInfo(key='UTC')), 'tags': ['one'], 'place': {'lat': 1.0, 'seen': datetime.datetime(2018, 2, 7, 19, 58, 48, tzinfo=zoneinfo.ZoneInfo(key='UTC')), 'list': [{'n': 1}, None]}, 'more': [('Ä', 1), ('b', None)]}
{}
{'n': 1}
{'n': 2}
{'n': 3}
DuckDB: [(5, 9, '2026-09-07 12:00:02.123456+00', 1.0, '12.35')]
failed: 6 True
b'{"n": "x"}\n' DataFormatConversion.MalformedData Data does not match the schema. For input string: "x"
b'{"n":' DataFormatConversion.ParseError Encountered malformed JSON. EOF while parsing a value
b'' DataFormatConversion.MalformedData The record was empty or contained only whitespace.
b'\xff' DataFormatConversion.ParseError Encountered malformed JSON. invalid utf-8 sequence of 1 bytes from index 0
b'[{"n": 4}]\n' DataFormatConversion.MalformedData Data does not match the schema. A JSON object is required.
b'{"n": 1099511627776}\n' DataFormatConversion.MalformedData Data does not match the schema. For input string: "1099511627776"
['arrivalTimestamp', 'attemptEndingTimestamp', 'attemptsMade', 'dataCatalogTable', 'lastErrorCode', 'lastErrorMessage', 'rawData', 'sequenceNumber', 'subSequenceNumber'] events True
backup: gzip True True
off again: taken
[b'{"n": 5}\n'] 1
on again: taken
[b'{"n": 61}\n'] [62] 2
back to no backup: InvalidArgumentException: S3BackupMode cannot be changed from Enabled to Disabled
small again: InvalidArgumentException: BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.
other readers: taken
[(7, '2026-09-07 10:00:02+00:00'), (8, '2018-02-07 19:58:48.123000+00:00')] ['Data does not match the schema. Current token (VALUE_STRING) not numeric, can not use numeric value accessors', 'Data does not match the schema. java.io.IOException: Start of Array expected', 'Data does not match the schema. One or more fields have incorrect format. Exception when validating field (root)']
the table as it is by now: [{'n': 9, 'added': 'x'}]
role may not any more: [] ['DataFormatConversion.AccessDenied']
table is gone: [] ['DataFormatConversion.EntityNotFound']
log: ['DataFormatConversion.AccessDenied', 'DataFormatConversion.EntityNotFound']
errors cannot be written: [] []
they can: [{'n': 12}] 1
all of that is in the backup: 5
"#;

#[test]
fn firehose_converts_what_fits_and_tells_of_the_rest() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge_with(&python(), "firehose_parquet.py", &[&server.url, &server.token()]);
    assert_eq!(told, CONVERTED);
}

const KILLED: &str = "\
enough was sent and converted: True True True
delivered: 0 lost, 0 doubled
backed up: 0 lost, 0 doubled
what fits is a row, what does not is an error: True True
the two agree: True
";

/// It is killed while it takes records, converts them, and puts the two kinds of files and the backup into the bucket.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_kill_loses_and_doubles_nothing_that_is_converted_or_backed_up() {
    const KILLS: u64 = 12;
    let place = Place::example("minimal");
    let sent = place.path().join("sent");
    let script = root().join("tests/judges/firehose_kills.py");
    for kill in 0..KILLS {
        let mut server = place.serve();
        if kill == 0 {
            judge_with(&python(), "firehose_kills.py", &[&server.url, &server.token(), "setup"]);
        }
        let acknowledged = std::fs::OpenOptions::new().append(true).create(true).open(&sent).unwrap();
        let mut client = Command::new(python());
        client.arg(&script).args([&server.url, &server.token(), "send", &(kill * 10_000).to_string()]);
        let mut client = client.stdout(Stdio::from(acknowledged)).spawn().unwrap();
        // From the first answer on: how long a client takes to start is another question.
        let (before, began) = (std::fs::metadata(&sent).unwrap().len(), Instant::now());
        while std::fs::metadata(&sent).unwrap().len() == before {
            assert!(began.elapsed() < Duration::from_secs(60), "nothing was acknowledged");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300 + kill * 137 % 700));
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        client.wait().unwrap();
    }
    let server = place.serve();
    let told =
        judge_with(&python(), "firehose_kills.py", &[&server.url, &server.token(), "count", sent.to_str().unwrap()]);
    assert_eq!(told, KILLED);
}

const PROJECTED: &str = r#"partitions in the catalog: []
all: [('1', '2026', '01', '31'), ('2', '2026', '01', '31'), ('3', '2026', '11', '05')]
pruned: [('3',)] True
by a value in the middle: [('1',), ('2',)]
outside of the range: ([('0',)], 0)
SHOW PARTITIONS: []
MSCK: ('Partitions not in metastore:\tevents:year=2024/month=11/day=05\tevents:year=2026/month=01/day=31\tevents:year=2026/month=11/day=05\tevents:year=2026/month=11/day=5',)
MSCK: ('Repair: Added partition to metastore events:year=2024/month=11/day=05',)
MSCK: ('Repair: Added partition to metastore events:year=2026/month=01/day=31',)
MSCK: ('Repair: Added partition to metastore events:year=2026/month=11/day=05',)
MSCK: ('Repair: Added partition to metastore events:year=2026/month=11/day=5',)
again: []
SHOW PARTITIONS: 4
still projected: [('6',)]
typed: [('1', '2027', '2026-01-31')]
injected: [('0', 'web', '2026/01/02/03'), ('1', 'app', '2026/01/02/04')]
two of them: [('0', 'web'), ('3', 'web')]
not said: CONSTRAINT_VIOLATION: For the injected projected partition column who, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.
not said by a range: CONSTRAINT_VIOLATION: For the injected projected partition column who, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.
half: HIVE_METASTORE_ERROR: Table web.half is configured for partition projection, but the following partition columns are missing projection configuration: [dt]
off: [('0',)]
registered: [('1',)]
versions: [('2', 'true'), ('0', 'true')]
the first: 2025,2030
another's update: ConcurrentModificationException: Update table failed due to concurrent modifications.
the latest: InvalidInputException: Cannot delete the latest version of a table.
an old one: [{'TableName': 'switched', 'VersionId': '7', 'ErrorDetail': {'ErrorCode': 'EntityNotFoundException', 'ErrorMessage': 'Version not found.'}}]
after its end: 1
a crawler that logs leaves: ['projection.day.digits']
one that updates leaves: []
"#;

#[test]
fn projected_partitions_are_read_without_any_in_the_catalog() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge_with(&python(), "projected_tables.py", &[&server.url]), PROJECTED);
}
