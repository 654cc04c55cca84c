//! What a run tells in its log: the rows that it wrote, and what of the files is not in them, in the words of the script.

use crate::services::glue::rows::{Broken, Lost};
use std::collections::BTreeMap;
use std::io;

/// So many files are named; who has more of them looks at the first ones.
const MOST_FILES: usize = 50;

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) rows: usize,
    lost: Lost,
    /// What was left out of files, in words.
    left_out: Vec<String>,
    files_left_out: usize,
    /// What became of days that were read again.
    days: Vec<String>,
}

/// The lines of one file that are no rows.
#[derive(Debug, Default)]
pub(super) struct Lines {
    read: usize,
    broken: usize,
    /// Line and column of the first one.
    first: Option<(usize, usize)>,
}

impl Lines {
    pub(super) fn add(&mut self, added: Result<(), Broken>) {
        self.read += 1;
        if let Err(Broken(at)) = added {
            self.broken += 1;
            self.first.get_or_insert((self.read, at + 1));
        }
    }
}

impl Report {
    pub(super) fn partition(&mut self, rows: usize, lost: Lost) {
        self.rows += rows;
        for (all, more) in [(&mut self.lost.nulled, lost.nulled), (&mut self.lost.unknown, lost.unknown)] {
            more.into_iter().for_each(|(name, count)| *all.entry(name).or_default() += count);
        }
    }

    /// `uri` was read; with an error if only so far.
    pub(super) fn file(&mut self, uri: &str, lines: &Lines, damage: Option<&io::Error>) {
        if let Some((line, column)) = lines.first {
            let number = lines.broken;
            self.leave_out(format!(
                "left out: {number} lines of {uri} that are no JSON objects, the first is line {line}, column {column}"
            ));
        }
        if let Some(error) = damage {
            let read = lines.read;
            self.leave_out(format!("left out: what is behind line {read} of {uri}: {error}"));
        }
    }

    pub(super) fn day(&mut self, words: String) {
        self.days.push(words);
    }

    /// What another part of the run has to tell.
    pub(super) fn add(&mut self, other: Self) {
        self.partition(other.rows, other.lost);
        self.files_left_out += other.files_left_out;
        self.left_out.extend(other.left_out);
        self.left_out.truncate(MOST_FILES);
        self.days.extend(other.days);
    }

    fn leave_out(&mut self, words: String) {
        self.files_left_out += 1;
        if self.left_out.len() < MOST_FILES {
            self.left_out.push(words);
        }
    }

    pub(super) fn lines(self) -> Vec<String> {
        let mut lines = self.days;
        lines.push(format!("{} rows written", self.rows));
        let more = self.files_left_out - self.left_out.len();
        lines.extend(self.left_out);
        if more > 0 {
            lines.push(format!("left out: the same of {more} more files"));
        }
        let counted = |all: BTreeMap<String, u64>, words: &'static str| {
            all.into_iter().map(move |(name, count)| format!("{words} {name}: {count}"))
        };
        lines.extend(counted(self.lost.nulled, "null, because they do not fit: values of column"));
        lines.extend(counted(self.lost.unknown, "not in the schema: values of field"));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_many_is_named_and_files_without_end_are_counted() {
        let mut report = Report::default();
        let mut lines = Lines::default();
        [Ok(()), Err(Broken(4)), Err(Broken(0))].into_iter().for_each(|added| lines.add(added));
        for _ in 0..MOST_FILES + 2 {
            report.file("s3://b/k", &lines, None);
        }
        let told = report.lines();
        assert_eq!(told[0], "0 rows written");
        assert_eq!(told[1], "left out: 2 lines of s3://b/k that are no JSON objects, the first is line 2, column 5");
        assert_eq!((told.len(), told.last().unwrap().as_str()), (MOST_FILES + 2, "left out: the same of 2 more files"));
    }
}
