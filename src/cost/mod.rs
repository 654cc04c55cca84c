//! What a month costs: meters that follow from resources and their usage, priced from a book.
//!
//! ```text
//! Graph or Inventory -> Billed + Inputs -> meters -> Lines (quantity, price, cost, how) -> Estimate -> report
//! ```

mod batch;
mod billed;
mod book;
mod competitors;
mod difference;
mod inputs;
mod levers;
mod meters;
mod money;
mod once;
mod payers;
mod price_list;
mod regions;
mod shapes;
mod total;

pub(crate) use billed::Billed;
pub(crate) use book::{Beside, Book, Finding, Listed, Price, Source, Update, book_of, updated};
pub(crate) use competitors::{Compared, MOST, Product, Turn, products, turns};
pub(crate) use difference::{Change, Changes, Difference, Row, Side};
pub(crate) use inputs::{Input, Inputs};
pub(crate) use levers::{Lever, Levers, Unpriced, levers};
pub(crate) use money::{Currency, Money, grouped};
pub(crate) use once::{Once, once};
pub(crate) use payers::payers;
pub(crate) use price_list::{fetch, fetch_files, not_looked_up};
pub(crate) use regions::{Unpriceable, priceable};
pub(crate) use shapes::{Column, Load, Shapes, shaped_pipelines, shapes};
pub(crate) use total::{Amount, Marks, Total};

use meters::Meter;
use std::collections::{BTreeMap, BTreeSet};

/// Firehose counts a record in steps of this many bytes (Firehose FAQ).
const FIREHOSE_STEP: f64 = 5120.0;

/// Bytes that a record of Firehose's may have at most: 1,000 KiB.
const LARGEST_RECORD: f64 = 1_024_000.0;

/// A month, for schedules and buffers.
const DAYS: f64 = 30.0;

/// The parts of the data's way, in their order.
pub(crate) const PARTS: [&str; 6] = ["ingest", "deliver", "store", "transform", "query", "logs"];

/// One line of the bill.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) part: &'static str,
    pub(crate) item: &'static str,
    /// As on the bill, without the prefix that regions other than us-east-1 have.
    pub(crate) usage_type: &'static str,
    /// Its price in the book.
    pub(crate) dimension: &'static str,
    /// In `unit`s, before anything free.
    pub(crate) quantity: f64,
    /// What of it the free tier takes away.
    pub(crate) free: f64,
    /// Units of the same price in the lines above: tiers are of all together.
    before: f64,
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
    /// What is paid, the list price in words, and where it is from.
    At {
        /// Hundredths of the estimate's currency.
        cents: i64,
        /// US dollars, at the list price.
        dollars: f64,
        price: String,
        source: Source,
        as_of: String,
        note: Option<String>,
        /// What the price is, where no source has it for this region.
        unverified: Option<String>,
        /// The region whose price it is, where this one's is missing and somebody said that it may stand in.
        assumed_from: Option<String>,
        /// Whether there are more units than the tiers that are known are for.
        beyond: bool,
    },
    /// The book has no price for this in this region. It is not guessed.
    Missing,
}

impl Line {
    /// Whole hundredths of the estimate's currency; `None` without a price, unless nothing is billed: that costs nothing at any price.
    pub(crate) fn cents(&self) -> Option<i64> {
        match &self.priced {
            Priced::At { cents, .. } => Some(*cents),
            Priced::Missing => (self.billed() <= 0.0).then_some(0),
        }
    }

    /// The region at whose price it is paid for, where that is not its own.
    pub(crate) fn assumed(&self) -> Option<&str> {
        match &self.priced {
            Priced::At { assumed_from, .. } if self.billed() > 0.0 => assumed_from.as_deref(),
            Priced::At { .. } | Priced::Missing => None,
        }
    }

    /// Whether there is more of it than the tiers that are known are for.
    pub(crate) fn beyond(&self) -> bool {
        matches!(&self.priced, Priced::At { beyond: true, .. })
    }

    /// The same line, paid for in this money.
    fn paid_in(mut self, money: Money) -> Self {
        if let Priced::At { cents, dollars, .. } = &mut self.priced {
            *cents = money.cents(*dollars);
        }
        self
    }

    /// Why nobody knows its price, where more is to be said than that the book has none for the region.
    pub(crate) fn why_missing(&self) -> Option<&'static str> {
        (self.dimension == "glue_etl_memory_optimized_dpu_hour").then_some(
            "R workers are billed in memory-optimized DPU-hours, of which no source of the book has a price in any \
             region; AWS's list has one (`pipectl prices update --from-bulk`)",
        )
    }

    /// Units that are paid for.
    fn billed(&self) -> f64 {
        self.quantity - self.free
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
    /// What of this load AWS or the file does not let through, in words: from whoever knows the file.
    pub(crate) warnings: Vec<String>,
    /// Whether pages have to ask an API before they post, and each answer is billed.
    asks_first: bool,
    /// The bill with no event and no query: the rest is of their number.
    idle: Vec<Line>,
    /// In what all amounts are but `list`.
    pub(crate) money: Money,
    /// The total at list prices, in US dollars.
    pub(crate) list: Total,
    /// The first twelve months, where somebody asked for them.
    pub(crate) first_year: Option<Total>,
}

impl Estimate {
    /// Which month it is: storage grows from one to the next.
    pub(crate) fn month(&self) -> f64 {
        self.inputs.get("month")
    }

