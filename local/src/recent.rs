//! The newest records that streams have taken, for who watches. AWS shows them to nobody before they are delivered.
//!
//! In memory only: a restart forgets them, the buffers do not.

use jiff::Timestamp;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Records that are kept at most, and their bytes.
const MOST: usize = 20_000;
const MOST_BYTES: usize = 32 << 20;

/// A record of a stream.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    /// Counted from 1, over all streams.
    number: u64,
    at: Timestamp,
    region: String,
    stream: String,
    /// What is no UTF-8 in it is replaced.
    data: String,
}

/// Records that a transaction takes, before it is known to hold.
#[derive(Debug, Default)]
pub(crate) struct Noted(RefCell<Vec<Record>>);

impl Noted {
    pub(crate) fn add(&self, at: Timestamp, region: &str, stream: &str, records: &[&[u8]]) {
        let record = |data: &&[u8]| Record {
            number: 0,
            at,
            region: region.to_owned(),
            stream: stream.to_owned(),
            data: String::from_utf8_lossy(data).into_owned(),
        };
        self.0.borrow_mut().extend(records.iter().map(record));
    }
}

#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    bytes: usize,
    last: u64,
}

impl Recent {
    pub(crate) fn keep(&self, noted: Noted) {
        let taken = noted.0.into_inner();
        if taken.is_empty() {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in taken {
            kept.last += 1;
            kept.bytes += record.data.len();
            let number = kept.last;
            kept.records.push_back(Record { number, ..record });
        }
        while kept.records.len() > MOST || kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.records.pop_front() else { break };
            kept.bytes -= oldest.data.len();
        }
    }

    /// Those behind the one of a number; 0 gives all that are kept.
    pub(crate) fn after(&self, number: u64) -> Vec<Record> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.records.partition_point(|record| record.number <= number);
        kept.records.range(first..).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(recent: &Recent, data: &[&[u8]]) {
        let noted = Noted::default();
        noted.add(Timestamp::UNIX_EPOCH, "eu-west-1", "events", data);
        recent.keep(noted);
    }

    #[test]
    fn each_record_is_told_once_and_the_oldest_are_forgotten() {
        let recent = Recent::default();
        add(&recent, &[b"1", b"2"]);
        assert_eq!(recent.after(0).len(), 2);
        add(&recent, &[b"\xff3"]);
        let newer = recent.after(2);
        assert_eq!((newer.len(), newer[0].number, newer[0].data.as_str()), (1, 3, "\u{fffd}3"));
        let large = vec![b'x'; 20 << 20];
        add(&recent, &[&large]);
        add(&recent, &[&large]);
        let kept: Vec<_> = recent.after(0).iter().map(|record| record.number).collect();
        assert_eq!(kept, [5]);
    }
}
