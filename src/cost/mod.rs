//! What a month costs: meters that follow from resources and their usage, priced from a book.
//!
//! ```text
//! Graph or Inventory -> Billed + Inputs -> meters -> Lines (quantity, price, cost, how) -> Estimate -> report
//! ```

mod batch;
mod billed;
mod book;
mod difference;
mod inputs;
mod levers;
mod limits;
mod meters;
mod price_list;
mod shapes;

pub(crate) use billed::Billed;
pub(crate) use book::{Beside, Book, Finding, Listed, Price, Update, book_of, updated};
pub(crate) use difference::{Difference, Row, Side};
pub(crate) use inputs::Inputs;
pub(crate) use levers::{Lever, levers};
pub(crate) use price_list::{fetch, not_looked_up};
pub(crate) use shapes::{Column, Load, Shapes, shaped_pipelines, shapes};

use meters::Meter;
use std::collections::{BTreeMap, BTreeSet};

/// Firehose counts a record in steps of this many bytes (Firehose FAQ).
const FIREHOSE_STEP: f64 = 5120.0;

/// Bytes that a record of Firehose's may have at most: 1,000 KiB.
const LARGEST_RECORD: f64 = 1_024_000.0;

/// The parts of the data's way, in their order.
pub(crate) const PARTS: [&str; 6] = ["ingest", "deliver", "store", "transform", "query", "logs"];

/// One line of the bill.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) part: &'static str,
    pub(crate) item: &'static str,
    /// As on the bill, without the prefix that regions other than us-east-1 have.
    pub(crate) usage_type: &'static str,
    /// In `unit`s, before anything free.
    pub(crate) quantity: f64,
    /// What of it the free tier takes away.
    pub(crate) free: f64,
    pub(crate) unit: String,
    /// How the quantity comes about.
    pub(crate) how: String,
    /// What it follows from.
    pub(crate) from: Vec<Origin>,
    pub(crate) priced: Priced,
}

/// A key of the file or the name of a figure, and where it is said: `pipeline.yaml:12`, `--usage`, `default`.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) name: &'static str,
    pub(crate) place: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Priced {
    /// US dollars, the price in words, and where it is from.
    At {
        dollars: f64,
        price: String,
        source: String,
        as_of: String,
        note: Option<String>,
        /// What the price is, where no source has it for this region.
        unverified: Option<String>,
    },
    /// The book has no price for this in this region. It is not guessed.
    Missing,
}

impl Line {
    /// Whole cents; `None` without a price.
    pub(crate) fn cents(&self) -> Option<i64> {
        match &self.priced {
            // Half a cent is rounded up, also where binary numbers have a little less than half.
            Priced::At { dollars, .. } => Some((dollars * 100.0 * (1.0 + 1e-12) + 1e-9).round() as i64),
            Priced::Missing => None,
        }
    }
}

/// What one query costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Query {
    Dollars(f64),
    Missing,
}

