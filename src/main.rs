//! pipectl: one `pipeline.yaml` becomes a serverless analytics platform on AWS.
//!
//! ```text
//! pipeline.yaml -> config -> Pipeline -> blueprint -> Graph --+
//! AWS -> resources::observe -> Inventory ---------------------+-> engine::plan -> report, engine::apply
//! ```

#[cfg(feature = "local")]
mod acceptance;
mod adopt;
mod artifact;
mod aws;
mod bill;
mod blueprint;
mod chart;
mod cli;
mod client;
mod commands;
mod config;
mod connect;
mod cost;
mod error;
mod help;
mod limits;
mod names;
mod page;
mod permissions;
mod picture;
mod report;
mod resources;
mod schemas;
mod signal;
mod upgrades;
mod whole_file;

use clap::FromArgMatches as _;
use clap::parser::ValueSource;
use cli::{Cli, Command, Purpose};
use error::{Error, Exit, Result};
use pipectl_engine as engine;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    if help::complete() {
        return ExitCode::SUCCESS;
    }
    let read = help::command().try_get_matches();
    let is_file_said = read.as_ref().is_ok_and(|read| read.value_source("file") != Some(ValueSource::DefaultValue));
    let cli = match read.and_then(|read| Cli::from_arg_matches(&read)) {
        Ok(cli) => cli.settled(is_file_said),
        Err(error) => {
            report::usage(&error);
            if let Some(directory) = taken_for_local(&error) {
                report::say(format_args!("hint: `--local` takes its directory with `=`: `--local={directory}`"));
            }
            if let Some(hint) = asked_in_vain(&error) {
                report::say(format_args!("hint: {hint}"));
            }
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return ended(unread(&error, exit), Purpose::Output, report::Color::Auto).into();
        }
    };
    let (purpose, color) = (cli.purpose(), cli.global.color);
    let global = &cli.global;
    if global.quiet {
        report::quieten();
    }
    let ran = report::begin(global.json, global.json_out.as_deref()).and_then(|()| is_for_this_build());
    let ran = ran.and_then(|()| run(cli));
    ended(ran, purpose, color).into()
}

/// What comes of a command line that clap has told about. A program that asked for JSON gets an error as any other.
fn unread(error: &clap::Error, exit: Exit) -> Result<Exit> {
    let (printed, file) = asked_for_json(std::env::args_os().skip(1));
    if exit == Exit::Done || !printed && file.is_none() {
        return Ok(exit);
    }
    // The command line stays what is wrong, whatever becomes of the file.
    if let Err(error) = report::begin(printed, file.as_deref()) {
        report::print_error(&error, report::Paint::plain());
    }
    let told = error.render().to_string();
    let message = told.lines().next().unwrap_or_default();
    let hint = asked_in_vain(error).unwrap_or("see `pipectl help`");
    let refused = Err(Error::usage(message.trim_start_matches("error: "), hint));
    if let Err(error) = report::finish(&refused, false) {
        report::print_error(&error, report::Paint::plain());
    }
    Ok(exit)
}

/// Whether `--json` stands in a command line that clap has refused, and the file of `--json-out`.
fn asked_for_json(arguments: impl Iterator<Item = OsString>) -> (bool, Option<PathBuf>) {
    let (mut printed, mut file) = (false, None);
    let mut arguments = arguments.take_while(|argument| argument != "--").peekable();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        printed |= text == "--json";
        if text == "--json-out" {
            // What begins with `-` is the next option: the path is what clap misses.
            file = arguments.next_if(|next| !next.to_string_lossy().starts_with('-')).map(PathBuf::from);
        } else if let Some(path) = text.strip_prefix("--json-out=").filter(|path| !path.is_empty()) {
            file = Some(PathBuf::from(path));
        }
    }
    (printed, file)
}

/// An argument behind `--local` that clap does not know what to do with.
fn taken_for_local(error: &clap::Error) -> Option<String> {
    let arguments: Vec<_> = std::env::args().collect();
    let context = error
        .get(clap::error::ContextKind::InvalidArg)
        .or_else(|| error.get(clap::error::ContextKind::InvalidSubcommand));
    let unknown = context?.to_string();
    arguments.windows(2).find(|pair| pair[0] == "--local" && pair[1] == unknown).map(|pair| pair[1].clone())
}

/// The hint for who asks for Local AWS where there is none.
#[cfg(not(feature = "local"))]
fn asked_in_vain(error: &clap::Error) -> Option<&'static str> {
    commands::without_local::hint(error)
}

#[cfg(feature = "local")]
fn asked_in_vain(_: &clap::Error) -> Option<&'static str> {
    None
}

/// Whether this build has what the environment asks for.
#[cfg(not(feature = "local"))]
fn is_for_this_build() -> Result<()> {
    commands::without_local::refuse(std::env::var("PIPECTL_LOCAL").ok().as_deref())
}

#[cfg(feature = "local")]
fn is_for_this_build() -> Result<()> {
    Ok(())
}

