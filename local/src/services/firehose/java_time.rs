//! Times in the patterns of Java's `DateTimeFormatter`, which is what `!{timestamp:...}` takes.
//!
//! Partition projection of Athena names its dates in them, too.
//!
//! Letters count: `M` is 8, `MM` 08, `MMM` Aug. Text stands between apostrophes. What Java knows and no folder is named
//! after (eras, quarters, names of zones, optional parts) is refused in Java's words for what it does not know.

use jiff::Zoned;
use jiff::civil::{Date, DateTime, Time};

/// A pattern in its parts: a letter and how often it stands there, or text.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Letter(char, usize),
    Text(String),
}

/// # Errors
/// What Java says of a pattern that is none.
pub(crate) fn parse(pattern: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (vec![], pattern.chars().peekable());
    while let Some(letter) = rest.next() {
        match letter {
            'a'..='z' | 'A'..='Z' => {
                let mut count = 1;
                while rest.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                check(letter, count)?;
                parts.push(Part::Letter(letter, count));
            }
            '\'' => parts.push(Part::Text(
                quoted(&mut rest)
                    .ok_or_else(|| format!("Pattern ends with an incomplete string literal: {pattern}"))?,
            )),
            '{' | '}' | '#' | '[' | ']' => return Err(format!("Pattern includes reserved character: '{letter}'")),
            other => parts.push(Part::Text(other.to_string())),
        }
    }
    Ok(parts)
}

/// What stands until the next apostrophe. Two in a row are one, inside of text and alone.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    if rest.next_if_eq(&'\'').is_some() {
        return Some("'".to_owned());
    }
    let mut text = String::new();
    loop {
        match rest.next()? {
            '\'' if rest.next_if_eq(&'\'').is_none() => return Some(text),
            letter => text.push(letter),
        }
    }
}

/// How often a letter may stand in a row.
fn check(letter: char, count: usize) -> Result<(), String> {
    let most = match letter {
        'y' | 'u' | 'Y' => 19,
        'M' | 'L' | 'E' => 4,
        'D' => 3,
        'S' => 9,
        'd' | 'w' | 'H' | 'h' | 'k' | 'K' | 'm' | 's' => 2,
        'a' => 1,
        _ => return Err(format!("Unknown pattern letter: {letter}")),
    };
    if count > most { Err(format!("Too many pattern letters: {letter}")) } else { Ok(()) }
}

/// A time as a pattern has it.
pub(crate) fn format(parts: &[Part], time: &Zoned) -> String {
    let one = |part: &Part| match part {
        Part::Letter(letter, count) => field(*letter, *count, time),
        Part::Text(text) => text.clone(),
    };
    parts.iter().map(one).collect()
}

fn field(letter: char, count: usize, time: &Zoned) -> String {
    let number = |value: i64| format!("{value:0count$}");
    match letter {
        'y' | 'u' => year(time.year(), count),
        'Y' => year(last_of_week(time.date()).year(), count),
        'M' | 'L' => match count {
            3 => time.strftime("%b").to_string(),
            4 => time.strftime("%B").to_string(),
            _ => number(time.month().into()),
        },
        'E' => time.strftime(if count == 4 { "%A" } else { "%a" }).to_string(),
        'D' => number(time.day_of_year().into()),
        'd' => number(time.day().into()),
        // Weeks as the United States count them: from Sunday on, the first one has the first of January in it.
        'w' => number(i64::from(last_of_week(time.date()).day_of_year() - 1) / 7 + 1),
        'H' => number(time.hour().into()),
        'k' => number(if time.hour() == 0 { 24 } else { time.hour().into() }),
        'K' => number(i64::from(time.hour()) % 12),
        'h' => number((i64::from(time.hour()) + 11) % 12 + 1),
        'a' => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        'm' => number(time.minute().into()),
        's' => number(time.second().into()),
        'S' => format!("{:09}", time.subsec_nanosecond())[..count].to_owned(),
        _ => String::new(),
    }
}

