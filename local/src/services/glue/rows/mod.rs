//! Files of JSON lines as rows of typed columns: what the job reads, and Athena.

mod cast;
mod columns;
mod json;
mod nested;

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _};

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
    let mut input = BufReader::with_capacity(1 << 18, input);
    let mut line = vec![];
    while input.read_until(b'\n', &mut line)? > 0 {
        let whole = line.strip_suffix(b"\n").unwrap_or(&line);
        for part in whole.strip_suffix(b"\r").unwrap_or(whole).split(|&byte| byte == b'\r') {
            if !each(part)? {
                return Ok(());
            }
        }
        line.clear();
    }
    Ok(())
}
