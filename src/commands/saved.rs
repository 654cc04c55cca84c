//! The plan that somebody has reviewed, and what it was made for.

use super::session::{Aim, Session};
use crate::error::{Code, Error, Result};
use crate::names::Names;
use crate::report::PLAN_SCHEMA;
use crate::resources::Plan;
use serde::Deserialize;
use std::path::{Path, PathBuf};

const AGAIN: &str = "make and review a new one with `pipectl plan --out FILE`";

/// What `plan --out` has written, as far as it says whether it is still the plan.
#[derive(Debug)]
pub(super) struct Saved {
    path: PathBuf,
    document: Document,
}

#[derive(Debug, Deserialize)]
struct Document {
    schema: String,
    pipectl: String,
    pipeline: String,
    stage: String,
    account: String,
    region: String,
    fingerprint: String,
    /// Whether it takes down all that there is; plans of older versions do not say.
    destroy: Option<bool>,
}

impl Saved {
    /// # Errors
    /// There is no such file, or no whole plan in it.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::cannot_read(path))?;
        let no_plan = |why: String| Error::usage(format!("`{}` is not a saved plan: {why}", path.display()), AGAIN);
        let document: Document = serde_json::from_str(&text).map_err(|error| {
            let why = if error.is_eof() { format!("it is cut off: {error}") } else { error.to_string() };
            no_plan(why)
        })?;
        if document.schema != PLAN_SCHEMA {
            return Err(no_plan(format!(
                "it is written as `{}`, and this pipectl reads `{PLAN_SCHEMA}`",
                document.schema
            )));
        }
        Ok(Self { path: path.to_owned(), document })
    }

    /// Refuses when AWS or the file has moved since the plan was saved, and what was planned for something else.
    pub(super) fn check(&self, session: &Session, aim: Aim, plan: &Plan) -> Result<()> {
        self.check_aim(aim)?;
        self.check_place(&session.aws.names)?;
        if self.document.fingerprint == plan.fingerprint() {
            return Ok(());
        }
        let made_by = match self.document.pipectl.as_str() {
            env!("CARGO_PKG_VERSION") => String::new(),
            other => format!(", or pipectl: {other} has made it, and this is {}", env!("CARGO_PKG_VERSION")),
        };
        let path = self.path.display();
        let message = format!("the plan saved in `{path}` is stale: the file or AWS has changed since{made_by}");
        Err(Error::coded(Code::Stale, message, AGAIN))
    }

    fn check_aim(&self, aim: Aim) -> Result<()> {
        let (what, command) = match (self.document.destroy, aim) {
            (Some(true), Aim::Pipeline) => ("everything", "destroy"),
            (Some(false), Aim::Nothing) => ("nothing", "apply"),
            _ => return Ok(()),
        };
        let path = self.path.display();
        let message = format!("nothing was changed: the plan saved in `{path}` takes {what} down");
        Err(Error::usage(message, format!("`pipectl {command} --plan {path}` does what it says")))
    }

    fn check_place(&self, names: &Names) -> Result<()> {
        let Self { path, document } = self;
        let path = path.display();
        let of = |what: &str, planned: &str, here: &str| {
            format!("nothing was changed: the plan saved in `{path}` is of {what} {planned}, and not of {here}")
        };
        let planned = format!("{}/{}", document.pipeline, document.stage);
        let here = format!("{}/{}", names.pipeline, names.stage);
        if planned != here {
            let hint = format!("`--stage {}` of that file, or another plan", document.stage);
            return Err(Error::usage(of("the pipeline", &planned, &here), hint));
        }
        if document.account != names.account {
            let message = of("account", &document.account, &names.account);
            return Err(Error::coded(
                Code::WrongAccount,
                message,
                "use the credentials of that account, or another plan",
            ));
        }
        if document.region != names.region {
            let message = of("region", &document.region, &names.region);
            return Err(Error::coded(
                Code::Elsewhere,
                message,
                format!("`--region {}`, or another plan", document.region),
            ));
        }
        Ok(())
    }
}
