//! A stream that answers from a script, on a clock that jumps.

use super::*;
use std::collections::VecDeque;
use std::sync::Mutex;

type Results = Result<Vec<Option<Failure>>, Failure>;
type Reply = Box<dyn Fn(&[Record]) -> Results + Send>;

/// Answers each request with the next reply, then accepts everything; notes what was sent.
#[derive(Default)]
struct Scripted {
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<Vec<Record>>>,
    hang: bool,
}

impl Scripted {
    fn new(replies: Vec<Reply>) -> Self {
        Self { replies: Mutex::new(replies.into()), ..Self::default() }
    }

    fn always(reply: fn(&[Record]) -> Results) -> Self {
        Self::new((0..100).map(|_| Box::new(reply) as Reply).collect())
    }

    fn sent(&self) -> Vec<Vec<Record>> {
        self.sent.lock().unwrap().clone()
    }
}

impl Stream for Scripted {
    async fn put(&self, batch: &[Record]) -> Results {
        self.sent.lock().unwrap().push(batch.to_vec());
        if self.hang {
            std::future::pending::<()>().await;
        }
        match self.replies.lock().unwrap().pop_front() {
            Some(reply) => reply(batch),
            None => Ok(vec![None; batch.len()]),
        }
    }
}

fn throttled() -> Failure {
    Failure::Throttled("ServiceUnavailableException".to_owned())
}

fn records(names: &[&str]) -> Vec<Record> {
    names.iter().map(|name| Record(name.as_bytes().to_vec())).collect()
}

fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn only_the_failed_part_of_a_batch_is_sent_again() {
    let stream = Scripted::new(vec![
        Box::new(|_| Ok(vec![None, Some(throttled()), None, Some(throttled())])),
        Box::new(|_| Ok(vec![Some(throttled()), None])),
    ]);
    assert_eq!(deliver(&stream, records(&["a", "b", "c", "d"]), in_seconds(5)).await, Ok(()));
    assert_eq!(stream.sent(), [records(&["a", "b", "c", "d"]), records(&["b", "d"]), records(&["b"])]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_request_is_sent_again_whole() {
    let stream = Scripted::new(vec![Box::new(|_| Err(Failure::Unavailable("InternalFailure".to_owned())))]);
    assert_eq!(deliver(&stream, records(&["a", "b"]), in_seconds(5)).await, Ok(()));
    assert_eq!(stream.sent(), [records(&["a", "b"]), records(&["a", "b"])]);
}

#[tokio::test(start_paused = true)]
async fn lasting_throttling_ends_after_a_bounded_number_of_rounds_and_counts_what_was_accepted() {
    let stream = Scripted::always(|batch| Ok(batch.iter().map(|record| (record.0 != b"a").then(throttled)).collect()));
    let undelivered = deliver(&stream, records(&["a", "b", "c"]), in_seconds(900)).await.unwrap_err();
    assert_eq!(undelivered, Undelivered { accepted: 1, failed: 2, last: throttled() });
    assert_eq!(stream.sent().len(), ROUNDS as usize);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let stream = Scripted::always(|_| Err(Failure::Refused("ResourceNotFoundException".to_owned())));
    let undelivered = deliver(&stream, records(&["a"]), in_seconds(5)).await.unwrap_err();
    assert_eq!(undelivered.last, Failure::Refused("ResourceNotFoundException".to_owned()));
    assert_eq!(stream.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_hangs_is_given_up_before_the_deadline_and_tried_more_than_once() {
    let stream = Scripted { hang: true, ..Scripted::default() };
    let deadline = in_seconds(5);
    let undelivered = deliver(&stream, records(&["a"]), deadline).await.unwrap_err();
    assert_eq!(undelivered, Undelivered { accepted: 0, failed: 1, last: Failure::Unavailable("Timeout".to_owned()) });
    assert!(Instant::now() <= deadline - RESERVE);
    assert!(stream.sent().len() > 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_given_up_before_the_deadline() {
    let stream = Scripted::always(|_| Err(throttled()));
    let deadline = in_seconds(1);
    assert!(deliver(&stream, records(&["a"]), deadline).await.is_err());
    assert!(Instant::now() <= deadline - RESERVE);
}

#[tokio::test(start_paused = true)]
async fn fewer_results_than_records_are_no_acceptance() {
    let stream = Scripted::new(vec![Box::new(|_| Ok(vec![None]))]);
    assert_eq!(deliver(&stream, records(&["a", "b"]), in_seconds(5)).await, Ok(()));
    assert_eq!(stream.sent(), [records(&["a", "b"]), records(&["b"])]);
}

#[test]
fn pauses_grow_and_stay_bounded() {
    for _ in 0..1000 {
        assert!((25..=75).contains(&pause(1).as_millis()));
        assert!((400..=1200).contains(&pause(5).as_millis()));
        assert!(pause(30) <= MAX_PAUSE.mul_f64(1.5));
    }
}
