//! An estimate as one page that needs nothing from elsewhere, on a wide screen, a narrow one and on paper.

use super::amounts::{amount, at_least, caveats, listed, remark, tags, terms, told};
use super::competitors::competitors_to_html;
use super::levers::levers_to_html;
use super::{FIRST_YEAR, Series, chart, cited, cost, months, of_saas, percent, quantity, short};
use crate::cost::{Compared, Estimate, Levers, Line, Marks, PARTS, Priced, Total, grouped};
use chart::escape;
use std::fmt::Write as _;

/// What a page tells beside the month itself.
pub(crate) struct Beside<'a> {
    /// The first months, for how the month comes about.
    pub(crate) months: &'a Series,
    pub(crate) levers: &'a Levers,
    pub(crate) competitors: &'a [Compared],
}

/// A whole HTML file.
pub(crate) fn cost_to_html(estimate: &Estimate, beside: &Beside<'_>, title: &str) -> String {
    let figure = |name: &str| grouped(estimate.inputs.get(name).round() as i64);
    let (title, events, month) = (escape(title), figure("events_per_month"), figure("month"));
    let head = format!("What {events} events a month cost: {title}");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{head}</title>\n\
         <style>{}{}</style>\n</head>\n<body>\n<h1>{title}: {events} events a month</h1>\n",
        include_str!("../../../templates/cost/page.css"),
        chart::style()
    );
    let _ = writeln!(page, "<p class=\"sum\">{}</p>", told(estimate.money, &estimate.total()));
    let _ = writeln!(page, "<p>in month {month}; storage grows from one to the next</p>");
    facts(&mut page, estimate);
    page.push_str("<h2>Where the money goes</h2>\n");
    legend(&mut page, estimate);
    dearest(&mut page, estimate);
    page.push_str(&months::chart(beside.months));
    page.push_str(&competitors_to_html(beside.competitors, estimate));
    page.push_str(&levers_to_html(beside.levers, estimate.money));
    table(&mut page, estimate);
    figures(&mut page, estimate);
    page.push_str("</body>\n</html>\n");
    page
}

