//! What a pipeline cannot carry, for people and for programs.

use super::error::annotate;
use super::paint::Paint;
use crate::config::Pipeline;
use crate::limits::{Applied, Finding, Limit, Load, Quotas, Source, Wall, amount, count, volume};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `check --json` prints.
const SCHEMA: &str = "pipectl-check/1";

/// What was looked at.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) region: &'a str,
    /// Whose limits were asked for. `None`: those that AWS gives.
    pub(crate) account: Option<&'a str>,
    pub(crate) quotas: Quotas,
    pub(crate) load: Load,
    pub(crate) findings: Vec<Finding>,
    pub(crate) walls: Vec<Wall>,
}

/// Each with its place in the file and a caret.
pub(crate) fn findings_to_text(findings: &[Finding], pipeline: &Pipeline) -> Vec<String> {
    let shown = |finding: &Finding| {
        let source = format!("{}, {}", finding.source.title, finding.source.url);
        pipeline.places.warning(finding.key, &finding.message, &finding.hint, source)
    };
    findings.iter().map(shown).collect()
}

/// The same beside the file, where GitHub runs this.
pub(crate) fn annotate_findings(findings: &[Finding], pipeline: &Pipeline) {
    let shown = |finding: &Finding| pipeline.places.annotation(finding.key, &finding.message, &finding.hint);
    annotate(findings.iter().map(shown));
}

/// The findings; with `all`, every wall behind them.
pub(crate) fn check_to_text(checked: &Checked<'_>, all: bool, paint: Paint) -> String {
    let Checked { pipeline, region, account, quotas, load, findings, walls } = checked;
    let mut text: String =
        findings_to_text(findings, pipeline).iter().map(|finding| format!("{finding}\n\n")).collect();
    let whose = account.map_or_else(|| "an account's first limits".to_owned(), |account| format!("account {account}"));
    let _ = writeln!(
        text,
        "{}/{} in {region}, by {whose}: {} events a month, {} requests/s in the busiest second ({} times the average)",
        pipeline.name,
        pipeline.stage,
        volume(load.events_per_month),
        count(load.requests()),
        count(load.peak)
    );
    let _ = writeln!(text, "{}", verdict(findings.len()));
    for line in quotas_to_text(quotas) {
        let _ = writeln!(text, "{line}");
    }
    if all {
        text.push_str(&table(checked, paint));
    } else if let Some(first) = walls.iter().find(|wall| wall.at.is_finite()) {
        let _ = writeln!(text, "the first wall is at {} events a month: {}", volume(first.at), first.name);
    }
    text
}

/// What the account has otherwise than AWS gives it at first.
fn quotas_to_text(quotas: &Quotas) -> Vec<String> {
    let told = match quotas {
        Quotas::NotAsked => return vec![],
        Quotas::Denied(why) => {
            return vec![format!("the account's quotas are not known ({why}): these are AWS's first")];
        }
        Quotas::Told(told) => told,
    };
    let name = |one: &Applied| format!("{} ({})", one.limit.service, one.limit.name);
    let line = |one: &Applied| {
        let (first, unit) = (amount(one.first, one.limit.unit), one.limit.unit);
        let value = one.value.filter(|_| one.differs())?;
        Some(format!("{}: the account has {}, where AWS gives {first} at first", name(one), amount(value, unit)))
    };
    let differing: Vec<_> = told.iter().filter_map(line).collect();
    let unknown: Vec<_> = told.iter().filter(|one| one.value.is_none()).map(name).collect();
    let unknown = (!unknown.is_empty()).then(|| format!("unknown to Service Quotas: {}", unknown.join(", ")));
    let same = told.iter().filter(|one| one.value.is_some() && !one.differs()).count();
    let same = (same > 0).then(|| match same {
        1 => "1 quota of the account is as AWS gives it at first".to_owned(),
        same => format!("{same} quotas of the account are as AWS gives them at first"),
    });
    differing.into_iter().chain(same).chain(unknown).collect()
}

