//! Where events come from.

use super::{Generator, Template};
use std::io::{self, BufRead, Write};

pub(super) enum Source {
    Schema(Generator),
    Template(Template),
    /// Lines of JSON that somebody has.
    Lines(Box<dyn BufRead + Send>),
}

impl Source {
    /// The next event, without a line's end; `None` at the end of a file.
    fn next(&mut self) -> io::Result<Option<String>> {
        match self {
            Self::Schema(generator) => Ok(Some(generator.event())),
            Self::Template(template) => Ok(Some(template.event())),
            Self::Lines(lines) => loop {
                let mut line = String::new();
                if lines.read_line(&mut line)? == 0 {
                    return Ok(None);
                }
                let line = line.trim();
                if !line.is_empty() {
                    return Ok(Some(line.to_owned()));
                }
            },
        }
    }

    /// Up to `most` events as the body of one request, and how many these are. What is sent is also written to `copy`.
    pub(super) fn batch(
        &mut self,
        most: u64,
        copy: Option<&mut (dyn Write + Send)>,
    ) -> io::Result<Option<(String, u64)>> {
        let (mut body, mut count) = (String::new(), 0);
        while count < most {
            let Some(event) = self.next()? else { break };
            body.push_str(&event);
            body.push('\n');
            count += 1;
        }
        if let Some(copy) = copy {
            copy.write_all(body.as_bytes())?;
        }
        Ok((count > 0).then_some((body, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_lines_in_batches() {
        let mut source = Source::Lines(Box::new("{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}".as_bytes()));
        let mut copy = vec![];
        assert_eq!(source.batch(2, Some(&mut copy)).unwrap(), Some(("{\"a\":1}\n{\"a\":2}\n".to_owned(), 2)));
        assert_eq!(source.batch(2, Some(&mut copy)).unwrap(), Some(("{\"a\":3}\n".to_owned(), 1)));
        assert_eq!(source.batch(2, None).unwrap(), None);
        assert_eq!(copy, b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    }
}
