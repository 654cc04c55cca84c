//! What an estimate is told or has to assume, each with where it is from.

use super::{DAYS, Origin};
use crate::config::{FIGURES, Figure, Pipeline, Places, parse_number};

/// One figure that goes in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    /// `pipeline.yaml:12`, `--usage`, or why it is assumed.
    pub(crate) source: String,
}

/// All of them, and where the file says the rest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inputs {
    figures: Vec<Input>,
    places: Places,
    pub(super) span: Span,
}

/// What of a month is estimated: all of one of 30 days, unless it is to stand beside a bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    /// Of 30 days.
    pub(super) part: f64,
    /// 30 days in months of the calendar, by whose hours AWS counts what is there for a time.
    pub(super) calendar: f64,
}

impl Span {
    const MONTH: Self = Self { part: 1.0, calendar: 1.0 };
}

/// Figures that are of a whole month of the calendar, however long it is.
const MONTHLY: [&str; 8] = [
    "events_per_month",
    "athena_tb",
    "athena_scans_of_all",
    "athena_scans_of_a_month",
    "athena_scans_of_a_column",
    "firehose_gb",
    "transfer_out_gb",
    "etl_dpu_hours",
];

/// What is assumed where the file says nothing, and why.
fn usual(pipeline: &Pipeline, figure: &Figure) -> Option<(f64, String)> {
    let columns = pipeline.schema.len().max(1);
    let told = pipeline.places.of("usage.athena_scanned_per_month").is_some();
    match figure.name {
        "column_share" => Some((1.0 / columns as f64, format!("one of {columns} columns of `schema`"))),
        "athena_scans_of_a_month" if told => Some((0.0, "`athena_scanned_per_month` says it all".to_owned())),
        _ => figure.default.map(|value| (value, figure.why.to_owned())),
    }
}

const COMMAND_LINE: &str = "--usage";

impl Inputs {
    /// The file's figures, and assumptions for the rest.
    pub(crate) fn of(pipeline: &Pipeline) -> Self {
        let usage = &pipeline.usage;
        let tb = usage.athena_scanned_per_month.0 as f64 / (1_u64 << 40) as f64;
        let told = [
            ("events_per_month", "events_per_month", usage.events_per_month as f64),
            ("event_bytes", "event_size", usage.event_size.0 as f64),
            ("events_per_request", "events_per_request", usage.events_per_request as f64),
            ("athena_tb", "athena_scanned_per_month", tb),
        ];
        let place = |key: &str| pipeline.places.of(&format!("usage.{key}"));
        let told = told.map(|(name, key, value)| {
            let source = place(key).unwrap_or_else(|| format!("default of `usage.{key}`"));
            Input { name, value, source }
        });
        let figures = FIGURES.iter().filter_map(|figure| {
            let written = usage.figures.get(figure.name).copied();
            let usual = |pipeline, figure| usual(pipeline, figure).or(written.map(|value| (value, String::new())));
            let (value, why) = usual(pipeline, figure)?;
            let source = place(figure.name).filter(|_| written.is_some()).unwrap_or(why);
            Some(Input { name: figure.name, value: written.unwrap_or(value), source })
        });
        Self { figures: told.into_iter().chain(figures).collect(), places: pipeline.places.clone(), span: Span::MONTH }
    }

    /// The same for so many days of a month that has so many, at whose end the pipeline has an age in days.
    pub(crate) fn over(&self, days: f64, of_month: f64, age: f64) -> Self {
        let calendar = DAYS / of_month;
        let mut part = Self { span: Span { part: days / DAYS, calendar }, ..self.clone() };
        for input in &mut part.figures {
            match input.name {
                "month" => input.value = age.max(days) / DAYS,
                name if MONTHLY.contains(&name) => input.value *= calendar,
                _ => {}
            }
        }
        part
    }

    /// The same while nobody asks.
    pub(super) fn without_queries(&self) -> Self {
        let mut silent = self.clone();
        let asked = |input: &&mut Input| input.name == "athena_tb" || input.name.starts_with("athena_scans_");
        silent.figures.iter_mut().filter(asked).for_each(|input| input.value = 0.0);
        silent
    }

    /// The same while no event comes and nobody asks: what follows from these two, and what a bill said of it, is gone.
    pub(super) fn idle(&self) -> Self {
        let mut idle = self.without_queries();
        idle.figures.retain(|input| !["firehose_gb", "transfer_out_gb"].contains(&input.name));
        idle.figures.iter_mut().filter(|input| input.name == "events_per_month").for_each(|input| input.value = 0.0);
        idle
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Input> {
        self.figures.iter()
    }

    /// The figure of a name that is in the table.
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.known(name).unwrap_or(0.0)
    }

    /// A figure that is there only if somebody gave it.
    pub(super) fn known(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|input| input.name == name).map(|input| input.value)
    }

    /// Where a figure, or a key of the file, is from.
    pub(super) fn origin(&self, name: &'static str) -> Origin {
        let assumed = |source: &str| Figure::named(name).is_some_and(|figure| figure.why == source);
        let words = |source: &str| if assumed(source) { "assumed".to_owned() } else { source.to_owned() };
        let figure = self.figures.iter().find(|input| input.name == name).map(|input| words(&input.source));
        let place = figure.or_else(|| self.places.of(name)).unwrap_or_else(|| "default".to_owned());
        Origin { name, place }
    }

    /// Takes `name=value`; values are written as in the file, `1B` or `1.5`. Without a value, a figure that can
    /// follow from others does so again.
    ///
    /// # Errors
    /// What is wrong with it, and what there is.
    pub(crate) fn set(&mut self, text: &str) -> Result<(), String> {
        self.set_from(text, COMMAND_LINE)
    }

    /// The same, where something else than the command line says it.
    ///
    /// # Errors
    /// What is wrong with it, and what there is.
    pub(crate) fn set_from(&mut self, text: &str, source: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not `name=value`"))?;
        let name = name.trim();
        if value.trim().is_empty() && Figure::named(name).is_some_and(|figure| figure.default.is_none()) {
            self.figures.retain(|input| input.name != name);
            return Ok(());
        }
        let value = match Figure::named(name) {
            Some(figure) => figure.parse(value)?,
            None => parse_number(value)?,
        };
        if name == "events_per_request" && value < 1.0 {
            return Err("`events_per_request` is 1 or more".to_owned());
        }
        let source = source.to_owned();
        if let Some(input) = self.figures.iter_mut().find(|input| input.name == name) {
            *input = Input { name: input.name, value, source };
            return Ok(());
        }
        let figure = Figure::named(name).ok_or_else(|| self.unknown(name))?;
        self.figures.push(Input { name: figure.name, value, source });
        Ok(())
    }

    fn unknown(&self, name: &str) -> String {
        let derived = FIGURES.iter().map(|figure| figure.name).filter(|name| self.known(name).is_none());
        let all: Vec<_> = self.figures.iter().map(|input| input.name).chain(derived).collect();
        format!("there is no figure `{name}`: there are {}", all.join(", "))
    }
}
