//! `pipectl aws-acceptance`: the first contact with an AWS, which is told before it is made.

mod life;

use super::confirm::confirm;
use super::manner::manner;
use super::session::target_of_no_file;
use crate::acceptance::{Compared, Edit, Report, Shape, Side, compare};
use crate::aws::{Aws, connect};
use crate::commands::Global;
use crate::config::{self, Overrides, Pipeline, parse_duration};
use crate::cost::{Billed, Book, Inputs, estimate, priceable};
use crate::error::{Code, Error, Exit, Result};
use crate::report::{data, document, say};
use crate::signal::remembered;
use crate::whole_file::{self, Readers};
use clap::Args;
use jiff::Timestamp;
use life::Lives;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct AcceptanceArgs {
    /// Do nothing where a month of both pipelines would cost more than this. They are there for less than an hour.
    #[arg(long, value_name = "USD", default_value_t = 1.0)]
    limit: f64,
    /// Write the report to FILE, in Markdown; without it, the report is printed.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Start the crawlers and the job of the article's shape too: some 10 min more, and most of what it costs. Local AWS
    /// does in any case.
    #[arg(long)]
    with_glue: bool,
    /// How long to wait for the rows of what was sent.
    #[arg(long, value_name = "TIME", default_value = "10 min", value_parser = parse_duration)]
    wait: Duration,
    /// One shape only: `article` or `lean`.
    #[arg(long, value_name = "SHAPE", value_parser = parse_shape)]
    shape: Option<Shape>,
    /// Say what would be done and what it costs, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Only take down what a run that was killed has left, by the name that it told.
    #[arg(long, value_name = "NAME", conflicts_with = "dry_run", value_parser = parse_own)]
    clean_up: Option<String>,
}

fn parse_shape(text: &str) -> Result<Shape, String> {
    let known = Shape::ALL.into_iter().find(|shape| shape.word() == text);
    known.ok_or_else(|| "must be `article` or `lean`".to_owned())
}

/// What the names of these pipelines begin with. They are taken down with all that is in them, so that no other name is taken:
/// somebody's `clicks/lean` is not ours to delete.
const OWN: &str = "accept-";

fn parse_own(text: &str) -> Result<String, String> {
    let is_own = text.strip_prefix(OWN).is_some_and(|rest| !rest.is_empty());
    is_own.then(|| text.to_owned()).ok_or_else(|| format!("must begin with `{OWN}`, as the name of each such run does"))
}

/// Whose prices the book has all of.
const PRICED: &str = "us-east-1";

/// What is done, and where.
struct Trial<'a> {
    global: &'a Global,
    args: &'a AcceptanceArgs,
    name: String,
    region: String,
    shapes: Vec<Shape>,
    glue: bool,
}

pub(crate) async fn run(global: &Global, args: &AcceptanceArgs) -> Result<Exit> {
    if let Some(path) = &args.report {
        whole_file::check(path).map_err(Error::cannot_write(path))?;
    }
    let aws = connect(target_of_no_file(global).await?, global.region.clone(), "", "", manner(global)).await?;
    let trial = Trial::new(global, args, &aws)?;
    let usd = trial.usd_at_most()?;
    trial.tell(&aws, usd);
    let mut report = trial.report(&aws, usd);
    document(report.to_json());
    if args.dry_run {
        return Ok(Exit::Done);
    }
    if usd > args.limit {
        let message = format!("nothing was done: a month would cost ${usd:.2}, and `--limit` is ${:.2}", args.limit);
        return Err(Error::coded(Code::Budget, message, "allow more with `--limit USD`"));
    }
    confirm(args.yes, "Do all of this?")?;
    // A Local AWS that this process has open is open for nobody else.
    drop(aws);
    trial.live(&mut report).await?;
    trial.show(&report)?;
    Ok(match (remembered(), report.passed()) {
        (Some(signal), _) => signal.into(),
        (None, true) => Exit::Done,
        (None, false) => Exit::Failed,
    })
}

impl<'a> Trial<'a> {
    fn new(global: &'a Global, args: &'a AcceptanceArgs, aws: &Aws) -> Result<Self> {
        let letters = || std::iter::repeat_with(|| fastrand::char('a'..='z')).take(8).collect::<String>();
        let said = args.clean_up.as_ref().or(global.name.as_ref());
        let name = said.map_or_else(|| Ok(format!("{OWN}{}", letters())), |name| parse_own(name)).map_err(|why| {
            Error::usage(format!("nothing was done: `--name` {why}"), "without it, a name is chosen that nobody has")
        })?;
        Ok(Self {
            global,
            args,
            name,
            region: aws.names.region.clone(),
            shapes: args.shape.map_or_else(|| Shape::ALL.to_vec(), |shape| vec![shape]),
            glue: args.with_glue || global.is_local(),
        })
    }

    /// The pipeline of a file, as `cost-estimate` reads it.
    fn pipeline(&self, shape: Shape) -> Result<Pipeline> {
        let file = shape.file(&self.name, &self.region, Edit::Nothing, self.glue);
        let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
        Ok(config::load_text(Path::new("pipeline.yaml"), &file, &overrides)?)
    }

