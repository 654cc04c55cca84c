//! `pipectl cost-estimate`

#[cfg(feature = "local")]
mod measure;
mod other;
mod terms;
mod versus;

use super::check::{findings, warn};
use super::global::assumed_region;
use super::prices::listed;
use super::session::load;
use crate::commands::Global;
use crate::config::Pipeline;
use crate::cost::{
    Billed, Book, Currency, Difference, Estimate, Inputs, Levers, Money, SAAS, Unpriceable, estimate, levers, needed,
    priceable, shaped_pipelines, shapes,
};
use crate::error::{Error, Exit, Result};
use crate::limits::Finding;
use crate::report::{
    Beside, By, Paint, Series, columns, comparison_to_markdown, competitors_to_json, competitors_to_markdown,
    competitors_to_text, cost_to_html, cost_to_json, cost_to_markdown, cost_to_text, data, difference_to_json,
    difference_to_text, document, document_so_far, exact, findings_to_json, levers_to_json, levers_to_markdown,
    levers_to_text, say, scale_to_svg, series_to_json, series_to_text, shapes_to_json, shapes_to_markdown,
    shapes_to_text,
};
use clap::Args;
use other::Other;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
pub(crate) use terms::{budget, within_budget};
use versus::{Versus, compared};

#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Figures that differ from the file's or from what is assumed: `events_per_month=1B,track_ms=5`.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    usage: Vec<String>,
    /// Take the size of events, and how well gzip and Parquet pack them, from the events of FILE (or of all files of a
    /// directory): JSON in lines or arrays, with gzip or without. Without FILE, from events that `schema` generates.
    #[cfg(feature = "local")]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    measure: Option<Option<PathBuf>>,
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
    /// Take prices from AWS's price list as it is now, and tell what differs from the book. A price that it does not
    /// have is missing. Needs credentials that allow `pricing:GetProducts`.
    #[arg(long, conflicts_with = "prices")]
    listed_prices: bool,
    /// Take prices that a region lacks from this one. Each line and each sum that has one says so.
    #[arg(long, value_name = "REGION", conflicts_with = "listed_prices")]
    assume_region_prices: Option<String>,
    /// What a SaaS takes for a million events, to compare with; the article's is $150.
    #[arg(long, value_name = "USD")]
    compare_price_per_million: Option<String>,
    /// Take off what is always free in an account: Lambda's, and that of logs.
    #[arg(long)]
    free_tier: bool,
    /// Show how each line comes about, its price's source and date, and every figure that went in.
    #[arg(long)]
    explain: bool,
    /// Print Markdown for a pull-request comment.
    #[arg(long, conflicts_with_all = ["html", "json"])]
    markdown: bool,
    /// Print a page with a chart that needs nothing from elsewhere.
    #[arg(long, conflicts_with = "json")]
    html: bool,
    /// Write to FILE what would be printed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tell amounts in this currency, by its code of ISO 4217, such as `EUR`. AWS's price list is in US dollars.
    #[arg(long, value_name = "CODE", value_parser = terms::currency)]
    currency: Option<Currency>,
    /// How much of the currency a US dollar is, such as 0.92.
    #[arg(long, value_name = "NUMBER", requires = "currency", value_parser = terms::rate)]
    rate: Option<f64>,
    /// What an account does not pay of list prices, such as `10%`.
    #[arg(long, value_name = "PERCENT", value_parser = terms::discount)]
    discount: Option<f64>,
    /// Exit with 4 when the month costs more, in the currency of amounts.
    #[arg(long, value_name = "AMOUNT", value_parser = terms::budget)]
    budget: Option<f64>,
    /// Print the totals for these numbers of events a month, `1M,100M,1B`. Queries by `athena_scans_of_...` follow the
    /// data; what is given in bytes or GB stays.
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', conflicts_with_all = ["markdown", "html"])]
    scale: Vec<String>,
    /// Compare shapes with this file's usage: what each costs with no event, with one in a request and with batches,
    /// and what it cannot do.
    #[arg(long, conflicts_with_all = ["scale", "months", "html", "explain", "compare", "compare_ref"])]
    shapes: bool,
    /// Draw how cost grows with events into FILE, from two different numbers of them on.
    #[arg(long, value_name = "FILE", requires = "scale")]
    svg: Option<PathBuf>,
    /// Compare with the pipeline of another file: before, after and difference of each line. Or with what other products
    /// take, by their public list prices, and from how many events on which is cheaper: `posthog,cloudflare`, or `all`.
    #[arg(long, value_name = "FILE|PRODUCTS", conflicts_with_all = ["compare_ref", "scale", "months"], value_parser = versus::parse)]
    compare: Option<Versus>,
    /// Compare with the file as it was at a branch, a tag or a commit of git.
    #[arg(long, value_name = "GIT_REF", conflicts_with_all = ["scale", "months", "html", "explain"])]
    compare_ref: Option<String>,
}

