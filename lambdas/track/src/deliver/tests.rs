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

/// Jumps over what is slept, so that no test waits; tokio's paused clock would need another build of tokio and all above it.
struct Jumping {
    now: Mutex<Instant>,
}

impl Jumping {
    fn new() -> Self {
        Self { now: Mutex::new(Instant::now()) }
    }

    fn in_seconds(&self, seconds: u64) -> Instant {
        self.now() + Duration::from_secs(seconds)
    }
}

impl Clock for Jumping {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        *self.now.lock().unwrap() += pause;
    }
}

fn throttled() -> Failure {
    Failure::Throttled("ServiceUnavailableException".to_owned())
}

fn records(names: &[&str]) -> Vec<Record> {
    names.iter().map(|name| Record(name.as_bytes().to_vec())).collect()
}

#[tokio::test]
async fn only_the_failed_part_of_a_batch_is_sent_again() {
    let clock = Jumping::new();
    let stream = Scripted::new(vec![
        Box::new(|_| Ok(vec![None, Some(throttled()), None, Some(throttled())])),
        Box::new(|_| Ok(vec![Some(throttled()), None])),
    ]);
    assert_eq!(deliver(&stream, &clock, records(&["a", "b", "c", "d"]), clock.in_seconds(5)).await, Ok(()));
    assert_eq!(stream.sent(), [records(&["a", "b", "c", "d"]), records(&["b", "d"]), records(&["b"])]);
}

#[tokio::test]
async fn a_failed_request_is_sent_again_whole() {
    let clock = Jumping::new();
    let stream = Scripted::new(vec![Box::new(|_| Err(Failure::Unavailable("InternalFailure".to_owned())))]);
    assert_eq!(deliver(&stream, &clock, records(&["a", "b"]), clock.in_seconds(5)).await, Ok(()));
    assert_eq!(stream.sent(), [records(&["a", "b"]), records(&["a", "b"])]);
}

#[tokio::test]
async fn lasting_throttling_ends_after_a_bounded_number_of_rounds_and_counts_what_was_accepted() {
    let clock = Jumping::new();
    let stream = Scripted::always(|batch| Ok(batch.iter().map(|record| (record.0 != b"a").then(throttled)).collect()));
    let undelivered = deliver(&stream, &clock, records(&["a", "b", "c"]), clock.in_seconds(900)).await.unwrap_err();
    assert_eq!(undelivered, Undelivered { accepted: 1, failed: 2, last: throttled() });
    assert_eq!(stream.sent().len(), ROUNDS as usize);
}

#[tokio::test]
async fn a_refusal_is_final() {
    let clock = Jumping::new();
    let stream = Scripted::always(|_| Err(Failure::Refused("ResourceNotFoundException".to_owned())));
    let undelivered = deliver(&stream, &clock, records(&["a"]), clock.in_seconds(5)).await.unwrap_err();
    assert_eq!(undelivered.last, Failure::Refused("ResourceNotFoundException".to_owned()));
    assert_eq!(stream.sent().len(), 1);
}

#[tokio::test]
async fn a_stream_that_hangs_is_given_up_before_the_deadline_and_tried_more_than_once() {
    let clock = Jumping::new();
    let stream = Scripted { hang: true, ..Scripted::default() };
    let deadline = clock.in_seconds(5);
    let undelivered = deliver(&stream, &clock, records(&["a"]), deadline).await.unwrap_err();
    assert_eq!(undelivered, Undelivered { accepted: 0, failed: 1, last: Failure::Unavailable("Timeout".to_owned()) });
    assert!(clock.now() <= deadline - RESERVE);
    assert!(stream.sent().len() > 1);
}

#[tokio::test]
async fn throttling_is_given_up_before_the_deadline() {
    let clock = Jumping::new();
    let stream = Scripted::always(|_| Err(throttled()));
    let deadline = clock.in_seconds(1);
    assert!(deliver(&stream, &clock, records(&["a"]), deadline).await.is_err());
    assert!(clock.now() <= deadline - RESERVE);
}

#[tokio::test]
async fn fewer_results_than_records_are_no_acceptance() {
    let clock = Jumping::new();
    let stream = Scripted::new(vec![Box::new(|_| Ok(vec![None]))]);
    assert_eq!(deliver(&stream, &clock, records(&["a", "b"]), clock.in_seconds(5)).await, Ok(()));
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
