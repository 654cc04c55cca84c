//! `pipectl local`, and how `--local` reaches the same AWS.

mod keys;
mod records;
mod request;
mod watch;

use crate::aws::{LocalTarget, Pause};
use crate::config::{ByteSize, parse_duration};
use crate::error::{Code, Error, Exit, Result};
use crate::report::{alert, data, document, line, say, stream};
use crate::signal::Signals;
use clap::{Args, Subcommand};
pub(crate) use keys::Beside;
use pipectl_local::{Account, LocalAws, Options};
pub(crate) use records::Served;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Where Local AWS keeps its state unless told otherwise, beside the pipeline file.
pub(crate) const DIRECTORY: &str = ".pipectl/local";

/// The variable that stands for `--account`, also with `--local`.
const ACCOUNT: &str = "PIPECTL_LOCAL_ACCOUNT";

#[derive(Debug, Args)]
pub(crate) struct LocalArgs {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Wait this long before answering each request, to see what a distant AWS costs.
    #[arg(long, value_name = "TIME", value_parser = parse_latency)]
    latency: Option<Duration>,
    /// Let time pass N times as fast: with 60, an hour's schedule comes due each minute; with 0, it stands still until
    /// `local tick`.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = parse_scale)]
    time_scale: f64,
    /// Whose everything in it is, twelve digits; kept in the directory. Without it, a new one is of account 000000000000.
    #[arg(long, value_name = "ID", env = ACCOUNT)]
    account: Option<Account>,
    /// Refuse what is over the limits that AWS gives an account at first: requests to API Gateway and Lambda, and Firehose's rates.
    #[arg(long)]
    limits: bool,
    /// How much memory queries may use together, such as `2 GB`. [default: a quarter of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    query_memory: Option<u64>,
    /// Open the page of `pipectl ui` in the browser; on a terminal, so does the key `o`.
    #[arg(long)]
    open: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Let time pass at once: buffers are delivered, schedules come due, and what follows from them is done.
    Tick {
        /// How much time, such as `15min` or `3h`.
        #[arg(value_parser = parse_duration)]
        time: Duration,
    },
}

fn parse_latency(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let number: u64 = number.trim().parse().map_err(|_| "write a time such as `80ms`".to_owned())?;
    match unit.trim() {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err("write a time such as `80ms` or `1s`".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    ByteSize::parse(text).map(|size| size.as_mib() << 20)
}

fn parse_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale == 0.0 || (1.0..=100_000.0).contains(&scale) => Ok(scale),
        _ => Err("write 0, or a number from 1 to 100000".to_owned()),
    }
}

/// Opens the directory, or finds the server that has it open.
pub(crate) async fn reach(directory: &Path) -> Result<LocalTarget> {
    let account = account_of_environment()?;
    match LocalAws::open(directory, Options { account: account.clone(), ..Options::default() }) {
        Ok(aws) => Ok(LocalTarget::Embedded(Box::new(aws))),
        Err(pipectl_local::Error::Served { address, .. }) => {
            if let Some(asked) = account {
                check_account(&address, directory, asked).await?;
            }
            Ok(LocalTarget::Served(address))
        }
        Err(error) => Err(error.into()),
    }
}

/// The URL of who serves a directory, which stays as it is.
pub(crate) fn served_at(directory: &Path) -> Option<String> {
    if !directory.is_dir() {
        return None;
    }
    match LocalAws::open(directory, Options::default()) {
        Err(pipectl_local::Error::Served { address, .. }) => Some(address),
        _ => None,
    }
}

fn account_of_environment() -> Result<Option<Account>> {
    let Some(account) = std::env::var(ACCOUNT).ok().filter(|account| !account.is_empty()) else { return Ok(None) };
    let hint = "unset it, or set it to the account of the Local AWS that is meant";
    account.parse().map(Some).map_err(|error| Error::usage(format!("`{ACCOUNT}` is `{account}`: {error}"), hint))
}

/// Another process has the directory, so that it is not opened here.
async fn check_account(url: &str, directory: &Path, asked: Account) -> Result<()> {
    let health = request::get(&format!("{url}/_local/health"), &token(directory)?).await?;
    match health["account"].as_str().and_then(|has| has.parse().ok()) {
        Some(has) if has != asked => {
            Err(pipectl_local::Error::Account { directory: directory.to_owned(), has, asked }.into())
        }
        _ => Ok(()),
    }
}

/// The URL of a Local AWS in which things happen: of the server that has the directory open, or of one in this
/// process, which ends with it.
pub(crate) async fn running(directory: &Path) -> Result<String> {
    match reach(directory).await? {
        LocalTarget::Served(url) => Ok(url),
        LocalTarget::Embedded(aws) => {
            let url = serve_here(*aws).await?;
            known(directory).await?;
            Ok(url)
        }
    }
}

