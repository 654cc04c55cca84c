//! What a file was called before: a pipeline that is not there yet, beside one that is the same in all but its name.

use super::session::Session;
use crate::aws::Deployed;
use crate::commands::Global;
use crate::engine::resource::Owner;
use crate::error::Result;
use crate::resources::{Graph, Inventory, KINDS};
use std::collections::BTreeSet;

/// One line, where a new name or stage may have left an old pipeline behind, which goes on and is paid for.
///
/// Nothing tells for sure: files are not remembered. So it is said where nothing of this pipeline is there, and
/// another one of which name or stage alone differs has the same parts. A stage that the command line names is meant.
pub(super) async fn note(
    session: &Session,
    graph: &Graph<'_>,
    live: &Inventory,
    global: &Global,
) -> Result<Option<String>> {
    if live.iter().any(|live| *live.owner() == Owner::Us) {
        return Ok(None);
    }
    let wanted: BTreeSet<_> = KINDS
        .iter()
        .flat_map(|kind| graph.wanted(kind.name).into_iter().map(|one| part(kind.name, one.name)))
        .collect();
    let names = &session.aws.names;
    let (others, roles) = futures::try_join!(session.aws.deployed_in(&names.region), session.aws.roles_everywhere())?;
    let mut others = others;
    others.retain(|(pipeline, stage), there: &mut Deployed| {
        let renamed = *pipeline != names.pipeline && *stage == names.stage;
        let restaged = *pipeline == names.pipeline && *stage != names.stage && global.stage.is_none();
        (renamed || restaged) && !there.parts.is_empty() && there.parts.is_subset(&wanted)
    });
    let lines: Vec<_> = others
        .iter()
        .map(|(name @ (pipeline, stage), there)| {
            let roles = roles.get(&(name.clone(), Some(names.region.clone()))).copied().unwrap_or_default();
            format!("{pipeline}/{stage} ({} resources)", there.resources + roles)
        })
        .collect();
    let Some(((pipeline, stage), _)) = others.first_key_value() else { return Ok(None) };
    Ok(Some(format!(
        "This makes another pipeline beside {}, which costs what it did. If the file was called so before, remove that: \
         `pipectl destroy --name {pipeline} --stage {stage}`",
        lines.join(", ")
    )))
}

/// `("lambda", "track")` of `lambda.function.track`: services are called in kinds as in ARNs.
fn part(kind: &str, name: String) -> (String, String) {
    (kind.split('.').next().unwrap_or_default().to_owned(), name)
}
