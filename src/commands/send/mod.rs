//! `pipectl send`: events for the pipeline, and an exact account of them.
//!
//! ```text
//! Source (schema, template or file) -> batches -> Sender (many in flight, repeated where that helps) -> Tally
//! ```

mod events_file;
mod kept;
mod sender;
mod source;
mod tally;
mod template;

use super::output;
use super::session::Session;
use crate::client::Generator;
use crate::commands::Global;
use crate::config::parse_count;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{Bar, alert, data, document};
use crate::signal::{Signal, Signals};
use clap::Args;
pub(crate) use events_file::{EventsFile, events};
use http::HeaderValue;
use jiff::{Timestamp, ToSpan as _};
use kept::Kept;
use sender::{Pace, Sender, Target};
use source::Source;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tally::Tally;
use template::Template;

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// How many events.
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse_count)]
    events: u64,
    /// At most so many events in a second, such as `500/s`.
    #[arg(long, value_name = "R/s", value_parser = parse_rate)]
    rate: Option<f64>,
    /// Events in one request.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    batch: u64,
    /// Requests in flight.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,
    /// The same seed gives the same events.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// One JSON object for every event, with {{seq}}, {{uuid}}, {{now}}, {{int 1 100}} and {{choice a b}} filled in; `-`
    /// reads it from the standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    template: Option<PathBuf>,
    /// Send the events of a file as they are: objects of JSON, in lines or over several, or in arrays, with gzip or without;
    /// `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write what of the input is no event here, and send the rest.
    #[arg(long, value_name = "FILE", requires = "input")]
    rejects: Option<PathBuf>,
    /// Also write what is sent to a file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Do not repeat a request whose answer was lost: events may be missing, but none is there twice.
    #[arg(long)]
    once: bool,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix("/s").unwrap_or(text).trim();
    match number.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(rate),
        _ => Err("write events in a second, such as `500/s`".to_owned()),
    }
}

pub(crate) async fn run(global: &Global, args: &SendArgs) -> Result<Exit> {
    let session = Session::open_running(global).await?;
    // Before anything is looked up: a source that is wrong sends nothing.
    let mut source = source(&session, args)?;
    let copy = args.out.as_deref().map(Kept::create).transpose()?;
    let (url, key) = output::front_door(&session).await?;
    let key = key.map(|key| key.0);
    if key.as_ref().is_some_and(|key| HeaderValue::try_from(key).is_err()) {
        return Err(Error::other("the API key cannot stand in a header", "`pipectl apply` makes a new one"));
    }
    let pace = Pace {
        events: if args.input.is_some() { u64::MAX } else { args.events },
        batch: args.batch,
        concurrency: usize::from(args.concurrency),
        rate: args.rate,
        once: args.once,
    };
    let sender = Sender::new(session.aws.connector()?, Target { url, key }, pace);
    let bar = Bar::new(
        args.input.is_none().then_some(args.events),
        "{wide_bar} {human_pos} of {human_len} events, {rate}, {eta} left",
    );
    let (began, mut tally, mut signals) = (Instant::now(), Tally::default(), Signals::listen());
    let ended = tokio::select! {
        sent = sender.send(&mut source, pace, copy, &mut tally, |count| bar.advance(count)) => sent.map(|()| None),
        signal = signals.next() => Ok(Some(signal)),
    };
    drop(bar);
    if source.rejected() > 0 {
        alert(format_args!("{} pieces of the input are no events and were put aside", source.rejected()));
    }
    match ended {
        Ok(signal) => tell(&tally, began, signal),
        // What was sent before it counts.
        Err(error) => tell(&tally, began, None).and(Err(error)),
    }
}

fn tell(tally: &Tally, began: Instant, signal: Option<Signal>) -> Result<Exit> {
    let took = began.elapsed();
    document(tally.to_json(took));
    data(tally.to_text(took));
    if let Some(signal) = signal {
        alert(format_args!("{}: what was in flight then is not counted", signal.word()));
        return Ok(signal.into());
    }
    match &tally.first_refusal {
        Some(why) if !tally.is_whole() => {
            let count = tally.refused + tally.unknown;
            let hint = "`pipectl logs track` shows what the function says; 403 and 429 are the API's keys and limits";
            Err(Error::coded(
                Code::NotSent,
                format!("{count} events were not acknowledged; the first answer was {why}"),
                hint,
            ))
        }
        _ => Ok(Exit::Done),
    }
}

fn source(session: &Session, args: &SendArgs) -> Result<Source> {
    if let Some(path) = &args.input {
        let rejects = args.rejects.as_deref().map(Kept::create).transpose()?;
        let file = EventsFile::open(path.display().to_string(), Box::new(open(path)?), rejects)?;
        return Ok(Source::File(Box::new(file)));
    }
    if let Some(path) = &args.template {
        let mut text = String::new();
        let read = open(path)?.read_to_string(&mut text);
        read.map_err(Error::cannot_read(path))?;
        let template = Template::new(&text, args.seed);
        let place = path.display();
        return template
            .map(Source::Template)
            .map_err(|why| Error::usage(format!("{place}: {why}"), "see `--template` in `pipectl send --help`"));
    }
    // Events of the last month, as if the pipeline had been there.
    let now = Timestamp::now();
    let times = (now.checked_sub((24 * 30).hours()).unwrap_or(now), now);
    Ok(Source::Schema(Generator::new(&session.pipeline.sent_columns(), args.seed, args.events, times)))
}

fn open(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file = File::open(path).map_err(Error::cannot_read(path))?;
    Ok(Box::new(BufReader::new(file)))
}