    /// A month of all, at list prices: more than what an hour of it costs.
    fn usd_at_most(&self) -> Result<f64> {
        let book = Book::bundled();
        priceable(book, &self.region)
            .map_err(|why| Error::usage(format!("`{}` {why}", self.region), "try another region with `--region`"))?;
        let mut cents = 0;
        for shape in &self.shapes {
            let pipeline = self.pipeline(*shape)?;
            let billed = Billed::of_file(&pipeline, &self.region);
            let total = |book: &Book| estimate(book, &billed, &self.region, Inputs::of(&pipeline), false).total();
            let mut month = total(book);
            if !month.missing().is_empty() {
                let items = month.missing().join(", ");
                say(format_args!("{}: at the prices of {PRICED}, since none are known here: {items}", shape.word()));
                month = book.assuming(PRICED).map_or(month, |assumed| total(&assumed));
            }
            let whole = month.whole().ok_or_else(|| {
                let message = format!("nothing was done: there is no price for {}", month.missing().join(", "));
                Error::coded(Code::Unpriced, message, "try another region with `--region`")
            })?;
            // Lines of less than half a cent are none in a sum.
            cents += whole + 1;
        }
        Ok(cents as f64 / 100.0)
    }

    fn tell(&self, aws: &Aws, usd: f64) {
        let place = match self.global.is_local() {
            true => format!("Local AWS {}", aws.names.account),
            false => format!("AWS account {}", aws.names.account),
        };
        let through = aws.endpoint.as_ref().filter(|_| !self.global.is_local());
        let through = through.map(|url| format!(" through {url}")).unwrap_or_default();
        let who = aws.caller.splitn(6, ':').nth(5).unwrap_or(&aws.caller);
        say(format_args!("in {place}, {}{through}, as {who}:", aws.names.region));
        let what = match self.args.clean_up {
            Some(_) => "take down the pipeline",
            None => "make, edit three times, change by hand and take down a pipeline",
        };
        for shape in &self.shapes {
            say(format_args!("  {what} {}/{}", self.name, shape.word()));
        }
        say("  hold each answer against what the Local AWS in this program says, which runs beside it");
        if !self.glue && self.shapes.contains(&Shape::Article) {
            say("  not start the article's crawlers and job, which cost most and take longest: `--with-glue` does");
        }
        say(format_args!("a month of it would cost ${usd:.2} at list prices, and it is there for less than an hour"));
        say(format_args!("if this is killed: `pipectl aws-acceptance --clean-up {}` takes it down", self.name));
    }

    fn report(&self, aws: &Aws, usd: f64) -> Report {
        let target = match (self.global.is_local(), &aws.endpoint) {
            (true, _) => "Local AWS",
            (false, Some(_)) => "another endpoint",
            (false, None) => "AWS",
        };
        Report {
            version: env!("CARGO_PKG_VERSION"),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            target,
            region: self.region.clone(),
            name: self.name.clone(),
            at: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            glue: self.glue,
            usd_at_most: usd,
            ..Report::default()
        }
    }

    async fn live(&self, report: &mut Report) -> Result<()> {
        let place = tempfile::tempdir().map_err(Error::cannot_write(&std::env::temp_dir()))?;
        let target = Side { place: place.path().join("there"), options: self.options()? };
        let local = Side { place: place.path().join("here"), options: vec!["--local=local".to_owned()] };
        for side in [&target, &local] {
            std::fs::create_dir(&side.place).map_err(Error::cannot_write(&side.place))?;
        }
        let mut lives = Lives::new(self, target, local);
        for shape in &self.shapes {
            lives.live(*shape, report).await?;
        }
        report.interrupted = remembered().is_some();
        let (there, here) = lives.recorded();
        report.compared =
            if self.args.clean_up.is_some() { Compared::default() } else { compare(&self.name, there, here) };
        Ok(())
    }

    /// Those of the command line that say which AWS is meant; it is asked from another directory.
    fn options(&self) -> Result<Vec<String>> {
        let mut options = vec![];
        let absolute = |path: &Path| {
            let path = std::path::absolute(path).map_err(Error::cannot_read(path))?;
            Ok::<_, Error>(path.display().to_string())
        };
        if let Some(directory) = &self.global.local {
            options.push(format!("--local={}", absolute(directory)?));
        }
        if let Some(directory) = &self.global.lambda_dir {
            options.extend(["--lambda-dir".to_owned(), absolute(directory)?]);
        }
        options.extend(self.global.profile.iter().flat_map(|name| ["--profile".to_owned(), name.clone()]));
        Ok(options)
    }

    fn show(&self, report: &Report) -> Result<()> {
        document(report.to_json());
        match &self.args.report {
            Some(path) => {
                let written = whole_file::write(path, &report.to_markdown(), Readers::Owner);
                written.map_err(Error::cannot_write(path))?;
                data(format_args!("{}\n", report.summary()));
                say(format_args!("wrote {}", path.display()));
            }
            None => data(report.to_markdown()),
        }
        for line in &report.left {
            say(format_args!("left: {line}"));
        }
        Ok(())
    }
}
