//! An estimate as one page that needs nothing from elsewhere.

use super::amounts::{amount, caveats, grouped, remark, tags, told};
use super::levers::levers_to_html;
use super::{apart, chart, cited, cost, per_million, quantity, short};
use crate::cost::{Estimate, Levers, Line, Marks, PARTS, Priced};
use chart::escape;
use std::fmt::Write as _;

const PAGE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:60rem;\
    margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;text-align:left;\
    border-bottom:1px solid var(--faint);vertical-align:top}td.n,th.n{text-align:right;\
    font-variant-numeric:tabular-nums}td.n{white-space:nowrap}tbody th{padding-top:1rem}details{opacity:.85;font-size:13px}summary{cursor:pointer}\
    .sum{font-size:2rem;margin:.2rem 0}.missing{font-weight:600}svg{max-width:100%;height:auto}\
    .scroll{overflow-x:auto}:root{color-scheme:light dark}";

/// A whole HTML file.
pub(crate) fn cost_to_html(estimate: &Estimate, levers: &Levers, title: &str) -> String {
    let title = escape(title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>What a month of {title} costs</title>\n\
         <style>{PAGE}{}</style>\n</head>\n<body>\n<h1>What a month of {title} costs</h1>\n",
        chart::style()
    );
    let _ = writeln!(page, "<p class=\"sum\">{}</p>", told(&estimate.total()));
    let figure = |name: &str| grouped(estimate.inputs.get(name).round() as i64);
    let (events, month) = (figure("events_per_month"), figure("month"));
    let _ = writeln!(page, "<p>{events} events, in month {month}: storage grows from one to the next.</p>");
    let _ = writeln!(page, "<p>{}</p>", apart(estimate));
    for words in notes(estimate) {
        let _ = writeln!(page, "<p>{}</p>", escape(&words));
    }
    page.push_str("<h2>Where the money goes</h2>\n");
    page.push_str(&chart::bars(&dearest(estimate)));
    page.push_str("<h2>Line by line</h2>\n<div class=\"scroll\"><table>\n");
    page.push_str(
        "<thead><tr><th>Item</th><th class=\"n\">Quantity</th><th class=\"n\">Cost</th></tr></thead>\n<tbody>\n",
    );
    PARTS.iter().for_each(|part| part_rows(&mut page, estimate, part));
    let total = told(&estimate.total());
    let _ =
        writeln!(page, "<tr><th colspan=\"2\">a month</th><th class=\"n\">{total}</th></tr>\n</tbody></table></div>");
    page.push_str(&levers_to_html(levers));
    figures(&mut page, estimate);
    page.push_str("</body>\n</html>\n");
    page
}

fn notes(estimate: &Estimate) -> Vec<String> {
    let free = if estimate.free_tier { "with" } else { "without" };
    let prices = format!("List prices of {}, {free} the free tier, without taxes and support.", estimate.region);
    let caveats = caveats(&estimate.total(), &estimate.region);
    let caveats = caveats.into_iter().map(|words| match words.starts_with("no verified price") {
        true => format!("Not in the amounts and the chart, {words}."),
        false => format!("In the amounts and the chart, {words}."),
    });
    let unverified =
        estimate.unverified().map(|(item, what)| format!("Not verified in {}: {item}, at {what}.", estimate.region));
    let warnings = estimate.warnings.iter().map(|words| format!("Warning: {words}."));
    let notes = warnings.chain(per_million(estimate)).chain([prices]).chain(caveats);
    notes.chain(unverified).collect()
}

fn dearest(estimate: &Estimate) -> Vec<chart::Bar<'_>> {
    let bars = estimate.lines.iter().filter_map(|line| {
        let cents = line.cents().filter(|cents| *cents > 0)?;
        Some((line.item, line.part, tags(&Marks::of(line)), cents))
    });
    let mut bars: Vec<_> = bars.collect();
    bars.sort_by_key(|(.., cents)| std::cmp::Reverse(*cents));
    bars
}

fn part_rows(page: &mut String, estimate: &Estimate, part: &str) {
    let sum = amount(&estimate.part(part));
    let _ = writeln!(page, "<tr><th colspan=\"2\">{part}</th><th class=\"n\">{sum}</th></tr>");
    for line in estimate.lines.iter().filter(|line| line.part == part) {
        let missing = if line.cents().is_none() { " missing" } else { "" };
        let _ = writeln!(
            page,
            "<tr><td>{}<details><summary>how</summary>{}</details></td><td class=\"n\">{} {}</td>\
             <td class=\"n{missing}\">{}{}</td></tr>",
            escape(line.item),
            escape(&how(line)),
            quantity(line.quantity),
            escape(short(&line.unit)),
            cost(line),
            escape(&remark(&Marks::of(line)))
        );
    }
}

fn how(line: &Line) -> String {
    let from: Vec<_> = line.from.iter().map(|one| format!("{} ({})", one.name, one.place)).collect();
    let mut text = format!("{}. From {}. On the bill: {}.", line.how, from.join(", "), line.usage_type);
    if line.free > 0.0 {
        let _ = write!(text, " Free of charge: {}.", quantity(line.free));
    }
    match &line.priced {
        Priced::At { price, source, as_of, note, unverified, assumed_from, .. } => {
            let whose = assumed_from.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
            let source = cited(source);
            let note = note.as_deref().map(|note| format!(" {note}.")).unwrap_or_default();
            let what = unverified.as_deref().map(|what| format!(" Not verified: {what}.")).unwrap_or_default();
            let _ = write!(text, " ${price} per {}{whose}, from {source}, as of {as_of}.{note}{what}", line.unit);
        }
        Priced::Missing => text.push_str(" No price is known for this in this region."),
    }
    text
}

fn figures(page: &mut String, estimate: &Estimate) {
    page.push_str("<h2>Figures that went in</h2>\n<div class=\"scroll\"><table>\n<tbody>\n");
    for input in estimate.inputs.iter() {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escape(input.name),
            input.value,
            escape(&input.source)
        );
    }
    page.push_str("</tbody></table></div>\n");
}
