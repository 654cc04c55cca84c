//! `pipectl check`, and the warnings that other commands give of the same.

use super::global::assumed_region;
use super::session::{Session, load};
use crate::aws::{AccountLimits, Aws, Class};
use crate::commands::Global;
use crate::config::{Pipeline, parse_count};
use crate::cost::Inputs;
use crate::error::{Code, Error, Exit, Result};
use crate::limits::{self, Account, Applied, Finding, Load, Quotas, Subject};
use crate::report::{
    Checked, Paint, alert, annotate_findings, check_to_json, check_to_text, data, document, findings_to_text,
};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Show every wall on the way, and what to ask AWS for, at this many events: `1B/month`, `30M/day`, `400/s`.
    #[arg(long, value_name = "EVENTS", value_parser = parse_volume)]
    at: Option<f64>,
    /// How many times the average comes in the busiest second. [default: `usage.peak_factor`, 3]
    #[arg(long, value_name = "N")]
    peak: Option<String>,
    /// Figures that differ from the file's or from what is assumed: `events_per_request=25,track_ms=5`.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    usage: Vec<String>,
    /// Ask AWS what this account has: Lambda's executions, API Gateway's rate. Needs credentials that allow
    /// `lambda:GetAccountSettings` and `apigateway:GET` of `/account`.
    #[arg(long)]
    account: bool,
    /// Ask Service Quotas what this account has of each limit that has a code there, show what is not as AWS gives it at
    /// first, and check by that. Needs `servicequotas:GetServiceQuota` and `servicequotas:GetAWSDefaultServiceQuota`;
    /// without them it says so, and takes what AWS gives at first.
    #[arg(long)]
    quotas: bool,
    /// Exit with 4 where something does not fit.
    #[arg(long)]
    strict: bool,
}

pub(crate) async fn run(global: &Global, args: &CheckArgs) -> Result<Exit> {
    let session = if args.account || args.quotas { Some(Session::open(global).await?) } else { None };
    let of_file = if session.is_none() { Some(load(global)?) } else { None };
    let Some(pipeline) = session.as_ref().map(|session| &session.pipeline).or(of_file.as_ref()) else {
        return Ok(Exit::Usage);
    };
    let region = assumed_region(pipeline);
    let quotas = match &session {
        Some(session) if args.quotas => quotas(&session.aws, &region).await?,
        _ => Quotas::NotAsked,
    };
    let account = match &session {
        // What the services themselves say is what they hold the account to.
        Some(session) if args.account => of_aws(session.aws.account_limits().await?).or(quotas.account()),
        _ => quotas.account(),
    };
    let subject = Subject { pipeline, region: &region, account: &account };
    let load = Load::of(&inputs(pipeline, args)?, pipeline);
    let knows = args.account || matches!(quotas, Quotas::Told(_));
    let whose = session.as_ref().filter(|_| knows).map(|session| session.aws.names.account.as_str());
    let (findings, walls) = (limits::check(&subject, &load), limits::walls(&subject, &load));
    let checked = Checked { pipeline, region: &region, account: whose, quotas, load, findings, walls };
    document(check_to_json(&checked));
    data(check_to_text(&checked, args.at.is_some(), Paint::new(global.color, &std::io::stdout())));
    annotate_findings(&checked.findings, pipeline);
    if args.strict && !checked.findings.is_empty() {
        let hint = "each finding says what to change; without `--strict` they are warnings";
        return Err(Error::coded(Code::Limits, "the pipeline cannot carry this", hint));
    }
    Ok(Exit::Done)
}

/// What Service Quotas has of the account.
async fn quotas(aws: &Aws, region: &str) -> Result<Quotas> {
    let asked = limits::with_codes().filter_map(|limit| limit.code.map(|code| (limit, code)));
    let answers = asked.map(async |(limit, code)| {
        let value = aws.quota(code).await?;
        Ok::<_, crate::aws::Error>(Applied { limit, value, first: limit.value(region) })
    });
    match futures::future::try_join_all(answers).await {
        Ok(told) => Ok(Quotas::Told(told)),
        Err(error) if error.class() == Class::Denied => {
            let why = error.to_string();
            alert(format_args!("warning: the account's quotas are not known: {why}"));
            Ok(Quotas::Denied(why))
        }
        Err(error) => Err(error.into()),
    }
}

fn of_aws(AccountLimits { executions, unreserved, rate, burst }: AccountLimits) -> Account {
    Account::with([("lambda.concurrency", executions), ("apigw.rate", rate), ("apigw.burst", burst)], unreserved)
}

fn inputs(pipeline: &Pipeline, args: &CheckArgs) -> Result<Inputs> {
    let at = args.at.map(|events| format!("events_per_month={events}"));
    let peak = args.peak.as_ref().map(|peak| format!("peak_factor={peak}"));
    let mut inputs = Inputs::of(pipeline);
    for text in args.usage.iter().chain(&at).chain(&peak) {
        let hint = "`pipectl cost-estimate --explain` lists the figures";
        inputs.set(text).map_err(|message| Error::usage(message, hint))?;
    }
    Ok(inputs)
}

/// Events in a month of 30 days.
fn parse_volume(text: &str) -> Result<f64, String> {
    const DAY: f64 = 86_400.0;
    let how = || format!("`{text}` is not a number of events such as `1B/month`, `30M/day` or `400/s`");
    let (count, period) = text.split_once('/').unwrap_or((text, "month"));
    let in_month = match period.trim() {
        "month" => 1.0,
        "day" => 30.0,
        "h" | "hour" => 30.0 * 24.0,
        "s" | "sec" | "second" => 30.0 * DAY,
        _ => return Err(how()),
    };
    parse_count(count).map(|count| count as f64 * in_month).map_err(|_| how())
}

/// What does not fit, by what AWS gives an account at first.
pub(super) fn findings(pipeline: &Pipeline, inputs: &Inputs) -> Vec<Finding> {
    let (region, account) = (assumed_region(pipeline), Account::default());
    let subject = Subject { pipeline, region: &region, account: &account };
    limits::check(&subject, &Load::of(inputs, pipeline))
}

/// The same, each said on stderr as a warning.
pub(super) fn warn(pipeline: &Pipeline, inputs: &Inputs) -> Vec<Finding> {
    let findings = findings(pipeline, inputs);
    findings_to_text(&findings, pipeline).iter().for_each(alert);
    annotate_findings(&findings, pipeline);
    findings
}

#[cfg(test)]
mod tests {
    use super::parse_volume;

    #[test]
    fn volumes_are_of_a_month() {
        for (text, events) in [
            ("1B/month", 1e9),
            ("1B", 1e9),
            ("30M/day", 9e8),
            ("1k/h", 720_000.0),
            ("400/s", 400.0 * 2_592_000.0),
            ("2 / second", 5_184_000.0),
        ] {
            assert_eq!(parse_volume(text), Ok(events), "{text}");
        }
        for text in ["", "1B/year", "-1/s", "nan", "/s", "1//s"] {
            assert!(parse_volume(text).is_err(), "{text}");
        }
    }
}