/// What every estimate of a run has in common.
struct Question<'a> {
    pipeline: &'a Pipeline,
    billed: Billed,
    /// Of the run, where a file does not say.
    region: String,
    own_prices: Option<Book>,
    money: Money,
    /// What was found out about events: figures, and where they are from.
    measured: Option<(Vec<String>, String)>,
    args: &'a CostArgs,
    /// What this much cannot pass.
    limits: Vec<Finding>,
}

pub(crate) async fn run(global: &Global, args: &CostArgs) -> Result<Exit> {
    let pipeline = load(global)?;
    let mut question = Question::new(&pipeline, args)?;
    let before = question.other(global)?;
    for pipeline in before.iter().map(|other| &other.pipeline).chain([&pipeline]) {
        question.check(question.region_of(pipeline))?;
    }
    if args.listed_prices {
        question.own_prices = Some(question.listed_prices(global, before.as_ref()).await?);
    }
    let mut month = question.estimate(None)?;
    let months = question.first_months(12)?;
    month.first_year = Some(months.sum());
    question.limits = warn(&pipeline, &month.inputs);
    let title = format!("{}/{}", pipeline.name, pipeline.stage);
    let paint = match args.out {
        Some(_) => Paint::plain(),
        None => Paint::new(global.color, &std::io::stdout()),
    };
    let text = if let Some(series) = question.series()? {
        question.show_series(&series, &title)?
    } else if args.shapes {
        question.show_shapes(&month, &title)?
    } else if let Some(before) = before {
        question.show_difference(&before, &month, &title, (global, paint))?
    } else {
        question.show(&month, &months, &title, paint)?
    };
    match &args.out {
        Some(path) if global.json => write(path, &document_so_far())?,
        Some(path) => write(path, &text)?,
        None if args.html => exact(text),
        None => data(text),
    }
    terms::within_budget(&month, args.budget)
}

/// What `--measure` asks for, told as it is found.
#[cfg(feature = "local")]
fn measured(pipeline: &Pipeline, args: &CostArgs) -> Result<Option<(Vec<String>, String)>> {
    let Some(path) = &args.measure else { return Ok(None) };
    let measured = measure::measure(pipeline, path.as_deref())?;
    say(format_args!("{}", measured.words()));
    Ok(Some((measured.figures().to_vec(), measured.source())))
}

/// Without the embedded AWS there is no Parquet.
#[cfg(not(feature = "local"))]
fn measured(_: &Pipeline, _: &CostArgs) -> Result<Option<(Vec<String>, String)>> {
    Ok(None)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(Error::cannot_write(path))?;
    say(format_args!("wrote {}", path.display()));
    Ok(())
}

impl<'a> Question<'a> {
    fn new(pipeline: &'a Pipeline, args: &'a CostArgs) -> Result<Self> {
        let region = assumed_region(pipeline);
        let own_prices = args.prices.as_deref().map(Book::read).transpose();
        let own_prices = own_prices.map_err(|message| {
            Error::usage(message, "templates/prices/book.yaml of pipectl's sources shows the form of a price book")
        })?;
        let money = terms::money(args)?;
        let own_prices = match &args.assume_region_prices {
            Some(from) => Some(terms::assuming(own_prices.as_ref().unwrap_or_else(|| Book::bundled()), from)?),
            None => own_prices,
        };
        let billed = Billed::of_file(pipeline, pipeline.region.as_ref().unwrap_or(&region));
        let measured = measured(pipeline, args)?;
        Ok(Self { pipeline, billed, region, own_prices, money, measured, args, limits: vec![] })
    }

