//! How a month's bill grows with what is kept: columns of the first months, for the page.

use super::Series;
use super::amounts::at_least;
use super::chart::escape;
use crate::cost::{Estimate, Money, PARTS};
use std::fmt::Write as _;

const LEFT: f64 = 8.0;
const TOP: f64 = 22.0;
const WIDTH: f64 = 384.0;
const HEIGHT: f64 = 150.0;

/// A section with its heading; nothing of nothing. A screen of a phone is as wide as the drawing, so that its text stays
/// readable there.
pub(super) fn chart(months: &Series) -> String {
    let [first, .., last] = &months.estimates[..] else { return String::new() };
    let money = first.money;
    let amounts: Vec<_> = months.estimates.iter().map(|estimate| at_least(&estimate.total())).collect();
    let most = amounts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let step = WIDTH / months.estimates.len() as f64;
    let mut svg = format!(
        "<h2>Month by month</h2>\n<p>{}</p>\n<svg class=\"months\" role=\"img\" aria-label=\"The first months\" \
         viewBox=\"0 0 400 200\" width=\"560\" height=\"280\">\n",
        escape(&growth(first, last, money))
    );
    for (index, (estimate, sum)) in months.estimates.iter().zip(&amounts).enumerate() {
        let x = LEFT + step * index as f64;
        column(&mut svg, estimate, (x, step), HEIGHT / most as f64);
        let (middle, y) = (x + step / 2.0, TOP + HEIGHT * (1.0 - *sum as f64 / most as f64));
        let _ = writeln!(svg, "<text x=\"{middle:.1}\" y=\"190\" text-anchor=\"middle\">{}</text>", index + 1);
        // Between the ends there is no room for amounts.
        let anchor = if index == 0 { "start" } else { "end" };
        if index == 0 || index + 1 == amounts.len() {
            let (x, sum) = (if index == 0 { x } else { x + step }, money.show(*sum));
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{sum}</text>", y - 6.0);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The parts of a month on each other.
fn column(svg: &mut String, estimate: &Estimate, (x, step): (f64, f64), scale: f64) {
    let mut base = TOP + HEIGHT;
    for part in PARTS {
        let cents = at_least(&estimate.part(part));
        let (height, amount) = (cents as f64 * scale, estimate.money.show(cents));
        base -= height;
        if cents > 0 {
            let _ = writeln!(
                svg,
                "<g class=\"{part}\"><title>month {}, {part}: {amount}</title><path d=\"M{:.1} {base:.2}h{:.1}v{height:.2}h-{:.1}z\"/></g>",
                estimate.inputs.get("month"),
                x + step * 0.12,
                step * 0.76,
                step * 0.76
            );
        }
    }
}

fn growth(first: &Estimate, last: &Estimate, money: Money) -> String {
    let missing = if first.total().whole().is_none() || last.total().whole().is_none() { "at least " } else { "" };
    let [one, other] = [first, last].map(|estimate| money.show(at_least(&estimate.total())));
    let month = last.inputs.get("month");
    if one == other {
        return format!("Each of the first {month} months costs {missing}{one}: what is kept makes no difference.");
    }
    format!("What is kept grows: from {missing}{one} in the first month to {other} in month {month}.")
}
