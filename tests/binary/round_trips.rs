//! How many answers are waited for one after the other: what a run costs where AWS is far away, however much goes at once.

use crate::support::{Place, Ran};

/// Long enough for all that goes at once to be on its way before the first of it is answered, on a machine that is busy.
const LATENCY: &str = "700ms";

/// As `--timings` counts them: the longest chain of requests of which each began after the one before had ended.
pub(crate) fn trips(ran: &Ran) -> usize {
    let line = ran.stderr.lines().find(|line| line.contains("sequential round trips")).unwrap();
    line.split(", ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}

/// No more than this for a first apply, and for one that finds all as it should be.
fn takes(example: &str, first: usize, again: usize) {
    let place = Place::example(example);
    let _server = place.serve_with(&["--latency", LATENCY]);
    let apply = || place.run(&["apply", "--local", "--yes", "--timings"]).exits(0);
    let (made, kept) = (apply(), apply());
    assert!(trips(&made) <= first, "{}", made.stderr);
    assert!(trips(&kept) <= again, "{}", kept.stderr);
}

#[test]
fn a_first_apply_of_the_articles_shape() {
    takes("clickstream", 10, 2);
}

#[test]
fn a_first_apply_of_the_lean_shape() {
    takes("lean", 8, 2);
}
