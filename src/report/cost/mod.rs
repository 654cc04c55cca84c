//! An estimate for people, for programs and for pull requests.

mod amounts;
mod chart;
mod competitors;
mod difference;
mod html;
mod levers;
mod months;
mod series;
mod shapes;

pub(crate) use amounts::told;
pub(super) use chart::escape;
pub(crate) use competitors::{competitors_to_json, competitors_to_markdown, competitors_to_text};
pub(crate) use difference::{
    comparison_to_markdown, difference_below_plan, difference_to_json, difference_to_markdown, difference_to_text,
};
pub(crate) use html::{Beside, cost_to_html};
pub(crate) use levers::{levers_to_json, levers_to_markdown, levers_to_text};
pub(crate) use series::{By, Series, scale_to_svg, series_to_json, series_to_text};
pub(crate) use shapes::{shapes_to_json, shapes_to_markdown, shapes_to_text};

use super::markdown::words;
use super::paint::Paint;
use crate::cost::{Currency, Estimate, Input, Line, Marks, Money, PARTS, Priced, SAAS, Source, Total, grouped};
use amounts::{NO_PRICE, amount, caveats, listed, put, put_marks, put_money, remark, tags, terms};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-cost/3";
/// The sum of twelve estimates: storage grows from one to the next.
const FIRST_YEAR: &str = "the first year, months 1 to 12";
/// A hidden line by which a bot finds the comment it has to replace.
const MARKER: &str = "<!-- pipectl cost -->";

fn cost(money: Money, line: &Line) -> String {
    line.cents().map_or_else(|| NO_PRICE.to_owned(), |cents| money.show(cents))
}

fn quantity(value: f64) -> String {
    if value >= 1000.0 || value == value.trunc() { grouped(value.round() as i64) } else { format!("{value:.3}") }
}

/// What a line has room for: AWS's usage type, and how much of it a month takes.
#[derive(Clone, Copy, Debug)]
struct Room {
    usage_type: bool,
    quantity: bool,
}

impl Room {
    /// With nothing said of the width, there is room for all.
    fn within(estimate: &Estimate, columns: Option<usize>) -> Self {
        let longest = estimate.lines.iter().map(|line| line.usage_type.len()).max().unwrap_or_default();
        let columns = columns.unwrap_or(usize::MAX);
        Self { usage_type: columns >= AMOUNTS + longest + 4, quantity: columns >= AMOUNTS }
    }

    /// How far the names go, so that what stands behind is below each other.
    fn names(self) -> usize {
        if self.quantity { 0 } else { 29 }
    }

    fn left_out(self) -> Option<&'static str> {
        match self {
            Self { quantity: false, .. } => Some("quantities and usage types: on a wider terminal, or `--explain`"),
            Self { usage_type: false, .. } => Some("AWS's usage types: on a wider terminal, or `--explain`"),
            _ => None,
        }
    }
}

/// Columns up to the share.
const AMOUNTS: usize = 80;

/// `columns`: how wide it may be.
pub(crate) fn cost_to_text(estimate: &Estimate, explain: bool, (columns, paint): (Option<usize>, Paint)) -> String {
    let mut text = String::new();
    let room = Room::within(estimate, columns);
    let less = room.names();
    for part in PARTS {
        let sum = estimate.part(part);
        let share = share(estimate, sum.whole());
        let heading = format!("{part:<name$}{:>32}{share}", amount(estimate.money, &sum), name = 40 - less);
        let _ = writeln!(text, "{}", paint.strong(&heading));
        for line in estimate.lines.iter().filter(|line| line.part == part) {
            let _ = writeln!(text, "{}", line_of(estimate, line, room, paint));
            if explain {
                explain_line(&mut text, line);
            }
        }
    }
    let _ = writeln!(
        text,
        "{}",
        paint.strong(&format!("{:<24}{:>rest$}", "a month", told(estimate.money, &estimate.total()), rest = 48 - less))
    );
    for (name, total) in [("fixed, with no event", estimate.fixed()), ("usage", estimate.usage())] {
        let share = share(estimate, total.whole());
        let _ = writeln!(text, "  {name:<22}{:>rest$}{share}", told(estimate.money, &total), rest = 48 - less);
    }
    if let Some(year) = &estimate.first_year {
        let _ = writeln!(text, "{FIRST_YEAR:<32}{:>rest$}", told(estimate.money, year), rest = 40 - less);
    }
    if let Some(words) = room.left_out() {
        let _ = writeln!(text, "left out: {words}");
    }
    summary(&mut text, estimate);
    if explain {
        let _ = writeln!(text, "\nfigures that went in:");
        for input in estimate.inputs.iter() {
            let _ = writeln!(text, "  {:<24}{:>14}  {}", input.name, input.value, input.source);
        }
    }
    text
}