/// The total taken apart, and what has to be known of it.
fn facts(page: &mut String, estimate: &Estimate) {
    let told = |total: &Total| told(estimate.money, total);
    let share = |total: &Total| estimate.share(total.whole()).map(percent).unwrap_or_default();
    let (fixed, usage) = (estimate.fixed(), estimate.usage());
    page.push_str("<dl>\n");
    let mut fact = |name: &str, value: String, note: String| {
        let _ = writeln!(page, "<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
    };
    fact("fixed, with no event", told(&fixed), share(&fixed));
    fact("usage", told(&usage), share(&usage));
    if let Some(each) = estimate.per_million() {
        let (event, saas) = (estimate.money.exactly(each / 1e6), of_saas(estimate));
        let note = [Some(format!("{event} for each")), saas].into_iter().flatten().collect::<Vec<_>>().join("; ");
        fact("a million events", estimate.money.amount(each) + &tags(estimate.total().marks()), note);
    }
    if let Some(year) = &estimate.first_year {
        fact(FIRST_YEAR, told(year), String::new());
    }
    page.push_str("</dl>\n");
    for words in notes(estimate) {
        let _ = writeln!(page, "<p>{}</p>", escape(&words));
    }
}

fn notes(estimate: &Estimate) -> Vec<String> {
    let free = if estimate.free_tier { "with" } else { "without" };
    let prices = format!("List prices of {}, {free} the free tier, without taxes and support.", estimate.region);
    let caveats = caveats(&estimate.total(), &estimate.region);
    let caveats = caveats.into_iter().map(|words| match words.starts_with("no verified price") {
        true => format!("Not in the amounts and the charts, {words}."),
        false => format!("In the amounts and the charts, {words}."),
    });
    let unverified =
        estimate.unverified().map(|(item, what)| format!("Not verified in {}: {item}, at {what}.", estimate.region));
    let warnings = estimate.warnings.iter().map(|words| format!("Warning: {words}."));
    let terms = terms(estimate.money, &listed(&estimate.list)).map(|words| format!("All {words}."));
    let left_out = estimate.left_out().map(|words| format!("Assumed: {words}."));
    warnings.chain([prices]).chain(terms).chain(caveats).chain(left_out).chain(unverified).collect()
}

/// The parts as one bar and with their names, which say what the colours are.
fn legend(page: &mut String, estimate: &Estimate) {
    let parts: Vec<_> = PARTS.iter().map(|part| (*part, estimate.part(part))).collect();
    let sum: i64 = parts.iter().map(|(_, total)| at_least(total)).sum();
    page.push_str("<div class=\"parts\">");
    for (part, total) in &parts {
        let width = at_least(total) as f64 * 100.0 / sum.max(1) as f64;
        let _ = write!(page, "<i class=\"{part}\" style=\"width:{width:.2}%\"></i>");
    }
    page.push_str("</div>\n<ul class=\"legend\">\n");
    for (part, total) in &parts {
        let share = estimate.share(total.whole()).map(|share| format!(" {}", percent(share))).unwrap_or_default();
        let sum = amount(estimate.money, total);
        let _ = writeln!(page, "<li><i class=\"{part}\"></i>{part} <b>{sum}</b>{share}</li>");
    }
    page.push_str("</ul>\n");
}

/// Bars of every line that costs something, from the dearest on.
fn dearest(page: &mut String, estimate: &Estimate) {
    let bars = estimate.lines.iter().filter_map(|line| {
        let cents = line.cents().filter(|cents| *cents > 0)?;
        Some((line.item, line.part, tags(&Marks::of(line)), cents))
    });
    let mut bars: Vec<_> = bars.collect();
    bars.sort_by_key(|(.., cents)| std::cmp::Reverse(*cents));
    let most = bars.first().map_or(1, |(.., cents)| *cents) as f64;
    page.push_str("<ol class=\"bars\">\n");
    for (item, part, tags, cents) in bars {
        let share = estimate.share(Some(cents)).map(percent).unwrap_or_default();
        let (item, width, cost) = (escape(item), cents as f64 * 100.0 / most, estimate.money.show(cents) + &tags);
        let _ = writeln!(
            page,
            "<li title=\"{item} ({part})\"><span>{item}</span><b>{cost}</b><small>{share}</small>\
             <i class=\"bar {part}\" style=\"width:{width:.2}%\"></i></li>"
        );
    }
    page.push_str("</ol>\n");
}

fn table(page: &mut String, estimate: &Estimate) {
    page.push_str("<h2>Line by line</h2>\n<table>\n<thead><tr><th>Item</th><th class=\"n\">Quantity</th>");
    page.push_str("<th class=\"n\">Cost</th><th class=\"n\">Share</th></tr></thead>\n<tbody>\n");
    PARTS.iter().for_each(|part| part_rows(page, estimate, part));
    let total = told(estimate.money, &estimate.total());
    let _ = writeln!(page, "<tr><th colspan=\"2\">a month</th><th class=\"n\" colspan=\"2\">{total}</th></tr>");
    page.push_str("</tbody></table>\n");
}

fn part_rows(page: &mut String, estimate: &Estimate, part: &str) {
    let sum = estimate.part(part);
    let share = |cents: Option<i64>| estimate.share(cents).map(percent).unwrap_or_default();
    let _ = writeln!(
        page,
        "<tr><th colspan=\"2\"><i class=\"{part}\"></i>{part}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr>",
        amount(estimate.money, &sum),
        share(sum.whole())
    );
    for line in estimate.lines.iter().filter(|line| line.part == part) {
        let missing = if line.cents().is_none() { " missing" } else { "" };
        let _ = writeln!(
            page,
            "<tr><td>{}<small>{}</small></td><td class=\"n\">{} <small>{}</small></td>\
             <td class=\"n{missing}\">{}</td><td class=\"n\">{}</td></tr>\n\
             <tr class=\"how\"><td colspan=\"4\"><details><summary>how</summary>{}</details></td></tr>",
            escape(line.item),
            escape(&remark(&Marks::of(line))),
            quantity(line.quantity),
            escape(short(&line.unit)),
            cost(estimate.money, line),
            share(line.cents()),
            escape(&how(line))
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
        Priced::Missing => {
            text.push_str(" No price is known for this in this region.");
            if let Some(why) = line.why_missing() {
                let _ = write!(text, " {why}.");
            }
        }
    }
    text
}

fn figures(page: &mut String, estimate: &Estimate) {
    page.push_str("<h2>Figures that went in</h2>\n<table class=\"figures\">\n<tbody>\n");
    for input in estimate.inputs.iter() {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escape(input.name),
            input.value,
            escape(&input.source)
        );
    }
    page.push_str("</tbody></table>\n");
}
