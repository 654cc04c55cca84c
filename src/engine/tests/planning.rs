//! What a plan says of each situation, and what it refuses.

use crate::fake::{Fake, Function, Memory, Role, Vault, words};
use crate::order::drawn;
use pipectl_engine::diff::UNFINISHED;
use pipectl_engine::extra::{Extra, Removal};
use pipectl_engine::graph::Graph;
use pipectl_engine::plan::{Consent, Revert, plan};
use pipectl_engine::resource::{Address, Owner};
use pipectl_engine::value::Value;

fn role(size: i64) -> impl Fn(&mut Graph<'static, Memory>) {
    move |graph| {
        graph.add("r", move |_| Fake::<Role>::new("r").sized(size));
    }
}

fn vault(place: &'static str) -> impl Fn(&mut Graph<'static, Memory>) {
    move |graph| {
        graph.add("v", move |_| Fake::<Vault>::new("v").placed(place));
    }
}

async fn with_role() -> Memory {
    let world = Memory::default();
    world.run(&drawn(role(1)), 1).await;
    world
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    assert_eq!(Memory::default().planned(&drawn(role(1))).await, ["create fake.role.r (missing)"]);
}

#[tokio::test]
async fn an_edit_is_told_from_drift_and_from_both() {
    let world = with_role().await;
    assert_eq!(world.planned(&drawn(role(2))).await, ["update fake.role.r (edit)"]);
    world.meddle("fake.role", "r", |thing| thing.size = 7);
    assert_eq!(world.planned(&drawn(role(1))).await, ["update fake.role.r (drift)"]);
    assert_eq!(world.planned(&drawn(role(2))).await, ["update fake.role.r (edit and drift)"]);
    // Somebody made by hand what the file asks for now: nothing is left to do.
    assert_eq!(world.planned(&drawn(role(7))).await, [""; 0]);
}

#[tokio::test]
async fn a_digest_of_another_form_is_unknown_and_not_drift() {
    let world = with_role().await;
    for unknown in [None, Some("5d41402abc4b2a76b9719d911017c592".to_owned()), Some("v0:5d41".to_owned())] {
        world.meddle("fake.role", "r", |thing| thing.applied = unknown);
        assert_eq!(world.planned(&drawn(role(2))).await, ["update fake.role.r (edit)"]);
        assert_eq!(world.planned(&drawn(role(1))).await, [""; 0], "no change is no change");
    }
}

/// Nobody touched AWS, and the file may be what it was.
#[tokio::test]
async fn what_was_begun_and_not_finished_is_neither_an_edit_nor_drift() {
    let world = with_role().await;
    world.meddle("fake.role", "r", |thing| thing.applied = Some(UNFINISHED.to_owned()));
    assert_eq!(world.planned(&drawn(role(2))).await, ["update fake.role.r (not finished)"]);
    assert_eq!(world.planned(&drawn(role(1))).await, ["update fake.role.r (not finished)"]);
    world.run(&drawn(role(1)), 1).await;
    assert_eq!(world.planned(&drawn(role(1))).await, [""; 0]);
}

#[tokio::test]
async fn what_is_no_longer_asked_for_is_an_orphan_unless_all_is_to_go() {
    let world = with_role().await;
    let other = |graph: &mut Graph<'static, Memory>| {
        graph.add("f", |_| Fake::<Function>::new("f"));
    };
    assert_eq!(world.planned(&drawn(other)).await, ["create fake.function.f (missing)", "delete fake.role.r (orphan)"]);
    assert_eq!(world.planned(&drawn(|_| ())).await, ["delete fake.role.r"]);
}

