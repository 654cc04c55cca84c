//! Regular expressions: https://trino.io/docs/current/functions/regexp.html

use super::call::{Call, Given, Row, bad, fails};
use super::library::Entry;
use super::text::array;
use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::common::Result;
use regex::{Captures, Regex, RegexBuilder};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("regexp_like", "varchar, varchar -> boolean", |call| {
        with(call, |row, pattern| Ok(Some(pattern.is_match(row.text(0)))))
    }),
    ("regexp_extract", "varchar, varchar -> varchar", |call| with(call, |row, pattern| extract(row, pattern, 0))),
    ("regexp_extract", "varchar, varchar, bigint -> varchar", |call| {
        with(call, |row, pattern| extract(row, pattern, row.long(2)))
    }),
    ("regexp_extract_all", "varchar, varchar -> array(varchar)", |call| {
        with(call, |row, pattern| extract_all(row, pattern, 0))
    }),
    ("regexp_extract_all", "varchar, varchar, bigint -> array(varchar)", |call| {
        with(call, |row, pattern| extract_all(row, pattern, row.long(2)))
    }),
    ("regexp_replace", "varchar, varchar -> varchar", |call| {
        with(call, |row, pattern| Ok(Some(pattern.replace_all(row.text(0), "").into_owned())))
    }),
    ("regexp_replace", "varchar, varchar, varchar -> varchar", |call| {
        with(call, |row, pattern| replace(row, pattern).map(Some))
    }),
    ("regexp_split", "varchar, varchar -> array(varchar)", |call| {
        with(call, |row, pattern| {
            let (mut parts, mut from) = (vec![], 0);
            for range in matches(pattern, row.text(0)).iter().filter_map(|found| Some(found.get(0)?.range())) {
                parts.push(&row.text(0)[from..range.start]);
                from = range.end;
            }
            parts.push(&row.text(0)[from..]);
            Ok(Some(array(parts)))
        })
    }),
    ("regexp_count", "varchar, varchar -> bigint", |call| {
        with(call, |row, pattern| Ok(Some(matches(pattern, row.text(0)).len() as i64)))
    }),
    ("regexp_position", "varchar, varchar -> bigint", |call| with(call, |row, pattern| position(row, pattern, 1, 1))),
    ("regexp_position", "varchar, varchar, bigint -> bigint", |call| {
        with(call, |row, pattern| position(row, pattern, row.long(2), 1))
    }),
    ("regexp_position", "varchar, varchar, bigint, bigint -> bigint", |call| {
        with(call, |row, pattern| position(row, pattern, row.long(2), row.long(3)))
    }),
];

/// A pattern's program may take so much.
const LARGEST: usize = 16 << 20;

/// With the pattern of each row, made anew only where it is another one.
fn with<T: super::call::Answer>(call: &Call, work: impl Fn(Row<'_>, &Regex) -> Given<T>) -> Result<ArrayRef> {
    let last: RefCell<Option<Rc<Regex>>> = RefCell::default();
    call.each(|row| {
        let known = last.borrow().clone().filter(|known| known.as_str() == row.text(1));
        let pattern = match known {
            Some(known) => known,
            None => Rc::new(compile(row.text(1))?),
        };
        *last.borrow_mut() = Some(Rc::clone(&pattern));
        work(row, &pattern)
    })
}

/// As Java finds them: one that is empty may stand right behind another.
pub(in super::super) fn matches<'t>(pattern: &Regex, text: &'t str) -> Vec<Captures<'t>> {
    let (mut all, mut from) = (vec![], 0);
    while let Some(found) = pattern.captures_at(text, from)
        && let Some(whole) = found.get(0)
    {
        let (end, is_empty) = (whole.end(), whole.is_empty());
        all.push(found);
        from = match text[end..].chars().next() {
            Some(letter) if is_empty => end + letter.len_utf8(),
            None if is_empty => break,
            _ => end,
        };
    }
    all
}

