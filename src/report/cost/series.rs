//! Estimates side by side: for more and more events, or month after month.

use super::amounts::{amount, at_least, caveats, put, put_marks, put_money, tags, terms, told};
use super::{chart, totals};
use crate::cost::{Estimate, Money, PARTS, Total, grouped};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The version of what `--json` prints of several estimates.
const SCHEMA: &str = "pipectl-cost-series/3";

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
    /// All estimates together: between numbers of events, of use for what is missing in any of them.
    pub(crate) fn sum(&self) -> Total {
        self.so_far().last().unwrap_or_default()
    }

    /// All months up to each; of no use between numbers of events.
    fn so_far(&self) -> impl Iterator<Item = Total> {
        self.estimates.iter().scan(Total::default(), |sum, estimate| {
            *sum = sum.plus(&estimate.total());
            Some(sum.clone())
        })
    }

    /// How many different numbers of events have a place on a chart, whose axes are logarithms.
    pub(crate) fn volumes(&self) -> usize {
        let events =
            self.estimates.iter().map(|each| each.inputs.get(By::Events.name())).filter(|events| *events > 0.0);
        events.map(f64::to_bits).collect::<BTreeSet<_>>().len()
    }

    fn money(&self) -> Money {
        self.estimates.first().map(|estimate| estimate.money).unwrap_or_default()
    }

    /// Below a table or a chart.
    fn notes(&self) -> Vec<String> {
        let (Some(first), Some(last)) = (self.estimates.first(), self.estimates.last()) else { return vec![] };
        let [one, other] = [first, last].map(|estimate| told(Money::default(), &estimate.list));
        let listed =
            if self.estimates.len() > 1 { format!("{one} in the first row, {other} in the last") } else { one };
        let month = (self.by == By::Events).then(|| format!("in month {}", first.month()));
        let caveats = caveats(&self.sum(), &first.region);
        month.into_iter().chain(caveats).chain(terms(first.money, &listed)).collect()
    }
}

fn rows(series: &Series) -> Vec<Vec<String>> {
    let last = if series.by == By::Events { ["per million", "of a SaaS"] } else { ["so far", ""] };
    let head = [&[if series.by == By::Events { "events" } else { "month" }][..], &PARTS, &["fixed", "a month"], &last]
        .concat();
    let head: Vec<String> = head.into_iter().map(str::to_owned).collect();
    let row = |(estimate, so_far): (&Estimate, Total)| {
        let mut row = vec![grouped(estimate.inputs.get(series.by.name()).round() as i64)];
        row.extend(PARTS.iter().map(|part| amount(estimate.money, &estimate.part(part))));
        row.extend([estimate.fixed(), estimate.total()].map(|total| amount(estimate.money, &total)));
        row.extend(match series.by {
            By::Events => [
                estimate.per_million().map(|each| estimate.money.amount(each) + &tags(estimate.total().marks())),
                estimate.share_of_saas().map(|share| format!("{:.1}%", share * 100.0)),
            ]
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned())),
            By::Month => [amount(estimate.money, &so_far), String::new()],
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
        let words = estimate.warnings.iter().map(|words| format!("warning: at {at}, {words}\n"));
        text.extend(words);
    }
    series.notes().into_iter().for_each(|note| text.push_str(&format!("{note}\n")));
    text
}

pub(crate) fn series_to_json(series: &Series, pipeline: &str, stage: &str) -> Value {
    let point = |(estimate, so_far): (&Estimate, Total)| {
        let mut json = json!({series.by.name(): estimate.inputs.get(series.by.name())});
        if let Value::Object(json) = &mut json {
            totals(json, estimate);
            json.insert("warnings".to_owned(), json!(estimate.warnings));
            if series.by == By::Month {
                put(json, "so_far", &so_far);
            }
        }
        json
    };
    let sum = series.sum();
    let mut json = json!({
        "schema": SCHEMA,
        "pipeline": pipeline,
        "stage": stage,
        "by": series.by.name(),
        "missing": sum.missing(),
        "points": series.estimates.iter().zip(series.so_far()).map(point).collect::<Vec<_>>(),
    });
    if let Value::Object(json) = &mut json {
        put_money(json, series.money());
        put_marks(json, sum.marks());
    }
    json
}

/// How cost grows with events, in all and by part: an SVG file of its own.
pub(crate) fn scale_to_svg(series: &Series, title: &str) -> String {
    let line = |name: &'static str, sum: &dyn Fn(&Estimate) -> Total| {
        let all: Vec<_> = series.estimates.iter().map(|each| (each.inputs.get(By::Events.name()), sum(each))).collect();
        let whole = all.iter().all(|(_, total)| total.whole().is_some());
        let mut points: Vec<_> = all.iter().map(|(events, total)| (*events, at_least(total) as f64 / 100.0)).collect();
        points.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        chart::Line { name, points, whole }
    };
    let parts = PARTS.iter().map(|part| line(part, &|estimate| estimate.part(part)));
    let total = [line("in all", &Estimate::total)];
    let lines: Vec<_> = total.into_iter().chain(parts).collect();
    chart::growth(title, series.money(), &series.notes(), &lines)
}
