//! The `bootstrap` of the `mover` function. One event at a time: a single thread starts fastest.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = pipectl_mover::run().await else { return ExitCode::SUCCESS };
    // In words: an error that `main` returns would stand in the log as Rust's `Debug` writes it.
    eprintln!("{error}");
    ExitCode::FAILURE
}