pub(in super::super) fn compile(pattern: &str) -> Result<Regex> {
    if ["(?=", "(?!", "(?<=", "(?<!", "(?>"].iter().any(|look| pattern.contains(look)) {
        return Err(fails("NOT_SUPPORTED", format!("Local AWS has no look-around in regular expressions: {pattern}")));
    }
    let made = RegexBuilder::new(pattern).size_limit(LARGEST).build();
    made.map_err(|error| {
        let text = error.to_string();
        let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        bad(format!("'{pattern}' is not a valid regular expression: {why}"))
    })
}

fn group(pattern: &Regex, group: i64) -> Result<usize> {
    let most = pattern.captures_len() - 1;
    let found = usize::try_from(group).map_err(|_| bad("Group cannot be negative"))?;
    match found <= most {
        true => Ok(found),
        false => Err(bad(format!("Pattern has {most} groups. Cannot access group {group}"))),
    }
}

fn extract(row: Row<'_>, pattern: &Regex, wanted: i64) -> Given<String> {
    let wanted = group(pattern, wanted)?;
    let found = pattern.captures(row.text(0)).and_then(|found| found.get(wanted).map(|part| part.as_str().to_owned()));
    Ok(found)
}

fn extract_all(row: Row<'_>, pattern: &Regex, wanted: i64) -> Given<ArrayRef> {
    let wanted = group(pattern, wanted)?;
    let found = matches(pattern, row.text(0));
    let parts: StringArray = found.iter().map(|found| found.get(wanted).map(|part| part.as_str())).collect();
    Ok(Some(Arc::new(parts)))
}

fn replace(row: Row<'_>, pattern: &Regex) -> Result<String> {
    let with = replacement(pattern, row.text(2))?;
    let (text, mut made, mut from) = (row.text(0), String::new(), 0);
    for found in matches(pattern, text) {
        let Some(whole) = found.get(0) else { continue };
        made.push_str(&text[from..whole.start()]);
        for part in &with {
            made.push_str(match part {
                Part::Text(text) => text,
                Part::Group(group) => found.get(*group).map_or("", |part| part.as_str()),
            });
        }
        from = whole.end();
    }
    Ok(made + &text[from..])
}

enum Part {
    Text(String),
    Group(usize),
}

/// `$1`, `${name}`; a backslash takes the next letter as it is.
fn replacement(pattern: &Regex, text: &str) -> Result<Vec<Part>> {
    let (mut parts, mut rest) = (vec![], text);
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        match letter {
            '\\' => {
                let next = after.chars().next().ok_or_else(|| bad("Illegal replacement sequence: \\"))?;
                parts.push(Part::Text(next.to_string()));
                rest = &after[next.len_utf8()..];
            }
            '$' => {
                let wrong = || bad(format!("Illegal replacement sequence: {rest}"));
                let end = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
                if let Some((name, after)) = after.strip_prefix('{').and_then(|after| after.split_once('}')) {
                    let index = pattern.capture_names().position(|known| known == Some(name));
                    parts.push(Part::Group(index.ok_or_else(wrong)?));
                    rest = after;
                } else {
                    // As many digits as name a group that there is, and at least one.
                    let most = (1..=end)
                        .rev()
                        .find(|end| after[..*end].parse().is_ok_and(|wanted: usize| wanted < pattern.captures_len()));
                    let most = most.or((end > 0).then_some(1)).ok_or_else(wrong)?;
                    let wanted: i64 = after[..most].parse().map_err(|_| wrong())?;
                    parts.push(Part::Group(group(pattern, wanted)?));
                    rest = &after[most..];
                }
            }
            _ => {
                let end = rest.find(['\\', '$']).unwrap_or(rest.len());
                parts.push(Part::Text(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
    }
    Ok(parts)
}

fn position(row: Row<'_>, pattern: &Regex, start: i64, occurrence: i64) -> Given<i64> {
    if start < 1 {
        return Err(bad("start position cannot be smaller than 1"));
    }
    if occurrence < 1 {
        return Err(bad("occurrence cannot be smaller than 1"));
    }
    let text = row.text(0);
    let from = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth((start - 1) as usize);
    let found = from.and_then(|from| {
        let matches = pattern.find_iter(&text[from..]);
        matches.into_iter().nth((occurrence - 1) as usize).map(|found| from + found.start())
    });
    Ok(Some(found.map_or(-1, |at| text[..at].chars().count() as i64 + 1)))
}
