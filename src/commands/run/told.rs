//! What a run of the job says in its log of the rows it wrote, and of what is in none of them.

use crate::aws::{Aws, Expect as _, Pause, Result, read};
use jiff::civil::Date;
use std::time::{Duration, Instant};

/// A line comes into CloudWatch Logs some seconds after it was written.
const WITHIN: Duration = Duration::from_secs(30);
/// What the script says of its rows, at the end of each way through it.
const LAST: [&str; 3] = [" rows written", "nothing new", "no table "];
/// What it says of values, lines and files (`templates/etl.py`).
const LOST: [&str; 3] = ["left out: ", "null, because they do not fit: ", "not in the schema: "];

/// `None`: the log has no line of it yet, or none is kept.
///
/// # Errors
/// AWS refuses to show the log.
pub(super) async fn told(aws: &Aws, group: &str, run: &str) -> Result<Option<Vec<String>>> {
    let (began, mut pause) = (Instant::now(), Pause::growing(Duration::from_millis(200), Duration::from_secs(3)));
    loop {
        let Some(lines) = lines(aws, group, run).await? else { return Ok(None) };
        if lines.iter().any(|line| is_last(line)) {
            return Ok(Some(lines.into_iter().filter(|line| is_told(line)).collect()));
        }
        if began.elapsed() > WITHIN {
            return Ok(None);
        }
        pause.pass().await;
    }
}

/// How many rows a run has written that has ended, as far as its log says so by now.
///
/// # Errors
/// AWS refuses to show the log.
pub(super) async fn rows(aws: &Aws, group: &str, run: &str) -> Result<Option<u64>> {
    Ok(lines(aws, group, run).await?.and_then(|lines| written(&lines)))
}

fn written(lines: &[String]) -> Option<u64> {
    // Days that were converted again, one by one.
    let days: Vec<_> = lines.iter().filter(|line| is_of_a_day(line)).collect();
    let of_day = |line: &&String| line.split_once(": ")?.1.split_once(" rows, in place of ")?.0.parse::<u64>().ok();
    if !days.is_empty() {
        return Some(days.iter().filter_map(of_day).sum());
    }
    let last = lines.iter().find(|line| is_last(line))?;
    last.split_once(LAST[0]).map_or(Some(0), |(rows, _)| rows.parse().ok())
}

fn is_last(line: &str) -> bool {
    LAST.iter().any(|last| line.contains(last))
}

fn is_told(line: &str) -> bool {
    is_last(line) || is_of_a_day(line) || LOST.iter().any(|lost| line.starts_with(lost))
}

/// What became of a day that was converted again: `2018-01-30: 12 rows, in place of 12`.
fn is_of_a_day(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(day, _)| day.len() == 10 && day.parse::<Date>().is_ok())
}

/// `None` where there is no such group.
async fn lines(aws: &Aws, group: &str, run: &str) -> Result<Option<Vec<String>>> {
    let (mut all, mut token) = (vec![], None);
    loop {
        let page = || {
            let request = aws.logs.filter_log_events().log_group_name(group).log_stream_name_prefix(run);
            request.set_next_token(token.clone()).send()
        };
        let Some(page) = read("logs:FilterLogEvents", page).await.absent()? else { return Ok(None) };
        let events = page.events.unwrap_or_default().into_iter().filter_map(|event| event.message);
        all.extend(events.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()));
        token = page.next_token;
        if token.is_none() {
            return Ok(Some(all));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_days_are_told_from_others() {
        assert!(is_of_a_day("2018-01-30: 12 rows, in place of 12"));
        assert!(
            !is_of_a_day("12 rows written") && !is_of_a_day("2018-01-30T10:00: x") && !is_of_a_day("2018-13-30: x")
        );
    }

    #[test]
    fn rows_are_counted_as_the_script_tells_them() {
        for (log, rows) in [
            (&["partitions added to the catalog: 2", "5 rows written", "left out: lines: 1"][..], Some(5)),
            (&["partitions added to the catalog: 0", "nothing new"], Some(0)),
            (&["no table raw yet: the crawler makes it"], Some(0)),
            (&["2018-01-30: 12 rows, in place of 11", "2018-01-31: 3 rows, in place of 3"], Some(15)),
            (&["2018-01-30: left as it is: its files of JSON have 1 rows, and its files of Parquet 2"], Some(0)),
            (&["partitions added to the catalog: 0"], None),
            (&[], None),
        ] {
            let log: Vec<_> = log.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(written(&log), rows, "{log:?}");
        }
    }
}
