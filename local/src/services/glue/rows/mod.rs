//! Files of JSON lines as rows of typed columns: what the job reads, and Athena.

mod cast;
mod columns;
mod json;
mod nested;

use flate2::read::MultiGzDecoder;
use memchr::{memchr, memchr_iter};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};

pub(crate) use cast::decimal;
pub(crate) use columns::{Columns, Lost};
pub(crate) use json::{Broken, Json};
pub(crate) use nested::point;

/// Gives every line of a file, compressed or not, without the blanks around it, until `each` says `false`. A line ends as
/// Hadoop's lines do: by LF, CR, or both.
///
/// # Errors
/// Those of `each`, and a file that cannot be read.
pub(crate) fn lines<E: From<io::Error>>(file: File, mut each: impl FnMut(&[u8]) -> Result<bool, E>) -> Result<(), E> {
    whole_lines(file, |line| each(line.trim_ascii()))
}

/// The same, with the blanks around each line.
///
/// # Errors
/// Those of `each`, and a file that cannot be read.
pub(crate) fn whole_lines<E: From<io::Error>>(
    mut file: File,
    mut each: impl FnMut(&[u8]) -> Result<bool, E>,
) -> Result<(), E> {
    file.rewind()?;
    let mut magic = [0; 2];
    let is_gzip = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    file.rewind()?;
    let input: Box<dyn Read> = match is_gzip {
        true => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file))),
        false => Box::new(file),
    };
    cut(BufReader::with_capacity(1 << 18, input), |whole| {
        let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
        if memchr(b'\r', whole).is_none() {
            return each(whole);
        }
        for part in whole.split(|&byte| byte == b'\r') {
            if !each(part)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// What is between one LF and the next, where it lies in the buffer: only what goes over its end is copied.
fn cut<E: From<io::Error>>(
    mut input: impl io::BufRead,
    mut each: impl FnMut(&[u8]) -> Result<bool, E>,
) -> Result<(), E> {
    let mut begun: Vec<u8> = vec![];
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            break;
        }
        let (length, mut at) = (buffer.len(), 0);
        for end in memchr_iter(b'\n', buffer) {
            let goes_on = if begun.is_empty() {
                each(&buffer[at..end])?
            } else {
                begun.extend_from_slice(&buffer[at..end]);
                let whole = each(&begun);
                begun.clear();
                whole?
            };
            if !goes_on {
                return Ok(());
            }
            at = end + 1;
        }
        begun.extend_from_slice(&buffer[at..]);
        input.consume(length);
    }
    if !begun.is_empty() {
        each(&begun)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_the_same_wherever_the_buffer_ends(text in "[ab\r\n]{0,40}", size in 1_usize..9) {
            let mut lines = vec![];
            let cut = cut(BufReader::with_capacity(size, text.as_bytes()), |line| {
                lines.push(String::from_utf8_lossy(line).into_owned());
                Ok::<_, io::Error>(true)
            });
            prop_assert!(cut.is_ok());
            let mut expected: Vec<_> = text.split('\n').map(str::to_owned).collect();
            if text.is_empty() || text.ends_with('\n') {
                expected.pop();
            }
            prop_assert_eq!(lines, expected);
        }
    }
}
