//! What takes the place of something: the new one first wherever both can be there, the old one last.

use crate::fake::{Fake, Fault, Function, Memory, Role, Trigger, Vault, words};
use crate::order::drawn;
use pipectl_engine::graph::Graph;
use pipectl_engine::plan::{Consent, Order, plan};
use pipectl_engine::resource::{Address, Owner};
use pipectl_engine::value::Pending;

/// A vault under this id, a function that takes from it and from a role, and a trigger of that.
fn housed(vault: &'static str) -> impl Fn(&mut Graph<'static, Memory>) {
    move |graph| {
        let role = graph.add("r", |_| Fake::<Role>::new("r"));
        let vault = graph.add("v", move |_| Fake::<Vault>::new(vault));
        let function = graph.add("f", move |out| Fake::<Function>::new("f").linked(&out[role]).linked(&out[vault]));
        graph.add("t", move |out| Fake::<Trigger>::new("t").linked(&out[function]));
    }
}

async fn with_old() -> Memory {
    let world = Memory::default();
    world.run(&drawn(housed("old")), 8).await;
    world.said();
    world
}

#[tokio::test]
async fn the_new_one_is_made_its_users_follow_and_the_old_one_goes_last() {
    let world = with_old().await;
    let graph = drawn(housed("new"));
    let steps = ["replace fake.vault.v (edit)", "update fake.function.f (edit)", "delete fake.vault.old (replaced)"];
    assert_eq!(world.planned(&graph).await, steps);
    world.run(&graph, 8).await;
    assert_eq!(world.said(), ["create fake.vault.v", "update fake.function.f [links]", "delete fake.vault.v"]);
    assert_eq!(world.planned(&graph).await, [""; 0]);
    assert!(!world.there().contains(&"fake.vault.old".to_owned()));
}

#[tokio::test]
async fn only_what_keeps_its_id_is_deleted_first() {
    let world = with_old().await;
    let order = async |draw: &dyn Fn(&mut Graph<'static, Memory>)| {
        let graph = drawn(draw);
        let live = world.observe(&graph).await;
        let plan = plan(&graph, &live, &Consent::default());
        let step = plan.steps.iter().find(|step| step.order().is_some()).expect("something is replaced");
        (step.order(), step.symbol())
    };
    assert_eq!(order(&housed("new")).await, (Some(Order::CreateFirst), "+/-"));
    let placed = |graph: &mut Graph<'static, Memory>| {
        graph.add("v", |_| Fake::<Vault>::new("old").placed("there"));
    };
    assert_eq!(order(&placed).await, (Some(Order::DeleteFirst), "-/+"));
}

/// Case 20: a new name that turns out to be taken.
#[tokio::test]
async fn where_the_new_one_cannot_be_made_nothing_is_lost() {
    let world = with_old().await;
    world.breaks("create fake.vault.v", Fault::Refused);
    let (_, outcome) = world.run(&drawn(housed("new")), 8).await;
    assert_eq!(world.said(), ["create fake.vault.v"]);
    assert_eq!((outcome.failed.len(), outcome.skipped.len()), (1, 3), "the function, the trigger, the deletion");
    assert_eq!(world.planned(&drawn(housed("old"))).await, [""; 0], "all is as it was");
}

/// A policy names what may not be there yet, and need not wait for it. But it may not leave the old one for a new one
/// that never comes.
#[tokio::test]
async fn what_only_names_another_waits_for_it_where_it_is_replaced() {
    let named = |vault: &'static str| {
        move |graph: &mut Graph<'static, Memory>| {
            let vault = graph.add("v", move |_| Fake::<Vault>::new(vault));
            graph.add("r", move |out| {
                let _ = out.predicted(vault);
                Fake::<Role>::new("r")
            });
        }
    };
    let world = Memory::default();
    world.breaks("create fake.vault.v", Fault::Refused);
    world.run(&drawn(named("old")), 8).await;
    assert_eq!(world.said(), ["create fake.vault.v", "create fake.role.r"], "it does not wait for a first one");
    world.run(&drawn(named("old")), 8).await;
    world.meddle("fake.role", "r", |thing| thing.size = 7);
    world.said();
    world.breaks("create fake.vault.v", Fault::Refused);
    let (told, _) = world.run(&drawn(named("new")), 8).await;
    assert_eq!(world.said(), ["create fake.vault.v"], "{told:?}");
}

