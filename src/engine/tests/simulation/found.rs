//! One life in which each request fails in each way and each await is a kill, in turn; and what random histories found.

use crate::client::{Trouble, What};
use crate::file::Part;
use crate::history::{Act, Aim, History, Meddle, Runner};
use crate::play::play;
use crate::story::story;
use crate::thing::Kind;
use crate::time::End;

fn part(kind: Kind, uses: &[Kind]) -> Part {
    let uses = uses.iter().map(|kind| (*kind, 'a')).collect();
    Part { kind, letter: 'a', generation: 0, fixed: 0, size: 1, extra: 1, uses }
}

/// One of each kind.
fn file() -> Vec<Part> {
    Kind::ALL.into_iter().map(|kind| part(kind, kind.takes_from())).collect()
}

/// What cannot be changed in place is changed, and so is what can be.
fn edited() -> Vec<Part> {
    let mut file = file();
    for part in &mut file {
        part.fixed += 1;
        part.generation += i64::from(matches!(part.kind, Kind::Bucket | Kind::Function));
        part.size += 1;
    }
    file.retain(|part| part.kind != Kind::Key);
    file
}

/// It is made, gets data, is changed and taken down.
fn life(change: impl Fn(&mut [Runner; 3])) -> History {
    let mut runs = [Runner::calm(Aim::File), Runner::calm(Aim::File), Runner::calm(Aim::Nothing)];
    change(&mut runs);
    let [made, changed, destroyed] = runs.map(|runner| Act::Run(vec![runner], vec![]));
    let acts = vec![Act::File(file()), made, Act::Meddle(Meddle::Delivers(0)), Act::File(edited()), changed, destroyed];
    History { noise: 7, acts, destroyed: true }
}

fn keeps(history: &History) {
    if let Some(broken) = play(history, None, false).broken {
        panic!("{}", story(None, history, &broken, None));
    }
}

/// Each `step`-th of all the ways in which one request can fail.
fn requests_fail(step: u32) {
    use What::{AnswerLost, FailsAfter, FailsBefore, Slow, Throttled, Vanishes};
    let mut way = 0;
    for what in [AnswerLost, FailsAfter, FailsBefore, Slow, Throttled, Vanishes] {
        // Once, so that it is sent again; and for longer than anybody waits.
        for times in [1, 1_000] {
            for at in 0..90 {
                for run in (0..3).filter(|_| {
                    way += 1;
                    way % step == 0
                }) {
                    keeps(&life(|runs| runs[run].troubles = vec![Trouble { at, times, what }]));
                }
            }
        }
    }
}

fn cuts(step: usize) {
    for at in (1..200).step_by(step) {
        for run in 0..3 {
            keeps(&life(|runs| runs[run].end = End::Kill(at)));
            keeps(&life(|runs| runs[run].end = End::Stop(at)));
        }
    }
}

#[test]
fn some_requests_of_a_life_may_fail_in_some_way() {
    requests_fail(61);
}

#[test]
#[ignore = "takes a minute"]
fn each_request_of_a_life_may_fail_in_each_way() {
    requests_fail(1);
}

#[test]
fn a_life_may_be_cut_at_some_awaits() {
    cuts(29);
}

#[test]
#[ignore = "takes a minute"]
fn a_life_may_be_cut_at_any_await() {
    cuts(1);
}

/// Found by chance: a bucket that held nothing when it was planned was emptied of what had come since.
#[test]
fn data_that_comes_after_the_plan_is_kept() {
    let bucket = |generation| vec![Part { generation, ..part(Kind::Bucket, &[]) }];
    for after in (0..1_000).step_by(20) {
        let calm = Runner { lose_data: false, ..Runner::calm(Aim::File) };
        let acts = vec![
            Act::File(bucket(0)),
            Act::Run(vec![calm.clone()], vec![]),
            Act::File(bucket(1)),
            Act::Run(vec![calm], vec![(after, Meddle::Delivers(0))]),
        ];
        keeps(&History { noise: after, acts, destroyed: false });
    }
}

