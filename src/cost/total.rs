//! Sums of a bill that know whether they are whole: what has no price is not nothing.

use super::Line;

/// A sum of lines, in cents, and which of them have no price.
///
/// The cents of lines that have one are told only together with how much that says ([`Total::amount`]), so that a part
/// of a sum cannot pass for the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    priced: i64,
    missing: Vec<&'static str>,
    marks: Marks,
}

/// What has to be told beside an amount: prices in it that are not what they seem. Items, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// At the price of another region.
    pub(crate) assumed: Vec<&'static str>,
    /// That region.
    pub(crate) from: Option<String>,
    /// Of more units than the tiers that are known are for.
    pub(crate) beyond: Vec<&'static str>,
}

/// How much a sum says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// Cents of all of it.
    Whole(i64),
    /// Cents of what has a price; the rest comes on top.
    AtLeast(i64),
    /// Nothing of it that costs anything has a price.
    Unknown,
}

impl Marks {
    pub(crate) fn of(line: &Line) -> Self {
        let item = |yes: bool| yes.then_some(line.item).into_iter().collect();
        let from = line.assumed().map(str::to_owned);
        Self { assumed: item(from.is_some()), from, beyond: item(line.beyond()) }
    }

    pub(super) fn and(&mut self, other: &Self) {
        add(&mut self.assumed, &other.assumed);
        add(&mut self.beyond, &other.beyond);
        self.from = self.from.take().or_else(|| other.from.clone());
    }
}

fn add(items: &mut Vec<&'static str>, more: &[&'static str]) {
    for item in more {
        if !items.contains(item) {
            items.push(item);
        }
    }
}

impl Total {
    pub(crate) fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        let mut total = Self::default();
        for line in lines {
            match line.cents() {
                Some(cents) => total.priced += cents,
                None => add(&mut total.missing, &[line.item]),
            }
            total.marks.and(&Marks::of(line));
        }
        total
    }

    /// These cents, and items that come on top of them.
    pub(super) fn with(priced: i64, missing: &[&'static str], marks: &Marks) -> Self {
        let mut total = Self { priced, missing: vec![], marks: marks.clone() };
        add(&mut total.missing, missing);
        total
    }

    pub(crate) fn amount(&self) -> Amount {
        match self.priced {
            cents if self.missing.is_empty() => Amount::Whole(cents),
            0 => Amount::Unknown,
            cents => Amount::AtLeast(cents),
        }
    }

    /// Cents, if no price is missing.
    pub(crate) fn whole(&self) -> Option<i64> {
        self.missing.is_empty().then_some(self.priced)
    }

    /// Puts sums in an order: by what is certain. No figure to print.
    pub(super) fn certain(&self) -> impl Ord + use<> {
        self.priced
    }

    /// Items without a price, each once, in the order of the bill.
    pub(crate) fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.priced += other.priced;
        add(&mut sum.missing, &other.missing);
        sum.marks.and(&other.marks);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_with_anything_missing_is_never_whole() {
        let with = |priced, missing: &[&'static str]| Total::with(priced, missing, &Marks::default());
        let (whole, part) = (with(700, &[]), with(300, &["Glue job", "S3 GET", "Glue job"]));
        assert_eq!((whole.amount(), whole.whole()), (Amount::Whole(700), Some(700)));
        assert_eq!((part.amount(), part.whole()), (Amount::AtLeast(300), None));
        assert_eq!(part.missing(), ["Glue job", "S3 GET"]);
        assert_eq!(whole.plus(&part).amount(), Amount::AtLeast(1000));
        assert_eq!(part.plus(&part).missing(), part.missing());
        assert_eq!(with(0, &["S3 GET"]).amount(), Amount::Unknown);
        assert_eq!(Total::default().amount(), Amount::Whole(0));
    }
}
