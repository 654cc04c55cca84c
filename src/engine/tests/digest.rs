//! Digests and fingerprints outlive a release: they lie in tags of live resources and in saved plans. If one of these
//! figures moves, every pipeline that is out there would be called drifted.

use crate::fake::{Memory, words};
use crate::order::{drawn, family};
use pipectl_engine::diff::Attributes;
use pipectl_engine::plan::{Consent, plan};
use pipectl_engine::value::{Canonical, Secret, Value};
use std::collections::{BTreeMap, BTreeSet};

fn every_form() -> Attributes {
    let map: BTreeMap<String, i64> = [("b".to_owned(), 2), ("a".to_owned(), -1)].into();
    Attributes::new()
        .replace("name", "clicks \"prod\"\n")
        .update("memory", &128_i64)
        .update("rate", &0.5_f64)
        .update("on", &true)
        .update("off", &None::<String>)
        .update("list", &vec!["b".to_owned(), "a".to_owned()])
        .update("set", &BTreeSet::from(["b".to_owned(), "a".to_owned()]))
        .update("map", &map)
        .update("key", &Secret("hunter2"))
        .update("later", &Value::AfterApply)
        .update("document", &Value::from(&serde_json::json!({"z": [1, 2.5, null, {"y": false}], "é": "ü"})))
}

#[test]
fn a_digest_is_the_same_in_every_release() {
    assert_eq!(every_form().digest(), "v1:4390dce3aa8e6a3cf0ef436c8b9cb6c2");
    assert_eq!(Attributes::new().digest(), "v1:44136fa355b3678a1146ad16f7e8649e");
}

#[test]
fn every_value_counts_and_their_order_does_not() {
    let digest = |name: &'static str, value: &dyn Fn() -> Value| Attributes::new().update(name, &value()).digest();
    let values: Vec<Value> = vec![
        Value::Bool(true),
        Value::Int(1),
        "1".canonical(),
        "true".canonical(),
        Value::List(vec![]),
        Value::List(vec![Value::Int(1)]),
        Value::Map(BTreeMap::new()),
        Secret("1").canonical(),
        Secret("2").canonical(),
        Value::AfterApply,
        "(sensitive)".canonical(),
        "(known after apply)".canonical(),
        Value::Unset,
    ];
    let all: BTreeSet<_> = values.iter().map(|value| digest("a", &|| value.clone())).collect();
    assert_eq!(all.len(), values.len());
    assert_ne!(digest("a", &|| Value::Int(1)), digest("b", &|| Value::Int(1)));
    let ab = Attributes::new().update("a", &1_i64).update("b", &2_i64);
    let ba = Attributes::new().replace("b", &2_i64).update("a", &1_i64);
    assert_eq!(ab.digest(), ba.digest());
}

#[tokio::test]
async fn a_fingerprint_is_the_same_in_every_release() {
    let world = Memory::default();
    let graph = drawn(family);
    let live = world.observe(&graph).await;
    let first = plan(&graph, &live, &Consent::default());
    assert_eq!(first.fingerprint(), "v1:97b5c4e6c6b7cb2a49249f8f00eb97d8", "{:?}", words(&first));
    world.carry_out(&first, 4).await;
    world.meddle("fake.role", "r", |thing| thing.size = 9);
    let moved = world.observe(&graph).await;
    let second = plan(&graph, &moved, &Consent::default());
    world.meddle("fake.role", "r", |thing| thing.size = 10);
    let again = world.observe(&graph).await;
    // The same update of another live state is another plan.
    assert_ne!(second.fingerprint(), plan(&graph, &again, &Consent::default()).fingerprint());
}