/// What nothing asks for any more may be needed for a while.
#[tokio::test]
async fn what_is_held_stays_and_is_told() {
    let world = with_role().await;
    let other = drawn(|graph: &mut Graph<'static, Memory>| {
        graph.add("f", |_| Fake::<Function>::new("f"));
    });
    let live = world.observe(&other).await;
    let mut held = plan(&other, &live, &Consent::default());
    let before = held.fingerprint();
    held.hold(&[Address::new("fake.role", "r"), Address::new("fake.function", "f")], "it is still at work");
    let work: Vec<_> = held.work().map(|step| step.address.to_string()).collect();
    assert_eq!(work, ["fake.function.f"], "what is to be made is made");
    assert_eq!(held.stays.len(), 1);
    assert_eq!(held.stays[0].addresses, [Address::new("fake.role", "r")]);
    assert_ne!(held.fingerprint(), before, "a plan that deletes it is another one");
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_never_an_orphan() {
    let world = Memory::default();
    world.put("fake.role", "r", Owner::Nobody);
    // Nothing differs, and still it is not ours: taking it over is what would be done.
    assert_eq!(world.planned(&drawn(role(1))).await, ["update fake.role.r (adopt) refused: Unowned"]);
    world.put("fake.role", "r", Owner::Other("clicks/dev".to_owned()));
    assert_eq!(world.planned(&drawn(role(2))).await, [r#"update fake.role.r (edit) refused: OwnedBy("clicks/dev")"#]);
    assert_eq!(world.planned(&drawn(|_| ())).await, [""; 0]);
}

#[tokio::test]
async fn adopting_is_by_address() {
    let world = Memory::default();
    world.put("fake.role", "r", Owner::Nobody);
    let graph = drawn(role(1));
    let live = world.observe(&graph).await;
    let consent = Consent { adopt: [Address::new("fake.role", "r")].into(), ..Consent::default() };
    let adopting = plan(&graph, &live, &consent);
    assert_eq!(words(&adopting), ["update fake.role.r (adopt)"]);
    world.carry_out(&adopting, 1).await;
    assert_eq!(world.said(), ["update fake.role.r []"], "nothing differs but the owner");
    assert_eq!(world.planned(&graph).await, [""; 0]);
}

#[tokio::test]
async fn losing_data_is_by_address() {
    let world = Memory::default();
    world.run(&drawn(vault("here")), 1).await;
    for (graph, verb) in [(drawn(vault("there")), "replace"), (drawn(|_| ()), "delete")] {
        let live = world.observe(&graph).await;
        let refused = words(&plan(&graph, &live, &Consent::default()));
        assert!(
            refused[0].starts_with(verb) && refused[0].ends_with(r#"refused: LosesData("3 objects")"#),
            "{refused:?}"
        );
        let consent = Consent { lose_data: [Address::new("fake.vault", "v")].into(), ..Consent::default() };
        assert!(plan(&graph, &live, &consent).refused().next().is_none());
        world.meddle("fake.vault", "v", |thing| thing.data.clear());
        let live = world.observe(&graph).await;
        assert!(plan(&graph, &live, &Consent::default()).refused().next().is_none(), "there is nothing to lose");
        world.meddle("fake.vault", "v", |thing| thing.data = "3 objects".to_owned());
    }
}

#[tokio::test]
async fn changes_are_in_the_authors_order() {
    let world = with_role().await;
    let edited = |graph: &mut Graph<'static, Memory>| {
        let role = graph.add("o", |_| Fake::<Role>::new("o"));
        graph.add("r", move |out| Fake::<Role>::new("r").placed("there").sized(2).linked(&out[role]));
    };
    let graph = drawn(edited);
    let live = world.observe(&graph).await;
    let plan = plan(&graph, &live, &Consent::default());
    let step = plan.steps.iter().find(|step| step.address.name == "r").unwrap();
    let named: Vec<_> = step.changes.iter().map(|change| change.attribute.as_ref()).collect();
    assert_eq!(named, ["size", "place", "links"]);
    let told: Vec<_> = step.attributes.iter().map(|(name, _)| name).collect();
    assert_eq!(told, ["id", "size", "place", "links"]);
}

#[tokio::test]
async fn resources_are_read_by_kind_and_name() {
    let world = with_role().await;
    let graph = drawn(role(2));
    let live = world.observe(&graph).await;
    assert_eq!(graph.desired::<Fake<Role>>("r").map(|role| role.size), Some(2));
    assert_eq!(live.live::<Fake<Role>>("r").map(|live| live.resource.size), Some(1));
    assert!(graph.desired::<Fake<Vault>>("r").is_none() && live.live::<Fake<Role>>("x").is_none());
}

fn extra(name: &'static str, removal: Removal) -> Extra {
    Extra { name: name.into(), value: Value::Bool(true), usual: Value::Unset, meaning: "a test", removal }
}

/// What a plan of the role with each kind of extra changes and leaves, in words.
async fn with_extras(revert: Revert) -> (Vec<String>, Vec<String>) {
    let world = with_role().await;
    let all =
        || vec![extra("broken", Removal::Always), extra("theirs", Removal::OnRequest), extra("kept", Removal::ByHand)];
    world.meddle("fake.role", "r", |thing| thing.extras = all());
    let graph = drawn(role(1));
    let inventory = world.observe(&graph).await;
    let consent = Consent { revert, ..Consent::default() };
    let planned = plan(&graph, &inventory, &consent);
    let step = &planned.steps[0];
    let changes = step.changes.iter().map(|change| change.attribute.to_string()).collect();
    (changes, step.extras.iter().map(|extra| extra.name.to_string()).collect())
}

#[tokio::test]
async fn what_breaks_the_pipeline_is_drift_and_the_rest_is_shown_until_asked_for() {
    assert_eq!(with_extras(Revert::Nothing).await, (vec!["broken".to_owned()], vec!["theirs".into(), "kept".into()]));
    let of_another = Revert::Of([Address::new("fake.role", "other")].into());
    assert_eq!(with_extras(of_another).await, with_extras(Revert::Nothing).await);
    for asked in [Revert::Everything, Revert::Of([Address::new("fake.role", "r")].into())] {
        let (changes, left) = with_extras(asked).await;
        assert_eq!((changes, left), (vec!["broken".to_owned(), "theirs".into()], vec!["kept".to_owned()]));
    }
}

#[tokio::test]
async fn an_extra_alone_is_no_change() {
    let world = with_role().await;
    world.meddle("fake.role", "r", |thing| thing.extras = vec![extra("theirs", Removal::OnRequest)]);
    assert_eq!(world.planned(&drawn(role(1))).await, [""; 0]);
    world.meddle("fake.role", "r", |thing| thing.extras = vec![extra("broken", Removal::Always)]);
    assert_eq!(world.planned(&drawn(role(1))).await, ["update fake.role.r (drift)"]);
    world.run(&drawn(role(1)), 1).await;
    assert_eq!(world.planned(&drawn(role(1))).await, [""; 0], "it was put back");
}
