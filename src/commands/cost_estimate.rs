//! `pipectl cost-estimate`

use super::session::load;
use crate::cli::Global;
use crate::config::Pipeline;
use crate::cost::{Book, Estimate, Inputs, SAAS, estimate};
use crate::error::{Error, Exit, Result};
use crate::report::{
    By, Paint, Series, cost_to_html, cost_to_json, cost_to_markdown, cost_to_text, dollars, scale_to_svg,
    series_to_json, series_to_text,
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Where neither the file, nor `--region`, nor the environment says.
const DEFAULT_REGION: &str = "us-east-1";

#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Figures that differ from the file's or from what is assumed: `events_per_month=1B,track_ms=5`.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    usage: Vec<String>,
    /// Show this month; storage grows from one to the next.
    #[arg(long, value_name = "N", conflicts_with = "months")]
    month: Option<String>,
    /// Print the totals of the first N months.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "12", conflicts_with_all = ["scale", "markdown", "html"],
          value_parser = clap::value_parser!(u16).range(1..=600))]
    months: Option<u16>,
    /// Take prices from FILE (pipectl-prices/1) in place of the book that this program carries.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// What a SaaS takes for a million events, to compare with; the article's is $150.
    #[arg(long, value_name = "USD")]
    compare_price_per_million: Option<String>,
    /// Take off what is always free in an account: Lambda's, and that of logs.
    #[arg(long)]
    free_tier: bool,
    /// Show how each line comes about, its price's source and date, and every figure that went in.
    #[arg(long)]
    explain: bool,
    /// Print JSON (schema pipectl-cost/1; pipectl-cost-series/1 with --scale and --months).
    #[arg(long, conflicts_with_all = ["markdown", "html"])]
    json: bool,
    /// Print Markdown for a pull-request comment.
    #[arg(long, conflicts_with = "html")]
    markdown: bool,
    /// Print a page with a chart that needs nothing from elsewhere.
    #[arg(long)]
    html: bool,
    /// Write to FILE what would be printed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 4 when the month costs more, in US dollars.
    #[arg(long, value_name = "USD")]
    budget: Option<f64>,
    /// Print the totals for these numbers of events a month, `1M,100M,1B`.
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', conflicts_with_all = ["markdown", "html"])]
    scale: Vec<String>,
    /// Draw how cost grows with events into FILE.
    #[arg(long, value_name = "FILE", requires = "scale")]
    svg: Option<PathBuf>,
}

/// What every estimate of a run has in common.
struct Question<'a> {
    pipeline: &'a Pipeline,
    region: String,
    own_prices: Option<Book>,
    args: &'a CostArgs,
}

pub(crate) fn run(global: &Global, args: &CostArgs) -> Result<Exit> {
    let pipeline = load(global)?;
    let question = Question::new(&pipeline, args)?;
    let month = question.estimate(None)?;
    let title = format!("{}/{}", pipeline.name, pipeline.stage);
    let text = match question.series()? {
        Some(series) => {
            if let Some(path) = &args.svg {
                write(path, &scale_to_svg(&series, &format!("What a month of {title} costs")))?;
            }
            if args.json {
                format!("{:#}\n", series_to_json(&series, &pipeline.name, &pipeline.stage))
            } else {
                series_to_text(&series)
            }
        }
        None if args.json => format!("{:#}\n", cost_to_json(&month, &pipeline.name, &pipeline.stage)),
        None if args.markdown => cost_to_markdown(&month, &title),
        None if args.html => cost_to_html(&month, &title),
        None if args.out.is_some() => cost_to_text(&month, args.explain, Paint::plain()),
        None => cost_to_text(&month, args.explain, Paint::new(global.color, &std::io::stdout())),
    };
    match &args.out {
        Some(path) => write(path, &text)?,
        None => print!("{text}"),
    }
    within_budget(&month, args.budget)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|source| Error::File { path: path.to_owned(), source })?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

impl<'a> Question<'a> {
    fn new(pipeline: &'a Pipeline, args: &'a CostArgs) -> Result<Self> {
        let from_env = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
        let region = pipeline.region.clone().or_else(from_env).unwrap_or_else(|| DEFAULT_REGION.to_owned());
        let own_prices = args.prices.as_deref().map(Book::read).transpose();
        let own_prices = own_prices.map_err(|message| {
            Error::usage(message, "templates/prices/book.yaml of pipectl's sources shows the form of a price book")
        })?;
        Ok(Self { pipeline, region, own_prices, args })
    }

    /// A month; `last` overrides every other figure.
    fn estimate(&self, last: Option<String>) -> Result<Estimate> {
        let args = self.args;
        let month = args.month.as_ref().map(|month| format!("month={month}"));
        let saas = args.compare_price_per_million.as_ref().map(|price| format!("{SAAS}={price}"));
        let mut inputs = Inputs::of(self.pipeline);
        for text in args.usage.iter().chain(&month).chain(&saas).chain(&last) {
            inputs
                .set(text)
                .map_err(|message| Error::usage(message, "`pipectl cost-estimate --explain` lists them"))?;
        }
        let book = self.own_prices.as_ref().unwrap_or_else(|| Book::bundled());
        Ok(estimate(book, self.pipeline, &self.region, inputs, args.free_tier))
    }

    fn series(&self) -> Result<Option<Series>> {
        let (by, figures): (_, Vec<_>) = match self.args.months {
            Some(months) => (By::Month, (1..=months).map(|month| format!("month={month}")).collect()),
            None => (By::Events, self.args.scale.iter().map(|events| format!("events_per_month={events}")).collect()),
        };
        if figures.is_empty() {
            return Ok(None);
        }
        let estimates = figures.into_iter().map(|figure| self.estimate(Some(figure))).collect::<Result<_>>()?;
        Ok(Some(Series { by, estimates }))
    }
}

fn within_budget(month: &Estimate, budget: Option<f64>) -> Result<Exit> {
    let Some(budget) = budget else { return Ok(Exit::Done) };
    let missing: Vec<_> = month.missing().map(|line| line.item).collect();
    if !missing.is_empty() {
        let message = format!("whether it fits the budget is not known: no price for {}", missing.join(", "));
        return Err(Error::refused(
            message,
            "choose a region that the price book covers, or estimate without `--budget`",
        ));
    }
    let total = month.total_cents();
    if total as f64 / 100.0 > budget {
        let message = format!("a month costs {}, more than the budget of ${budget}", dollars(total));
        return Err(Error::refused(message, "`--explain` shows where the money goes"));
    }
    Ok(Exit::Done)
}