/// `null` where nobody asked or may ask.
fn quotas_to_json(quotas: &Quotas) -> Value {
    let Quotas::Told(told) = quotas else { return Value::Null };
    let one = |one: &Applied| {
        let (service, code) = one.limit.code.unzip();
        json!({
            "id": one.limit.id,
            "service": one.limit.service,
            "service_code": service,
            "name": one.limit.name,
            "code": code,
            "value": one.value,
            "first": one.first,
            "differs": one.differs(),
            "unit": one.limit.unit.word(),
            "source": source(one.limit.source),
        })
    };
    told.iter().map(one).collect()
}

fn verdict(findings: usize) -> String {
    match findings {
        0 => "nothing here is more than there is room for".to_owned(),
        1 => "1 thing does not fit".to_owned(),
        many => format!("{many} things do not fit"),
    }
}

fn table(checked: &Checked<'_>, paint: Paint) -> String {
    let walls = checked.walls.iter().filter(|wall| wall.at.is_finite());
    let row = |wall: &Wall| {
        let amounts = [amount(wall.asked, wall.unit), amount(wall.limit, wall.unit)];
        let [asked, limit] = amounts;
        [volume(wall.at), count(checked.load.at(wall.at).requests()), asked, limit]
    };
    let rows: Vec<_> = walls.clone().map(row).collect();
    let head = ["events", "requests/s", "asked", "limit"].map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}  "));
        cells.collect::<String>()
    };
    let mut text = format!("\n{}\n", paint.strong(&format!("{}wall", line(&head))));
    for (wall, row) in walls.zip(&rows) {
        let hit = if wall.is_hit() { paint.careful(" (hit)") } else { String::new() };
        let _ = writeln!(text, "{}{}{hit}\n    {}", line(row), wall.name, paint.faint(&wall.hint));
    }
    text.push_str("\nevents: so many a month, at this peak, still pass; asked: by this load\n");
    text
}

pub(crate) fn findings_to_json(findings: &[Finding], pipeline: &Pipeline) -> Value {
    let place = |key: &str| {
        let place = pipeline.places.nearest(key)?;
        Some(json!({"file": place.file, "line": place.line, "column": place.column}))
    };
    let finding = |finding: &Finding| {
        json!({
            "id": finding.id,
            "key": finding.key,
            "place": place(finding.key),
            "message": finding.message,
            "asked": finding.asked,
            "limit": finding.limit,
            "unit": finding.unit.word(),
            "hint": finding.hint,
            "quota": quota(finding.of),
            "source": source(finding.source),
        })
    };
    findings.iter().map(finding).collect()
}

/// AWS's, where it is AWS's.
fn quota(of: Option<&Limit>) -> Value {
    of.map_or(Value::Null, |limit| {
        json!({
            "service": limit.service,
            "name": limit.name,
            "code": limit.code.map(|(_, code)| code),
            "adjustable": limit.is_adjustable(),
            "raised": limit.how_raised(),
        })
    })
}

fn source(source: Source) -> Value {
    json!({"title": source.title, "url": source.url})
}

pub(crate) fn check_to_json(checked: &Checked<'_>) -> Value {
    let Checked { pipeline, region, account, quotas, load, findings, walls } = checked;
    let wall = |wall: &Wall| {
        let at = wall.at.is_finite().then_some(wall.at);
        json!({
            "id": wall.id,
            "key": wall.key,
            "name": wall.name,
            "hit": wall.is_hit(),
            "events_per_month": at,
            "requests_per_second": at.map(|at| load.at(at).requests()),
            "asked": wall.asked,
            "limit": wall.limit,
            "unit": wall.unit.word(),
            "hint": wall.hint,
            "quota": quota(wall.of),
            "source": source(wall.source),
        })
    };
    json!({
        "schema": SCHEMA,
        "pipeline": pipeline.name,
        "stage": pipeline.stage,
        "region": region,
        "account": account,
        "quotas": quotas_to_json(quotas),
        "quotas_denied": if let Quotas::Denied(why) = quotas { json!(why) } else { Value::Null },
        "load": {
            "events_per_month": load.events_per_month,
            "peak_factor": load.peak,
            "event_bytes": load.event_bytes - 1.0,
            "events_per_request": load.events_per_request,
            "requests_per_second": load.requests(),
        },
        "findings": findings_to_json(findings, pipeline),
        "walls": walls.iter().map(wall).collect::<Vec<_>>(),
    })
}
