//! Estimates side by side: for more and more events, or month after month.

use super::chart;
use super::{dollars, grouped, in_dollars, part_cost};
use crate::cost::{Estimate, PARTS};
use serde_json::{Value, json};

/// The version of what `--json` prints of several estimates.
const SCHEMA: &str = "pipectl-cost-series/2";

/// What differs from one estimate to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Events,
    Month,
}

impl By {
    /// The figure's name.
    fn name(self) -> &'static str {
        match self {
            Self::Events => "events_per_month",
            Self::Month => "month",
        }
    }
}

/// Several estimates of one pipeline.
pub(crate) struct Series {
    pub(crate) by: By,
    pub(crate) estimates: Vec<Estimate>,
}

impl Series {
    fn missing(&self) -> Vec<&'static str> {
        let first = self.estimates.first();
        first.into_iter().flat_map(Estimate::missing).map(|line| line.item).collect()
    }

    /// The dollars of all months up to each; of no use between numbers of events.
    fn so_far(&self) -> impl Iterator<Item = i64> {
        self.estimates.iter().scan(0, |sum, estimate| {
            *sum += estimate.total_cents();
            Some(*sum)
        })
    }
}

fn rows(series: &Series) -> Vec<Vec<String>> {
    let last = if series.by == By::Events { ["per million", "of a SaaS"] } else { ["so far", ""] };
    let head = [&[if series.by == By::Events { "events" } else { "month" }][..], &PARTS, &["fixed", "a month"], &last]
        .concat();
    let head: Vec<String> = head.into_iter().map(str::to_owned).collect();
    let row = |(estimate, so_far): (&Estimate, i64)| {
        let mut row = vec![grouped(estimate.inputs.get(series.by.name()).round() as i64)];
        row.extend(PARTS.iter().map(|part| part_cost(estimate, part)));
        row.extend([estimate.fixed_cents, estimate.total_cents()].map(dollars));
        row.extend(match series.by {
            By::Events => [
                estimate.per_million().map(in_dollars),
                estimate.share_of_saas().map(|share| format!("{:.1}%", share * 100.0)),
            ]
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned())),
            By::Month => [dollars(so_far), String::new()],
        });
        row
    };
    [head].into_iter().chain(series.estimates.iter().zip(series.so_far()).map(row)).collect()
}

pub(crate) fn series_to_text(series: &Series) -> String {
    let rows = rows(series);
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let mut text: String = rows.iter().map(line).collect();
    for estimate in &series.estimates {
        let at = grouped(estimate.inputs.get(series.by.name()).round() as i64);
        let words = estimate.warnings.iter().map(|words| format!("warning: {at} cannot be: {words}\n"));
        text.extend(words);
    }
    let missing = series.missing();
    if !missing.is_empty() {
        text.push_str(&format!("every total lacks {}: no verified price\n", missing.join(", ")));
    }
    text
}

pub(crate) fn series_to_json(series: &Series, pipeline: &str, stage: &str) -> Value {
    let point = |(estimate, so_far): (&Estimate, i64)| {
        let parts: serde_json::Map<_, _> =
            PARTS.iter().map(|part| ((*part).to_owned(), estimate.part_cents(part).into())).collect();
        json!({
            series.by.name(): estimate.inputs.get(series.by.name()),
            "total_cents": estimate.total_cents(),
            "fixed_cents": estimate.fixed_cents,
            "parts_cents": parts,
            "per_million_dollars": estimate.per_million(),
            "share_of_saas": estimate.share_of_saas(),
            "so_far_cents": (series.by == By::Month).then_some(so_far),
            "complete": estimate.missing().next().is_none(),
            "warnings": estimate.warnings,
        })
    };
    json!({
        "schema": SCHEMA,
        "pipeline": pipeline,
        "stage": stage,
        "by": series.by.name(),
        "currency": "USD",
        "missing": series.missing(),
        "points": series.estimates.iter().zip(series.so_far()).map(point).collect::<Vec<_>>(),
    })
}

/// How cost grows with events, in all and by part: an SVG file of its own.
pub(crate) fn scale_to_svg(series: &Series, title: &str) -> String {
    let points = |cents: &dyn Fn(&Estimate) -> i64| -> Vec<(f64, f64)> {
        let point = |estimate: &Estimate| (estimate.inputs.get(By::Events.name()), cents(estimate) as f64 / 100.0);
        let mut points: Vec<_> = series.estimates.iter().map(point).collect();
        points.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        points
    };
    let parts = PARTS.iter().map(|part| (*part, points(&|estimate| estimate.part_cents(part))));
    let total = [("in all", points(&Estimate::total_cents))];
    let missing = series.missing();
    let note = (!missing.is_empty()).then(|| format!("without {}: no verified price", missing.join(", ")));
    chart::growth(title, note.as_deref(), &total.into_iter().chain(parts).collect::<Vec<_>>())
}
