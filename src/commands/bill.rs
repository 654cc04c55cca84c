//! `pipectl bill`

use super::confirm::confirm;
use super::session::Session;
use crate::aws::{Dates, Expect as _, read};
use crate::bill::{self, Charges, Days, Learned, Measured, TagStatus};
use crate::commands::Global;
use crate::config;
use crate::cost::{Billed, Book, Inputs, estimate};
use crate::error::{Error, Exit, Result};
use crate::report::{BillShown, Paint, alert, bill_to_json, bill_to_text, data, document, say};
use crate::whole_file::{self, Readers};
use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use std::path::Path;

#[derive(Debug, Args)]
pub(crate) struct BillArgs {
    /// The month, such as 2026-11. [default: that of yesterday]
    #[arg(long, value_name = "MONTH", value_parser = parse_month)]
    month: Option<Date>,
    /// Do not ask before a request that costs.
    #[arg(short, long)]
    yes: bool,
    /// Write the figures that these days have shown into `usage` of the file.
    #[arg(long)]
    write_usage: bool,
    /// Activate `pipectl:pipeline` and `pipectl:stage` as cost allocation tags of the account, and nothing else: bills know
    /// them from then on.
    #[arg(long, conflicts_with_all = ["month", "write_usage"])]
    activate_tags: bool,
}

fn parse_month(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse::<Date>().map_err(|_| format!("`{text}` is no month such as 2026-11"))
}

pub(crate) async fn run(global: &Global, args: &BillArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    if args.activate_tags {
        return activate(&session, args).await;
    }
    let billed = Billed::wanted(&session.graph());
    let (today, made) = days_of(&session).await?;
    let days = days(args.month, today)?;
    let asks = "Cost Explorer takes $0.01 for each request: one for each page of the bill, and one more where nothing is on it.";
    confirm(args.yes || session.local, asks)?;
    let charges = bill::charges(&session.aws, days).await?;
    let Some(first) = charges.first else { return Err(nothing(&session, days, global).await?) };
    // Before that, the pipeline was not there, or its tags were not known.
    let days = Days { first, ..days };
    let measured = bill::measure(&session.aws, &billed, days).await;
    let (shown, learned) = shown(&session, &billed, (&charges, measured), (days, made))?;
    document(bill_to_json(&shown));
    data(bill_to_text(&shown, Paint::new(global.color, &std::io::stdout())));
    if args.write_usage {
        write(global, &learned)?;
    }
    session.print_timings(global);
    Ok(Exit::Done)
}

/// AWS's day, and that on which the pipeline's stream was made.
async fn days_of(session: &Session) -> Result<(Date, Option<Timestamp>)> {
    let (dates, aws) = (Dates::default(), &session.aws);
    let stream = aws.names.stream();
    let look = || {
        let request = aws.firehose.describe_delivery_stream().delivery_stream_name(&stream);
        request.customize().interceptor(dates.clone()).send()
    };
    let found = read("firehose:DescribeDeliveryStream", look).await.absent()?;
    let description = found.and_then(|found| found.delivery_stream_description);
    let made = description.and_then(|stream| stream.create_timestamp);
    let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    let made = made.and_then(|time| Timestamp::from_second(time.secs()).ok());
    Ok((day(Timestamp::try_from(dates.told()).unwrap_or_else(|_| Timestamp::now())), made))
}

fn days(month: Option<Date>, today: Date) -> Result<Days> {
    let yesterday = today.checked_sub(1.day()).unwrap_or(today);
    Days::of_month(month.unwrap_or(yesterday), today).ok_or_else(|| {
        let month = month.unwrap_or(yesterday).strftime("%Y-%m");
        Error::usage(format!("no day of {month} is over yet"), "a bill has whole days, in UTC: ask for another month")
    })
}

/// Why there may be nothing.
async fn nothing(session: &Session, days: Days, global: &Global) -> Result<Error> {
    let tags = bill::tags(&session.aws).await?;
    let unknown: Vec<_> = tags.iter().filter(|tag| tag.active != Some(true)).collect();
    let message = format!("Cost Explorer has nothing with the tags of this pipeline from {days}");
    let file = if global.is_found || global.file == Path::new("pipeline.yaml") {
        String::new()
    } else {
        format!(" -f {}", global.file.display())
    };
    Ok(match unknown[..] {
        [] => {
            Error::other(message, "its data come up to 24 hours late, and tags count from when they were activated on")
        }
        _ => {
            let words = |tag: &&TagStatus| match tag.active {
                None => format!("`{}` has not been seen by billing yet, which takes up to 24 hours", tag.key),
                _ => format!("`{}` is not activated", tag.key),
            };
            let why = unknown.iter().map(words).collect::<Vec<_>>().join("; ");
            let hint = format!(
                "`pipectl bill --activate-tags{file}` activates them as cost allocation tags, as the management account \
                 of an organisation; bills know them from then on, up to 24 hours later"
            );
            Error::other(format!("{message}: {why}"), hint)
        }
    })
}

