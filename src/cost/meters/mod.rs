//! What AWS counts in a month: of each resource that is there, what its service bills.

mod alarms;
mod athena;
mod clock;
mod firehose;
mod flow;
mod front;
mod glue;
mod kms;
mod lambda;
mod logs;
mod quicksight;
mod s3;
mod tables;

use super::{Billed, Book, DAYS, Inputs};
use flow::Flow;

/// AWS's GB in storage, transfer and Firehose.
const GB: f64 = (1_u64 << 30) as f64;

/// A quantity of a month, before it is priced.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    pub(super) part: &'static str,
    pub(super) item: &'static str,
    pub(super) usage_type: &'static str,
    /// In the price book.
    pub(super) dimension: &'static str,
    /// In the book's units.
    pub(super) quantity: f64,
    /// What the free tier of an account takes.
    pub(super) free: f64,
    /// What is free for everybody, in the price list itself.
    pub(super) always_free: f64,
    pub(super) how: String,
    /// What it follows from: keys of the file and names of figures.
    pub(super) from: Vec<&'static str>,
}

impl Meter {
    fn new(
        part: &'static str,
        item: &'static str,
        (usage_type, dimension): (&'static str, &'static str),
        quantity: f64,
        how: impl Into<String>,
    ) -> Self {
        let (how, from) = (how.into(), vec![]);
        Self { part, item, usage_type, dimension, quantity, free: 0.0, always_free: 0.0, how, from }
    }

    /// Adds what it follows from; what two resources follow from is told once.
    fn from(mut self, names: &[&'static str]) -> Self {
        for name in names {
            if !self.from.contains(name) {
                self.from.push(name);
            }
        }
        self
    }
}

/// What the meters of a month read.
struct Month<'a> {
    book: &'a Book,
    billed: &'a Billed,
    inputs: &'a Inputs,
    /// `None`: no event finds its way.
    flow: Option<Flow>,
}

/// In the order of the bill.
pub(super) fn of(book: &Book, billed: &Billed, inputs: &Inputs) -> Vec<Meter> {
    let month = Month { book, billed, inputs, flow: Flow::of(billed, inputs) };
    let all = [
        front::requests(&month).into_iter().collect(),
        lambda::all(&month),
        front::transfer(&month).into_iter().collect(),
        firehose::all(&month),
        s3::all(&month),
        kms::all(&month),
        glue::all(&month),
        athena::scanned(&month).into_iter().collect(),
        quicksight::all(&month),
        logs::all(&month),
        alarms::all(&month).into_iter().collect(),
    ];
    let of_part = |meter: Meter| {
        // What is there for a time is counted in months of the calendar.
        let lies = meter.dimension.ends_with("_month");
        let months = inputs.span.part * if lies { inputs.span.calendar } else { 1.0 };
        Meter { quantity: meter.quantity * months, ..meter }
    };
    all.into_iter().flatten().map(of_part).collect()
}

impl Month<'_> {
    fn get(&self, figure: &str) -> f64 {
        self.inputs.get(figure)
    }

    /// Months of data that are there, where it goes after so many days: on the average of the month that is shown, as AWS
    /// bills what is there hour by hour.
    fn kept(&self, days: Option<i32>) -> f64 {
        let month = self.get("month");
        let most = days.map_or(f64::INFINITY, |days| f64::from(days) / DAYS);
        // It grows until it is all that is kept. The sum of it from the first day on:
        let until = |end: f64| if end <= most { end * end / 2.0 } else { most * most / 2.0 + most * (end - most) };
        let part = self.inputs.span.part;
        (until(month) - until((month - part).max(0.0))) / part
    }
}