fn line_of(estimate: &Estimate, line: &Line, room: Room, paint: Paint) -> String {
    let mut text = format!("  {:<27}", line.item);
    if room.quantity {
        let _ = write!(text, "{:>16} {:<12}", quantity(line.quantity), short(&line.unit));
    }
    // A longer unit takes of what is before the amount, so that amounts stand below each other.
    let taken = if room.quantity { text.chars().count().saturating_sub(29 + 29) } else { 0 };
    let _ = write!(
        text,
        "{:>rest$}{}",
        cost(estimate.money, line),
        self::share(estimate, line.cents()),
        rest = 14 - taken.min(4)
    );
    if room.usage_type {
        let _ = write!(text, "  {}", paint.faint(line.usage_type));
    }
    text + &remark(&Marks::of(line))
}

/// ` 12.3%`, as wide as a column; nothing beside a total that is not known.
fn share(estimate: &Estimate, cents: Option<i64>) -> String {
    estimate.share(cents).map(|share| format!("{:>8}", percent(share))).unwrap_or_default()
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// The unit without its explanation.
fn short(unit: &str) -> &str {
    let end = [" (", " above "].iter().filter_map(|more| unit.find(more)).min();
    end.map_or(unit, |end| &unit[..end])
}

fn explain_line(text: &mut String, line: &Line) {
    let _ = writeln!(text, "      {}; on the bill: {}", line.how, line.usage_type);
    let from: Vec<_> = line.from.iter().map(|one| format!("{} ({})", one.name, one.place)).collect();
    let _ = writeln!(text, "      from {}", from.join(", "));
    if line.free > 0.0 {
        let _ = writeln!(text, "      free of charge: {}", quantity(line.free));
    }
    match &line.priced {
        Priced::At { price, source, as_of, note, unverified, assumed_from, .. } => {
            let whose = assumed_from.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
            let source = cited(source);
            let _ = writeln!(text, "      ${price} per {}{whose}, from {source}, as of {as_of}", line.unit);
            for words in note.iter().cloned().chain(unverified.iter().map(|what| format!("not verified: {what}"))) {
                let _ = writeln!(text, "      {words}");
            }
        }
        Priced::Missing => {
            let _ = writeln!(text, "      no price is known for this in this region");
            if let Some(why) = line.why_missing() {
                let _ = writeln!(text, "      {why}");
            }
        }
    }
}

/// The title of a source, and where it is.
fn cited(source: &Source) -> String {
    source.url.iter().fold(source.title.clone(), |title, url| format!("{title}, {url}"))
}

/// What is there with no event, and the rest; what the first year does, where somebody asked.
fn apart(estimate: &Estimate) -> String {
    let money = estimate.money;
    let share = |total: &Total| estimate.share(total.whole()).map(percent);
    let (fixed, usage) = (estimate.fixed(), estimate.usage());
    let of_fixed = share(&fixed).map(|share| format!(", {share}")).unwrap_or_default();
    let of_usage = share(&usage).map(|share| format!(" ({share})")).unwrap_or_default();
    let year = estimate.first_year.as_ref().map(|year| format!("; {FIRST_YEAR}: {}", told(money, year)));
    let (fixed, usage, year) = (told(money, &fixed), told(money, &usage), year.unwrap_or_default());
    format!("fixed {fixed} (with no event{of_fixed}), usage {usage}{of_usage}{year}")
}

/// What a million events cost, and what part that is of a SaaS's price.
fn per_million(estimate: &Estimate) -> Option<String> {
    let each = estimate.per_million()?;
    let (money, event) = (estimate.money, estimate.money.exactly(each / 1e6));
    let saas = of_saas(estimate).map(|words| format!(", {words}")).unwrap_or_default();
    let (tags, million) = (tags(estimate.total().marks()), money.amount(each));
    Some(format!("{million} per million events, {event} for each{saas}{tags}"))
}

/// `12.1% of a SaaS at $150`
fn of_saas(estimate: &Estimate) -> Option<String> {
    let (money, saas) = (estimate.money, estimate.inputs.get(SAAS));
    let saas =
        if money.currency == Currency::DOLLAR { format!("${saas}") } else { money.amount(money.exchanged(saas)) };
    estimate.share_of_saas().map(|share| format!("{} of a SaaS at {saas}", percent(share)))
}

/// ` as of 2026-01-31`, or from the oldest to the newest; each line's own is in `--explain`.
fn dates(estimate: &Estimate) -> String {
    let dates = estimate.lines.iter().filter_map(|line| match &line.priced {
        Priced::At { as_of, .. } => Some(as_of.as_str()),
        Priced::Missing => None,
    });
    match (dates.clone().min(), dates.max()) {
        (Some(oldest), Some(newest)) if oldest == newest => format!(" as of {oldest}"),
        (Some(oldest), Some(newest)) => format!(" as of {oldest} to {newest}"),
        _ => String::new(),
    }
}

fn summary(text: &mut String, estimate: &Estimate) {
    if let Some(words) = per_million(estimate) {
        let _ = writeln!(text, "{words}");
    }
    let free = if estimate.free_tier { "with" } else { "without" };
    let (region, dates, month) = (&estimate.region, dates(estimate), estimate.month());
    let _ = writeln!(
        text,
        "list prices of {region}{dates}, in month {month}, {free} the free tier, without taxes and support"
    );
    if let Some(words) = terms(estimate.money, &listed(&estimate.list)) {
        let _ = writeln!(text, "{words}");
    }
    for words in caveats(&estimate.total(), region) {
        let _ = writeln!(text, "{words}");
    }
    for line in estimate.lines.iter().filter(|line| line.cents().is_none()) {
        if let Some(why) = line.why_missing() {
            let _ = writeln!(text, "{}: {why}", line.item);
        }
    }
    if let Some(words) = estimate.left_out() {
        let _ = writeln!(text, "{words}");
    }
    for (item, what) in estimate.unverified() {
        let _ = writeln!(text, "not verified in {}: {item}, at {what}", estimate.region);
    }
}

pub(crate) fn cost_to_json(estimate: &Estimate, pipeline: &str, stage: &str) -> Value {
    let line = |line: &Line| {
        let (price, source, as_of, note, unverified, assumed_from) = match &line.priced {
            Priced::At { price, source, as_of, note, unverified, assumed_from, .. } => {
                (json!(price), Some(source), json!(as_of), json!(note), json!(unverified), json!(assumed_from))
            }
            Priced::Missing => (
                Value::Null,
                None,
                Value::Null,
                json!(line.why_missing().unwrap_or("no price is known")),
                Value::Null,
                Value::Null,
            ),
        };
        json!({
            "part": line.part,
            "item": line.item,
            "usage_type": line.usage_type,
            "quantity": line.quantity,
            "free": line.free,
            "unit": line.unit,
            "cost_cents": line.cents(),
            "share": estimate.share(line.cents()),
            "price": price,
            "price_source": source.map(|source| &source.title),
            "price_source_url": source.and_then(|source| source.url.as_ref()),
            "price_as_of": as_of,
            "note": note,
            "unverified": unverified,
            "assumed_from": assumed_from,
            "incomplete_tiers": line.beyond(),
            "how": line.how,
            "from": line.from.iter().map(|one| json!({"name": one.name, "place": one.place})).collect::<Vec<_>>(),
        })
    };
    let mut json = json!({
        "schema": SCHEMA,
        "pipeline": pipeline,
        "stage": stage,
        "region": estimate.region,
        "free_tier": estimate.free_tier,
    });
    if let Value::Object(json) = &mut json {
        totals(json, estimate);
    }
    json["not_counted"] = json!(estimate.left_out());
    json["lines"] = estimate.lines.iter().map(line).collect();
    let input = |input: &Input| json!({"name": input.name, "value": input.value, "source": input.source});
    json["inputs"] = estimate.inputs.iter().map(input).collect();
    json
}

/// What is known of a month; what is not is null.
fn totals(json: &mut Map<String, Value>, estimate: &Estimate) {
    let total = estimate.total();
    put_money(json, estimate.money);
    put(json, "list_total", &estimate.list);
    json.insert("month".to_owned(), json!(estimate.month()));
    put(json, "total", &total);
    put(json, "fixed", &estimate.fixed());
    put(json, "usage", &estimate.usage());
    if let Some(year) = &estimate.first_year {
        put(json, "first_year", year);
    }
    let shares = [("fixed_share", estimate.fixed()), ("usage_share", estimate.usage())];
    shares.into_iter().for_each(|(name, sum)| drop(json.insert(name.to_owned(), json!(estimate.share(sum.whole())))));
    json.insert("per_million".to_owned(), json!(estimate.per_million()));
    json.insert("per_event".to_owned(), json!(estimate.per_million().map(|each| each / 1e6)));
    json.insert("share_of_saas".to_owned(), json!(estimate.share_of_saas()));
    json.insert("complete".to_owned(), json!(total.whole().is_some()));
    json.insert("missing".to_owned(), json!(total.missing()));
    put_marks(json, total.marks());
    let parts = PARTS.iter().map(|part| ((*part).to_owned(), json!(estimate.part(part).whole())));
    json.insert("parts_cents".to_owned(), Value::Object(parts.collect()));
}

pub(crate) fn cost_to_markdown(estimate: &Estimate, title: &str) -> String {
    let mut text = format!("{MARKER}\n### pipectl cost-estimate: {title}\n\n");
    let _ = writeln!(
        text,
        "**{} a month**: {}\n\n| Part | Item | Quantity | Cost | Share |\n|---|---|---:|---:|---:|",
        told(estimate.money, &estimate.total()),
        apart(estimate)
    );
    for line in &estimate.lines {
        let _ = writeln!(
            text,
            "| {} | {} | {} {} | {}{} | {} |",
            line.part,
            line.item,
            quantity(line.quantity),
            words(short(&line.unit)),
            cost(estimate.money, line),
            remark(&Marks::of(line)),
            estimate.share(line.cents()).map(percent).unwrap_or_default()
        );
    }
    text.push('\n');
    summary(&mut text, estimate);
    text
}
