//! A dashboard that an account cannot have.

use crate::aws::{Aws, Error, Result};
use crate::config::Pipeline;
use crate::report::say;
use crate::resources::Subscription;
use tokio::sync::OnceCell;

/// The pipeline without what its account cannot have; asked for once, by whoever compares. `None`: it can have all of it.
#[derive(Debug, Default)]
pub(super) struct Possible(OnceCell<Option<Pipeline>>);

impl Possible {
    /// Leaves out the dashboard of an account without QuickSight, and says so: subscribing costs by the month, which is for
    /// people to decide.
    ///
    /// # Errors
    /// AWS's, if it cannot be asked: a plan that is made of a guess could not be trusted.
    pub(super) async fn of<'a>(&'a self, aws: &Aws, pipeline: &'a Pipeline) -> Result<&'a Pipeline> {
        let asked = self.0.get_or_try_init(|| async {
            if pipeline.dashboard.is_none() {
                return Ok::<_, Error>(None);
            }
            let why = Subscription::of(aws).await?.lacks();
            Ok(why.map(|why| {
                say(format_args!("`dashboard` is left out: {why}"));
                Pipeline { dashboard: None, ..pipeline.clone() }
            }))
        });
        Ok(asked.await?.as_ref().unwrap_or(pipeline))
    }
}
