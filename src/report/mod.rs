//! How plans, progress and results are shown: for people, for programs, for pull requests.

mod cost;
mod error;
mod foreign;
#[cfg(feature = "local")]
mod local;
mod logs;
mod markdown;
mod output;
mod paint;
mod plan;
mod prices;
mod print;
mod progress;
mod query;
mod run;

pub(crate) use cost::{
    By, Series, comparison_to_markdown, cost_to_html, cost_to_json, cost_to_markdown, cost_to_text,
    difference_below_plan, difference_to_json, difference_to_markdown, difference_to_text, dollars, levers_to_json,
    levers_to_markdown, levers_to_text, scale_to_svg, series_to_json, series_to_text,
};
pub(crate) use error::{print_error, print_unwritten};
#[cfg(feature = "local")]
pub(crate) use local::Status;
pub(crate) use logs::log_line;
pub(crate) use output::{Key, Output, output_to_json, output_to_text};
pub(crate) use paint::{Color, Paint};
pub(crate) use plan::{plan_to_json, plan_to_markdown, plan_to_text, refusal};
pub(crate) use prices::{listed_to_text, update_to_text};
pub(crate) use print::{Bar, ask, data, exact, nobody_reads, say, unwritten, usage};
pub(crate) use progress::Progress;
pub(crate) use query::{QueryEnd, Rows, rows_to_csv, rows_to_json, rows_to_table};
pub(crate) use run::{RunEnd, Watch};

/// Where a plan is for, in one line.
pub(crate) fn place(names: &crate::names::Names, local: bool) -> String {
    let kind = if local { "Local AWS" } else { "AWS account" };
    format!("{}/{} in {kind} {}, {}", names.pipeline, names.stage, names.account, names.region)
}
