//! The engine in a world that is as unkind as AWS: random histories by seed, on virtual time, judged by what the README
//! promises. `docs/simulation.md` says what is simulated and what was found.

#![allow(clippy::disallowed_macros, reason = "a simulation tells its table")]
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod client;
mod cloud;
mod file;
mod found;
mod history;
mod judge;
mod kinds;
mod ladders;
mod meddle;
mod planted;
mod play;
mod random;
mod register;
mod run;
mod shrink;
mod story;
mod thing;
mod time;
mod verify;

use history::{Bounds, draw};
use judge::Promise;
use planted::Planted;
use play::Played;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What an ordinary history may hold.
const BOUNDS: Bounds = Bounds { at_once: true };

/// What came of many histories.
#[derive(Debug, Default)]
struct Search {
    /// Of each way to break a promise the least seed, and how many there were.
    found: BTreeMap<(Promise, String), (u64, usize)>,
    histories: usize,
    runs: usize,
    ends: [usize; 4],
    seconds: f64,
}

impl Search {
    fn add(&mut self, seed: u64, played: Played) {
        self.histories += 1;
        self.runs += played.runs;
        self.ends.iter_mut().zip(played.ends).for_each(|(all, some)| *all += some);
        if let Some(broken) = played.broken {
            // Ids and moments do not tell one way from another.
            let words = broken.words.replace(|sign: char| sign.is_ascii_digit(), "");
            let words = words.chars().take(90).collect();
            let (least, count) = self.found.entry((broken.promise, words)).or_insert((seed, 0));
            (*least, *count) = (seed.min(*least), *count + 1);
        }
    }

    fn first(&self) -> Option<u64> {
        self.found.values().map(|(seed, _)| *seed).min()
    }
}

/// Plays the histories of these seeds, on all cores; up to the first that breaks a promise, or all of them.
fn search(seeds: Range<u64>, bounds: Bounds, planted: Option<Planted>, all: bool) -> Search {
    let (began, next, search) = (Instant::now(), AtomicU64::new(seeds.start), Mutex::new(Search::default()));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= seeds.end || !all && search.lock().unwrap().first().is_some() {
            break;
        }
        let played = play::play(&draw(seed, bounds), planted, false);
        search.lock().unwrap().add(seed, played);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    Search { seconds: began.elapsed().as_secs_f64(), ..search.into_inner().unwrap() }
}

/// Shrinks the history of a seed, and tells it.
fn tell(seed: u64, bounds: Bounds, planted: Option<Planted>) -> (Promise, String) {
    let history = draw(seed, bounds);
    let broken = play::play(&history, planted, false).broken.expect("it broke before");
    let promise = broken.promise;
    let short = shrink::shrink(history, promise, |next| play::play(next, planted, false).broken);
    let broken = play::play(&short, planted, false).broken.expect("it breaks the same promise");
    (promise, story::story(Some(seed), &short, &broken, planted))
}

/// A planted fault is found soon, by the promise that it breaks.
fn finds(planted: Planted, bounds: Bounds, promises: &[Promise]) {
    let search = search(0..100_000, bounds, Some(planted), false);
    let seed = search.first().expect("the planted fault is found");
    let (promise, story) = tell(seed, bounds, Some(planted));
    eprintln!("{planted:?}: {promise:?} after {} histories, {:.2} s (seed {seed})", search.histories, search.seconds);
    assert!(promises.contains(&promise), "{story}");
    // A minute is enough for far more, where nobody else uses the cores.
    assert!(search.histories < 5_000, "it took {} histories", search.histories);
}

#[test]
fn a_tag_forgotten_is_found() {
    finds(Planted::TagForgotten, BOUNDS, &[Promise::Converges, Promise::DoneIsDone, Promise::NothingDoubled]);
}

#[test]
fn an_answer_believed_is_found() {
    finds(Planted::AnswerBelieved, BOUNDS, &[Promise::DoneIsDone]);
}

#[test]
fn a_lock_ignored_is_found() {
    finds(Planted::LockIgnored, BOUNDS, &[Promise::OneAtATime]);
}

#[test]
fn an_orphan_mistaken_is_found() {
    finds(Planted::OrphanMistaken, BOUNDS, &[Promise::OthersAreLeftAlone]);
}

#[test]
fn a_delete_too_early_is_found() {
    finds(Planted::DeletedEarly, BOUNDS, &[Promise::NewBeforeOld]);
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn some_hundred_histories_keep_every_promise() {
    let search = search(0..number("HISTORIES", 500), BOUNDS, None, false);
    if let Some(seed) = search.first() {
        panic!("seed {seed}{}", tell(seed, BOUNDS, None).1);
    }
    assert!(search.ends.iter().all(|ends| *ends > 0), "every end is tried: {:?}", search.ends);
}

#[test]
#[ignore = "takes minutes: HISTORIES=100000 cargo test --release ... -- --ignored --nocapture many"]
fn many_histories_keep_every_promise() {
    let from = number("SEED", 0);
    let search = search(from..from + number("HISTORIES", 100_000), BOUNDS, None, true);
    let [success, refused, partly, killed] = search.ends;
    eprintln!("{} histories in {:.1} s, {} runs:", search.histories, search.seconds, search.runs);
    eprintln!(
        "{success} succeeded, {refused} were refused, {partly} failed in part, {killed} were killed or only looked"
    );
    for ((promise, words), (seed, count)) in &search.found {
        eprintln!("{promise:?}, {count} times, first by seed {seed}: {words}");
    }
    for (seed, _) in search.found.values().take(number("STORIES", 3) as usize) {
        eprintln!("{}", tell(*seed, BOUNDS, None).1);
    }
    assert!(search.found.is_empty());
}

#[test]
#[ignore = "tells the history of one seed: SEED=1 cargo test ... -- --ignored --nocapture replay"]
fn replay() {
    let seed = number("SEED", 0);
    let history = draw(seed, BOUNDS);
    match play::play(&history, None, false).broken {
        Some(_) => panic!("{}", tell(seed, BOUNDS, None).1),
        None => {
            play::play(&history, None, true).log.iter().for_each(|(moment, words)| eprintln!("{moment:>9}  {words}"))
        }
    }
}