/// Of a query that scanned so many bytes: Athena counts megabytes, at least ten.
pub(crate) fn query_cost(region: &str, bytes: u64) -> Query {
    const MB: u64 = 1 << 20;
    const LEAST: u64 = 10 * MB;
    let counted = if bytes == 0 { 0 } else { bytes.div_ceil(MB).saturating_mul(MB).max(LEAST) };
    match Book::bundled().price(region, "athena_tb_scanned") {
        Some(price) => Query::Dollars(price.cost(counted as f64 / (1_u64 << 40) as f64)),
        None => Query::Missing,
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    pub(crate) region: String,
    pub(crate) free_tier: bool,
    pub(crate) inputs: Inputs,
    pub(crate) lines: Vec<Line>,
    /// Why this load cannot be carried, in words; usually nothing.
    pub(crate) warnings: Vec<String>,
    /// What of the total, in cents, is there with no event and no query: the rest is of their number.
    pub(crate) fixed_cents: i64,
}

impl Estimate {
    /// Cents that the month's events and queries make.
    pub(crate) fn usage_cents(&self) -> i64 {
        self.total_cents() - self.fixed_cents
    }

    /// Dollars for a million events; `None` without events.
    pub(crate) fn per_million(&self) -> Option<f64> {
        let events = self.inputs.get("events_per_month");
        (events > 0.0).then(|| self.total_cents() as f64 / 100.0 / (events / 1e6))
    }

    /// What part that is of what a SaaS would take; `None` without events or such a price.
    pub(crate) fn share_of_saas(&self) -> Option<f64> {
        let saas = self.inputs.get(SAAS);
        self.per_million().filter(|_| saas > 0.0).map(|each| each / saas)
    }

    /// The sum of the lines as they are printed, in cents.
    pub(crate) fn total_cents(&self) -> i64 {
        self.lines.iter().filter_map(Line::cents).sum()
    }

    pub(crate) fn part_cents(&self, part: &str) -> i64 {
        self.lines.iter().filter(|line| line.part == part).filter_map(Line::cents).sum()
    }

    /// Items whose price no source has for this region, and what it is in its place.
    pub(crate) fn unverified(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.lines.iter().filter_map(|line| match &line.priced {
            Priced::At { unverified: Some(what), .. } => Some((line.item, what.as_str())),
            _ => None,
        })
    }

    /// Lines without a price: the total is without them.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| matches!(line.priced, Priced::Missing))
    }
}

/// The figure that totals are compared with.
pub(crate) const SAAS: &str = "compare_price_per_million";

/// Estimates a month. Needs no network.
pub(crate) fn estimate(book: &Book, billed: &Billed, region: &str, inputs: Inputs, free_tier: bool) -> Estimate {
    let priced = |inputs: &Inputs| -> Vec<Line> {
        let mut taken = BTreeMap::new();
        let line = |meter: Meter| {
            let from = meter.from.iter().map(|name| inputs.origin(name)).collect();
            Line { from, ..price(book, region, meter, free_tier, &mut taken) }
        };
        meters::of(book, billed, inputs).into_iter().map(line).collect()
    };
    let lines = priced(&inputs);
    let fixed_cents = priced(&inputs.idle()).iter().filter_map(Line::cents).sum();
    let warnings = limits::broken(billed, &inputs);
    Estimate { region: region.to_owned(), free_tier, inputs, lines, warnings, fixed_cents }
}

/// The figures of the book that an estimate needs.
pub(crate) fn needed(billed: &Billed, inputs: &Inputs) -> BTreeSet<&'static str> {
    meters::of(Book::bundled(), billed, inputs).into_iter().map(|meter| meter.dimension).collect()
}

/// `taken` is what earlier lines have of each figure: tiers are of an account's whole month, not of a line.
fn price(book: &Book, region: &str, meter: Meter, free_tier: bool, taken: &mut BTreeMap<&'static str, f64>) -> Line {
    let free = if free_tier { meter.free.min(meter.quantity) } else { 0.0 };
    let free = free + meter.always_free.min(meter.quantity - free);
    let billed = meter.quantity - free;
    let found = book.price(region, meter.dimension);
    let before = taken.entry(meter.dimension).or_default();
    let priced = found.map_or(Priced::Missing, |price| at(price, *before, billed));
    *before += billed;
    let unit = found.map_or_else(|| "units".to_owned(), |price| price.unit.clone());
    let Meter { part, item, usage_type, quantity, how, .. } = meter;
    Line { part, item, usage_type, quantity, free, unit, how, from: vec![], priced }
}

fn at(price: &Price, before: f64, billed: f64) -> Priced {
    let all = before + billed;
    let beyond = price.beyond(all).then(|| "only the first tier is known: above it this is too high".to_owned());
    let (dollars, rounded) = price.rounded(before, billed);
    Priced::At {
        dollars,
        price: price.words(all),
        source: price.source.clone(),
        as_of: price.as_of.clone(),
        note: rounded.or(beyond),
        unverified: price.unverified.clone(),
    }
}

#[cfg(test)]
mod tests;
