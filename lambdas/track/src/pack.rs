//! From events to Firehose records, and from records to requests.

use crate::columns::Columns;
use std::borrow::Cow;
use std::mem;

/// 1,000 KiB, before base64: the most that Firehose takes in a record.
pub(crate) const MAX_RECORD_BYTES: usize = 1000 * 1024;
/// The most records of a `PutRecordBatch` request.
const MAX_BATCH_RECORDS: usize = 500;
/// 4 MiB: the most that a `PutRecordBatch` request may hold. AWS does not say whether before or after base64; we count after.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;
/// What the request's JSON spends round the data of a record, `{"Data":""},`.
const RECORD_OVERHEAD: usize = 16;
/// The request's JSON round its records: the stream's name (64 characters at most) and the keys.
const BATCH_OVERHEAD: usize = 256;

/// Many events, each ended by a newline: Firehose bills each record rounded up to 5 KB, and puts nothing between records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(pub Vec<u8>);

impl Record {
    pub(crate) fn sent_bytes(&self) -> usize {
        self.0.len().div_ceil(3) * 4 + RECORD_OVERHEAD
    }
}

/// Packs events, in order, into as few records as hold them. No event may be larger than a record. With columns that Firehose
/// converts by, the events that do not surely fit follow in a record each: one that does not fit fails all of its record.
pub(crate) fn records(events: &[Cow<'_, [u8]>], columns: Option<&Columns>) -> Vec<Record> {
    let (mut records, mut alone) = (Vec::new(), Vec::new());
    let mut data = Vec::new();
    for event in events {
        if columns.is_some_and(|columns| !columns.surely_take(event)) {
            alone.push(Record([event, &b"\n"[..]].concat()));
            continue;
        }
        if !data.is_empty() && data.len() + event.len() + 1 > MAX_RECORD_BYTES {
            records.push(Record(mem::take(&mut data)));
        }
        data.extend_from_slice(event);
        data.push(b'\n');
    }
    if !data.is_empty() {
        records.push(Record(data));
    }
    records.append(&mut alone);
    records
}

/// Cuts records, in order, into requests within the limits of `PutRecordBatch`.
pub(crate) fn batches(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = BATCH_OVERHEAD;
    for record in records {
        let size = record.sent_bytes();
        if !batch.is_empty() && (batch.len() == MAX_BATCH_RECORDS || bytes + size > MAX_BATCH_BYTES) {
            batches.push(mem::take(&mut batch));
            bytes = BATCH_OVERHEAD;
        }
        bytes += size;
        batch.push(record);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bytes: usize) -> Cow<'static, [u8]> {
        Cow::Owned(vec![b'x'; bytes])
    }

    #[test]
    fn many_events_share_a_record_and_each_ends_with_a_newline() {
        let records = records(&[event(2), event(3)], None);
        assert_eq!(records, [Record(b"xx\nxxx\n".to_vec())]);
    }

    #[test]
    fn a_record_is_filled_to_the_last_byte_and_no_further() {
        let half = MAX_RECORD_BYTES / 2 - 1;
        assert_eq!(records(&[event(half), event(half)], None).len(), 1);
        let packed = records(&[event(half), event(half + 1), event(1)], None);
        assert_eq!(packed.iter().map(|record| record.0.len()).collect::<Vec<_>>(), [half + 1, half + 2 + 2]);
    }

    #[test]
    fn no_byte_and_no_event_is_lost_in_packing() {
        let events: Vec<_> = (1..3000).map(|n| event(n % 1500 + 1)).collect();
        let packed = records(&events, None);
        let expected: Vec<u8> = events.iter().flat_map(|event| [event.as_ref(), b"\n"].concat()).collect();
        assert_eq!(packed.iter().flat_map(|record| record.0.clone()).collect::<Vec<_>>(), expected);
        assert!(packed.iter().all(|record| record.0.len() <= MAX_RECORD_BYTES && record.0.ends_with(b"\n")));
    }

    /// Events of all sizes, every so often one that does not fit, and one that is not sure to.
    fn mixture(seed: u64) -> Vec<Cow<'static, [u8]>> {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.usize(1..2000);
        let one = |_| {
            let (n, most) = (random.u32(..), 1 << random.u8(..14));
            let text = "x".repeat(random.usize(..most));
            let event = match random.u8(..10) {
                0 => format!(r#"{{"n":"{n}","s":"{text}"}}"#),
                1 => format!(r#"{{"n":{n}.5,"s":"{text}"}}"#),
                2 => format!(r#"{{"other":["{n}"],"s":"{text}"}}"#),
                _ => format!(r#"{{"n":{n},"s":"{text}"}}"#),
            };
            Cow::Owned(event.into_bytes())
        };
        (0..count).map(one).collect()
    }

    fn sorted<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
        let mut lines: Vec<_> = lines.collect();
        lines.sort_unstable();
        lines
    }

    fn lines(record: &Record) -> impl Iterator<Item = &[u8]> {
        record.0.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n')
    }

    #[test]
    fn every_event_is_in_one_record_and_only_what_surely_fits_shares_one() {
        let columns = Columns::parse(r#"{"n":"bigint","s":"string"}"#).unwrap();
        for seed in 0..10 {
            let events = mixture(seed);
            let packed = records(&events, Some(&columns));
            let all = sorted(events.iter().map(AsRef::as_ref));
            assert!(sorted(packed.iter().flat_map(lines)) == all, "seed {seed}");
            let (shared, alone): (Vec<_>, Vec<_>) = packed.iter().partition(|record| lines(record).nth(1).is_some());
            let fits =
                |event: &[u8]| !event.starts_with(br#"{"n":""#) && !event.windows(4).any(|part| part == b".5,\"");
            assert!(shared.iter().flat_map(|record| lines(record)).all(fits), "seed {seed}");
            // Beside a last record of one event, nothing is alone that need not be.
            assert!(alone.iter().flat_map(|record| lines(record)).filter(|event| fits(event)).count() <= 1);
            assert!(packed.iter().all(|record| record.0.len() <= MAX_RECORD_BYTES), "seed {seed}");
        }
    }

    #[test]
    fn events_that_all_fit_are_packed_as_without_columns() {
        let any = Columns::parse("{}").unwrap();
        for seed in 0..10 {
            let events = mixture(seed);
            assert!(records(&events, Some(&any)) == records(&events, None), "seed {seed}");
        }
    }

    #[test]
    fn where_nothing_fits_no_record_is_empty() {
        let columns = Columns::parse(r#"{"n":"int"}"#).unwrap();
        let events = [Cow::Borrowed(&br#"{"n":"x"}"#[..]), Cow::Borrowed(br#"{"n":1.5}"#)];
        let expected = ["{\"n\":\"x\"}\n", "{\"n\":1.5}\n"].map(|line| Record(line.into()));
        assert_eq!(records(&events, Some(&columns)), expected);
    }

    #[test]
    fn a_request_holds_at_most_500_records() {
        let batches = batches(vec![Record(vec![b'\n']); 1001]);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 1]);
    }

    #[test]
    fn a_request_stays_under_4_mib_as_it_goes_over_the_wire() {
        let batches = batches(vec![Record(vec![b'x'; MAX_RECORD_BYTES]); 7]);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    }
}