async fn activate(session: &Session, args: &BillArgs) -> Result<Exit> {
    let asks = "This activates two cost allocation tags for the whole account, by a request to Cost Explorer, which takes $0.01.";
    confirm(args.yes || session.local, asks)?;
    let unseen = bill::activate(&session.aws).await?;
    let tags = session.aws.names.owner_tags();
    let told: Vec<_> = tags.keys().map(|key| json!({"key": key, "active": !unseen.contains(key)})).collect();
    document(json!({"schema": "pipectl-bill-tags/1", "tags": told}));
    for key in tags.keys() {
        match unseen.contains(key) {
            true => alert(format_args!("{key}: billing has not seen it yet")),
            false => alert(format_args!("{key}: active; bills know it from now on, up to 24 hours later")),
        }
    }
    if unseen.is_empty() {
        return Ok(Exit::Done);
    }
    let hint = "billing sees a tag up to a day after the first apply: the same command then activates it";
    Err(Error::other("not every tag could be activated", hint))
}

fn shown<'a>(
    session: &'a Session,
    billed: &Billed,
    (charges, measured): (&'a Charges, Measured),
    (days, made): (Days, Option<Timestamp>),
) -> Result<(BillShown<'a>, Vec<Learned>)> {
    let (region, inputs) = (&session.aws.names.region, Inputs::of(&session.pipeline));
    let end = days.end.to_zoned(TimeZone::UTC).ok().map(|end| end.timestamp());
    let age = end.zip(made).map(|(end, made)| end.duration_since(made).as_secs_f64() / 86_400.0);
    let age = age.unwrap_or_else(|| inputs.get("month") * 30.0);
    let month = |inputs: &Inputs| {
        let inputs = inputs.over(days.count(), days.of_all(), age);
        estimate(Book::bundled(), billed, region, inputs, false)
    };
    let learned = bill::learn(&measured, charges, (billed, &inputs), days);
    let mut turned_out = inputs.clone();
    for one in &learned {
        let set = turned_out.set_from(&format!("{}={}", one.name, one.is), &one.source);
        set.map_err(|why| Error::other(why, "what was billed is more or less than `usage` takes: write it by hand"))?;
    }
    let rows = bill::compare(charges, (&month(&inputs), &month(&turned_out)), &learned, &measured);
    let names = &session.aws.names;
    Ok((BillShown { names, days, charges, rows, learned: learned.clone(), untold: measured.untold }, learned))
}

/// Refuses to leave a file that says anything else than it did, but for these figures.
fn write(global: &Global, learned: &[Learned]) -> Result<()> {
    let path = &global.file;
    let by_hand = "write the figures that are listed by hand";
    if path == Path::new("-") {
        return Err(Error::usage("the file is standard input, which cannot be changed", by_hand));
    }
    if learned.is_empty() {
        say("nothing was learnt: the file says it already");
        return Ok(());
    }
    let text = std::fs::read_to_string(path).map_err(Error::cannot_read(path))?;
    let values: Vec<_> = learned.iter().map(|one| (one.key, one.text.as_str())).collect();
    let edited =
        config::with_usage(&text, &values).map_err(|why| Error::other(format!("cannot write: {why}"), by_hand))?;
    let env = |name: &str| std::env::var(name).ok();
    let read = |text: &str| config::load_text(path, text, &global.overrides(&env));
    let (before, after) = (read(&text)?, read(&edited)?);
    let same = config::Pipeline { usage: before.usage.clone(), ..after.clone() } == before;
    let inputs = Inputs::of(&after);
    let close = |one: &Learned| (inputs.get(one.name) - one.is).abs() <= 0.01 * one.is.abs().max(0.01);
    if !same || !learned.iter().all(close) {
        return Err(Error::other("cannot write: the file would say something else", by_hand));
    }
    whole_file::write(path, &edited, Readers::All).map_err(Error::cannot_write(path))?;
    say(format_args!("wrote {} figures into `usage` of {}", learned.len(), path.display()));
    Ok(())
}
