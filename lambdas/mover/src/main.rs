//! The `bootstrap` of the `mover` function. One event at a time: a single thread starts fastest.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    pipectl_mover::run().await
}
