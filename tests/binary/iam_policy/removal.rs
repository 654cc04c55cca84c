//! Every action of every policy is taken out once: the command then fails, or goes on with less, as the page says.

use super::caller::Caller;
use super::scene::{Played, SCENES, Scene};
use super::{allowed, covers, is_optional, played, without};
use crate::support::{Place, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const BEGIN: &str = "<!-- removals: written by a test -->\n";
const END: &str = "<!-- /removals -->\n";

/// An action of a statement, and the scenes that ask for it.
struct Row<'a> {
    purpose: &'static str,
    sid: String,
    action: String,
    /// Those first in which much is there: what is missing is no reason to look at it.
    scenes: Vec<(&'static Scene, &'a [Value])>,
}

/// What a plan looks at, the plans within the other commands look at, too: it is taken out of the plan's policy only.
fn rows<'a>(played: &'a [(&'static Scene, Played)]) -> Vec<Row<'a>> {
    let mut rows = BTreeMap::<_, Vec<(&'static Scene, &'a [Value])>>::new();
    let mut ordered: Vec<_> = played.iter().collect();
    ordered.sort_by_key(|(scene, _)| (scene.purpose != "plan", scene.is_of_nothing()));
    for (scene, played) in ordered {
        for (action, statement) in allowed(&played.policy) {
            let sid = statement["Sid"].as_str().unwrap().to_owned();
            let is_it =
                |asked: &(String, String)| asked.0.eq_ignore_ascii_case(&action) && covers(&statement, &asked.1);
            let looks = rows.contains_key(&("plan", sid.clone(), action.clone()));
            if (["plan", "query"].contains(&scene.purpose) || !looks) && played.asked.iter().any(is_it) {
                rows.entry((scene.purpose, sid, action)).or_default().push((*scene, &*played.policy));
            }
        }
    }
    rows.into_iter().map(|((purpose, sid, action), scenes)| Row { purpose, sid, action, scenes }).collect()
}

/// Whether the command does its work without the action, in a copy of what the scene was.
fn goes_on(row: &Row<'_>, (scene, policy): (&Scene, &[Value]), before: &Place) -> bool {
    let place = before.copy();
    place.write_zips();
    let caller = Caller::at(place);
    caller.may(&without(policy, &row.sid.clone().into(), &row.action));
    scene.is_done(&caller)
}

fn key(scene: &Scene) -> usize {
    std::ptr::from_ref(scene) as usize
}

#[test]
#[ignore = "ten minutes"]
fn without_any_one_action_a_command_fails_or_does_less() {
    let played = played(SCENES.iter().collect());
    let rows = rows(&played);
    println!("{} rows", rows.len());
    let mut before = BTreeMap::new();
    for (scene, _) in rows.iter().flat_map(|row| &row.scenes) {
        before.entry(key(scene)).or_insert_with(|| scene.prepared().0.place);
    }
    let (next, on) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(index) else { return };
                    if row.scenes.iter().all(|scene| goes_on(row, *scene, &before[&key(scene.0)])) {
                        println!("{} goes on without {} {}", row.purpose, row.sid, row.action);
                        on.lock().unwrap().insert(index);
                    }
                }
            });
        }
    });
    let on = on.into_inner().unwrap();
    write(&rows, &on);
    let unexpected = on.iter().map(|index| &rows[*index]).filter(|row| !is_optional(&row.sid, &row.action));
    let unexpected: Vec<_> = unexpected.map(|row| format!("{}: {} {}", row.purpose, row.sid, row.action)).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
}

/// The page's table.
fn write(rows: &[Row<'_>], on: &BTreeSet<usize>) {
    let mut table = BTreeMap::<(&str, &str), Vec<String>>::new();
    for (index, row) in rows.iter().enumerate() {
        let mark = if on.contains(&index) { "\\*" } else { "" };
        table.entry((row.purpose, &row.sid)).or_default().push(format!("`{}`{mark}", row.action));
    }
    let mut text = String::from("| `--for` | Statement | Actions |\n|---|---|---|\n");
    for ((purpose, sid), actions) in &table {
        writeln!(text, "| `{purpose}` | {sid} | {} |", actions.join(", ")).unwrap();
    }
    let failed = rows.len() - on.len();
    writeln!(
        text,
        "\n{} actions taken out, one at a time: {failed} commands failed, {} went on (\\*).",
        rows.len(),
        on.len()
    )
    .unwrap();
    println!("{text}");
    let path = root().join("docs/iam-policy.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    std::fs::write(path, format!("{head}{BEGIN}\n{text}\n{END}{tail}")).unwrap();
}