#[tokio::test]
async fn where_a_user_cannot_follow_the_old_one_stays() {
    let world = with_old().await;
    world.breaks("update fake.function.f [links]", Fault::Refused);
    world.run(&drawn(housed("new")), 8).await;
    assert_eq!(world.said(), ["create fake.vault.v", "update fake.function.f [links]"]);
    assert!(world.there().contains(&"fake.vault.old".to_owned()));
}

/// The one with the wanted id is the real one; the other has an address of its own, and its data a consent of its own.
#[tokio::test]
async fn what_a_killed_run_left_of_the_old_one_is_an_orphan_that_holds_data() {
    let world = with_old().await;
    world.breaks("update fake.function.f [links]", Fault::Refused);
    let graph = drawn(housed("new"));
    world.run(&graph, 8).await;
    let refused =
        ["update fake.function.f (edit)", r#"delete fake.vault.old (orphan) refused: LosesData("3 objects")"#];
    assert_eq!(world.planned(&graph).await, refused);
    let live = world.observe(&graph).await;
    let consent = Consent { lose_data: [Address::new("fake.vault", "old")].into(), ..Consent::default() };
    world.said();
    world.carry_out(&plan(&graph, &live, &consent), 8).await;
    assert_eq!(world.said(), ["update fake.function.f [links]", "delete fake.vault.old"]);
    assert_eq!(world.planned(&graph).await, [""; 0]);
    // Taken down, each has an address, too.
    world.breaks("update fake.function.f [links]", Fault::Refused);
    world.run(&drawn(housed("newer")), 8).await;
    let both = world.planned(&drawn(|_| ())).await;
    assert_eq!(both.iter().filter(|step| step.contains("fake.vault")).count(), 2, "{both:?}");
}

/// The process is gone at each call of a replacement in turn.
#[tokio::test]
async fn a_kill_at_any_call_of_a_replacement_is_made_up_for() {
    for at in 0..3 {
        let world = Memory { hang_at: Some(at), ..with_old().await };
        let graph = drawn(housed("new"));
        tokio::select! {
            _ = world.run(&graph, 8) => panic!("call {at} was not reached"),
            () = turns() => {}
        }
        let world = Memory { hang_at: None, ..world };
        let consent = ["v", "old"].map(|name| Address::new("fake.vault", name));
        let live = world.observe(&graph).await;
        let consent = Consent { lose_data: consent.into(), ..Consent::default() };
        world.carry_out(&plan(&graph, &live, &consent), 8).await;
        assert_eq!(world.planned(&graph).await, [""; 0], "killed at call {at}");
        assert_eq!(world.there().iter().filter(|thing| thing.contains("vault")).count(), 1, "killed at call {at}");
    }
}

async fn turns() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// A second role under the id `r`, as a creation leaves it that was made twice.
fn put_twin(world: &Memory, own_id: &'static str) {
    world.put("fake.role", own_id, Owner::Us);
    world.meddle("fake.role", own_id, |thing| {
        (thing.name, thing.shared_id) = ("r".to_owned(), Some("r".to_owned()));
    });
}

#[tokio::test]
async fn of_two_with_one_id_the_one_in_use_stays_and_the_other_is_told_as_a_duplicate() {
    for (twin, step) in [("a", "delete fake.role.a (duplicate)"), ("s", "delete fake.role.s (duplicate)")] {
        // Found before the one in use, or after it.
        let world = with_old().await;
        put_twin(&world, twin);
        assert_eq!(world.planned(&drawn(housed("old"))).await, [step]);
        world.run(&drawn(housed("old")), 8).await;
        assert_eq!(world.planned(&drawn(housed("old"))).await, [""; 0]);
        assert!(world.there().contains(&"fake.role.r".to_owned()));
    }
}

/// Both may have been told to the world: nobody knows which one callers have.
#[tokio::test]
async fn a_duplicate_that_something_refers_to_is_kept_until_somebody_says_so() {
    let world = with_old().await;
    let uses = |graph: &mut Graph<'static, Memory>| {
        housed("old")(graph);
        graph.add("g", |_| Fake::<Function>::new("g").linked(&Pending::Known("fake.role/here/s".to_owned())));
    };
    let graph = drawn(uses);
    world.run(&graph, 1).await;
    put_twin(&world, "s");
    let refused = r#"delete fake.role.s (duplicate) refused: InUse(Address { kind: "fake.function", name: "g" })"#;
    assert_eq!(world.planned(&graph).await, [refused]);
    let live = world.observe(&graph).await;
    let consent = Consent { lose_data: [Address::new("fake.role", "s")].into(), ..Consent::default() };
    assert_eq!(words(&plan(&graph, &live, &consent)), ["delete fake.role.s (duplicate)"]);
}
