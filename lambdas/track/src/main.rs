//! The `bootstrap` of the `track` function. One event at a time: a single thread starts fastest.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = pipectl_track::run().await else { return ExitCode::SUCCESS };
    pipectl_track::ended(&error);
    ExitCode::FAILURE
}
