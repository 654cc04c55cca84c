//! Where events come from.

use super::events_file::EventsFile;
use super::{Kept, Template};
use crate::client::Generator;
use crate::error::Result;

pub(super) enum Source {
    Schema(Generator),
    Template(Template),
    File(Box<EventsFile>),
}

impl Source {
    /// The next event; `None` at the end of a file.
    fn next(&mut self) -> Result<Option<String>> {
        match self {
            Self::Schema(generator) => Ok(Some(generator.event())),
            Self::Template(template) => Ok(Some(template.event())),
            Self::File(file) => file.next(),
        }
    }

    /// How many of a file's lines were put aside.
    pub(super) fn rejected(&self) -> u64 {
        if let Self::File(file) = self { file.rejected } else { 0 }
    }

    /// What was put aside lies in its file.
    pub(super) fn finish(&mut self) -> Result<()> {
        if let Self::File(file) = self { file.finish() } else { Ok(()) }
    }

    /// Up to `most` events as the body of one request, and how many these are. What is sent is also written to `copy`.
    pub(super) fn batch(&mut self, most: u64, copy: Option<&mut Kept>) -> Result<Option<(String, u64)>> {
        let (mut body, mut count) = (String::new(), 0);
        while count < most {
            let event = match (self.next(), &mut *self) {
                (Ok(Some(event)), _) => event,
                (Ok(None), _) => break,
                // What was read before it is sent.
                (Err(error), Self::File(file)) if count > 0 => {
                    file.fail_next(error);
                    break;
                }
                (Err(error), _) => return Err(error),
            };
            body.push_str(&event);
            body.push('\n');
            count += 1;
        }
        if let Some(copy) = copy {
            copy.write(body.as_bytes())?;
        }
        Ok((count > 0).then_some((body, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_events_in_batches() {
        let file = EventsFile::open("f".to_owned(), Box::new(&b"{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}\nnoise"[..]), None);
        let mut source = Source::File(Box::new(file.unwrap()));
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("copy");
        let mut copy = Kept::create(&path).unwrap();
        assert_eq!(source.batch(2, Some(&mut copy)).unwrap(), Some(("{\"a\":1}\n{\"a\":2}\n".to_owned(), 2)));
        assert_eq!(source.batch(2, Some(&mut copy)).unwrap(), Some(("{\"a\":3}\n".to_owned(), 1)));
        assert!(source.batch(2, None).is_err());
        copy.finish().unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    }
}
