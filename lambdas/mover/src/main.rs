//! The `bootstrap` of the `mover` function. One event at a time: a single thread starts fastest.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = pipectl_mover::run().await else { return ExitCode::SUCCESS };
    pipectl_mover::ended(&error);
    ExitCode::FAILURE
}
