//! What the columns of an answer are to a chart.

use super::times::{self, Step};
use super::{Answer, Axis};

/// What a column's type makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Time,
    Text,
    /// Arrays, maps, rows, bytes: for the table alone.
    Other,
}

/// Athena tells `decimal(38,2)` as `decimal`, and gives precision and scale beside it; SHOW and DESCRIBE say `string`.
fn of_type(name: &str) -> Kind {
    let name = name.split('(').next().unwrap_or_default().trim().to_ascii_lowercase();
    match name.as_str() {
        "tinyint" | "smallint" | "integer" | "int" | "bigint" | "real" | "float" | "double" | "decimal" => Kind::Number,
        "date" | "timestamp" | "timestamp with time zone" => Kind::Time,
        "varchar" | "char" | "string" | "boolean" | "uuid" | "ipaddress" | "time" => Kind::Text,
        _ => Kind::Other,
    }
}

/// Whether Athena's type is one of numbers.
pub(crate) fn is_number(name: &str) -> bool {
    of_type(name) == Kind::Number
}

/// The columns of an answer, and which of them are a time together.
pub(super) struct Columns<'a> {
    pub(super) answer: Answer<'a>,
    pub(super) kinds: Vec<Kind>,
    /// `year`, and `month`, `day` and `hour` where they are there too: how the pipeline's tables are partitioned.
    pub(super) parts: Vec<usize>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(answer: Answer<'a>) -> Self {
        let kind = |index: usize| {
            let kind = of_type(answer.types.get(index).map(String::as_str).unwrap_or_default());
            // `date_format` and partitions are text.
            let is_date = kind == Kind::Text && times::column(&cells(answer, index), false).is_some();
            if is_date { Kind::Time } else { kind }
        };
        let kinds = (0..answer.columns.len()).map(kind).collect();
        let mut columns = Self { answer, kinds, parts: vec![] };
        columns.parts = columns.dated();
        columns
    }

    fn dated(&self) -> Vec<usize> {
        let find = |name: &&str| self.answer.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let mut parts: Vec<_> = ["year", "month", "day", "hour"].iter().map_while(find).collect();
        while !parts.is_empty() && self.dates(&parts).is_none() {
            parts.pop();
        }
        parts
    }

    fn dates(&self, parts: &[usize]) -> Option<Vec<Option<f64>>> {
        self.answer.rows.iter().map(|row| times::of_parts(parts.iter().map(|index| cell(row, *index)))).collect()
    }

    pub(super) fn find(&self, name: &str) -> Result<usize, String> {
        self.answer.columns.iter().position(|column| column == name).ok_or_else(|| {
            let all = self.answer.columns.join(", ");
            format!("`{name}` of the chart is no column of the answer, which has: {all}")
        })
    }

    /// Those of a kind that are no part of a date.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = usize> {
        let is_free = move |index: &usize| self.kinds[*index] == kind && !self.parts.contains(index);
        (0..self.kinds.len()).filter(is_free)
    }

    /// Where each row stands on the axis that these columns are, and what kind of axis; `None`: they are none.
    pub(super) fn axis(&self, x: &[usize]) -> Option<(Axis, Vec<Option<f64>>)> {
        if x == self.parts && !x.is_empty() {
            let step = Step::of_parts(x.len());
            return Some((Axis::Time(step), self.dates(x)?));
        }
        let [only] = x else { return None };
        match self.kinds[*only] {
            Kind::Time => {
                let places = times::column(&cells(self.answer, *only), true)?;
                let step = Step::between(places.iter().filter_map(|place| *place));
                Some((Axis::Time(step), places))
            }
            Kind::Number => Some((Axis::Number, cells(self.answer, *only).into_iter().map(number).collect())),
            _ => None,
        }
    }

    /// What each row is called by these columns: of a date `2018-01`.
    pub(super) fn names(&self, x: &[usize]) -> Vec<String> {
        let joint = if x == self.parts { "-" } else { ", " };
        let one = |row: &Vec<Option<String>>| {
            x.iter().map(|index| cell(row, *index).unwrap_or("(null)")).collect::<Vec<_>>().join(joint)
        };
        self.answer.rows.iter().map(one).collect()
    }

    pub(super) fn values(&self, y: usize) -> Vec<Option<f64>> {
        cells(self.answer, y).into_iter().map(number).collect()
    }

    /// How many values of a column are something, and no number that can be drawn: `NaN`, `Infinity`.
    pub(super) fn undrawn(&self, y: usize) -> usize {
        cells(self.answer, y).into_iter().flatten().filter(|text| number(Some(text)).is_none()).count()
    }
}

pub(super) fn cell(row: &[Option<String>], index: usize) -> Option<&str> {
    row.get(index).and_then(Option::as_deref)
}

fn cells<'a>(answer: Answer<'a>, index: usize) -> Vec<Option<&'a str>> {
    answer.rows.iter().map(|row| cell(row, index)).collect()
}

/// The largest that is drawn: a difference of two of these is a number still.
const LARGEST: f64 = 1e100;

fn number(text: Option<&str>) -> Option<f64> {
    text?.parse().ok().filter(|value: &f64| value.is_finite() && value.abs() <= LARGEST)
}
