//! Times in the patterns of Joda-Time's `DateTimeFormat`, which is what `TimestampFormats` takes.

use jiff::civil::{Date, DateTime, Time};

const LETTERS: &str = "yMdHhmsSaZ";

/// # Errors
/// What is wrong with a pattern.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let mut quoted = false;
    for letter in pattern.chars() {
        if letter == '\'' {
            quoted = !quoted;
        } else if !quoted && letter.is_ascii_alphabetic() && !LETTERS.contains(letter) {
            return Err(format!("Illegal pattern component: {letter}"));
        }
    }
    Ok(())
}

/// What has been read of a time: year, month, day, hour, minute, second, nanosecond.
struct Found {
    parts: [i32; 7],
    afternoon: bool,
    /// Seconds that it is ahead of UTC.
    offset: i64,
}

/// Nanoseconds since 1970; without an offset, in UTC.
pub(super) fn read(pattern: &str, text: &str) -> Option<i128> {
    let mut found = Found { parts: [1970, 1, 1, 0, 0, 0, 0], afternoon: false, offset: 0 };
    let (mut rest, mut pattern) = (text, pattern.chars().peekable());
    while let Some(letter) = pattern.next() {
        if letter == '\'' {
            if pattern.next_if_eq(&'\'').is_some() {
                rest = rest.strip_prefix('\'')?;
                continue;
            }
            for quoted in pattern.by_ref().take_while(|letter| *letter != '\'') {
                rest = rest.strip_prefix(quoted)?;
            }
        } else if letter.is_ascii_alphabetic() {
            let mut count = 1;
            while pattern.next_if_eq(&letter).is_some() {
                count += 1;
            }
            let field_follows = pattern.peek().is_some_and(char::is_ascii_alphabetic);
            rest = found.take((letter, count), field_follows, rest)?;
        } else {
            rest = rest.strip_prefix(letter)?;
        }
    }
    if rest.is_empty() { found.time() } else { None }
}

/// Since 1970, in UTC.
pub(super) fn nanoseconds(time: DateTime) -> Option<i128> {
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_nanosecond())
}

impl Found {
    fn time(&self) -> Option<i128> {
        let [year, month, day, hour, minute, second, nanosecond] = self.parts;
        let small = |part: i32| i8::try_from(part).ok();
        let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
        let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?;
        let hours = if self.afternoon { 12 } else { 0 };
        Some(nanoseconds(date.to_datetime(time))? + i128::from(hours * 3600 - self.offset) * 1_000_000_000)
    }

    /// Takes a field off the beginning of a text.
    fn take<'a>(&mut self, (letter, count): (char, usize), field_follows: bool, text: &'a str) -> Option<&'a str> {
        if letter == 'a' {
            let (half, rest) = text.split_at_checked(2)?;
            self.afternoon = half.eq_ignore_ascii_case("pm");
            return (self.afternoon || half.eq_ignore_ascii_case("am")).then_some(rest);
        }
        if letter == 'Z' {
            return self.zone(text);
        }
        let most = if field_follows { count } else { count.max(9) };
        let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(length);
        let number: i32 = digits.parse().ok()?;
        let at = "yMdHmsS".find(if letter == 'h' { 'H' } else { letter })?;
        self.parts[at] = match letter {
            'y' if count == 2 && length == 2 => 2000 + number,
            'h' => number % 12,
            'S' => format!("{digits:0<9}").get(..9)?.parse().ok()?,
            _ => number,
        };
        Some(rest)
    }

    fn zone<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            'Z' => return Some(&text[1..]),
            _ => return None,
        };
        let hours: i64 = text.get(1..3)?.parse().ok()?;
        let rest = text.get(3..)?;
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let minutes: i64 = rest.get(..2)?.parse().ok()?;
        self.offset = sign * (hours * 3600 + minutes * 60);
        rest.get(2..)
    }
}
