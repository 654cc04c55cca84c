//! Which partition a file belongs to.

use crate::event::File;
use crate::settings::Settings;

/// `partitioned/year=2026/month=11/day=23/<name>` for `raw/2026/11/23/19/<name>`; `None` for what is not below
/// the raw prefix.
///
/// Firehose writes the hour it received the first record in, in UTC. A file that lies elsewhere below the prefix
/// goes by the time of its event, with its path in its name, so that two cannot meet.
pub fn destination(settings: &Settings, file: &File) -> Option<String> {
    let path = file.key.strip_prefix(&settings.raw).filter(|path| !path.is_empty() && !path.ends_with('/'))?;
    if path.starts_with(&settings.partitioned) && settings.partitioned.starts_with(&settings.raw) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let (date, name) = match parts[..] {
        [year, month, day, hour, name] if is_date([year, month, day]) && is_number(hour, 2) => {
            ([year, month, day], name.to_owned())
        }
        _ => (date_of(&file.time)?, path.replace('/', "_")),
    };
    let [year, month, day] = date;
    Some(format!("{}year={year}/month={month}/day={day}/{name}", settings.partitioned))
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_date([year, month, day]: [&str; 3]) -> bool {
    is_number(year, 4) && is_number(month, 2) && is_number(day, 2)
}

fn date_of(time: &str) -> Option<[&str; 3]> {
    let mut parts = time.split('T').next()?.split('-');
    let date = [parts.next()?, parts.next()?, parts.next()?];
    is_date(date).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(key: &str) -> Option<String> {
        let settings = Settings { raw: "raw/".into(), partitioned: "partitioned/".into() };
        let file = File { bucket: "b".into(), key: key.into(), time: "2026-11-23T19:56:30.000Z".into() };
        destination(&settings, &file)
    }

    #[test]
    fn the_hour_goes_and_the_name_stays() {
        let key = "raw/2018/02/03/23/clicks-1-2018-02-03-23-05-12-6d1e.gz";
        let expected = "partitioned/year=2018/month=02/day=03/clicks-1-2018-02-03-23-05-12-6d1e.gz";
        assert_eq!(moved(key).as_deref(), Some(expected));
    }

    #[test]
    fn an_unexpected_path_goes_by_the_time_of_its_event_and_keeps_its_path() {
        let today = "partitioned/year=2026/month=11/day=23";
        assert_eq!(moved("raw/a/x.gz"), Some(format!("{today}/a_x.gz")));
        assert_eq!(moved("raw/b/x.gz"), Some(format!("{today}/b_x.gz")));
        assert_eq!(moved("raw/x.gz"), Some(format!("{today}/x.gz")));
    }

    #[test]
    fn what_is_not_below_the_prefix_stays() {
        for key in ["partitioned/year=2018/month=02/day=03/x.gz", "errors/x", "raw/", "raw/2018/"] {
            assert_eq!(moved(key), None, "{key}");
        }
    }
}