/// Found by chance: the creation of an API that replaces another lost its answer, and went on with the old one, which
/// was deleted then as planned.
#[test]
fn what_is_replaced_is_not_taken_for_what_was_made() {
    let api = |fixed| vec![Part { fixed, ..part(Kind::Api, &[]) }];
    for at in 0..40 {
        let troubles = vec![Trouble { at, times: 1, what: What::AnswerLost }];
        let acts = vec![
            Act::File(api(0)),
            Act::Run(vec![Runner::calm(Aim::File)], vec![]),
            Act::File(api(1)),
            Act::Run(vec![Runner { troubles, ..Runner::calm(Aim::File) }], vec![]),
        ];
        keeps(&History { noise: 1, acts, destroyed: false });
    }
}

/// Found by chance: a creation that was sent again found what the first request had made, and did not wait for it.
#[test]
fn what_was_made_by_a_lost_request_is_waited_for() {
    let file = vec![part(Kind::Function, &[]), part(Kind::Trigger, &[Kind::Function])];
    for at in 0..60 {
        let troubles = vec![Trouble { at, times: 1, what: What::FailsAfter }];
        let acts =
            vec![Act::File(file.clone()), Act::Run(vec![Runner { troubles, ..Runner::calm(Aim::File) }], vec![])];
        keeps(&History { noise: u64::from(at), acts, destroyed: false });
    }
}

/// Found by chance: the place of the lock had no name, so that nobody who no longer asked for it found it again.
#[test]
fn the_place_of_the_lock_is_found_again() {
    let bucket = |generation| vec![Part { generation, ..part(Kind::Bucket, &[]) }];
    for at in 1..60 {
        let killed = Runner { end: End::Kill(at), ..Runner::calm(Aim::File) };
        let acts = vec![Act::File(bucket(0)), Act::Run(vec![killed], vec![]), Act::File(bucket(1))];
        keeps(&History { noise: 1, acts, destroyed: false });
    }
}

/// Found by chance: a destroy wrote its lock into a bucket of our name that is somebody's.
#[test]
fn no_lock_is_written_into_what_is_not_ours() {
    let apply = Act::Run(vec![Runner::calm(Aim::File)], vec![]);
    let destroy = Act::Run(vec![Runner::calm(Aim::Nothing)], vec![]);
    let theirs = [Meddle::Deletes(0), Meddle::Makes(Kind::Bucket, 'a', 0, false)].map(Act::Meddle);
    let mut acts = vec![Act::File(vec![part(Kind::Bucket, &[]), part(Kind::Key, &[])]), apply];
    acts.extend(theirs);
    // The Tagging API has to know.
    acts.extend([Act::Wait(60), destroy]);
    keeps(&History { noise: 1, acts, destroyed: false });
}

/// Found by chance: a destroy had taken its lock out of the bucket, and did not hear of it. The next run took the lock
/// there and began to work, and the request that was sent again took that one out, too.
#[test]
fn a_lock_is_not_taken_out_for_another() {
    let file = vec![part(Kind::Bucket, &[]), part(Kind::UsagePlan, &[])];
    for (at, noise) in (17..22).flat_map(|at| (0..20).map(move |noise| (at, noise))) {
        let troubles = vec![Trouble { at, times: 1_000, what: What::FailsAfter }];
        let first = Runner { troubles, ..Runner::calm(Aim::Nothing) };
        let second = Runner { starts: 1_000 + 100 * noise, ..Runner::calm(Aim::File) };
        let apply = Act::Run(vec![Runner::calm(Aim::File)], vec![]);
        let acts = vec![Act::File(file.clone()), apply, Act::Run(vec![first, second], vec![])];
        keeps(&History { noise, acts, destroyed: false });
    }
}

/// Found by chance: a look under the lock took longer than a lease lasts, which nobody renewed meanwhile.
#[test]
fn a_lock_is_kept_through_a_long_look() {
    let file = |extra| vec![Part { extra, ..part(Kind::Function, &[]) }, part(Kind::Api, &[])];
    for (at, aim) in (10..40).flat_map(|at| [(at, Aim::File), (at, Aim::Nothing)]) {
        let troubles = vec![Trouble { at, times: 3, what: What::AnswerLost }];
        let first = Runner { troubles, waits: false, ..Runner::calm(Aim::File) };
        let acts = vec![
            Act::File(file(0)),
            Act::Run(vec![Runner::calm(Aim::File)], vec![]),
            Act::File(file(1)),
            Act::Run(vec![first, Runner::calm(aim)], vec![]),
        ];
        keeps(&History { noise: u64::from(at), acts, destroyed: false });
    }
}

