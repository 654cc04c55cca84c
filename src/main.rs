//! pipectl: one `pipeline.yaml` becomes a serverless analytics platform on AWS.
//!
//! ```text
//! pipeline.yaml -> config -> Pipeline -> blueprint -> Graph --+
//! AWS -> resources::observe -> Inventory ---------------------+-> engine::plan -> report, engine::apply
//! ```

mod artifact;
mod aws;
mod blueprint;
mod cli;
mod commands;
mod config;
mod cost;
mod error;
mod names;
mod report;
mod resources;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use error::{Exit, Result};
use pipectl_engine as engine;
use std::process::ExitCode;

fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            let _ = error.print();
            return if wrong { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let color = cli.global.color;
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            report::print_error(&error, report::Paint::new(color, &std::io::stderr()));
            error.exit().into()
        }
    }
}

/// `pipectl plan | head` closes our output. The standard library's printing panics then, which is no news to anybody.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if message.starts_with("failed printing to") && message.contains("Broken pipe") {
            std::process::exit(Exit::Done as i32);
        }
        usual(panic);
    }));
}

#[tokio::main]
async fn run(cli: Cli) -> Result<Exit> {
    let Cli { global, command } = cli;
    match command {
        Command::Init(args) => commands::init::run(&global.file, &args),
        Command::Validate => commands::validate::run(&global),
        Command::CostEstimate(args) => commands::cost_estimate::run(&global, &args).await,
        Command::Prices { command } => commands::prices::run(&global, &command).await,
        Command::Schema => commands::schema::run(),
        Command::Plan(args) => commands::plan::run(&global, &args).await,
        Command::Apply(args) => commands::apply::run(&global, &args).await,
        Command::Destroy(args) => commands::apply::destroy(&global, &args).await,
        Command::Output(args) => commands::output::run(&global, &args).await,
        Command::Send(args) => commands::send::run(&global, &args).await,
        Command::Query(args) => commands::query::run(&global, &args).await,
        Command::Run(args) => commands::run::run(&global, &args).await,
        Command::Logs(args) => commands::logs::run(&global, &args).await,
        Command::Build(args) => commands::build::run(&global, &args).await,
        Command::Completions { shell } => commands::completions::run(shell, Cli::command()),
        #[cfg(feature = "local")]
        Command::Local(args) => commands::local::run(global.local, &args).await,
        #[cfg(feature = "local")]
        Command::Function { name } => commands::function::run(name).await,
    }
}
