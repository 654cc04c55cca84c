//! From events to Firehose records, and from records to requests.

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

/// Packs events, in order, into as few records as hold them. No event may be larger than a record.
pub(crate) fn records(events: &[Cow<'_, [u8]>]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut data = Vec::new();
    for event in events {
        if !data.is_empty() && data.len() + event.len() + 1 > MAX_RECORD_BYTES {
            records.push(Record(mem::take(&mut data)));
        }
        data.extend_from_slice(event);
        data.push(b'\n');
    }
    records.push(Record(data));
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
        let records = records(&[event(2), event(3)]);
        assert_eq!(records, [Record(b"xx\nxxx\n".to_vec())]);
    }

    #[test]
    fn a_record_is_filled_to_the_last_byte_and_no_further() {
        let half = MAX_RECORD_BYTES / 2 - 1;
        assert_eq!(records(&[event(half), event(half)]).len(), 1);
        let packed = records(&[event(half), event(half + 1), event(1)]);
        assert_eq!(packed.iter().map(|record| record.0.len()).collect::<Vec<_>>(), [half + 1, half + 2 + 2]);
    }

    #[test]
    fn no_byte_and_no_event_is_lost_in_packing() {
        let events: Vec<_> = (1..3000).map(|n| event(n % 1500 + 1)).collect();
        let packed = records(&events);
        let expected: Vec<u8> = events.iter().flat_map(|event| [event.as_ref(), b"\n"].concat()).collect();
        assert_eq!(packed.iter().flat_map(|record| record.0.clone()).collect::<Vec<_>>(), expected);
        assert!(packed.iter().all(|record| record.0.len() <= MAX_RECORD_BYTES && record.0.ends_with(b"\n")));
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
