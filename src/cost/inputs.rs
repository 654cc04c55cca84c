//! What an estimate is told or has to assume, each with where it is from.

use crate::config::Pipeline;

/// One figure that goes in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    /// `pipeline.yaml`, `--usage`, or why it is assumed.
    pub(crate) source: String,
}

/// All of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inputs(Vec<Input>);

const FILE: &str = "pipeline.yaml";

/// What the file does not tell: name, value, and why that. Nothing here is AWS's figure; each can be set.
const ASSUMED: &[(&str, f64, &str)] = &[
    ("month", 12.0, "storage grows: this is the month that is shown"),
    ("track_ms", 10.0, "billed time of a call of `track`: read REPORT lines for yours"),
    ("mover_ms", 2000.0, "billed time of a call of `mover`: read REPORT lines for yours"),
    ("log_bytes", 330.0, "START, END and REPORT of a call; 691 were measured elsewhere"),
    ("response_bytes", 300.0, "headers of a 204"),
    ("preflights_per_request", 0.0, "browsers ask before a POST with a key, unless they remember; 1 at most"),
    ("gzip_ratio", 0.3333, "the article's: 149 GB of 447 GB"),
    ("snappy_ratio", 0.5, "usual for JSON"),
    ("parquet_ratio", 0.3333, "the article's: 149 GB of 447 GB"),
    ("crawler_dpu", 2.0, "AWS does not tell; `glue:ListCrawls` gives DPUHour of yours"),
    ("crawler_minutes", 10.0, "AWS's minimum for a run"),
    ("etl_minutes", 2.0, "a run of the job; 1 is AWS's minimum from Glue 2.0 on"),
    ("crawler_lists", 100.0, "LIST requests of a crawl"),
];

impl Inputs {
    /// The file's figures, and assumptions for the rest.
    pub(crate) fn of(pipeline: &Pipeline) -> Self {
        let usage = &pipeline.usage;
        let tb = usage.athena_scanned_per_month.0 as f64 / (1_u64 << 40) as f64;
        let told = [
            ("events_per_month", usage.events_per_month as f64),
            ("event_bytes", usage.event_size.0 as f64),
            ("events_per_request", usage.events_per_request as f64),
            ("athena_tb", tb),
        ];
        let told = told.map(|(name, value)| Input { name, value, source: FILE.to_owned() });
        let assumed = ASSUMED.iter().map(|(name, value, why)| Input { name, value: *value, source: (*why).to_owned() });
        Self(told.into_iter().chain(assumed).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Input> {
        self.0.iter()
    }

    /// The figure of a name that is in the table.
    pub(super) fn get(&self, name: &str) -> f64 {
        self.0.iter().find(|input| input.name == name).map_or(0.0, |input| input.value)
    }

    /// Takes `name=value`; values are written as in the file, `1B` or `1.5`.
    ///
    /// # Errors
    /// What is wrong with it, and what there is.
    pub(crate) fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not `name=value`"))?;
        let number =
            value.trim().parse::<f64>().ok().or_else(|| crate::config::parse_count(value).ok().map(|n| n as f64));
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        let number = number.ok_or_else(|| format!("`{value}` is not a number such as `200M` or `1.5`"))?;
        let all = self.0.iter().map(|input| input.name).collect::<Vec<_>>().join(", ");
        let found = self.0.iter_mut().find(|input| input.name == name.trim());
        let input = found.ok_or_else(|| format!("there is no figure `{name}`: there are {all}"))?;
        if ["events_per_request", "month"].contains(&input.name) && number < 1.0 {
            return Err(format!("`{name}` is 1 or more"));
        }
        *input = Input { name: input.name, value: number, source: "--usage".to_owned() };
        Ok(())
    }
}
