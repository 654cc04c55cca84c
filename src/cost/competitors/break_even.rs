//! The number of events from which one of two bills is the lower one.

/// Fewer and more events a month than these are not tried.
const LEAST: f64 = 1e3;
pub(crate) const MOST: f64 = 1e11;
/// Volumes that are tried in each power of ten: bills that cross twice between two of them go unseen.
const STEPS: i32 = 8;
/// How far an end may be off: half a percent, as two digits are told.
const CLOSE: f64 = 1.005;

/// From so many events a month on, ours is the cheaper one, or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Turn {
    /// Rounded to two digits; that of the first is the least that was tried.
    pub(crate) events: f64,
    pub(crate) cheaper: bool,
}

/// How the two bills lie, from [`LEAST`] to `most` events: the first says how it begins, each other where it turns.
/// `less` tells whether ours is the lower one; `None` from it, where a price is missing, makes it nobody's guess.
pub(crate) fn turns(most: f64, less: &dyn Fn(f64) -> Option<bool>) -> Option<Vec<Turn>> {
    let mut last = (LEAST, less(LEAST)?);
    let mut turns = vec![Turn { events: LEAST, cheaper: last.1 }];
    for step in 1.. {
        let events = (LEAST * 10_f64.powf(f64::from(step) / f64::from(STEPS))).min(most);
        let cheaper = less(events)?;
        if cheaper != last.1 {
            let (mut from, mut to) = (last.0, events);
            while to / from > CLOSE {
                let middle = (from * to).sqrt();
                if less(middle)? == cheaper { to = middle } else { from = middle }
            }
            turns.push(Turn { events: two_digits(to), cheaper });
        }
        last = (events, cheaper);
        if events >= most {
            break;
        }
    }
    Some(turns)
}

fn two_digits(number: f64) -> f64 {
    let unit = 10_f64.powf(number.log10().floor() - 1.0);
    (number / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_is_found_and_none_made_up() {
        let at = |events, cheaper| Turn { events, cheaper };
        assert_eq!(turns(MOST, &|_| Some(false)), Some(vec![at(1e3, false)]));
        assert_eq!(turns(MOST, &|events| Some(events >= 1.3e6)), Some(vec![at(1e3, false), at(1.3e6, true)]));
        let between = turns(MOST, &|events| Some((2e6..7.1e9).contains(&events))).unwrap();
        assert_eq!(between.iter().map(|turn| turn.cheaper).collect::<Vec<_>>(), [false, true, false]);
        assert!((between[1].events / 2e6 - 1.0).abs() < 0.01 && (between[2].events / 7.1e9 - 1.0).abs() < 0.01);
        assert_eq!(turns(MOST, &|events| (events < 1e6).then_some(true)), None);
        assert_eq!(
            turns(2e7, &|events| {
                assert!(events <= 2e7);
                Some(true)
            })
            .map(|turns| turns.len()),
            Some(1)
        );
    }
}
