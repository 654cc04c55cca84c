//! Makes a history that breaks a promise as short as it can be.

use crate::file::Part;
use crate::history::{Act, History};
use crate::judge::{Broken, Promise};
use crate::time::End;

/// Tries ever shorter histories, as long as one still breaks the same promise.
pub(crate) fn shrink(history: History, promise: Promise, play: impl Fn(&History) -> Option<Broken>) -> History {
    let mut best = history;
    while let Some(next) =
        shorter(&best).into_iter().find(|next| play(next).is_some_and(|broken| broken.promise == promise))
    {
        best = next;
    }
    best
}

/// Everything that is a step shorter, the longest steps first.
fn shorter(history: &History) -> Vec<History> {
    let mut all = vec![];
    let with = |acts: Vec<Act>| History { acts, ..history.clone() };
    for at in 0..history.acts.len() {
        let mut acts = history.acts.clone();
        acts.remove(at);
        all.push(with(acts));
    }
    if history.destroyed {
        all.push(History { destroyed: false, ..history.clone() });
    }
    for (at, act) in history.acts.iter().enumerate() {
        for simpler in simpler(act) {
            let mut acts = history.acts.clone();
            acts[at] = simpler;
            all.push(with(acts));
        }
    }
    all.extend(fewer_parts(history));
    all
}

/// Parts go from all files at once, so that no edit appears where there was none.
fn fewer_parts(history: &History) -> Vec<History> {
    let mut named: Vec<_> = history.acts.iter().flat_map(parts).map(|part| (part.kind, part.letter)).collect();
    named.sort_unstable();
    named.dedup();
    let mut all = vec![];
    for name in named {
        let is = move |part: &Part| (part.kind, part.letter) == name;
        all.push(edited(history, |file| file.retain(|part| !is(part))));
        let changes: [fn(&mut Part); 5] = [
            |part| part.uses.clear(),
            |part| part.extra = 0,
            |part| part.size = 1,
            |part| part.fixed = 0,
            |part| part.generation = 0,
        ];
        for change in changes {
            all.push(edited(history, |file| file.iter_mut().filter(|part| is(part)).for_each(change)));
        }
    }
    all.retain(|shorter| shorter != history);
    all
}

fn parts(act: &Act) -> &[Part] {
    match act {
        Act::File(file) => file,
        _ => &[],
    }
}

fn edited(history: &History, edit: impl Fn(&mut Vec<Part>)) -> History {
    let mut edited = history.clone();
    for act in &mut edited.acts {
        if let Act::File(file) = act {
            edit(file);
        }
    }
    edited
}

fn simpler(act: &Act) -> Vec<Act> {
    let Act::Run(runners, meddles) = act else { return vec![] };
    let mut all = vec![];
    for at in 0..runners.len() {
        if runners.len() > 1 {
            let mut fewer = runners.clone();
            fewer.remove(at);
            all.push(Act::Run(fewer, meddles.clone()));
        }
        let mut change = |edit: &dyn Fn(&mut crate::history::Runner)| {
            let mut changed = runners.clone();
            edit(&mut changed[at]);
            if changed != *runners {
                all.push(Act::Run(changed, meddles.clone()));
            }
        };
        for trouble in 0..runners[at].troubles.len() {
            change(&|runner| {
                runner.troubles.remove(trouble);
            });
            change(&|runner| runner.troubles[trouble].times = 1);
        }
        change(&|runner| runner.end = End::Whole);
        change(&|runner| runner.parallelism = 1);
        change(&|runner| runner.starts = 0);
        change(&|runner| runner.adopt = false);
        change(&|runner| runner.lose_data = false);
    }
    for at in 0..meddles.len() {
        let mut fewer = meddles.clone();
        fewer.remove(at);
        all.push(Act::Run(runners.clone(), fewer));
    }
    all
}
