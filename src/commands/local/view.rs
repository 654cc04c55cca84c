//! What `pipectl local` shows while it serves: a view that is kept up to date on a terminal, elsewhere a line for each
//! change.

use super::request;
use crate::aws::Pause;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Deserialize;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);
/// Schedules that a screen has room for.
const NEXT: usize = 4;

/// What `GET /_local/status` tells.
#[derive(Debug, Deserialize)]
struct Status {
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

/// Shows it for as long as there is somebody to see it; never ends.
pub(super) async fn watch(url: &str) {
    let url = format!("{url}/_local/status");
    let bar = std::io::stderr().is_terminal().then(screen);
    let (mut before, mut pause) = (None, Pause::steady(PAUSE));
    loop {
        pause.pass().await;
        let read = request::get(&url).await.ok().and_then(|status| serde_json::from_value::<Status>(status).ok());
        let Some(status) = read else { continue };
        match &bar {
            Some(bar) => bar.set_message(view(&status).join("\n")),
            None => {
                let line = line(&status);
                let is_news = before.as_ref().is_some_and(|before| *before != line);
                // Nobody reads any more: it serves all the same.
                if is_news && writeln!(std::io::stderr(), "{}  {line}", clock(status.now)).is_err() {
                    return std::future::pending().await;
                }
                before = Some(line);
            }
        }
    }
}

fn screen() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("\n{msg}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
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

/// In the order of the data's way.
fn view(status: &Status) -> Vec<String> {
    let mut rows = vec![("now", format!("{} UTC", clock(status.now))), ("requests", requests(status))];
    for stream in &status.streams {
        let (size, due) = (size(stream.bytes), from_now(status.now, stream.due));
        rows.push(("buffered", format!("{}: {} records, {size}, delivered {due}", stream.name, stream.records)));
    }
    if status.waiting_events > 0 {
        rows.push(("waiting", format!("{} events for their functions", status.waiting_events)));
    }
    for folder in &status.files {
        let place = format!("s3://{}/{}", folder.bucket, folder.folder);
        rows.push(("files", format!("{place}: {}, {}", folder.objects, size(folder.bytes))));
    }
    for Table { database, name, partitions, rows: count } in &status.tables {
        rows.push(("table", format!("{database}.{name}: {partitions} partitions, {count} rows")));
    }
    for Schedule { kind, name, next } in status.schedules.iter().take(NEXT) {
        rows.push(("next", format!("{kind} {name} {}", from_now(status.now, *next))));
    }
    rows.into_iter().map(|(what, text)| format!("{what:<9} {text}")).collect()
}

/// All that changes because something happened, and not because time passes.
fn line(status: &Status) -> String {
    let (records, bytes) =
        status.streams.iter().fold((0, 0), |(records, bytes), one| (records + one.records, bytes + one.bytes));
    let files = status.files.iter().map(|folder| format!("{} {}", folder.folder, folder.objects));
    let tables = status.tables.iter().map(|table| format!("{} {} rows", table.name, table.rows));
    let parts = [
        format!("requests {}", requests(status)),
        format!("buffered {records} records, {}", size(bytes)),
        format!("files {}", files.collect::<Vec<_>>().join(", ")),
        format!("tables {}", tables.collect::<Vec<_>>().join(", ")),
    ];
    parts.join("; ")
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
        let lines = view(&status("2018-01-30T14:02:40Z"));
        let expected = [
            "now       2018-01-30 14:02:40 UTC",
            "requests  12 answered, 1 refused",
            "buffered  clicks-dev: 12 records, 2.05 kB, delivered in 12:20",
            "files     s3://b/raw/: 3, 1.50 MB",
            "table     d.t: 2 partitions, 40 rows",
            "next      crawler raw in 1:57:20",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn time_alone_is_no_news() {
        assert_eq!(line(&status("2018-01-30T14:02:40Z")), line(&status("2018-01-30T14:03:40Z")));
        assert!(view(&status("2018-01-30T17:00:00Z"))[5].ends_with("raw now"));
    }
}
