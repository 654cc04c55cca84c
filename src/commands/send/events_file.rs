//! The events of a file that somebody has: NDJSON, arrays, objects over several lines, packed with gzip or not.

use super::Kept;
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

/// Longer than any event that Firehose takes; an array may be as long as it likes.
const LONGEST_EVENT: usize = 4 << 20;

pub(crate) struct EventsFile {
    /// For messages.
    name: String,
    lines: Box<dyn BufRead + Send>,
    /// How many lines were read.
    at: usize,
    /// A line that was read too far.
    ahead: Option<Vec<u8>>,
    ready: VecDeque<String>,
    /// Where what is no event goes; without it, it is an error.
    rejects: Option<Kept>,
    pub(super) rejected: u64,
    failed: Option<Error>,
}

impl EventsFile {
    /// # Errors
    /// Nothing can be read.
    pub(crate) fn open(name: String, input: Box<dyn Read + Send>, rejects: Option<Kept>) -> Result<Self> {
        let mut lines = BufReader::new(input);
        let is_packed = lines.fill_buf().map_err(Error::cannot_read(Path::new(&name)))?.starts_with(&[0x1f, 0x8b]);
        let lines: Box<dyn BufRead + Send> =
            if is_packed { Box::new(BufReader::new(MultiGzDecoder::new(lines))) } else { Box::new(lines) };
        Ok(Self { name, lines, at: 0, ahead: None, ready: VecDeque::new(), rejects, rejected: 0, failed: None })
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read on, or what comes next is no event and there is no place for it.
    pub(crate) fn next(&mut self) -> Result<Option<String>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        while self.ready.is_empty() {
            let Some(text) = self.line()? else { return Ok(None) };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let first = self.at;
            let text = self.value(text)?;
            match events(&text) {
                Ok(events) => self.ready.extend(events),
                Err((line, column, why)) => self.reject(&text, (first + line - 1, column, &why))?,
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Has an error come after what was read before it.
    pub(super) fn fail_next(&mut self, error: Error) {
        self.failed = Some(error);
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>> {
        self.at += 1;
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = vec![];
        self.lines.read_until(b'\n', &mut line).map_err(|source| match source.kind() {
            // What unpacks gzip says of it.
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
                Error::usage(format!("{}:{}: {source}", self.name, self.at), "the file is damaged from there on")
            }
            _ => Error::cannot_read(Path::new(&self.name))(source),
        })?;
        Ok((!line.is_empty()).then_some(line))
    }

    /// All lines of a value that goes over several of them.
    fn value(&mut self, mut text: Vec<u8>) -> Result<Vec<u8>> {
        let is_array = text.trim_ascii_start().first() == Some(&b'[');
        let mut depth = Depth::default();
        depth.add(&text);
        while depth.is_open() && (is_array || text.len() < LONGEST_EVENT) {
            let Some(line) = self.line()? else { break };
            // An object that begins at the margin is the next event: the one before was cut off.
            if !is_array && line.starts_with(b"{") {
                self.ahead = Some(line);
                self.at -= 1;
                break;
            }
            depth.add(&line);
            text.extend(line);
        }
        Ok(text)
    }

    fn reject(&mut self, text: &[u8], (line, column, why): (usize, usize, &str)) -> Result<()> {
        let Some(rejects) = &mut self.rejects else {
            let hint = "`--rejects FILE` puts what is no event aside, and sends the rest";
            return Err(Error::usage(format!("{}:{line}:{column}: {why}", self.name), hint));
        };
        self.rejected += 1;
        let end: &[u8] = if text.ends_with(b"\n") { b"" } else { b"\n" };
        rejects.write(&[text, end].concat())
    }

    /// Nothing more is put aside.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.rejects.as_mut().map_or(Ok(()), Kept::finish)
    }
}

/// How many objects and arrays are open.
#[derive(Default)]
struct Depth {
    open: i64,
    in_string: bool,
    escaped: bool,
}

impl Depth {
    fn add(&mut self, text: &[u8]) {
        for byte in text {
            if self.in_string {
                self.in_string = self.escaped || *byte != b'"';
                self.escaped = !self.escaped && *byte == b'\\';
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.open += 1,
                b'}' | b']' => self.open -= 1,
                _ => {}
            }
        }
        // No text goes over the end of a line.
        (self.in_string, self.escaped) = (false, false);
    }

    fn is_open(&self) -> bool {
        self.open > 0
    }
}

/// Objects, those of arrays among them; or line, column and what is wrong there.
pub(crate) fn events(text: &[u8]) -> std::result::Result<Vec<String>, (usize, usize, String)> {
    let text =
        std::str::from_utf8(text).map_err(|error| (1, error.valid_up_to() + 1, "this is not UTF-8".to_owned()))?;
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let wrong = |error: &serde_json::Error| (error.line(), error.column(), "this is not JSON".to_owned());
    let mut all = vec![];
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let value = value.map_err(|error| wrong(&error))?.get();
        match value.as_bytes()[0] {
            b'{' => all.push(value.to_owned()),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(value).map_err(|error| wrong(&error))?;
                all.extend(items.into_iter().map(|item| item.get().to_owned()));
            }
            _ => return Err((1, 1, "an event is a JSON object".to_owned())),
        }
    }
    match all.iter().any(|event| !event.starts_with('{')) {
        true => Err((1, 1, "an event is a JSON object".to_owned())),
        false => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use std::sync::{Arc, Mutex};

    fn read(text: &[u8]) -> Result<Vec<String>> {
        let mut file = EventsFile::open("f".to_owned(), Box::new(Cursor::new(text.to_vec())), None)?;
        std::iter::from_fn(|| file.next().transpose()).collect()
    }

    #[test]
    fn every_form_of_a_file_has_its_events() {
        let one = r#"{"a":1}"#;
        for text in [
            "{\"a\":1}\n{\"a\":1}",
            "\u{feff}{\"a\":1}\r\n\r\n{\"a\":1}\r\n",
            "[{\"a\":1},{\"a\":1}]",
            "[\n{\"a\":1},\n{\"a\":1}\n]\n",
            "{\"a\":1}{\"a\":1}",
        ] {
            assert_eq!(read(text.as_bytes()).unwrap(), [one, one], "{text}");
        }
        let pretty = "{\n  \"a\": \"}{\",\n  \"b\": [\n    1\n  ]\n}";
        assert_eq!(read(format!("{pretty}\n{pretty}\n").as_bytes()).unwrap(), [pretty, pretty]);
        let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        packed.write_all(b"{\"a\":1}\n").unwrap();
        assert_eq!(read(&packed.finish().unwrap()).unwrap(), [one]);
        assert_eq!(read(b"").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_event_is_named_by_its_line() {
        for (text, place) in [
            (&b"{\"a\":1}\n{\"a\":NaN}\n"[..], "f:2:6: this is not JSON"),
            (b"{\"a\":1}\n{\"a\":\n{\"b\":1}\n", "f:2:"),
            (b"\n\n42\n", "f:3:1: an event is a JSON object"),
            (b"[{\"a\":1},2]", "f:1:1: an event is a JSON object"),
            (b"{\n \"a\":1,\n}\n", "f:3:1: this is not JSON"),
            (b"{\"a\":\"\xe9\"}", "f:1:7: this is not UTF-8"),
            (b"[{\"a\":1}", "f:1:"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_no_event_can_be_put_aside() {
        let kept = Memory::default();
        let text = b"{\"a\":1}\n{\"cut\":\n{\"a\":2}\nnoise\n{\"a\":3}";
        let rejects = Some(Kept::in_memory(kept.clone()));
        let mut file = EventsFile::open("f".to_owned(), Box::new(Cursor::new(text.to_vec())), rejects).unwrap();
        let events: Vec<_> = std::iter::from_fn(|| file.next().transpose()).collect::<Result<_>>().unwrap();
        assert_eq!((events.len(), file.rejected), (3, 2));
        assert_eq!(*kept.0.lock().unwrap(), b"{\"cut\":\nnoise\n");
    }
}
