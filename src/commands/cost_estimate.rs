//! `pipectl cost-estimate`

use super::session::load;
use crate::cli::Global;
use crate::config::Pipeline;
use crate::cost::{Estimate, Inputs, estimate};
use crate::error::{Error, Exit, Result};
use crate::report::{Paint, cost_to_json, cost_to_markdown, cost_to_text, dollars};
use clap::Args;

/// Where neither the file, nor `--region`, nor the environment says.
const DEFAULT_REGION: &str = "us-east-1";

#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Figures that differ from the file's or from what is assumed: `events_per_month=1B,track_ms=5`.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    usage: Vec<String>,
    /// Take off what is always free in an account: Lambda's, and that of logs.
    #[arg(long)]
    free_tier: bool,
    /// Show how each line comes about, its price's source and date, and every figure that went in.
    #[arg(long)]
    explain: bool,
    /// Print JSON (schema pipectl-cost/1).
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print Markdown for a pull-request comment.
    #[arg(long)]
    markdown: bool,
    /// Exit with 4 when the month costs more, in US dollars.
    #[arg(long, value_name = "USD")]
    budget: Option<f64>,
    /// Print the totals for these numbers of events a month, `1M,100M,1B`.
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', conflicts_with_all = ["json", "markdown"])]
    scale: Vec<String>,
}

pub(crate) fn run(global: &Global, args: &CostArgs) -> Result<Exit> {
    let pipeline = load(global)?;
    let from_env = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
    let region = pipeline.region.clone().or_else(from_env).unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let month = estimated(&pipeline, &region, args, None)?;
    let paint = Paint::new(global.color, &std::io::stdout());
    if args.json {
        println!("{:#}", cost_to_json(&month, &pipeline.name, &pipeline.stage));
    } else if args.markdown {
        print!("{}", cost_to_markdown(&month, &format!("{}/{}", pipeline.name, pipeline.stage)));
    } else if args.scale.is_empty() {
        print!("{}", cost_to_text(&month, args.explain, paint));
    } else {
        for events in &args.scale {
            let month = estimated(&pipeline, &region, args, Some(events))?;
            println!("{events:>10} events a month  {:>16}", dollars(month.total_cents()));
        }
    }
    within_budget(&month, args.budget)
}

fn estimated(pipeline: &Pipeline, region: &str, args: &CostArgs, events: Option<&str>) -> Result<Estimate> {
    let mut inputs = Inputs::of(pipeline);
    let scaled = events.map(|events| format!("events_per_month={events}"));
    for text in args.usage.iter().chain(&scaled) {
        inputs.set(text).map_err(|message| Error::usage(message, "`pipectl cost-estimate --explain` lists them"))?;
    }
    Ok(estimate(pipeline, region, inputs, args.free_tier))
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
