//! The command line. Its doc comments are the manual.

use crate::commands::{self, Global};
use clap::{Parser, Subcommand};

/// One pipeline.yaml becomes a serverless analytics platform on AWS, or on your laptop.
///
/// There is no state file: the file is compared with what AWS has now. What pipectl made carries its tags.
#[derive(Debug, Parser)]
#[command(name = "pipectl", version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

impl Cli {
    /// With what the command line leaves out.
    pub(crate) fn settled(self, is_file_said: bool) -> Self {
        let is_made = matches!(self.command, Some(Command::Init(_) | Command::Adopt(_)));
        Self { global: self.global.settled(is_file_said, is_made), ..self }
    }

    pub(crate) fn purpose(&self) -> Purpose {
        self.command.as_ref().map_or(Purpose::Work, Command::purpose)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented pipeline.yaml to start from.
    Init(commands::init::InitArgs),
    /// Check pipeline.yaml without talking to AWS.
    Validate,
    /// Hold the file and its usage against AWS's limits: what does not fit, and which wall is the first. Needs no AWS
    /// account, but for `--account`.
    Check(commands::check::CheckArgs),
    /// Print the JSON Schema of the pipeline file, for editors: with a name, that of what a command prints with `--json`.
    Schema(commands::schema::SchemaArgs),
    /// Estimate what a month costs, line by line. Needs no AWS account and no network, but for `--listed-prices`.
    CostEstimate(Box<commands::cost_estimate::CostArgs>),
    /// Show what AWS has billed beside the estimate, and why: line by line, with the reasons. Each request to Cost Explorer
    /// costs $0.01: it asks before.
    Bill(commands::bill::BillArgs),
    /// Keep a price book of your own up to date.
    Prices {
        #[command(subcommand)]
        command: commands::prices::PricesCommand,
    },
    /// Show what apply would do.
    Plan(commands::plan::PlanArgs),
    /// Create, update and delete until AWS is what the file says.
    Apply(commands::apply::ApplyArgs),
    /// Take down what the pipeline owns, and nothing else.
    Destroy(commands::apply::DestroyArgs),
    /// Take the lock away from a run that you know is dead.
    Unlock(commands::lock::UnlockArgs),
    /// Print the endpoint and the names of what was made.
    Output(commands::output::OutputArgs),
    /// List the pipelines and stages of the account. Needs no pipeline.yaml.
    List(commands::list::ListArgs),
    /// Print a module that sends events from a page or a server: in batches, and again where need be. Needs no
    /// AWS account.
    Client(commands::client::ClientArgs),
    /// Send made-up events, and count what became of each: after the schema, a template or a file.
    Send(commands::send::SendArgs),
    /// Draw the pipeline: the data's way through it, or what depends on what. Needs no AWS account, but for `--live`.
    Graph(commands::graph::GraphArgs),
    /// Explain a resource: what it is, why each of its attributes is there, what it costs. Needs no AWS account.
    Explain(commands::explain::ExplainArgs),
    /// Say whether the pipeline is healthy: what is wrong, how old the newest rows are, what is still on its way.
    Status(commands::status::StatusArgs),
    /// Show which fields arrive, and which columns there are for them.
    Events(commands::events::EventsArgs),
    /// Show the pipeline as a page in the browser: what happens in it, its files, queries, costs and changes. Changes
    /// nothing on AWS; with `--local` it lets time pass and starts what waits for its schedule.
    Ui(commands::ui::UiArgs),
    /// Run SQL on the pipeline's tables.
    Query(commands::query::QueryArgs),
    /// Run the queries of the file, and write their charts as one page: for a schedule, and for who has no account.
    Report(commands::report::ReportArgs),
    /// Print what another tool is to be told to reach the tables: a file, an address or a statement, without a secret. Needs no
    /// AWS account where file or `--account` say which one.
    Connect(commands::connect::ConnectArgs),
    /// Start the mover, a crawler or the job now: without waiting for its schedule.
    Run(commands::run::RunArgs),
    /// Show what the pipeline's parts have logged.
    Logs(commands::logs::LogsArgs),
    /// Write the file of what others made by following the article: by console, Serverless Framework or another tool.
    /// Tells what an apply would take over, what it would harden and what stays. Changes nothing on AWS.
    Adopt(commands::adopt::AdoptArgs),
    /// Print what IAM has to allow for a command: of this pipeline, and of nothing else. Needs no AWS account where file or
    /// `--account` say which one.
    IamPolicy(commands::iam_policy::IamPolicyArgs),
    /// Build the functions into zips, for `--lambda-dir`: once in CI, for every stage.
    Build(commands::build::BuildArgs),
    /// Print what this program is: its commit, and what it has inside.
    Version,
    /// Explain a command or a topic, or write the man pages.
    #[command(hide = true)]
    Help(commands::help::HelpArgs),
    /// Print a completion script for a shell: it completes the names in the file, too.
    Completions {
        /// The shell to complete for.
        shell: clap_complete::Shell,
    },
    /// Serve Local AWS on a port: for pages, apps and other clients such as the AWS CLI.
    #[cfg(feature = "local")]
    Local(commands::local::LocalArgs),
    /// Try a pipeline's whole life on an AWS account, for a few cents, and hold each answer against Local AWS's.
    #[cfg(feature = "local")]
    #[command(hide = true)]
    AwsAcceptance(commands::acceptance::AcceptanceArgs),
    /// Run a pipeline's function; Local AWS starts it.
    #[cfg(feature = "local")]
    #[command(hide = true)]
    Function {
        /// `track` or `mover`.
        name: commands::function::Which,
    },
}

/// What a command is there for, which decides how bad it is that its output cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What it prints: without that it has failed.
    Output,
    /// What it does: that is done all the same.
    Work,
}

impl Command {
    fn purpose(&self) -> Purpose {
        match self {
            Self::Validate
            | Self::Check(_)
            | Self::Schema(_)
            | Self::CostEstimate(_)
            | Self::Bill(_)
            | Self::Plan(_)
            | Self::List(_)
            | Self::Output(_)
            | Self::Explain(_)
            | Self::Graph(_)
            | Self::Client(_)
            | Self::IamPolicy(_)
            | Self::Connect(_)
            | Self::Query(_)
            | Self::Status(_)
            | Self::Events(_)
            | Self::Logs(_)
            | Self::Version
            | Self::Help(_)
            | Self::Completions { .. } => Purpose::Output,
            Self::Init(_)
            | Self::Adopt(_)
            | Self::Prices { .. }
            | Self::Apply(_)
            | Self::Destroy(_)
            | Self::Send(_)
            | Self::Report(_)
            | Self::Run(_)
            | Self::Unlock(_)
            | Self::Build(_)
            | Self::Ui(_) => Purpose::Work,
            #[cfg(feature = "local")]
            Self::AwsAcceptance(_) | Self::Local(_) | Self::Function { .. } => Purpose::Work,
        }
    }
}
