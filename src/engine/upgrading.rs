//! What of a plan is another release's doing, told from what the file asks for.
//!
//! Nothing remembers the file that was applied last, so by itself a digest that moved looks like an edit. But whoever
//! changes what a file becomes announces it, and every resource carries the release that last changed it.

use super::action::{Action, Cause};
use super::inventory::Inventory;
use super::live::AnyLive;
use super::mark::Mark;
use super::plan::{Plan, Step, Work};
use super::resource::{Owner, World};
use super::upgrade::{News, Upgrade};
use semver::Version;

/// Releases before the first that says so are before all others.
fn version(release: Option<&str>) -> Version {
    release.and_then(|release| release.parse().ok()).unwrap_or(Version::new(0, 0, 0))
}

/// How far the upgrades of one step reach.
struct Reach<'u> {
    from: Option<String>,
    upgrades: Vec<&'u Upgrade>,
}

impl<W: World> Plan<'_, W> {
    /// Says of each step whether it is this release's doing.
    pub fn tell_releases(&mut self, live: &Inventory<W>, current: &str, announced: &[Upgrade]) {
        // What is somebody else's tells nothing of this pipeline.
        let ours = live.iter().filter(|live| *live.owner() == Owner::Us);
        let marks = ours.filter_map(AnyLive::applied).filter(|mark| !mark.is_unfinished());
        let newest = marks.map(|mark| (version(mark.release()), mark.release().map(str::to_owned))).max();
        let current = version(Some(current));
        self.releases.newer = newest.clone().filter(|(newest, _)| *newest > current).and_then(|(_, newest)| newest);
        // What carries no mark is as old as the newest of what does: it was looked at when that was made.
        let Some((_, newest)) = newest else { return };
        for step in &mut self.steps {
            let from = work_mark(&step.work).map_or(newest.clone(), |mark| mark.release().map(str::to_owned));
            let is_since = |upgrade: &&Upgrade| {
                let release = version(Some(upgrade.release));
                release > version(from.as_deref()) && release <= current && upgrade.is_of(&step.address)
            };
            let upgrades: Vec<_> = announced.iter().filter(is_since).collect();
            let news = tell(step, &Reach { from, upgrades });
            self.releases.news.extend(news);
        }
    }
}

fn work_mark<'a, W: World>(work: &Work<'a, W>) -> Option<&'a Mark> {
    match *work {
        Work::Keep(live) | Work::Update(_, live) | Work::Replace(_, live, _) | Work::Delete(live) => live.applied(),
        Work::Create(_) => None,
    }
}

fn tell<W: World>(step: &mut Step<'_, W>, reach: &Reach<'_>) -> Vec<News> {
    let address = step.address.clone();
    let news =
        |upgrade: &Upgrade| News { address: address.clone(), from: reach.from.clone(), upgrade: upgrade.clone() };
    match (step.action(), step.cause) {
        (Action::Create, Some(Cause::Missing)) | (Action::Delete, Some(Cause::Orphan)) => {
            let whole: Vec<_> = reach.upgrades.iter().filter(|upgrade| upgrade.attribute.is_none()).collect();
            if !whole.is_empty() {
                step.cause = Some(Cause::Upgrade);
            }
            whole.into_iter().map(|upgrade| news(upgrade)).collect()
        }
        (_, Some(Cause::Edit | Cause::EditAndDrift)) => {
            let is_changed =
                |upgrade: &&&Upgrade| step.changes.iter().any(|change| Some(&*change.attribute) == upgrade.attribute);
            let found: Vec<_> = reach.upgrades.iter().filter(is_changed).collect();
            let told = found.iter().map(|upgrade| news(upgrade)).collect();
            step.cause = cause(step, reach).or(step.cause);
            told
        }
        _ => vec![],
    }
}

/// Why an attribute differs, once it is known which ones another release makes otherwise.
///
/// An attribute that a release has learnt to manage is not in the digest of before: what is live without it may be just
/// what was applied.
fn cause<W: World>(step: &Step<'_, W>, reach: &Reach<'_>) -> Option<Cause> {
    let (Work::Update(_, live) | Work::Replace(_, live, _)) = step.work else { return None };
    let names: Vec<_> = reach.upgrades.iter().filter_map(|upgrade| upgrade.attribute).collect();
    let is_news = |attribute: &str| names.contains(&attribute);
    let (mark, now) = (live.applied(), live.attributes());
    let is_as_applied =
        |mark: &Mark| mark.is_of(&now) == Some(true) || mark.is_of(&now.clone().without(is_news)) == Some(true);
    let (news, edits): (Vec<_>, Vec<_>) = step.changes.iter().partition(|change| is_news(&change.attribute));
    match (news.is_empty(), edits.is_empty()) {
        (false, true) => Some(Cause::Upgrade),
        (false, false) if mark.is_none_or(is_as_applied) => Some(Cause::EditAndUpgrade),
        (true, _) if step.cause == Some(Cause::EditAndDrift) && mark.is_some_and(is_as_applied) => Some(Cause::Edit),
        _ => None,
    }
}
