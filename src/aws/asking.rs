//! What AWS is being asked right now, and why it is asked again: for whoever wonders why nothing happens.

use super::error::Class;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug, Default)]
struct Open {
    next: u64,
    /// In the order in which they began.
    asked: BTreeMap<u64, Question>,
}

static OPEN: Mutex<Open> = Mutex::new(Open { next: 0, asked: BTreeMap::new() });

#[derive(Clone, Debug)]
struct Question {
    operation: &'static str,
    since: Instant,
    /// Why it is asked again and again; `None`: its first answer is not here yet.
    why: Option<String>,
}

/// A question that is open for as long as this lives.
#[derive(Debug)]
pub(super) struct Asking(u64);

impl Asking {
    pub(super) fn begin(operation: &'static str) -> Self {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.next;
        open.next += 1;
        open.asked.insert(number, Question { operation, since: Instant::now(), why: None });
        Self(number)
    }

    /// It has an answer, which passes.
    pub(super) fn again(&self, why: impl Into<String>) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(question) = open.asked.get_mut(&self.0) {
            question.why = Some(why.into());
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).asked.remove(&self.0);
    }
}

/// Why an answer of a class is no end.
pub(super) fn passes(class: Class) -> &'static str {
    match class {
        Class::Propagating => "the service does not know the new role yet",
        Class::Busy => "another change is under way",
        Class::Absent => "what was just made is not seen everywhere yet",
        Class::Throttled => "AWS wants fewer requests",
        _ => "it is asked again",
    }
}

/// What has been waited for longest, and since when: what has a reason first.
pub(crate) fn waited_for() -> Option<(String, Instant)> {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let longest = open.asked.values().min_by_key(|question| (question.why.is_none(), question.since))?;
    let others = match open.asked.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let words = match &longest.why {
        Some(why) => format!("waiting: {}: {why}{others}", longest.operation),
        None => format!("asking AWS: {}{others}", longest.operation),
    };
    Some((words, longest.since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_reason_is_told_first_and_ends() {
        let read = Asking::begin("test:Read");
        let write = Asking::begin("test:Write");
        write.again(passes(Class::Propagating));
        // Other tests ask as well.
        let told = waited_for().unwrap().0;
        assert!(told.starts_with("waiting: "), "{told}");
        let ours = |number: u64| OPEN.lock().unwrap().asked.contains_key(&number);
        let numbers = (read.0, write.0);
        drop((read, write));
        assert!(!ours(numbers.0) && !ours(numbers.1));
    }
}
