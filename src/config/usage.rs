//! `usage`: what is expected to go through a pipeline, and what AWS does not tell about it.

use super::described::Form;
use super::pipeline::Usage;
use super::reader::Section;
use super::units::{ByteSize, parse_count};

/// A number of an estimate that no other key of the file tells.
pub(crate) struct Figure {
    /// The key in `usage` and the name for `--usage`.
    pub(crate) name: &'static str,
    /// `None`: it follows from other figures unless it is given.
    pub(crate) default: Option<f64>,
    /// Why the default is this, in words.
    pub(crate) why: &'static str,
    least: f64,
}

const fn figure(name: &'static str, default: f64, why: &'static str) -> Figure {
    Figure { name, default: Some(default), why, least: 0.0 }
}

/// What a bill or somebody's own calculation says replaces what would be derived.
const fn known(name: &'static str, why: &'static str) -> Figure {
    Figure { name, default: None, why, least: 0.0 }
}

/// What `pipectl cost-estimate -f examples/lean/pipeline.yaml --measure` finds of the article's columns. A test runs it.
const MEASURED: &str = "of 50,000 generated events of the article's; `--measure FILE` finds yours";

/// Nothing here is a price of AWS's; each can be set.
pub(crate) const FIGURES: &[Figure] = &[
    Figure { least: 1.0, ..figure("month", 12.0, "storage grows: this is the month that is shown") },
    figure("track_ms", 10.0, "billed time of a call of `track`: read REPORT lines for yours"),
    figure("mover_ms", 2000.0, "billed time of a call of `mover`: read REPORT lines for yours"),
    figure("log_bytes", 330.0, "START, END and REPORT of a call; 691 were measured elsewhere"),
    figure("warn_log_bytes", 0.0, "of a call that goes well, where `log_level` is `warn`"),
    figure("response_bytes", 300.0, "headers of a 204"),
    figure("preflights_per_request", 0.0, "browsers ask before a POST with a key, and remember it for 2 h; 1 at most"),
    figure("refused_per_request", 0.0, "requests without a right key: `track` refuses them behind a function URL"),
    figure("gzip_ratio", 0.092, MEASURED),
    figure("snappy_ratio", 0.5, "usual for JSON"),
    figure("parquet_ratio", 0.135, MEASURED),
    figure("crawler_dpu", 2.0, "AWS does not tell; `glue:ListCrawls` gives DPUHour of yours"),
    figure("crawler_minutes", 10.0, "AWS's minimum for a run"),
    figure("etl_minutes", 2.0, "a run of the job; 1 is AWS's minimum from Glue 2.0 on"),
    figure("athena_scans_of_all", 0.0, "queries in a month that read all of the table"),
    figure("athena_scans_of_a_month", 30.0, "queries in a month that read its newest month: one a day"),
    figure("athena_scans_of_a_column", 0.0, "queries in a month that read one column of all days"),
    figure("column_share", 1.0, "of the Parquet's bytes, what a column has"),
    Figure {
        least: 1.0,
        ..figure("crawler_files_per_minute", 10_000.0, "AWS does not tell; only what takes over 10 minutes costs more")
    },
    figure("job_log_bytes", 1e6, "output, errors and progress of a run: `/aws-glue/jobs/*` in CloudWatch shows yours"),
    figure("crawler_log_bytes", 2000.0, "of a crawl: `/aws-glue/crawlers` in CloudWatch shows yours"),
    figure("log_storage_ratio", 0.15, "CloudWatch keeps logs compressed: AWS's calculator counts so much of them"),
    figure("quicksight_authors", 0.0, "people who make dashboards; none unless you say so"),
    figure("quicksight_readers", 0.0, "people who look at dashboards; none unless you say so"),
    figure("spice_gb", 0.0, "data imported into QuickSight; none unless you say so"),
    figure(
        "compare_price_per_million",
        150.0,
        "dollars that a SaaS takes for a million events, as the article puts it",
    ),
    Figure { least: 1.0, ..figure("peak_factor", 3.0, "the busiest second, in averages: limits are held against it") },
    figure("athena_gb_per_second", 0.6, "the article's: 17 GB of Parquet in 28 s"),
    known("firehose_gb", "GB that Firehose bills, in place of what follows from the records"),
    known("transfer_out_gb", "GB that leave AWS, in place of what follows from the answers"),
    known("crawler_lists", "LIST requests of a crawl, in place of what follows from days and files"),
    known("job_lists", "LIST requests of a run of the job, in place of what follows from days and files"),
    known("etl_dpu_hours", "DPU-hours of the job, in place of what follows from its schedule"),
];

impl Figure {
    /// The figure of a name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FIGURES.iter().find(|figure| figure.name == name)
    }

    /// Reads a value: `1.5`, `200M`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(&self, text: &str) -> Result<f64, String> {
        let number = parse_number(text)?;
        if number < self.least { Err(format!("`{}` is {} or more", self.name, self.least)) } else { Ok(number) }
    }
}

/// A number that is not negative, such as `1.5` or `200M`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse_number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().or_else(|| parse_count(text).ok().map(|count| count as f64));
    let number = number.filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| format!("`{text}` is not a number such as `200M` or `1.5`"))
}

pub(super) fn usage(at: &mut Section<'_, '_>) -> Usage {
    let batch = |text: &str| match parse_count(text)? {
        0 => Err("a request carries at least 1 event".to_owned()),
        count => Ok(count),
    };
    Usage {
        events_per_month: at.value("events_per_month", "For example `200M`.", Form::Quantity, 1_000_000, parse_count),
        event_size: at.value("event_size", "As JSON.", Form::Text, ByteSize(200), ByteSize::parse),
        events_per_request: at.value(
            "events_per_request",
            "How many a client sends at once.",
            Form::Quantity,
            1,
            batch,
        ),
        athena_scanned_per_month: at.value(
            "athena_scanned_per_month",
            "What queries read, whatever there is: `athena_scans_of_all` and its like follow from the data.",
            Form::Text,
            ByteSize(0),
            ByteSize::parse,
        ),
        figures: FIGURES
            .iter()
            .filter_map(|figure| {
                let shown = figure.default.map(|value| value.to_string());
                let value = at.optional_with(figure.name, figure.why, Form::Quantity, shown, |text| figure.parse(text));
                value.map(|value| (figure.name, value))
            })
            .collect(),
    }
}
