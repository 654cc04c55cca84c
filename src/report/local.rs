//! What `pipectl local` shows while it serves: a screen on a terminal, elsewhere a line for each change.

use super::foreign::one_line;
use jiff::Timestamp;
use serde::Deserialize;

/// Schedules that a screen has room for.
const NEXT: usize = 4;

/// What `GET /_local/status` tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Status {
    now: Timestamp,
    requests: Requests,
    streams: Vec<Stream>,
    waiting_events: u64,
    files: Vec<Folder>,
    tables: Vec<Table>,
    schedules: Vec<Schedule>,
}

#[derive(Debug, Deserialize)]
struct Requests {
    answered: u64,
    refused: u64,
}

#[derive(Debug, Deserialize)]
struct Stream {
    name: String,
    records: u64,
    bytes: u64,
    due: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Folder {
    bucket: String,
    folder: String,
    objects: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Table {
    database: String,
    name: String,
    partitions: u64,
    rows: u64,
}

#[derive(Debug, Deserialize)]
struct Schedule {
    kind: String,
    name: String,
    next: Timestamp,
}

impl Status {
    /// Local AWS has a clock of its own.
    pub(crate) fn time(&self) -> String {
        clock(self.now)
    }

    /// In the order of the data's way.
    pub(crate) fn screen(&self) -> Vec<String> {
        let mut rows = vec![("now", format!("{} UTC", clock(self.now))), ("requests", requests(self))];
        for stream in &self.streams {
            let (size, due) = (size(stream.bytes), from_now(self.now, stream.due));
            rows.push((
                "buffered",
                format!("{}: {}, {size}, delivered {due}", stream.name, counted(stream.records, "record")),
            ));
        }
        if self.waiting_events > 0 {
            rows.push(("waiting", format!("{} events for their functions", self.waiting_events)));
        }
        let mut bucket = "";
        for folder in &self.files {
            if bucket != folder.bucket {
                bucket = &folder.bucket;
                rows.push(("bucket", format!("s3://{bucket}")));
            }
            let name = if folder.folder.is_empty() { "/" } else { &folder.folder };
            rows.push(("files", format!("{name}: {}, {}", folder.objects, size(folder.bytes))));
        }
        for Table { database, name, partitions, rows: count } in &self.tables {
            rows.push((
                "table",
                format!("{database}.{name}: {}, {}", counted(*partitions, "partition"), counted(*count, "row")),
            ));
        }
        for Schedule { kind, name, next } in self.schedules.iter().take(NEXT) {
            rows.push(("next", format!("{kind} {name} {}", from_now(self.now, *next))));
        }
        rows.into_iter().map(|(what, text)| format!("{what:<9} {}", one_line(&text))).collect()
    }

    /// All that changes because something happened, and not because time passes.
    pub(crate) fn line(&self) -> String {
        let (records, bytes) =
            self.streams.iter().fold((0, 0), |(records, bytes), one| (records + one.records, bytes + one.bytes));
        let files = self.files.iter().map(|folder| format!("{} {}", folder.folder, folder.objects));
        let tables = self.tables.iter().map(|table| format!("{} {} rows", table.name, table.rows));
        let parts = [
            format!("requests {}", requests(self)),
            format!("buffered {records} records, {}", size(bytes)),
            format!("files {}", files.collect::<Vec<_>>().join(", ")),
            format!("tables {}", tables.collect::<Vec<_>>().join(", ")),
        ];
        one_line(&parts.join("; ")).into_owned()
    }
}

/// `1 row`, `12 rows`
fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", indicatif::HumanCount(count), if count == 1 { "" } else { "s" })
}

fn clock(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `1.2 MB`
fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

/// `in 14:59`, `now`
fn from_now(now: Timestamp, then: Timestamp) -> String {
    match then.duration_since(now).as_secs() {
        seconds if seconds <= 0 => "now".to_owned(),
        seconds if seconds >= 3600 => format!("in {}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
        seconds => format!("in {}:{:02}", seconds / 60, seconds % 60),
    }
}

fn requests(status: &Status) -> String {
    let Requests { answered, refused } = status.requests;
    format!("{answered} answered, {refused} refused")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(now: &str) -> Status {
        serde_json::from_value(json!({
            "now": now,
            "requests": {"answered": 12, "refused": 1},
            "streams": [{"name": "clicks-dev", "records": 12, "bytes": 2048, "due": "2018-01-30T14:15:00Z"}],
            "waiting_events": 0,
            "files": [{"bucket": "b", "folder": "raw/", "objects": 3, "bytes": 1_500_000}],
            "tables": [{"database": "d", "name": "t", "partitions": 2, "rows": 40}],
            "schedules": [{"kind": "crawler", "name": "raw", "next": "2018-01-30T16:00:00Z"}],
        }))
        .unwrap()
    }

    #[test]
    fn the_view_follows_the_data() {
        let lines = status("2018-01-30T14:02:40Z").screen();
        let expected = [
            "now       2018-01-30 14:02:40 UTC",
            "requests  12 answered, 1 refused",
            "buffered  clicks-dev: 12 records, 2.05 kB, delivered in 12:20",
            "bucket    s3://b",
            "files     raw/: 3, 1.50 MB",
            "table     d.t: 2 partitions, 40 rows",
            "next      crawler raw in 1:57:20",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn time_alone_is_no_news() {
        assert_eq!(status("2018-01-30T14:02:40Z").line(), status("2018-01-30T14:03:40Z").line());
        assert!(status("2018-01-30T17:00:00Z").screen()[6].ends_with("raw now"));
    }
}
