//! A history: what the file says, who runs pipectl, what goes wrong meanwhile, and what other hands do. Plain data, drawn
//! by a seed, so that it can be shortened and written down.

use crate::client::{Trouble, What};
use crate::file::Part;
use crate::random::Random;
use crate::thing::Kind;
use crate::time::End;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct History {
    /// What is chance within the cloud: how long things take.
    pub(crate) noise: u64,
    pub(crate) acts: Vec<Act>,
    /// Whether all is taken down in the end.
    pub(crate) destroyed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// From now on the file says this.
    File(Vec<Part>),
    /// Runs of pipectl, all at once, and what others do meanwhile, so many milliseconds after the first began.
    Run(Vec<Runner>, Vec<(u64, Meddle)>),
    /// Somebody else does something.
    Meddle(Meddle),
    /// Seconds pass.
    Wait(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// `apply`
    File,
    /// `destroy`
    Nothing,
    /// `plan`
    Look,
}

/// One run of pipectl.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runner {
    pub(crate) aim: Aim,
    /// Milliseconds after the first one.
    pub(crate) starts: u64,
    pub(crate) parallelism: usize,
    /// For another run to end, or it is refused.
    pub(crate) waits: bool,
    /// With `--adopt` for all that is in the way.
    pub(crate) adopt: bool,
    /// With `--allow-data-loss` for all that would lose some.
    pub(crate) lose_data: bool,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) end: End,
}

impl fmt::Display for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { aim, starts, parallelism, waits, adopt, lose_data, troubles, end } = self;
        let aim = ["apply", "destroy", "plan"][*aim as usize];
        write!(f, "{aim}, {parallelism} steps at once")?;
        for (said, words) in
            [(*waits, ", waits for the lock"), (*adopt, ", with --adopt"), (*lose_data, ", with --allow-data-loss")]
        {
            f.write_str(if said { words } else { "" })?;
        }
        if *starts > 0 {
            write!(f, ", {starts} ms later")?;
        }
        for Trouble { at, times, what } in troubles {
            write!(f, ", from request {at} on {times} of that operation: {what:?}")?;
        }
        match end {
            End::Whole => Ok(()),
            End::Kill(at) => write!(f, ", killed at its {at}. await"),
            End::Stop(at) => write!(f, ", interrupted at its {at}. await"),
        }
    }
}

impl Runner {
    /// Nothing goes wrong, and all is allowed.
    pub(crate) fn calm(aim: Aim) -> Self {
        Self {
            aim,
            starts: 0,
            parallelism: 4,
            waits: true,
            adopt: true,
            lose_data: true,
            troubles: vec![],
            end: End::Whole,
        }
    }
}

/// What somebody else does. `usize` chooses among the things that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meddle {
    /// Makes one of our name, with the tags of another pipeline or with none.
    Makes(Kind, char, i64, bool),
    Changes(usize),
    Deletes(usize),
    /// Takes all tags off.
    Untags(usize),
    /// Puts something into one: an object, a statement, a policy.
    PutsInto(usize),
    /// Data arrives in a bucket.
    Delivers(usize),
}

/// How wild a history may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Runs at once.
    pub(crate) at_once: bool,
}

pub(crate) fn draw(seed: u64, bounds: Bounds) -> History {
    let mut random = Random::new(seed);
    let noise = random.next();
    let mut file = first_file(&mut random);
    let mut acts = vec![Act::File(file.clone())];
    for _ in 0..random.within(1..6) {
        match random.below(10) {
            0..=4 => acts.push(run(&mut random, bounds)),
            5 | 6 => {
                edit(&mut random, &mut file);
                acts.push(Act::File(file.clone()));
                acts.push(run(&mut random, bounds));
            }
            7 | 8 => acts.push(Act::Meddle(meddle(&mut random))),
            _ => acts.push(Act::Wait(random.within(1..120))),
        }
    }
    History { noise, acts, destroyed: random.chance(30) }
}

