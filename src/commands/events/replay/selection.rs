//! Which records of the files are sent, and in which requests.

use super::super::condition::Condition;
use super::between::Between;
use super::journal::{Earlier, Spot, Was};
use super::source::{From, Source};
use super::units::{self, Read, Unit};
use crate::report::{ReplayCount, ReplayForm};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Firehose takes 1,000 KiB, 500 records and 4 MiB in base64.
const LARGEST_RECORD: usize = 1_024_000;
const MOST_RECORDS: usize = 500;
const LARGEST_BATCH: usize = 3 << 20;
/// A record is billed in steps of 5 KB.
const STEP: usize = 5120;

/// What is asked for, against what was sent already.
pub(super) struct Selection<'a> {
    pub(super) from: From,
    pub(super) between: Between,
    pub(super) conditions: &'a [Condition],
    pub(super) earlier: Earlier,
    /// What was sent before is sent as well.
    pub(super) again: bool,
    pub(super) form: ReplayForm,
    /// Events in one request.
    pub(super) most: u64,
    pub(super) count: ReplayCount,
}

/// What Firehose takes or refuses by itself.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) data: String,
    pub(super) spots: Vec<Spot>,
    pub(super) events: u64,
}

/// What is sent at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    pub(super) events: u64,
    bytes: usize,
}

impl Selection<'_> {
    /// Takes from a file what is to be sent, and gives what makes whole requests.
    pub(super) fn add(&mut self, place: usize, file: &Source, body: &[u8], open: &mut Batch) -> Vec<Batch> {
        let Read { units, broken, damage } = units::read(self.from, body);
        self.count.broken += broken;
        self.count.damage.extend(damage.map(|damage| format!("{damage} of {}", file.key)));
        let (mut full, before) = (vec![], self.count.events);
        for unit in units {
            let (number, why, time) = (unit.number, unit.why.clone(), unit.time.unwrap_or(file.time));
            let events = self.wanted(file, unit);
            if !events.is_empty() {
                if let Some(why) = why {
                    *self.count.reasons.entry(why.clone()).or_default() += events.len() as u64;
                    self.count.newest = self.count.newest.take().max(Some((time, why)));
                }
                full.extend(self.pack((place, number), &events, open));
            }
        }
        if self.count.events > before {
            self.count.files += 1;
            self.count.bytes += file.bytes;
        }
        full
    }

    fn wanted(&mut self, file: &Source, unit: Unit) -> Vec<String> {
        let time = unit.time.unwrap_or(file.time);
        if !self.between.has(time) {
            return vec![];
        }
        let looks = !self.conditions.is_empty() || self.earlier.has_conditions();
        let number = unit.number;
        unit.events.into_iter().filter(|event| self.wants((file, number, time), event, looks)).collect()
    }

    fn wants(&mut self, (file, number, time): (&Source, usize, Timestamp), event: &str, looks: bool) -> bool {
        let event = if looks { serde_json::from_str(event).unwrap_or_default() } else { Map::<String, Value>::new() };
        if !self.conditions.iter().all(|condition| condition.holds(&event)) {
            return false;
        }
        match self.earlier.was(file, number, time, &event) {
            Was::Sent(when) => {
                self.count.before += 1;
                self.count.last = self.count.last.max(Some(when));
                self.again
            }
            Was::Perhaps(_) => {
                self.count.perhaps += 1;
                true
            }
            Was::Untouched => true,
        }
    }

    /// A record that Firehose gave up stays as it was put together. Where it converts, each other event has a record of its
    /// own, since one that does not fit takes all of its record along.
    fn pack(&mut self, spot: Spot, events: &[String], open: &mut Batch) -> Vec<Batch> {
        let (text, events) = (events.join("\n") + "\n", events.len() as u64);
        if text.len() > LARGEST_RECORD {
            self.count.too_large += events;
            return vec![];
        }
        let mut full = vec![];
        let is_full = open.events + events > self.most || open.bytes + text.len() > LARGEST_BATCH;
        if !open.records.is_empty() && (is_full || open.records.len() == MOST_RECORDS) {
            full.push(self.close(open));
        }
        let joins = self.form == ReplayForm::Packed;
        let last = open.records.last_mut().filter(|last| joins && last.data.len() + text.len() <= LARGEST_RECORD);
        open.events += events;
        open.bytes += text.len();
        self.count.events += events;
        match last {
            Some(record) => {
                record.data.push_str(&text);
                record.spots.push(spot);
                record.events += events;
            }
            None => open.records.push(Record { data: text, spots: vec![spot], events }),
        }
        full
    }

    /// What is left in the end, too.
    pub(super) fn close(&mut self, open: &mut Batch) -> Batch {
        let batch = std::mem::take(open);
        let billed = batch.records.iter().map(|record| record.data.len().div_ceil(STEP) * STEP);
        self.count.billed += billed.sum::<usize>();
        self.count.requests += u64::from(!batch.records.is_empty());
        batch
    }
}
