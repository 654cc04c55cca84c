//! Which partition a file belongs to, and what it is called there.

/// `partitioned/year=2018/month=02/day=03/<name>` for `2018/02/03/23/<name>`; `None` if neither `path` nor `time` has a date.
///
/// Firehose puts the UTC time into the path, and to the second, with a random string, into the name: no two files of a stream are
/// called the same, and the name is kept. A file that somebody else put there keeps its whole path in its name, so that two files
/// never meet, whatever they are called; one without a date in its path goes by `time`, when S3 got it.
pub(crate) fn destination(partitioned: &str, path: &str, time: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let (date, name) = match parts[..] {
        [year, month, day, hour, name] if is_hour(year, month, day, hour) && is_firehose_name(name) => {
            ([year, month, day], name.to_owned())
        }
        [year, month, day, hour, _, ..] if is_hour(year, month, day, hour) => ([year, month, day], flat(path)),
        _ => (date_of(time)?, flat(path)),
    };
    let [year, month, day] = date;
    Some(format!("{partitioned}year={year}/month={month}/day={day}/{name}"))
}

/// `<stream>-<version>-YYYY-MM-DD-HH-MM-SS-<random>`, with or without an extension (Firehose developer guide, "Configure Amazon S3
/// object name format").
fn is_firehose_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    parts.windows(7).any(|window| match *window {
        [year, month, day, hour, minute, second, random] => {
            is_hour(year, month, day, hour) && is_number(minute, 2) && is_number(second, 2) && !random.is_empty()
        }
        _ => false,
    })
}

/// A path as one name. It can be read back, so that two paths never give the same: after a `!` comes `-` for a slash or `!` for itself.
/// S3 names `!` among the safe characters, and, unlike a leading `_` or `.`, it hides no file from Athena and Spark.
fn flat(path: &str) -> String {
    path.replace('!', "!!").replace('/', "!-")
}

fn date_of(time: &str) -> Option<[&str; 3]> {
    let mut parts = time.split('T').next()?.split('-');
    let date = [parts.next()?, parts.next()?, parts.next()?];
    is_date(date).then_some(date)
}

fn is_hour(year: &str, month: &str, day: &str, hour: &str) -> bool {
    is_date([year, month, day]) && is_number(hour, 2) && hour < "24"
}

fn is_date([year, month, day]: [&str; 3]) -> bool {
    let digits = is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    digits && ("01"..="12").contains(&month) && ("01"..="31").contains(&day)
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn moved(path: &str) -> String {
        destination("partitioned/", path, "2026-11-23T19:56:30.000Z").unwrap()
    }

    #[test]
    fn the_hour_goes_and_firehoses_name_stays() {
        let uuid = "6d1ec34f-4f2b-4e55-a9d2-2f3b6c7d8e9f";
        for extension in ["", ".gz", ".snappy", ".zip"] {
            let name = format!("clicks-prod-1-2018-02-03-23-05-12-{uuid}{extension}");
            let expected = format!("partitioned/year=2018/month=02/day=03/{name}");
            assert_eq!(moved(&format!("2018/02/03/23/{name}")), expected);
        }
    }

    #[test]
    fn an_unexpected_name_keeps_its_path_and_its_date() {
        assert_eq!(moved("2018/02/03/23/a.gz"), "partitioned/year=2018/month=02/day=03/2018!-02!-03!-23!-a.gz");
        assert_eq!(moved("2018/02/03/23/b/a.gz"), "partitioned/year=2018/month=02/day=03/2018!-02!-03!-23!-b!-a.gz");
    }

    #[test]
    fn a_path_without_a_date_goes_by_the_time_of_its_event() {
        let today = "partitioned/year=2026/month=11/day=23";
        for (path, name) in [
            ("x.gz", "x.gz"),
            ("a/x.gz", "a!-x.gz"),
            ("/x.gz", "!-x.gz"),
            ("2018/13/03/23/x.gz", "2018!-13!-03!-23!-x.gz"),
            ("2018/02/00/23/x.gz", "2018!-02!-00!-23!-x.gz"),
            ("2018/02/03/24/x.gz", "2018!-02!-03!-24!-x.gz"),
            ("2018/2/3/23/x.gz", "2018!-2!-3!-23!-x.gz"),
            ("2018/02/03/x.gz", "2018!-02!-03!-x.gz"),
        ] {
            assert_eq!(moved(path), format!("{today}/{name}"));
        }
    }

    #[test]
    fn two_files_never_get_the_same_name() {
        let paths = [
            "x.gz",
            "a/b_x.gz",
            "a_b/x.gz",
            "a/b!x.gz",
            "a!-b/x.gz",
            "a!/-b/x.gz",
            "2026/11/23/19/x.gz",
            "2026/11/23/20/x.gz",
            "2026!-11/23/19/x.gz",
            "19/x.gz",
        ];
        let names: BTreeSet<_> = paths.iter().map(|path| moved(path)).collect();
        assert_eq!(names.len(), paths.len(), "{names:#?}");
    }

    #[test]
    fn without_any_date_there_is_no_partition() {
        for time in ["", "yesterday", "2026-11", "23/11/2026", "2026-1-2T"] {
            assert_eq!(destination("partitioned/", "x.gz", time), None, "{time}");
        }
    }
}
