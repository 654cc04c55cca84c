//! What a failure, an interrupt or a kill leaves undone, and that the next run makes up for it.

use crate::fake::{Fault, Memory};
use crate::order::{drawn, family, keyed};
use std::collections::BTreeSet;

/// Who cannot be made when one cannot.
const FOLLOWERS: &[(&str, &[&str])] = &[
    ("fake.role.r", &["fake.function.f", "fake.function.g", "fake.trigger.t"]),
    ("fake.vault.v", &["fake.function.f", "fake.trigger.t"]),
    ("fake.function.f", &["fake.trigger.t"]),
    ("fake.function.g", &[]),
    ("fake.trigger.t", &[]),
];

fn of<'a>(told: &'a [String], verb: &str) -> BTreeSet<&'a str> {
    told.iter().filter_map(|line| line.strip_prefix(verb)?.split([' ', ':']).nth(1)).collect()
}

#[tokio::test]
async fn a_failure_takes_its_dependents_with_it_and_nothing_else() {
    for fault in [Fault::Refused, Fault::Lost] {
        for (broken, followers) in FOLLOWERS {
            let world = Memory::default();
            world.breaks(&format!("create {broken}"), fault);
            let (told, outcome) = world.run(&drawn(family), 8).await;
            assert_eq!(world.waiting_faults(), 0, "the fault struck");
            assert_eq!(of(&told, "failed"), BTreeSet::from([*broken]));
            assert_eq!(of(&told, "skipped"), followers.iter().copied().collect(), "{broken}: {told:#?}");
            assert_eq!(outcome.done.len(), 5 - 1 - followers.len());
            assert!(!outcome.interrupted);

            world.run(&drawn(family), 8).await;
            assert_eq!(world.planned(&drawn(family)).await, [""; 0], "the next run converges after {broken}");
        }
    }
}

/// It has failed, though it can be used: what has begun meanwhile ends, what has not does not begin.
#[tokio::test]
async fn what_cannot_be_finished_has_failed_and_is_finished_by_the_next_run() {
    for (parallelism, skipped) in [(8, vec![]), (1, vec!["fake.function.f"])] {
        let world = Memory::default();
        world.breaks("finish fake.key.k", Fault::Refused);
        let (told, outcome) = world.run(&drawn(keyed), parallelism).await;
        assert_eq!(of(&told, "failed"), BTreeSet::from(["fake.key.k"]));
        assert_eq!(of(&told, "skipped"), skipped.iter().copied().collect(), "{told:#?}");
        assert_eq!(outcome.done.len(), 1 - skipped.len());
        world.run(&drawn(keyed), 8).await;
        assert_eq!(world.planned(&drawn(keyed)).await, [""; 0]);
    }
}

/// Whoever watches learns it when it is known, not when everything else is done.
#[tokio::test]
async fn what_will_not_begin_is_told_at_once() {
    let world = Memory::default();
    world.breaks("create fake.role.r", Fault::Refused);
    let (told, _) = world.run(&drawn(family), 1).await;
    let first: Vec<_> = told.iter().take_while(|line| *line != "finished fake.vault.v").collect();
    for skipped in ["fake.function.f", "fake.function.g", "fake.trigger.t"] {
        assert!(first.contains(&&format!("skipped {skipped}")), "{told:#?}");
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_keeps_what_it_uses() {
    for (broken, kept) in [
        ("fake.trigger.t", vec!["fake.function.f", "fake.function.g", "fake.role.r", "fake.vault.v"]),
        ("fake.function.f", vec!["fake.role.r", "fake.vault.v"]),
        ("fake.role.r", vec![]),
    ] {
        let world = Memory::default();
        world.run(&drawn(family), 8).await;
        world.breaks(&format!("delete {broken}"), Fault::Refused);
        let (told, _) = world.run(&drawn(|_| ()), 8).await;
        assert_eq!(of(&told, "skipped"), kept.into_iter().collect(), "{broken}: {told:#?}");
        world.run(&drawn(|_| ()), 8).await;
        assert_eq!(world.there(), [""; 0]);
    }
}

/// Ctrl+C: what is at work ends, nothing more begins.
#[tokio::test]
async fn an_interrupt_at_any_call_lets_calls_end_and_starts_none() {
    for at in 0..5 {
        for parallelism in [1, 3] {
            let world = Memory { stop_at: Some(at), ..Memory::default() };
            let (told, outcome) = world.run(&drawn(family), parallelism).await;
            let (started, finished) = (of(&told, "started"), of(&told, "finished"));
            assert_eq!(started, finished, "each that was begun is ended");
            assert!(started.len() > at && started.len() <= at + parallelism, "{told:#?}");
            assert_eq!(outcome.interrupted, started.len() < 5);
            assert_eq!(of(&told, "skipped").len(), 5 - started.len());

            let world = Memory { stop_at: None, ..world };
            world.run(&drawn(family), 8).await;
            assert_eq!(world.planned(&drawn(family)).await, [""; 0]);
        }
    }
}

/// After as many turns of the runtime, all that can go on without the call that hangs has.
const TURNS: usize = 1000;

/// The process is gone in the middle of a call.
#[tokio::test]
async fn a_kill_at_any_call_is_made_up_for() {
    for at in 0..10 {
        let world = Memory { hang_at: Some(at), ..Memory::default() };
        let work = async {
            world.run(&drawn(family), 2).await;
            world.run(&drawn(|_| ()), 2).await;
        };
        let killed = async {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = work => panic!("call {at} was not reached"),
            () = killed => {}
        }
        let world = Memory { hang_at: None, ..world };
        world.run(&drawn(family), 2).await;
        assert_eq!(world.planned(&drawn(family)).await, [""; 0], "killed at call {at}");
    }
}
