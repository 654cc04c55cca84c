//! How plans, progress and results are shown: for people, for programs, for pull requests.

mod adopt;
mod age;
mod bill;
mod chart;
mod cost;
mod error;
mod events;
mod explain;
mod fit;
mod foreign;
mod health;
mod iam_policy;
mod limits;
mod list;
#[cfg(feature = "local")]
mod local;
mod logs;
mod machine;
mod markdown;
mod output;
mod paint;
mod picture;
mod plan;
mod prices;
mod print;
mod progress;
mod query;
mod replay;
mod reported;
mod run;
mod spent;
mod status;
mod stranded;
mod terminal;
mod undelivered;

pub(crate) use adopt::{adopt_to_json, adopt_to_text};
pub(crate) use age::age;
pub(crate) use bill::{BillShown, bill_to_json, bill_to_text};
pub(crate) use chart::{Facts, Panel, Shown, Width, chart_style, chart_to_svg, chart_to_text, page_to_html};
pub(crate) use cost::{
    Beside, By, Series, comparison_to_markdown, competitors_to_json, competitors_to_markdown, competitors_to_text,
    cost_to_html, cost_to_json, cost_to_markdown, cost_to_text, difference_below_plan, difference_to_json,
    difference_to_markdown, difference_to_text, levers_to_json, levers_to_markdown, levers_to_text, scale_to_svg,
    series_to_json, series_to_text, shapes_to_json, shapes_to_markdown, shapes_to_text, told,
};
pub(crate) use error::{error_to_json, print_error, print_unwritten};
pub(crate) use events::{
    Arrivals, ArrivedField, Kind, Proposed, Spot, events_to_json, events_to_text, say_undelivered,
};
pub(crate) use explain::{Attribute, Explained, explained_to_json, explained_to_text};
pub(crate) use foreign::one_line;
pub(crate) use health::{Answered, Counted, Fault, Health, Part, Unread, Verdict, fault_line};
pub(crate) use iam_policy::{
    Policies, policies_to_cloudformation, policies_to_document, policies_to_json, policies_to_terraform,
};
pub(crate) use limits::{Checked, annotate_findings, check_to_json, check_to_text, findings_to_json, findings_to_text};
pub(crate) use list::{Listed, list_to_json, list_to_text};
#[cfg(feature = "local")]
pub(crate) use local::Status;
pub(crate) use logs::{log_line, log_line_to_json};
pub(crate) use machine::{begin, document, document_field, document_so_far, finish, line, stream};
pub(crate) use markdown::words as markdown_words;
pub(crate) use output::{Key, Output, output_to_json, output_to_text};
pub(crate) use paint::{Color, Paint};
pub(crate) use picture::{picture_to_dot, picture_to_json, picture_to_mermaid, picture_to_svg};
pub(crate) use plan::{Detail, PLAN_SCHEMA, plan_heading, plan_to_json, plan_to_markdown, plan_to_text, refused_step};
pub(crate) use prices::{listed_to_text, update_to_json, update_to_text};
pub(crate) use print::{
    Bar, alert, ask, data, exact, nobody_reads, quieten, redraw, say, silent_for, unwritten, usage,
};
pub(crate) use progress::Progress;
pub(crate) use query::{
    QueryEnd, Rows, query_to_json, rows_to_csv, rows_to_json, rows_to_table, rows_to_vertical, table_within,
};
pub(crate) use replay::{Replay, ReplayCount, ReplayForm, replay_to_json, replay_to_text};
pub(crate) use reported::{Drawn, Reported, report_end, report_to_json};
pub(crate) use run::{RunEnd, Watch, run_to_json};
pub(crate) use spent::{Spending, Spent};
pub(crate) use status::{
    Freshness, LastRun, NewestEvents, NewestFile, TableFreshness, Work, freshness_to_json, freshness_to_text, lead_time,
};
pub(crate) use stranded::{say_stranded, stranded_to_json};
pub(crate) use terminal::{columns, is_screen, is_unicode};
pub(crate) use undelivered::Undelivered;

/// Where a plan is for, and as whom, in one line. Local AWS has one user, of whom there is nothing to say.
pub(crate) fn place(names: &crate::names::Names, caller: &str, local: bool) -> String {
    let crate::names::Names { pipeline, stage, account, region, .. } = names;
    if local {
        return format!("{pipeline}/{stage} in Local AWS {account}, {region}");
    }
    // The account stands in the ARN too.
    let name = caller.splitn(6, ':').nth(5).unwrap_or(caller);
    format!("{pipeline}/{stage} in AWS account {account}, {region}, as {name}")
}
