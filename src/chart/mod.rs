//! What a query answered, as a chart: before anybody says in which form it is drawn.
//!
//! ```text
//! rows + Athena's types + hint -> choose -> Chosen -> report::chart (SVG, a page, characters of a terminal)
//! ```
//!
//! Nothing here draws what misleads: bars begin at zero, what is missing is a gap, and what is left out is told.

mod choose;
mod columns;
mod hint;
mod scale;
mod times;

pub(crate) use choose::choose;
pub(crate) use columns::is_number;
pub(crate) use hint::{Hint, Type};
pub(crate) use scale::{Span, Tick, shortened, span_of_bars, span_of_line, ticks};
pub(crate) use times::{Step, moments};

/// What a query answered. Null is `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) columns: &'a [String],
    /// As Athena names them: `bigint`, `varchar`, `timestamp with time zone`.
    pub(crate) types: &'a [String],
    pub(crate) rows: &'a [Vec<Option<String>>],
}

/// A chart, and what has to be said below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) chart: Chart,
    pub(crate) title: Option<String>,
    /// What is not drawn, and why.
    pub(crate) notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Chart {
    /// Names and values, as they are.
    Figures(Vec<(String, String)>),
    Line(Line),
    Bars(Bars),
    /// Nothing to draw: the rows themselves.
    Table,
}

/// Values over time, or over a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// The column below it.
    pub(crate) x: String,
    pub(crate) axis: Axis,
    pub(crate) series: Vec<Series<(f64, Option<f64>)>>,
}

/// Values of names, in the order of the rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bars {
    pub(crate) labels: Vec<String>,
    /// As many values as there are labels.
    pub(crate) series: Vec<Series<Option<f64>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series<P> {
    pub(crate) name: String,
    pub(crate) points: Vec<P>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// Seconds since 1970, and how far one value is from the next.
    Time(Step),
    Number,
}

impl Line {
    /// The pieces of a series that are drawn without a break: a null breaks it, and so does a day that is not there.
    pub(crate) fn pieces(&self, series: &Series<(f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
        let (mut pieces, mut piece): (Vec<Vec<_>>, Vec<(f64, f64)>) = (vec![], vec![]);
        for (x, y) in &series.points {
            let is_next = piece.last().is_none_or(|(before, _)| self.axis.follows(*before, *x));
            if !is_next || y.is_none() {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.extend(y.map(|y| (*x, y)));
        }
        pieces.push(piece);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| series.points.iter().filter_map(|(_, y)| *y))
    }

    /// The ends of the axis.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let all = || self.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
        let (from, to) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        if from <= to { (from, to) } else { (0.0, 0.0) }
    }
}

impl Bars {
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| series.points.iter().filter_map(|y| *y))
    }
}

impl Axis {
    /// Whether nothing is missing between two values.
    fn follows(self, before: f64, x: f64) -> bool {
        match self {
            Self::Time(step) => step.next(before).is_none_or(|next| x <= next),
            Self::Number => true,
        }
    }
}

#[cfg(test)]
mod tests;
