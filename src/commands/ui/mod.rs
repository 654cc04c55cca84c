//! `pipectl ui`: the pipeline as a page in the browser. On AWS it changes nothing.

mod answers;
mod browser;
mod news;

pub(crate) use browser::open;

use super::session::{Session, load};
use crate::commands::Global;
use crate::error::{Code, Error, Exit, Result};
use crate::page::{Asked, Feed, Page};
use crate::report::{data, line, say, stream};
use crate::signal::Signals;
use answers::Answers;
use clap::Args;
use futures::stream::{FuturesUnordered, StreamExt as _};
use news::News;
use serde_json::json;
use std::io::ErrorKind;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;

/// The version of the lines.
const SCHEMA: &str = "pipectl-ui/1";

#[derive(Debug, Args)]
pub(crate) struct UiArgs {
    /// The port on 127.0.0.1. [default: one that is free]
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "PORT")]
    port: u16,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
}

pub(crate) async fn run(global: &Global, args: &UiArgs) -> Result<Exit> {
    stream(SCHEMA);
    // A mistake in the file, and credentials that are none, are said here, where somebody looks.
    let pipeline = load(global)?;
    #[cfg(feature = "local")]
    if let Some(directory) = &global.local {
        // Time passes in it from now on, whoever serves it.
        super::local::running(directory).await?;
    }
    let session = Session::open(global).await?;
    say(session.place());
    let (url, serving) = begin(global, session, args.port).await?;
    data(format_args!("{url}\n"));
    line("serving", json!({"url": url, "pipeline": pipeline.name, "stage": pipeline.stage}));
    if args.open {
        open(&url);
    }
    let mut signals = Signals::listen();
    tokio::select! {
        () = serving => {}
        _ = signals.next() => {}
    }
    Ok(Exit::Done)
}

/// The page beside a `pipectl local` that serves.
#[cfg(feature = "local")]
pub(crate) async fn beside(global: &Global) -> Result<super::local::Beside<impl Future<Output = ()>>> {
    let session = Session::open(global).await?;
    let (url, serving) = begin(global, session, 0).await?;
    crate::report::alert(format_args!("the page is {url}"));
    Ok(super::local::Beside { url, serving })
}

/// Where the page is, and what has to go on for it.
async fn begin(global: &Global, session: Session, port: u16) -> Result<(String, impl Future<Output = ()> + use<'_>)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| taken(port, &error))?;
    let address = listener.local_addr().map_err(|error| taken(port, &error))?;
    let (token, feed) = (token()?, Arc::new(Feed::default()));
    let page = Page::new(listener, address, &token);
    let url = page.url(&token);
    let asked = page.serve(feed.clone());
    let serving = async move {
        let answers = Answers::new(global, &feed);
        answers.tell(&session);
        let news = News::of(global, &session, &feed);
        futures::join!(answer_all(&answers, asked), news.tell());
    };
    Ok((url, serving))
}

/// Each question at once, whatever another one takes.
async fn answer_all(answers: &Answers<'_>, mut asked: Receiver<Asked>) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            question = asked.recv() => match question {
                Some(Asked { ask, answer }) => under_way.push(async move {
                    let told = answers.to(ask).await;
                    // The page may be closed by now.
                    let _ = answer.send(told);
                }),
                None => return,
            },
            Some(()) = under_way.next() => {}
        }
    }
}

/// 256 bits that nobody can guess.
fn token() -> Result<String> {
    let mut bytes = [0; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| {
        let message = "this machine gives no random bytes, so that the page could not be kept to you";
        Error::other(message.to_owned(), "`pipectl status` and `pipectl query` show the same without a page")
    })?;
    Ok(hex::encode(bytes))
}

fn taken(port: u16, error: &std::io::Error) -> Error {
    let place = format!("the page cannot be served at 127.0.0.1:{port}");
    match error.kind() {
        ErrorKind::AddrInUse => Error::coded(
            Code::Conflict,
            format!("{place}: another program listens there"),
            "`--port N` takes another one, and no `--port` one that is free",
        ),
        _ => Error::other(format!("{place}: {error}"), "without `--port`, one that is free is taken"),
    }
}