    fn region_of<'b>(&'b self, pipeline: &'b Pipeline) -> &'b str {
        pipeline.region.as_ref().unwrap_or(&self.region)
    }

    /// Whether there is anything to say in US dollars. A region that is not known here may be new to AWS's list.
    fn check(&self, region: &str) -> Result<()> {
        let book = self.own_prices.as_ref().unwrap_or_else(|| Book::bundled());
        match priceable(book, region) {
            Err(Unpriceable::Unknown { .. }) if self.args.listed_prices => Ok(()),
            Err(why) => {
                let hint = match &why {
                    Unpriceable::Unknown { like: Some(like) } => format!("did you mean `{like}`?"),
                    Unpriceable::Unknown { like: None } => "check the name of the region".to_owned(),
                    Unpriceable::InYuan => "estimate for a region of another partition with `--region`".to_owned(),
                };
                Err(Error::usage(format!("`{region}` {why}"), hint))
            }
            Ok(()) => Ok(()),
        }
    }

    /// Of the regions of all that is estimated.
    async fn listed_prices(&self, global: &Global, before: Option<&Other>) -> Result<Book> {
        let mut wanted = BTreeMap::<_, BTreeSet<_>>::new();
        let shaped: Vec<_> = self.args.shapes.then(|| shaped_pipelines(self.pipeline)).into_iter().flatten().collect();
        for pipeline in before.map(|other| &other.pipeline).into_iter().chain([self.pipeline]).chain(&shaped) {
            let region = self.region_of(pipeline);
            let figures = needed(&Billed::of_file(pipeline, region), &self.inputs(pipeline, None)?);
            wanted.entry(region).or_default().extend(figures);
        }
        listed(global, &wanted).await
    }

    /// A month; `last` overrides every other figure.
    fn estimate(&self, last: Option<String>) -> Result<Estimate> {
        Ok(self.priced(self.pipeline, &self.billed, self.inputs(self.pipeline, last)?))
    }

    /// Each month from the first on, whichever one is shown.
    fn first_months(&self, count: u16) -> Result<Series> {
        let estimates = (1..=count).map(|month| self.estimate(Some(format!("month={month}"))));
        Ok(Series { by: By::Month, estimates: estimates.collect::<Result<_>>()? })
    }

    /// Of another pipeline.
    fn estimate_of(&self, pipeline: &Pipeline, inputs: Inputs) -> Estimate {
        self.priced(pipeline, &Billed::of_file(pipeline, self.region_of(pipeline)), inputs)
    }

    fn priced(&self, pipeline: &Pipeline, billed: &Billed, inputs: Inputs) -> Estimate {
        let book = self.own_prices.as_ref().unwrap_or_else(|| Book::bundled());
        let warnings = findings(pipeline, &inputs).into_iter().map(|finding| finding.message).collect();
        let mut estimate = estimate(book, billed, self.region_of(pipeline), inputs, self.args.free_tier);
        estimate.warnings = warnings;
        estimate.paid_in(self.money)
    }

    fn inputs(&self, pipeline: &Pipeline, last: Option<String>) -> Result<Inputs> {
        let args = self.args;
        let month = args.month.as_ref().map(|month| format!("month={month}"));
        let saas = args.compare_price_per_million.as_ref().map(|price| format!("{SAAS}={price}"));
        let mut inputs = Inputs::of(pipeline);
        if let Some((figures, source)) = &self.measured {
            let set = figures.iter().try_for_each(|figure| inputs.set_from(figure, source));
            set.map_err(|message| Error::usage(message, "measure other events"))?;
        }
        for text in args.usage.iter().chain(&month).chain(&saas).chain(&last) {
            inputs
                .set(text)
                .map_err(|message| Error::usage(message, "`pipectl cost-estimate --explain` lists them"))?;
        }
        Ok(inputs)
    }

