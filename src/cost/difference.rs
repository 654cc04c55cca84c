//! What a change costs: two estimates, line by line.

use super::total::Marks;
use super::{Estimate, Line, Money, PARTS, Total};

/// One side of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// There is no such line.
    Absent,
    /// The book has no price for it.
    NoPrice,
    Cents(i64),
}

/// What is known of how a cost changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Cents more a month.
    By(i64),
    /// Without a price: there is less of it, which costs no more than before.
    Less,
    /// Without a price: there is more of it, which costs no less than before.
    More,
    Unknown,
}

/// A line as it was and as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) part: &'static str,
    pub(crate) item: &'static str,
    pub(crate) before: Side,
    pub(crate) after: Side,
    pub(crate) change: Change,
    /// Of either side.
    pub(crate) marks: Marks,
}

/// What changes in all: cents of what can be compared, and what cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    compared: i64,
    left_out: Vec<(&'static str, Change)>,
    marks: Marks,
}

/// Every line of either estimate, in the order of the parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) rows: Vec<Row>,
    pub(crate) before: Total,
    pub(crate) after: Total,
    /// Of either, what is there with no event.
    pub(crate) fixed: (Total, Total),
    pub(crate) fixed_change: Changes,
    /// In what all amounts are but `list`.
    pub(crate) money: Money,
    /// Both totals at list prices, in US dollars.
    pub(crate) list: (Total, Total),
    /// Which month either is.
    pub(crate) months: (f64, f64),
}

impl Change {
    pub(crate) fn cents(self) -> Option<i64> {
        match self {
            Self::By(cents) => Some(cents),
            Self::Less | Self::More | Self::Unknown => None,
        }
    }

    fn and(self, other: Self) -> Self {
        let falls = |change| matches!(change, Self::Less) || matches!(change, Self::By(cents) if cents <= 0);
        let grows = |change| matches!(change, Self::More) || matches!(change, Self::By(cents) if cents >= 0);
        match (self, other) {
            (Self::By(one), Self::By(two)) => Self::By(one + two),
            (one, two) if falls(one) && falls(two) => Self::Less,
            (one, two) if grows(one) && grows(two) => Self::More,
            _ => Self::Unknown,
        }
    }
}

impl Changes {
    fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut all = Self { compared: 0, left_out: vec![], marks: Marks::default() };
        for row in rows {
            match row.change {
                Change::By(cents) => all.compared += cents,
                change => all.left_out.push((row.item, change)),
            }
            if row.change != Change::By(0) {
                all.marks.and(&row.marks);
            }
        }
        all
    }

    /// Cents more a month, if nothing is left out.
    pub(crate) fn whole(&self) -> Option<i64> {
        self.left_out.is_empty().then_some(self.compared)
    }

    /// Cents more a month of what has a price on both sides, or is as it was; and the items that have not and are not.
    pub(crate) fn compared(&self) -> (i64, Vec<&'static str>) {
        (self.compared, self.items())
    }

    /// What is saved for certain: items that are left out may save more. `None` if any of them may cost more.
    pub(crate) fn saved(&self) -> Option<Total> {
        let falls = self.left_out.iter().all(|(_, change)| *change == Change::Less);
        falls.then(|| Total::with(-self.compared, &self.items(), &self.marks))
    }

    /// What comes on top, where items that are left out can only do so as well.
    pub(super) fn added(&self) -> Total {
        Total::with(self.compared, &self.items(), &self.marks)
    }

    /// Of lines that are not as they were.
    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    fn items(&self) -> Vec<&'static str> {
        self.left_out.iter().map(|(item, _)| *item).collect()
    }
}

impl Difference {
    /// Between two estimates in one money; that of nothing has no lines.
    pub(crate) fn between(before: &Estimate, after: &Estimate) -> Self {
        let same = before.region == after.region;
        let rows = rows(&before.lines, &after.lines, same);
        let fixed_change = Changes::of(&self::rows(&before.idle, &after.idle, same));
        let fixed = (before.fixed(), after.fixed());
        let list = (before.list.clone(), after.list.clone());
        let (months, money) = ((before.month(), after.month()), after.money);
        let (before, after) = (before.total(), after.total());
        Self { rows, before, after, fixed, fixed_change, money, list, months }
    }

    pub(crate) fn change(&self) -> Changes {
        Changes::of(&self.rows)
    }

    pub(crate) fn part_change(&self, part: &str) -> Changes {
        Changes::of(self.rows.iter().filter(|row| row.part == part))
    }

    /// Rows that are not as they were, or of which nobody knows.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.change != Change::By(0))
    }
}

/// How one bill differs from another; `same` if both are of one region.
pub(super) fn changes(before: &[Line], after: &[Line], same: bool) -> Changes {
    Changes::of(&rows(before, after, same))
}

fn rows(before: &[Line], after: &[Line], same: bool) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![];
    for line in before.iter().chain(after) {
        let (part, item) = (line.part, line.item);
        if rows.iter().any(|row| row.part == part && row.item == item) {
            continue;
        }
        // Functions on two kinds of processor are two lines of the bill.
        let of = |lines: &[Line]| -> Vec<Line> {
            lines.iter().filter(|line| line.part == part && line.item == item).cloned().collect()
        };
        let (was, will) = (of(before), of(after));
        let mut marks = Marks::default();
        was.iter().chain(&will).for_each(|line| marks.and(&Marks::of(line)));
        let change = change(&was, &will, same);
        rows.push(Row { part, item, before: side(&was), after: side(&will), change, marks });
    }
    rows.sort_by_key(|row| PARTS.iter().position(|part| *part == row.part));
    rows
}

fn side(lines: &[Line]) -> Side {
    if lines.is_empty() {
        return Side::Absent;
    }
    Total::of(lines).whole().map_or(Side::NoPrice, Side::Cents)
}

/// Of lines of one name: each price by itself.
fn change(before: &[Line], after: &[Line], same: bool) -> Change {
    let mut all = Change::By(0);
    let mut seen = vec![];
    for line in before.iter().chain(after) {
        if seen.contains(&line.dimension) {
            continue;
        }
        seen.push(line.dimension);
        let of = |lines: &[Line]| {
            let lines = || lines.iter().filter(|other| other.dimension == line.dimension);
            let above = lines().map(|line| line.before).reduce(f64::min);
            Units { cents: Total::of(lines()).whole(), billed: lines().map(Line::billed).sum(), above }
        };
        all = all.and(one_price(&of(before), &of(after), same));
    }
    all
}

/// Of one price: cents, where it is known, how many, and how many the lines above have; `None` without a line.
struct Units {
    cents: Option<i64>,
    billed: f64,
    above: Option<f64>,
}

/// As many units of one price cost the same, whatever it is, if they begin in the same tier; none cost nothing.
fn one_price(before: &Units, after: &Units, same: bool) -> Change {
    let same = same && before.above == after.above;
    match (before.cents, after.cents) {
        (Some(was), Some(will)) => Change::By(will - was),
        (None, None) if same && before.billed == after.billed => Change::By(0),
        (None, None) if same && before.billed > after.billed => Change::Less,
        (None, None) if same => Change::More,
        (None, Some(0)) => Change::Less,
        (Some(0), None) => Change::More,
        _ => Change::Unknown,
    }
}
