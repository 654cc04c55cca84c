//! A dashboard that an account cannot have.

use crate::aws::{Aws, Error, Result};
use crate::config::Pipeline;
use crate::resources::Subscription;
use tokio::sync::OnceCell;

/// The pipeline without what its account cannot have, and why. `None`: it can have all of it.
type Less = Option<(Pipeline, &'static str)>;

/// Is asked for once, by whoever compares.
#[derive(Debug, Default)]
pub(super) struct Possible(OnceCell<Less>);

impl Possible {
    /// Leaves out the dashboard of an account without QuickSight: subscribing costs by the month, which is for people to
    /// decide.
    ///
    /// # Errors
    /// AWS's, if it cannot be asked: a plan that is made of a guess could not be trusted.
    pub(super) async fn of<'a>(&'a self, aws: &Aws, pipeline: &'a Pipeline) -> Result<&'a Pipeline> {
        let asked = self.0.get_or_try_init(|| async {
            if pipeline.dashboard.is_none() {
                return Ok::<_, Error>(None);
            }
            let why = Subscription::of(aws).await?.lacks();
            Ok(why.map(|why| (Pipeline { dashboard: None, ..pipeline.clone() }, why)))
        });
        Ok(asked.await?.as_ref().map_or(pipeline, |(less, _)| less))
    }

    /// What was left out, in one line, once it was asked for.
    pub(super) fn left_out(&self) -> Option<String> {
        let (_, why) = self.0.get()?.as_ref()?;
        Some(format!("`dashboard` is left out: {why}"))
    }
}
