//! The roles of a pipeline, by their path: IAM is not covered by the Resource Groups Tagging API.

use super::{Aws, Error, Result, pages};
use futures::future::try_join_all;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A role, as far as a list tells.
#[derive(Clone, Debug)]
pub(crate) struct ListedRole {
    pub(crate) name: String,
    pub(crate) path: String,
}

impl Aws {
    /// The roles of this pipeline and stage in all regions. They are asked for once each look around.
    ///
    /// # Errors
    /// AWS's, if the caller may not call `iam:ListRoles`.
    pub(crate) async fn roles(&self) -> Result<Vec<ListedRole>> {
        let look = Arc::clone(&*self.roles.lock().await);
        let all = look.get_or_try_init(|| async {
            let paths = BTreeSet::from([self.names.iam_path_everywhere(), self.names.iam_path_unprefixed()]);
            let all = try_join_all(paths.iter().map(|path| self.roles_below(path))).await?;
            Ok::<_, Error>(all.concat())
        });
        Ok(all.await?.clone())
    }

    /// The other regions in which this pipeline has roles.
    ///
    /// # Errors
    /// As [`Aws::roles`].
    pub(crate) async fn elsewhere(&self) -> Result<BTreeSet<String>> {
        let below = self.names.iam_path_unprefixed();
        let roles = self.roles().await?;
        let regions = roles.iter().filter_map(|role| Some(role.path.split_once(&below)?.1));
        let regions = regions.map(|rest| rest.trim_end_matches('/').to_owned());
        Ok(regions.filter(|region| !region.is_empty() && *region != self.names.region).collect())
    }

    /// # Errors
    /// AWS's, if the caller may not call `iam:ListRoles`.
    pub(crate) async fn roles_below(&self, path: &str) -> Result<Vec<ListedRole>> {
        let pages = pages(
            "iam:ListRoles",
            |from| self.iam.list_roles().path_prefix(path).set_marker(from).send(),
            |page| page.marker(),
        );
        let roles = pages.await?.into_iter().flat_map(|page| page.roles);
        Ok(roles.map(|role| ListedRole { name: role.role_name, path: role.path }).collect())
    }
}
