//! `pipectl iam-policy`: what IAM has to allow for a command, computed from the file.

use super::session::{Session, load};
use crate::blueprint::{self, Functions};
use crate::commands::Global;
use crate::config::Pipeline;
use crate::error::{Error, Exit, Result};
use crate::names::{IgnoredTags, Names};
use crate::permissions::{Document, LONGEST_POLICY, Purpose, Trust, grants};
use crate::report::{
    Policies, document, exact, policies_to_cloudformation, policies_to_document, policies_to_json,
    policies_to_terraform, say,
};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct IamPolicyArgs {
    /// The command that is to be allowed; give it more than once for what several need together.
    #[arg(long = "for", value_enum, value_name = "COMMAND", default_value = "apply")]
    commands: Vec<Command>,
    /// What to print it as.
    #[arg(long, value_enum, default_value_t = Format::Json, value_name = "FORMAT")]
    format: Format,
    /// The account, where neither the file nor credentials say it.
    #[arg(long, value_name = "ID", value_parser = parse_account)]
    account: Option<String>,
    /// A role too, that jobs of this repository may work under: `github:ORG/REPO:ENVIRONMENT`,
    /// `github:ORG/REPO:pull_request`, or `gitlab:GROUP/PROJECT:BRANCH`.
    #[arg(long, value_name = "WHO")]
    with_trust: Option<Trust>,
    /// Print only this one, where it takes several policies.
    #[arg(long, value_name = "N", conflicts_with = "with_trust", value_parser = clap::value_parser!(u16).range(1..))]
    part: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Command {
    Plan,
    /// With the plan that it makes.
    Apply,
    Destroy,
    /// `query`, `report`.
    Query,
    Send,
    /// `cost-estimate --listed-prices`, `prices update` and `bill`.
    Cost,
    /// `check --account`, `check --quotas`.
    Check,
    /// `status`, `events`, `logs`: it changes nothing.
    Status,
    /// `run`, `events replay`, `unlock`.
    Operate,
    All,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Json,
    Terraform,
    Cloudformation,
}

impl Command {
    fn purposes(self) -> Vec<Purpose> {
        match self {
            Self::Plan => vec![Purpose::Plan],
            Self::Apply => vec![Purpose::Apply],
            Self::Destroy => vec![Purpose::Destroy],
            Self::Query => vec![Purpose::Query],
            Self::Send => vec![Purpose::Send],
            Self::Cost => vec![Purpose::Cost],
            Self::Check => vec![Purpose::Check],
            Self::Status => vec![Purpose::Status],
            Self::Operate => vec![Purpose::Operate],
            Self::All => Purpose::ALL.to_vec(),
        }
    }
}

pub(super) fn parse_account(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| text.to_owned()).ok_or_else(|| "an account id is twelve digits".to_owned())
}

pub(crate) async fn run(global: &Global, args: &IamPolicyArgs) -> Result<Exit> {
    let (pipeline, names) = placed(global, args.account.as_deref()).await?;
    let functions = Functions::without_code();
    let graph = blueprint::graph(&pipeline, &names, &functions);
    let mut purposes: Vec<_> = args.commands.iter().flat_map(|command| command.purposes()).collect();
    purposes.sort();
    purposes.dedup();
    let documents = Document::of(&names, &grants(&pipeline, &names, &graph, &purposes));
    let documents = match args.part {
        Some(part) => vec![nth(documents, part.into())?],
        None => documents,
    };
    let words: Vec<_> = purposes.iter().map(|purpose| purpose.word()).collect();
    let policies = Policies { names: &names, words: &words, documents: &documents, trust: args.with_trust.as_ref() };
    document(policies_to_document(&policies));
    match args.format {
        Format::Json => exact(policies_to_json(&policies)),
        Format::Terraform => exact(policies_to_terraform(&policies)),
        Format::Cloudformation => exact(policies_to_cloudformation(&policies)),
    }
    tell(&policies);
    Ok(Exit::Done)
}

fn nth(documents: Vec<Document>, part: usize) -> Result<Document> {
    let count = documents.len();
    documents
        .into_iter()
        .nth(part - 1)
        .ok_or_else(|| Error::usage(format!("there is no part {part}"), format!("it takes {count}, from 1")))
}

/// What is not in the documents themselves.
fn tell(policies: &Policies<'_>) {
    if let count @ 2.. = policies.documents.len() {
        say(format_args!(
            "{count} policies, as IAM takes {LONGEST_POLICY} characters in one: attach all of them; `--part N` prints one"
        ));
    }
    if let Some(note) = policies.trust.and_then(Trust::note) {
        say(note);
    }
}

/// The pipeline, and where it is: as file and options say, or else as AWS does.
pub(super) async fn placed(global: &Global, said: Option<&str>) -> Result<(Pipeline, Names)> {
    let pipeline = load(global)?;
    let variable = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
    let (account, region) = (said.map(str::to_owned).or_else(|| pipeline.account.clone()), pipeline.region.clone());
    let (Some(account), Some(region), false) = (account, region.or_else(variable), global.is_local()) else {
        let session = Session::open(global).await.map_err(unknown)?;
        let (pipeline, names) = (session.pipeline, session.aws.names);
        return agrees(said, &names).map(|()| (pipeline, names));
    };
    if let Some(other) = pipeline.account.as_ref().filter(|other| **other != account) {
        let hint = "leave `--account` out, or choose the other stage with `--stage`";
        return Err(Error::usage(format!("the file says account {other}, and not {account}"), hint));
    }
    let (ignored, role_path, given) = (IgnoredTags::default(), pipeline.role_path.clone(), pipeline.names.clone());
    let (name, stage) = (pipeline.name.clone(), pipeline.stage.clone());
    let partition = partition(&region).to_owned();
    let names = Names { partition, account, region, pipeline: name, stage, ignored, role_path, given };
    let pipeline = pipeline.resolve(&names.account, &names.region);
    Ok((pipeline, names))
}

fn unknown(error: Error) -> Error {
    match error {
        Error::Aws(error) => Error::usage(
            format!("account and region are not both known, and AWS does not tell: {error}"),
            "give `--account ID` and `--region REGION`, or `account` and `region` in the file, or credentials",
        ),
        other => other,
    }
}

fn agrees(account: Option<&str>, names: &Names) -> Result<()> {
    match account {
        Some(account) if account != names.account => Err(Error::usage(
            format!("the credentials are of account {}, and not of {account}", names.account),
            "with `--region` nobody is asked",
        )),
        _ => Ok(()),
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
