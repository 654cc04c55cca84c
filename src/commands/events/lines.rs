//! The events in a file, read as Spark reads it: a line is an object, or an array of them.

use flate2::bufread::MultiGzDecoder;
use serde_json::{Map, Value};
use std::io::{self, BufRead, BufReader, Read};

/// What a line is that is no event, with the column of the fault, from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) usize);

/// What is told of each line.
pub(super) type Line = Result<Vec<Map<String, Value>>, Broken>;

/// The first two bytes of a gzip file. Firehose names such files `.gz`, others need not.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Gives each line to `take`, with its number, until that has enough or the file ends.
///
/// # Errors
/// The file is damaged; what is before that was given.
pub(super) fn each(bytes: &[u8], mut take: impl FnMut(usize, Line) -> bool) -> Result<(), Damage> {
    texts(bytes, |number, line| take(number, events(line)))
}

/// The same, of lines as they stand there. Those without anything are left out.
///
/// # Errors
/// The file is damaged; what is before that was given.
pub(super) fn texts(bytes: &[u8], mut take: impl FnMut(usize, &str) -> bool) -> Result<(), Damage> {
    let mut reader: Box<dyn BufRead + '_> = match bytes.starts_with(&GZIP) {
        true => Box::new(BufReader::new(MultiGzDecoder::new(bytes))),
        false => Box::new(bytes),
    };
    let (mut number, mut text) = (0, vec![]);
    loop {
        text.clear();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut text);
        let read = read.map_err(|error| Damage { behind: number, error })?;
        if read == 0 {
            return Ok(());
        }
        // A carriage return ends a line, too.
        for line in text.strip_suffix(b"\n").unwrap_or(&text).split(|byte| *byte == b'\r') {
            number += 1;
            let line = String::from_utf8_lossy(line);
            let line = line.trim_matches(['\u{feff}', ' ', '\t']);
            if !line.is_empty() && !take(number, line) {
                return Ok(());
            }
        }
    }
}

/// A request has at most 10 MB, so that no event is longer. What is has no end.
const LONGEST: u64 = 64 << 20;

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) struct Damage {
    /// The last line that was read.
    pub(super) behind: usize,
    pub(super) error: io::Error,
}

/// What stands behind the first value is read by nobody.
fn events(line: &str) -> Line {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Object(event))) => Ok(vec![event]),
        Some(Ok(Value::Array(items))) => {
            let events =
                items.into_iter().map_while(|item| if let Value::Object(event) = item { Some(event) } else { None });
            Ok(events.collect())
        }
        Some(Ok(_)) | None => Err(Broken(1)),
        Some(Err(error)) => Err(Broken(error.column().max(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn told(bytes: &[u8]) -> (Vec<String>, Option<usize>) {
        let mut all = vec![];
        let ended = each(bytes, |number, line| {
            all.push(format!(
                "{number}: {}",
                line.map_or_else(
                    |Broken(at)| format!("broken at {at}"),
                    |events| serde_json::to_string(&events).unwrap_or_default()
                )
            ));
            true
        });
        (all, ended.err().map(|damage| damage.behind))
    }

    #[test]
    fn lines_are_objects_or_arrays_of_them() {
        let text =
            "{\"a\":1}\n\n\u{feff}{\"a\":2}\r{\"a\":3}\r\n[{\"a\":4},{\"a\":5}]\n{\"a\":6}{\"a\":7}\n42\n{\"a\":";
        let (all, damage) = told(text.as_bytes());
        assert_eq!(
            all,
            [
                "1: [{\"a\":1}]",
                "3: [{\"a\":2}]",
                "4: [{\"a\":3}]",
                "6: [{\"a\":4},{\"a\":5}]",
                "7: [{\"a\":6}]",
                "8: broken at 1",
                "9: broken at 5"
            ]
        );
        assert_eq!(damage, None);
    }

    #[test]
    fn what_is_before_the_damage_is_read() {
        let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        for number in 0..1000 {
            writeln!(gzip, "{{\"n\":{number}}}").unwrap();
        }
        let whole = gzip.finish().unwrap();
        assert_eq!((told(&whole).0.len(), told(&whole).1), (1000, None));
        let (lines, damage) = told(&whole[..whole.len() / 2]);
        assert!(lines.len() < 1000 && damage == Some(lines.len()), "{} {damage:?}", lines.len());
    }
}