/// Waits until whoever opens the directory is told who serves it, which is so a moment after it begins.
async fn known(directory: &Path) -> Result<()> {
    let (began, mut pause) = (Instant::now(), Pause::steady(Duration::from_millis(5)));
    while served_at(directory).is_none() {
        if began.elapsed() > Duration::from_secs(10) {
            let message = format!("the Local AWS in `{}` was opened, and cannot be served", directory.display());
            return Err(Error::other(message, "is the directory writable, and the disk not full?"));
        }
        pause.pass().await;
    }
    Ok(())
}

/// Serves Local AWS from this process for as long as that lives, and gives its URL.
pub(crate) async fn serve_here(aws: LocalAws) -> Result<String> {
    let (listener, address) = listen(0).await?;
    let url = format!("http://{address}");
    tokio::spawn(async move { aws.serve(listener).await });
    Ok(url)
}

/// `page` makes the page of the pipeline, which asks this Local AWS.
pub(crate) async fn run<F: Future<Output = ()>>(
    directory: &Path,
    args: &LocalArgs,
    page: impl AsyncFn() -> Result<Beside<F>>,
    open: impl Fn(&str),
) -> Result<Exit> {
    match args.action {
        Some(Action::Tick { time }) => tick(directory, time).await,
        None => serve(directory, args, keys::open_page(args.open, page, open)).await,
    }
}

async fn serve(directory: &Path, args: &LocalArgs, page: impl Future<Output = ()>) -> Result<Exit> {
    let latency = args.latency.unwrap_or_default();
    let options = Options { latency, time_scale: args.time_scale, account: args.account.clone(), ..Options::default() };
    let options = Options { limits: args.limits, ..options };
    let options = Options { query_memory: args.query_memory.unwrap_or(options.query_memory), ..options };
    stream("pipectl-local/1");
    let aws = LocalAws::open(directory, options)?;
    let (listener, address) = listen(args.port).await?;
    alert(format_args!("Local AWS serves {} at http://{address}", directory.display()));
    line("serving", json!({"url": format!("http://{address}"), "directory": directory}));
    let keys = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local";
    say(format_args!("for other clients: AWS_ENDPOINT_URL=http://{address} {keys}"));
    let (url, token, mut signals) = (format!("http://{address}"), token(directory)?, Signals::listen());
    tokio::select! {
        served = aws.serve(listener) => served.map_err(|error| {
            Error::other(format!("Local AWS cannot go on at http://{address}: {error}"), "start it again")
        })?,
        () = watch::watch(&url, &token) => {}
        () = page => {}
        _ = signals.next() => {}
    }
    Ok(Exit::Done)
}

/// A socket on a port of this machine, or on a free one, for 0.
async fn listen(port: u16) -> Result<(TcpListener, SocketAddr)> {
    let bound = TcpListener::bind(("127.0.0.1", port)).await;
    bound.and_then(|listener| listener.local_addr().map(|address| (listener, address))).map_err(|error| {
        let place = format!("Local AWS cannot be served at 127.0.0.1:{port}");
        match error.kind() {
            ErrorKind::AddrInUse => {
                let hint = "`--port N` takes another one, and `--port 0` one that is free";
                Error::coded(Code::Conflict, format!("{place}: another program listens there"), hint)
            }
            ErrorKind::PermissionDenied => {
                let hint = "ports below 1024 are not for everybody: `--port 4566`";
                Error::other(format!("{place}: {error}"), hint)
            }
            _ => Error::other(format!("{place}: {error}"), "`--port 0` takes one that is free"),
        }
    })
}

/// What Local AWS asks of who wants its own pages, which AWS does not have.
fn token(directory: &Path) -> Result<String> {
    pipectl_local::admin_token(directory).map_err(|error| {
        let hint = "the file is made when Local AWS is opened; only its owner can read it";
        Error::other(format!("the token of Local AWS in `{}` cannot be read: {error}", directory.display()), hint)
    })
}

/// Answers when all that came due in that time is done.
async fn tick(directory: &Path, time: Duration) -> Result<Exit> {
    if !directory.is_dir() {
        return Err(Error::usage(
            format!("there is no Local AWS in `{}`", directory.display()),
            "`pipectl apply --local` makes one",
        ));
    }
    let now = let_pass(directory, time).await?;
    document(json!({"schema": "pipectl-local-tick/1", "now": now}));
    data(format_args!("it is {} now\n", now.as_str().unwrap_or("later")));
    Ok(Exit::Done)
}

/// What the clock shows when all that came due in that time is done.
pub(crate) async fn let_pass(directory: &Path, time: Duration) -> Result<Value> {
    let url = running(directory).await?;
    let body = format!(r#"{{"step_seconds":{}}}"#, time.as_secs());
    let answer = request::post(&format!("{url}/_local/clock"), &token(directory)?, body).await?;
    Ok(answer["now"].clone())
}

/// What there is, as whoever serves the directory tells it.
pub(crate) async fn state(directory: &Path) -> Result<Value> {
    Served::at(directory).await?.status().await
}
