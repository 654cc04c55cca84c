//! The `bootstrap` of the `track` function. One event at a time: a single thread starts fastest.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    pipectl_track::run().await
}