/// Tells what went wrong, also of the output itself. A reader who has enough (`| head`) is nothing wrong.
fn ended(ran: Result<Exit>, purpose: Purpose, color: report::Color) -> Exit {
    let paint = report::Paint::new(color, &std::io::stderr());
    let failed = |error: Error| {
        report::print_error(&error, paint);
        error.exit()
    };
    let ran = match (report::finish(&ran, purpose == Purpose::Output), ran) {
        (Err(error), Ok(_)) if purpose == Purpose::Output => Err(error),
        (Err(error), ran) => {
            report::print_unwritten(&error, paint);
            ran
        }
        (Ok(()), ran) => ran,
    };
    match (ran, report::unwritten()) {
        (Err(error), _) => failed(error),
        (Ok(_), Some(why)) if purpose == Purpose::Output => failed(Error::Unwritten(why)),
        (Ok(exit), Some(why)) => {
            report::print_unwritten(why, paint);
            exit
        }
        (Ok(exit), None) => exit,
    }
}

/// Programs start with 8 MB of stack on Linux and 1 MB on Windows; the futures of a command, one within the other, take
/// most of that where nothing optimises them. What is not used of it costs nothing.
const STACK: usize = 64 << 20;

/// Runs the command, on a thread whose stack is as large everywhere.
fn run(cli: Cli) -> Result<Exit> {
    let thread = std::thread::Builder::new().name("command".to_owned()).stack_size(STACK);
    let started = thread.spawn(|| command(cli));
    let started = started.map_err(|error| {
        Error::other(format!("no thread can be started: {error}"), "end other programs, or raise `ulimit -u`")
    })?;
    started.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[tokio::main]
async fn command(cli: Cli) -> Result<Exit> {
    let Cli { global, command } = cli;
    let Some(command) = command else { return commands::way::run(&global) };
    match command {
        Command::Init(args) => commands::init::run(&global.file, &args),
        Command::Validate => commands::validate::run(&global),
        Command::Check(args) => commands::check::run(&global, &args).await,
        Command::CostEstimate(args) => commands::cost_estimate::run(&global, &args).await,
        Command::Bill(args) => commands::bill::run(&global, &args).await,
        Command::Prices { command } => commands::prices::run(&global, &command).await,
        Command::Schema(args) => commands::schema::run(&args),
        Command::Plan(args) => commands::plan::run(&global, &args).await,
        Command::Apply(args) => commands::apply::run(&global, &args).await,
        Command::Destroy(args) => commands::apply::destroy(&global, &args).await,
        Command::Unlock(args) => commands::lock::run(&global, &args).await,
        Command::Output(args) => commands::output::run(&global, &args).await,
        Command::Explain(args) => commands::explain::run(&global, &args),
        Command::Graph(args) => commands::graph::run(&global, &args).await,
        Command::List(args) => commands::list::run(&global, &args).await,
        Command::Send(args) => commands::send::run(&global, &args).await,
        Command::Ui(args) => commands::ui::run(&global, &args).await,
        Command::Query(args) => commands::query::run(&global, &args).await,
        Command::Connect(args) => commands::connect::run(&global, &args).await,
        Command::Report(args) => commands::report::run(&global, &args).await,
        Command::Run(args) => commands::run::run(&global, &args).await,
        Command::Status(args) => commands::status::run(&global, &args).await,
        Command::Events(args) => commands::events::run(&global, &args).await,
        Command::Logs(args) => commands::logs::run(&global, &args).await,
        Command::IamPolicy(args) => commands::iam_policy::run(&global, &args).await,
        Command::Adopt(args) => commands::adopt::run(&global, &args).await,
        Command::Build(args) => commands::build::run(&global, &args).await,
        Command::Client(args) => commands::client::run(&global, &args),
        Command::Version => commands::version::run(),
        Command::Help(args) => help::run(&global, &args),
        Command::Completions { shell } => help::completions(shell),
        #[cfg(feature = "local")]
        Command::AwsAcceptance(args) => commands::acceptance::run(&global, &args).await,
        #[cfg(feature = "local")]
        Command::Local(args) => {
            let directory = global.served_directory();
            let global = commands::Global { local: Some(directory.clone()), ..global };
            commands::local::run(&directory, &args, async || commands::ui::beside(&global).await, commands::ui::open)
                .await
        }
        #[cfg(feature = "local")]
        Command::Function { name } => commands::function::run(name).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_that_is_refused_tells_who_was_to_read_of_it() {
        for (line, printed, file) in [
            ("plan --no-such", false, None),
            ("plan --json --no-such", true, None),
            ("--json-out a.json plan --no-such --json", true, Some("a.json")),
            ("plan --json-out=a=b --no-such", false, Some("a=b")),
            ("plan --json-out --json", true, None),
            ("plan --json-out", false, None),
            ("plan --json-out=", false, None),
            ("send -- --json --json-out a.json", false, None),
        ] {
            let asked = asked_for_json(line.split(' ').map(OsString::from));
            assert_eq!(asked, (printed, file.map(PathBuf::from)), "{line}");
        }
    }
}