/// Found by chance: the next run noted that all of it was done, while what the last one had begun was under way.
#[test]
fn what_the_last_run_has_begun_is_waited_for() {
    let file = vec![part(Kind::Function, &[]), part(Kind::Trigger, &[])];
    for (at, noise) in (0..60).flat_map(|at| [(at, 0), (at, 1)]) {
        let troubles = vec![Trouble { at, times: 1_000, what: What::FailsAfter }];
        let first = Runner { troubles, ..Runner::calm(Aim::File) };
        let runs = [first, Runner::calm(Aim::File)].map(|runner| Act::Run(vec![runner], vec![]));
        let acts = [Act::File(file.clone())].into_iter().chain(runs).collect();
        keeps(&History { noise, acts, destroyed: false });
    }
}

/// Whoever comes second waits, or is refused; and both tell the truth.
#[test]
fn two_at_once_are_one_after_the_other() {
    for starts in (0..6_000).step_by(600) {
        for (aim, waits) in [(Aim::File, true), (Aim::File, false), (Aim::Nothing, true)] {
            let second = Runner { starts, waits, ..Runner::calm(aim) };
            let acts = vec![Act::File(file()), Act::Run(vec![Runner::calm(Aim::File), second], vec![])];
            keeps(&History { noise: starts, acts, destroyed: false });
        }
    }
}

/// Found by chance: a destroy that began before the first apply saw no bucket, and then what the apply had made, and took
/// that down without a lock.
#[test]
fn a_destroy_that_began_before_an_apply_sees_its_lock() {
    let file = vec![part(Kind::Bucket, &[]), part(Kind::UsagePlan, &[])];
    for at in 0..20 {
        let troubles = vec![Trouble { at, times: 1, what: What::FailsBefore }];
        let first = Runner { troubles, ..Runner::calm(Aim::Nothing) };
        let acts = vec![Act::File(file.clone()), Act::Run(vec![first, Runner::calm(Aim::File)], vec![])];
        keeps(&History { noise: u64::from(at), acts, destroyed: false });
    }
}

/// Found by chance: after an edit of its name the lock lay in a bucket that was not there, and a destroy went on without.
#[test]
fn runs_across_a_rename_of_the_bucket_are_one_after_the_other() {
    let file = |generation| {
        let bucket = Part { generation, ..part(Kind::Bucket, &[]) };
        vec![bucket, part(Kind::Api, &[]), part(Kind::Trigger, &[])]
    };
    for starts in (0..3_000).step_by(100) {
        for (first, second) in [(Aim::File, Aim::Nothing), (Aim::Nothing, Aim::Nothing), (Aim::Nothing, Aim::File)] {
            let both = vec![Runner::calm(first), Runner { starts, ..Runner::calm(second) }];
            let acts = vec![
                Act::File(file(0)),
                Act::Run(vec![Runner::calm(Aim::File)], vec![]),
                // The Tagging API has to know.
                Act::Wait(60),
                Act::File(file(1)),
                Act::Run(both, vec![]),
            ];
            keeps(&History { noise: starts, acts, destroyed: false });
        }
    }
}

/// Found by chance: the bucket that takes the place of another was deleted in the console, and the old one, whose data
/// might be lost now that it lies in the new one, went a moment later.
#[test]
fn an_old_bucket_stays_where_the_new_one_is_deleted_meanwhile() {
    let file = |generation| {
        let bucket = Part { generation, ..part(Kind::Bucket, &[]) };
        vec![bucket, part(Kind::Function, &[])]
    };
    for after in (0..4_000).step_by(100) {
        let acts = vec![
            Act::File(file(0)),
            Act::Run(vec![Runner::calm(Aim::File)], vec![]),
            Act::Meddle(Meddle::Delivers(0)),
            Act::Wait(60),
            Act::File(file(1)),
            // By then there are two, and the second is the new one.
            Act::Run(vec![Runner::calm(Aim::File)], vec![(after, Meddle::Deletes(1))]),
        ];
        keeps(&History { noise: after, acts, destroyed: false });
    }
}
