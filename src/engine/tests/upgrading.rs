//! Whose doing a change is once the program is another one: its own, the file's, or somebody else's.

use crate::fake::{Fake, Function, Memory, Role, words};
use crate::order::drawn;
use pipectl_engine::diff::Attributes;
use pipectl_engine::graph::Graph;
use pipectl_engine::mark::Mark;
use pipectl_engine::plan::{Consent, plan};
use pipectl_engine::resource::Owner;
use pipectl_engine::upgrade::{Releases, Upgrade};

const SIZE: Upgrade =
    Upgrade { release: "0.2.0", kind: "fake.role", name: None, attribute: Some("size"), why: "larger" };
const PLACE: Upgrade = Upgrade { attribute: Some("place"), why: "elsewhere", ..SIZE };
const FUNCTION: Upgrade = Upgrade { kind: "fake.function", name: Some("f"), attribute: None, why: "it works", ..SIZE };

fn role(size: i64, place: &'static str) -> impl Fn(&mut Graph<'static, Memory>) {
    move |graph| {
        graph.add("r", move |_| Fake::<Role>::new("r").sized(size).placed(place));
    }
}

/// A world as a release has left it, with what it has applied and may have been changed since.
async fn left_by(release: &str, size: i64) -> Memory {
    let world = Memory::default();
    world.run(&drawn(role(size, "")), 1).await;
    world.meddle("fake.role", "r", |thing| {
        thing.applied = thing.applied.take().map(|digest| format!("{digest}@{release}"));
    });
    world
}

/// The steps, and what is told of releases, of a plan by 0.2.0.
async fn planned(
    world: &Memory,
    draw: impl Fn(&mut Graph<'static, Memory>),
    announced: &[Upgrade],
) -> (Vec<String>, Releases) {
    let graph = drawn(draw);
    let live = world.observe(&graph).await;
    let mut plan = plan(&graph, &live, &Consent::default());
    plan.tell_releases(&live, "0.2.0", announced);
    (words(&plan), plan.releases)
}

#[tokio::test]
async fn what_is_announced_is_the_releases_doing_and_all_else_the_files() {
    let world = left_by("0.1.0", 1).await;
    let (steps, told) = planned(&world, role(2, ""), &[SIZE]).await;
    assert_eq!(steps, ["update fake.role.r (upgrade)"]);
    assert_eq!((told.news[0].from.as_deref(), told.news[0].upgrade.why), (Some("0.1.0"), "larger"));
    for announced in [&[][..], &[PLACE]] {
        assert_eq!(planned(&world, role(2, ""), announced).await.0, ["update fake.role.r (edit)"]);
    }
    let (both, told) = planned(&world, role(2, "there"), &[SIZE]).await;
    assert!(both[0].ends_with("(edit and upgrade)"), "{both:?}");
    assert_eq!(told.news.len(), 1);
}

/// Also of an upgrade that this resource has had, or that is of a release to come.
#[tokio::test]
async fn only_releases_between_the_two_count() {
    for (by, release, cause) in [
        ("0.2.0", "0.2.0", "edit"),
        ("0.1.0", "0.3.0", "edit"),
        ("0.1.0", "0.1.0", "edit"),
        ("0.1.9", "0.2.0", "upgrade"),
        ("0.2.0-rc.1", "0.2.0", "upgrade"),
        ("0.0.9", "0.1.10", "upgrade"),
        ("what is that", "0.2.0", "upgrade"),
    ] {
        let world = left_by(by, 1).await;
        let (steps, _) = planned(&world, role(2, ""), &[Upgrade { release, ..SIZE }]).await;
        assert_eq!(steps, [format!("update fake.role.r ({cause})")], "made by {by}, announced for {release}");
    }
}

#[tokio::test]
async fn drift_stays_drift() {
    let world = left_by("0.1.0", 1).await;
    world.meddle("fake.role", "r", |thing| thing.size = 7);
    assert_eq!(planned(&world, role(1, ""), &[SIZE]).await.0, ["update fake.role.r (drift)"]);
    world.meddle("fake.role", "r", |thing| thing.place = "moved".to_owned());
    let (steps, _) = planned(&world, role(2, ""), &[SIZE]).await;
    assert!(steps[0].contains("drift"), "the place is nobody's announcement: {steps:?}");
}

/// 0.1.0 had no such attribute, so that its digest is of less than what is live.
#[tokio::test]
async fn an_attribute_that_is_new_to_a_release_is_no_drift() {
    let world = left_by("0.1.0", 1).await;
    let before = Attributes::new().replace("id", "r").replace("place", "").update("links", &Vec::<String>::new());
    let mark = Mark::of(&before, "0.1.0");
    world.meddle("fake.role", "r", |thing| thing.applied = Some(mark.to_string()));
    assert_eq!(planned(&world, role(2, ""), &[]).await.0, ["update fake.role.r (edit and drift)"]);
    assert_eq!(planned(&world, role(2, ""), &[SIZE]).await.0, ["update fake.role.r (upgrade)"]);
}

#[tokio::test]
async fn a_resource_that_a_release_makes_or_gives_up_is_its_doing() {
    let world = left_by("0.1.0", 1).await;
    let more = |graph: &mut Graph<'static, Memory>| {
        role(1, "")(graph);
        graph.add("f", |_| Fake::<Function>::new("f"));
        graph.add("g", |_| Fake::<Function>::new("g"));
    };
    let (steps, told) = planned(&world, more, &[FUNCTION]).await;
    assert_eq!(steps, ["create fake.function.f (upgrade)", "create fake.function.g (missing)"]);
    assert_eq!(told.news[0].from.as_deref(), Some("0.1.0"));
    let gone = Upgrade { attribute: None, ..SIZE };
    let other = |graph: &mut Graph<'static, Memory>| {
        graph.add("f", |_| Fake::<Function>::new("f"));
    };
    assert_eq!(planned(&world, other, &[gone]).await.0[1], "delete fake.role.r (upgrade)");
    // A first apply is nobody's upgrade.
    let empty = Memory::default();
    assert_eq!(planned(&empty, other, &[FUNCTION]).await.0, ["create fake.function.f (missing)"]);
}

#[tokio::test]
async fn what_a_newer_release_has_made_is_told() {
    let newer = |world| async move { planned(&world, role(1, ""), &[]).await.1.newer };
    assert_eq!(newer(left_by("0.10.0", 1).await).await.as_deref(), Some("0.10.0"));
    assert_eq!(newer(left_by("0.2.0", 1).await).await, None);
    assert_eq!(newer(left_by("0.1.0", 1).await).await, None);
    let strangers = left_by("0.10.0", 1).await;
    strangers.meddle("fake.role", "r", |thing| thing.owner = Owner::Other("clicks/dev".to_owned()));
    assert_eq!(newer(strangers).await, None);
}