    fn levers(&self, month: &Estimate) -> Levers {
        levers(self.pipeline, &month.inputs, &|pipeline, inputs| self.estimate_of(pipeline, inputs.clone()))
    }

    fn other(&self, global: &Global) -> Result<Option<Other>> {
        match (&self.args.compare, &self.args.compare_ref) {
            (Some(Versus::File(_)), _) if self.args.html || self.args.explain => {
                let message = "a comparison with a file is no page, and explains no line";
                Err(Error::usage(message, "`--compare` with `--html` or `--explain` takes names of products, or `all`"))
            }
            (Some(Versus::File(path)), _) => other::file(global, path).map(Some),
            (_, Some(reference)) => other::at_ref(global, reference).map(Some),
            (_, None) => Ok(None),
        }
    }

    fn show(&self, month: &Estimate, months: &Series, title: &str, paint: Paint) -> Result<String> {
        let Pipeline { name, stage, .. } = self.pipeline;
        let (levers, competitors) = (self.levers(month), compared(self, month));
        let mut json = cost_to_json(month, name, stage);
        levers_to_json(&levers).into_iter().for_each(|(name, levers)| json[name] = levers);
        json["competitors"] = competitors_to_json(&competitors, month);
        json["limits"] = findings_to_json(&self.limits, self.pipeline);
        document(json);
        Ok(if self.args.markdown {
            cost_to_markdown(month, title)
                + &levers_to_markdown(&levers, self.money)
                + &competitors_to_markdown(&competitors, month)
        } else if self.args.html {
            cost_to_html(month, &Beside { months, levers: &levers, competitors: &competitors }, title)
        } else {
            cost_to_text(month, self.args.explain, (columns(), paint))
                + &levers_to_text(&levers, self.money)
                + &competitors_to_text(&competitors, month)
        })
    }

    fn show_shapes(&self, month: &Estimate, title: &str) -> Result<String> {
        let estimate = |pipeline: &Pipeline, inputs: &Inputs| self.estimate_of(pipeline, inputs.clone());
        let all = shapes(self.pipeline, &month.inputs, &estimate)
            .map_err(|message| Error::usage(message, "`pipectl cost-estimate --explain` lists them"))?;
        let Pipeline { name, stage, .. } = self.pipeline;
        document(shapes_to_json(&all, name, stage));
        Ok(if self.args.markdown { shapes_to_markdown(&all, title) } else { shapes_to_text(&all) })
    }

    fn show_series(&self, series: &Series, title: &str) -> Result<String> {
        if let Some(path) = &self.args.svg {
            if series.volumes() < 2 {
                let message = "a chart of one number of events has no line";
                return Err(Error::usage(message, "`--scale 1M,100M` has two; none is drawn of no events"));
            }
            write(path, &scale_to_svg(series, &format!("What a month of {title} costs")))?;
        }
        let Pipeline { name, stage, .. } = self.pipeline;
        document(series_to_json(series, name, stage));
        Ok(series_to_text(series))
    }

    fn show_difference(
        &self,
        before: &Other,
        after: &Estimate,
        title: &str,
        (global, paint): (&Global, Paint),
    ) -> Result<String> {
        let was = self.estimate_of(&before.pipeline, self.inputs(&before.pipeline, None)?);
        let difference = Difference::between(&was, after);
        document(difference_to_json(&difference));
        Ok(if self.args.markdown {
            let names = (&*before.name, &*global.file.display().to_string());
            comparison_to_markdown(&difference, title, names)
        } else {
            difference_to_text(&difference, (&before.name, &global.file.display().to_string()), paint)
        })
    }

    fn series(&self) -> Result<Option<Series>> {
        if let Some(months) = self.args.months {
            return self.first_months(months).map(Some);
        }
        if self.args.scale.is_empty() {
            return Ok(None);
        }
        let volumes = self.args.scale.iter().map(|events| self.estimate(Some(format!("events_per_month={events}"))));
        Ok(Some(Series { by: By::Events, estimates: volumes.collect::<Result<_>>()? }))
    }
}
