//! `pipectl function`: the handlers of the functions, inside this executable.
//!
//! Local AWS starts a function as AWS does, by its zip's `bootstrap`. With `--local` that is a script which
//! comes back here, so that nothing has to be cross-compiled.

use crate::error::{Error, Exit, Result};

/// Which of the two.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Which {
    Track,
    Mover,
}

pub(crate) async fn run(which: Which) -> Result<Exit> {
    let ended = match which {
        Which::Track => pipectl_track::run().await,
        Which::Mover => pipectl_mover::run().await,
    };
    match ended {
        Ok(()) => Ok(Exit::Done),
        // Its log is read by Lambda, which wants a form of its own.
        Err(error) if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() => {
            pipectl_track::ended(&error);
            Ok(Exit::Failed)
        }
        Err(error) => Err(Error::other(
            format!("the function ended: {error}"),
            "this command is what Lambda starts; it needs a Lambda runtime to ask for work",
        )),
    }
}
