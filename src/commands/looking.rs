//! A session whose first look goes on while AWS is asked whose the credentials are.

use super::manner::manner;
use super::session::{Session, load, target};
use crate::aws::Connection;
use crate::commands::Global;
use crate::error::Result;

impl Session {
    /// Reads the file, connects, and looks at what is there, while AWS is asked whose the credentials are: in the account
    /// that these name, and once more where AWS names another. `look` changes nothing.
    ///
    /// # Errors
    /// AWS's about the caller before those of the look: credentials that it refuses fail both.
    pub(crate) async fn open_looking<T>(global: &Global, look: impl AsyncFn(&Self) -> Result<T>) -> Result<(Self, T)> {
        let pipeline = load(global)?;
        let (target, local) = target(global, &pipeline).await?;
        let (region, called) = (pipeline.region.clone(), (pipeline.name.as_str(), pipeline.stage.as_str()));
        let connection = Connection::begin(target, region, called, manner(global)).await?;
        // A look is large, and lies in a future of its own: the stack has to hold all others.
        let early = Box::pin(async {
            // What is wrong with a session is told of the caller's.
            let session = Self::of(global, connection.likely().await?, pipeline.clone(), (local, false)).ok()?;
            let seen = look(&session).await;
            Some((session, seen))
        });
        let (caller, early) = futures::try_join!(connection.caller(), async { Ok(early.await) })?;
        let aws = connection.of(caller);
        if let Some((mut session, seen)) = early.filter(|(session, _)| session.aws.is_where(&aws)) {
            session.aws.caller = aws.caller;
            return Ok((session, seen?));
        }
        let session = Self::of(global, aws, pipeline, (local, false))?;
        let seen = Box::pin(look(&session)).await?;
        Ok((session, seen))
    }
}