    /// The same month, paid for in this money. Each line is rounded, and sums are of what is rounded.
    pub(crate) fn paid_in(mut self, money: Money) -> Self {
        let paid = |lines: Vec<Line>| lines.into_iter().map(|line| line.paid_in(money)).collect();
        (self.lines, self.idle, self.money) = (paid(self.lines), paid(self.idle), money);
        self
    }

    /// The lines as they are printed.
    pub(crate) fn total(&self) -> Total {
        Total::of(&self.lines)
    }

    /// What is there with no event and no query.
    pub(crate) fn fixed(&self) -> Total {
        Total::of(&self.idle)
    }

    /// What the month's events and queries make. What is as much with no event is none of theirs, whatever its price.
    pub(crate) fn usage(&self) -> Total {
        difference::changes(&self.idle, &self.lines, true).added()
    }

    pub(crate) fn part(&self, part: &str) -> Total {
        Total::of(self.lines.iter().filter(|line| line.part == part))
    }

    /// What part of the total so many cents are; `None` where there is no total, or it is nothing.
    pub(crate) fn share(&self, cents: Option<i64>) -> Option<f64> {
        let total = self.total().whole().filter(|total| *total > 0)?;
        cents.map(|cents| cents as f64 / total as f64)
    }

    /// In the currency, for a million events; `None` without events, and where a price is missing.
    pub(crate) fn per_million(&self) -> Option<f64> {
        let (events, cents) = (self.inputs.get("events_per_month"), self.total().whole()?);
        (events > 0.0).then(|| cents as f64 / 100.0 / (events / 1e6))
    }

    /// What part that is of what a SaaS would take; `None` without events or such a price, and where a price of the
    /// estimate's own is missing.
    pub(crate) fn share_of_saas(&self) -> Option<f64> {
        let saas = self.money.exchanged(self.inputs.get(SAAS));
        self.per_million().filter(|_| saas > 0.0).map(|each| each / saas)
    }

    /// What is assumed to be nothing although it may cost something, in words.
    pub(crate) fn left_out(&self) -> Option<&'static str> {
        const FIGURE: &str = "preflights_per_request";
        const PREFLIGHTS: &str = "no preflight is counted: a browser asks API Gateway before its first POST with a key, and \
             again after the 2 hours that it may remember the answer for (some browsers forget it sooner); \
             `usage.preflights_per_request`, 1 at most, says how often";
        let assumed = self.inputs.get(FIGURE) == 0.0 && self.inputs.origin(FIGURE).place == "assumed";
        (self.asks_first && assumed && self.inputs.get("events_per_month") > 0.0).then_some(PREFLIGHTS)
    }

    /// Items whose price no source has for this region, and what it is in its place.
    pub(crate) fn unverified(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.lines.iter().filter_map(|line| match &line.priced {
            Priced::At { unverified: Some(what), .. } => Some((line.item, what.as_str())),
            _ => None,
        })
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
    let (lines, idle) = (priced(&inputs), priced(&inputs.idle()));
    let (region, list) = (region.to_owned(), Total::of(&lines));
    Estimate {
        region,
        free_tier,
        inputs,
        lines,
        warnings: vec![],
        idle,
        money: Money::default(),
        list,
        first_year: None,
        asks_first: billed.api.as_ref().is_some_and(|api| api.routes.browsers_ask_first()),
    }
}

/// The figures of the book that an estimate needs.
pub(crate) fn needed(billed: &Billed, inputs: &Inputs) -> BTreeSet<&'static str> {
    meters::of(Book::bundled(), billed, inputs).into_iter().map(|meter| meter.dimension).collect()
}

/// `taken` is what earlier lines have of each figure: tiers are of an account's whole month, not of a line.
fn price(book: &Book, region: &str, meter: Meter, free_tier: bool, taken: &mut BTreeMap<&'static str, f64>) -> Line {
    let free = if free_tier { meter.free.min(meter.quantity) } else { 0.0 };
    let free = free + meter.always_free.min(meter.quantity - free);
    // What is free for everybody is what the price list of the partition `aws` has so.
    let free = if book::shares_prices(region) { free } else { 0.0 };
    let billed = meter.quantity - free;
    let own = book.price(region, meter.dimension);
    let other = || book.stand_in(meter.dimension).map(|(from, price)| (Some(from.to_owned()), price));
    let found = own.map(|price| (None, price)).or_else(other);
    let taken = taken.entry(meter.dimension).or_default();
    let before = *taken;
    let unit = found.as_ref().map(|(_, price)| &*price.unit).or_else(|| book.unit(meter.dimension));
    let unit = unit.unwrap_or("units").to_owned();
    let priced = found.map_or(Priced::Missing, |(from, price)| at((price, book.source(price)), before, billed, from));
    *taken += billed;
    let Meter { part, item, usage_type, dimension, quantity, how, .. } = meter;
    Line { part, item, usage_type, dimension, quantity, free, before, unit, how, from: vec![], priced }
}

fn at((price, source): (&Price, Source), before: f64, billed: f64, assumed_from: Option<String>) -> Priced {
    let all = before + billed;
    let beyond = price.beyond(all);
    let words = beyond.then(|| "only the first tier is known: above it this is too high".to_owned());
    let (dollars, rounded) = price.rounded(before, billed);
    Priced::At {
        cents: Money::default().cents(dollars),
        dollars,
        price: price.words(all),
        source,
        as_of: price.as_of.clone(),
        note: rounded.or(words),
        unverified: price.unverified.clone(),
        assumed_from,
        beyond,
    }
}

#[cfg(test)]
mod tests;