fn first_file(random: &mut Random) -> Vec<Part> {
    // The pipeline's bucket is always there, and its data is what can be lost.
    let mut file = vec![part(random, Kind::Bucket, 'a')];
    for kind in Kind::ALL {
        for letter in ['a', 'b'] {
            let second = if kind == Kind::Bucket { 40 } else { 12 };
            if random.chance(if letter == 'a' { 45 } else { second }) {
                file.push(part(random, kind, letter));
            }
        }
    }
    file
}

fn part(random: &mut Random, kind: Kind, letter: char) -> Part {
    let mut uses = vec![];
    for used in kind.takes_from() {
        if random.chance(75) || matches!(kind, Kind::Object | Kind::Permission) {
            uses.push((*used, if random.chance(85) { 'a' } else { 'b' }));
        }
    }
    let (size, extra) = (random.within(1..4) as i64, random.below(3) as i64);
    Part { kind, letter, generation: 0, fixed: 0, size, extra, uses }
}

fn edit(random: &mut Random, file: &mut Vec<Part>) {
    if random.chance(25) {
        file.iter_mut().filter(|part| part.kind == Kind::Bucket).for_each(|bucket| bucket.generation += 1);
    }
    for _ in 0..random.within(1..4) {
        let at = random.below(file.len() as u64) as usize;
        let choice = random.below(8);
        match file.get_mut(at) {
            Some(_) if choice == 0 => drop(file.remove(at)),
            Some(part) if choice <= 2 => part.generation += 1,
            Some(part) if choice == 3 => part.fixed += 1,
            Some(part) if choice == 4 => part.extra = random.below(4) as i64,
            Some(part) if choice == 5 => part.size += 1,
            _ => {
                let (kind, letter) = (random.pick(&Kind::ALL), random.pick(&['a', 'b']));
                file.retain(|part| (part.kind, part.letter) != (kind, letter));
                file.push(part(random, kind, letter));
            }
        }
    }
}

fn run(random: &mut Random, bounds: Bounds) -> Act {
    let mut runners = vec![runner(random)];
    if bounds.at_once && random.chance(20) {
        let starts = random.pick(&[0, 20, 200, 2_000]);
        runners.push(Runner { starts, ..runner(random) });
    }
    let mut meddles = vec![];
    while random.chance(12) {
        meddles.push((random.below(3_000), meddle(random)));
    }
    Act::Run(runners, meddles)
}

fn runner(random: &mut Random) -> Runner {
    let aim = match random.below(10) {
        0..=7 => Aim::File,
        8 => Aim::Nothing,
        _ => Aim::Look,
    };
    let mut troubles = vec![];
    while random.chance(45) && troubles.len() < 3 {
        troubles.push(trouble(random));
    }
    let end = match random.below(10) {
        0..=1 => End::Kill(random.within(1..120) as u32),
        2 => End::Stop(random.within(1..120) as u32),
        _ => End::Whole,
    };
    let (adopt, lose_data) = (random.chance(25), random.chance(50));
    Runner {
        aim,
        starts: 0,
        parallelism: random.pick(&[1, 2, 4, 8]),
        waits: random.chance(70),
        adopt,
        lose_data,
        troubles,
        end,
    }
}

fn trouble(random: &mut Random) -> Trouble {
    const ALL: [What; 6] =
        [What::Vanishes, What::AnswerLost, What::FailsBefore, What::FailsAfter, What::Throttled, What::Slow];
    Trouble { at: random.below(70) as u32, times: random.pick(&[1, 1, 3, 40, 1_000]), what: random.pick(&ALL) }
}

fn meddle(random: &mut Random) -> Meddle {
    let nth = random.below(12) as usize;
    match random.below(10) {
        0 | 1 => {
            Meddle::Makes(random.pick(&Kind::ALL), random.pick(&['a', 'b']), random.below(2) as i64, random.chance(40))
        }
        2 => Meddle::Changes(nth),
        3 => Meddle::Deletes(nth),
        4 => Meddle::Untags(nth),
        5 | 6 => Meddle::PutsInto(nth),
        _ => Meddle::Delivers(nth),
    }
}