/// Reads a time off the beginning of a text, with what stands behind it. What a pattern does not have is the least: the
/// first of January, midnight. `None`, too, for names of months and days.
pub(crate) fn read<'a>(parts: &[Part], text: &'a str) -> Option<(DateTime, &'a str)> {
    let (mut rest, mut found) = (text, [1970, 1, 1, 0, 0, 0, 0]);
    for part in parts {
        match part {
            Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
            Part::Letter(letter, count) => {
                let at = "yMdHmsS"
                    .find(if *letter == 'u' { 'y' } else { *letter })
                    .filter(|_| *count != 3 || *letter == 'S')?;
                let most = if *count == 1 { 9 } else { *count };
                let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let (digits, behind) = rest.split_at(length);
                let number: i32 = if length < *count { return None } else { digits.parse().ok()? };
                found[at] = match letter {
                    'y' | 'u' if *count == 2 => 2000 + number,
                    'S' => format!("{digits:0<9}").parse().ok()?,
                    _ => number,
                };
                rest = behind;
            }
        }
    }
    let small = |at: usize| i8::try_from(found[at]).ok();
    let date = Date::new(i16::try_from(found[0]).ok()?, small(1)?, small(2)?).ok()?;
    Some((date.to_datetime(Time::new(small(3)?, small(4)?, small(5)?, found[6]).ok()?), rest))
}

/// Two letters are the last two digits.
fn year(year: i16, count: usize) -> String {
    if count == 2 { format!("{:02}", year.rem_euclid(100)) } else { format!("{year:0count$}") }
}

fn last_of_week(date: Date) -> Date {
    let ahead = 6 - date.weekday().to_sunday_zero_offset();
    date.checked_add(jiff::Span::new().days(ahead)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pattern: &str, time: &str) -> String {
        let time: jiff::Timestamp = time.parse().unwrap();
        format(&parse(pattern).unwrap(), &time.to_zoned(jiff::tz::TimeZone::UTC))
    }

    /// Compared with what `jshell` prints in the locale `en_US`.
    #[test]
    fn patterns_give_what_java_gives() {
        for (pattern, expected) in [
            ("yyyy/MM/dd/HH", "2018/08/07/00"),
            ("yy-M-d H:m:s", "18-8-7 0:5:9"),
            ("'year='yyyy'/month='MM", "year=2018/month=08"),
            ("''yyyy''", "'2018'"),
            ("'o''clock'", "o'clock"),
            ("MMM MMMM EEE EEEE", "Aug August Tue Tuesday"),
            ("D DDD", "219 219"),
            ("hh a kk K", "12 AM 24 0"),
            ("HHmmssSSS", "000509012"),
            ("yyyyy", "02018"),
            ("YYYY-'W'ww", "2018-W32"),
        ] {
            assert_eq!(at(pattern, "2018-08-07T00:05:09.012Z"), expected, "{pattern}");
        }
        assert_eq!(at("YYYY ww", "2018-12-31T13:00:00Z"), "2019 01");
        assert_eq!(at("h K a", "2018-12-31T13:00:00Z"), "1 1 PM");
    }

    #[test]
    fn what_was_formatted_is_read_back() {
        let of = |pattern: &str, text: &str| {
            read(&parse(pattern).unwrap(), text).map(|(time, rest)| (time.to_string(), rest.to_owned()))
        };
        let some = |time: &str, rest: &str| Some((time.to_owned(), rest.to_owned()));
        assert_eq!(of("yyyy-MM-dd", "2026-11-26/x"), some("2026-11-26T00:00:00", "/x"));
        assert_eq!(of("yyyy/M/d/HH", "2026/1/26/07"), some("2026-01-26T07:00:00", ""));
        assert_eq!(
            (of("yyyy-MM-dd", "2026-1-26"), of("yyyy-MM-dd", "2026-02-30"), of("MMM", "Nov")),
            (None, None, None)
        );
    }

    #[test]
    fn what_is_no_pattern_is_refused_in_javas_words() {
        let refused = |pattern| parse(pattern).err().unwrap();
        assert_eq!(refused("yyyy/'month"), "Pattern ends with an incomplete string literal: yyyy/'month");
        assert_eq!(refused("ddd"), "Too many pattern letters: d");
        assert_eq!(refused("yyyy/bb"), "Unknown pattern letter: b");
        assert_eq!(refused("[yyyy]"), "Pattern includes reserved character: '['");
    }
}
