//! QuickSight dashboard: what people look at. An update makes a version that nobody sees before it is published.

use super::ArnOutputs;
use super::asset::{Asset, refuse_failed, text, written};
use super::definition::{self, Definition, version_of};
use super::principals::Principals;
use crate::aws::{Aws, Error, Expect as _, QuickSightAsked as Asked, Raw, Result};
use crate::engine::resource::Resource;
use crate::names::Names;
use crate::resources::fields::{DESCRIBE_DASHBOARD, DESCRIBE_DASHBOARD_PERMISSIONS};
use crate::resources::managed::Managed;
use crate::resources::named::{Found, Named, ladders};
use crate::resources::tags::Tags;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const STATE: &str = "/Dashboard/Version/Status";
const WHY: &str = "/Dashboard/Version/Errors";
const VERSION: &str = "/Dashboard/Version/VersionNumber";
/// AWS publishes the first version by itself.
const FIRST: u64 = 1;

const ASSET: Asset = Asset {
    path: "dashboards",
    arn: "dashboard/",
    describe: "quicksight:DescribeDashboard",
    list: "quicksight:ListDashboards",
    items: ("DashboardSummaryList", "DashboardId"),
    permissions: "quicksight:DescribeDashboardPermissions",
    permit: "quicksight:UpdateDashboardPermissions",
    permit_method: "PUT",
    actions: &[
        "DescribeDashboard",
        "ListDashboardVersions",
        "QueryDashboard",
        "UpdateDashboard",
        "DeleteDashboard",
        "DescribeDashboardPermissions",
        "UpdateDashboardPermissions",
        "UpdateDashboardPublishedVersion",
    ],
    readers: 3,
};

/// Charts of the events and of named queries, for people with an account in QuickSight.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Dashboard {
    /// Begins with the name of the pipeline and its stage.
    #[fixed]
    pub(crate) id: String,
    /// What people see it called.
    #[sent(Definition)]
    pub(crate) title: String,
    /// What is drawn, by a fingerprint, in the version that people see.
    #[sent(Definition)]
    pub(crate) definition: Definition,
    /// Who may change it.
    #[sent(Permissions)]
    pub(crate) owners: Principals,
    /// Who may look at it.
    #[sent(Permissions)]
    pub(crate) readers: Principals,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Definition,
    Permissions,
}

impl Dashboard {
    fn body(&self) -> Json {
        json!({"Name": self.title, "Definition": self.definition.document})
    }

    async fn ready(&self, aws: &Aws, operation: &'static str, version: u64) -> Result<()> {
        let at = format!("{}?version-number={version}", ASSET.at(aws, &self.id));
        let answer = ASSET.ready(aws, &at, STATE).await?;
        refuse_failed(operation, &answer, STATE, WHY)
    }

    /// A version that cannot be drawn is never published: people see the one before it.
    async fn publish(&self, aws: &Aws) -> Result<()> {
        const OPERATION: &str = "quicksight:UpdateDashboard";
        let at = ASSET.at(aws, &self.id);
        let answer = aws.quicksight.write(Asked::put("quicksight:UpdateDashboard", &at, self.body())).await?;
        let Some(version) = version_of(&answer["VersionArn"]) else {
            return Err(Error::incomplete(OPERATION, "the answer does not say which version it made"));
        };
        self.ready(aws, OPERATION, version).await?;
        let at = format!("{at}/versions/{version}");
        let asked = Asked::put("quicksight:UpdateDashboardPublishedVersion", &at, Json::Null);
        aws.quicksight.write(asked).await?;
        let mark = BTreeMap::from([(definition::TAG.to_owned(), self.definition.mark(version))]);
        ASSET.tag(aws, &self.id, &mark, &[]).await
    }
}

impl Resource for Dashboard {
    type World = Aws;
    type Outputs = ArnOutputs;
    const KIND: &'static str = "quicksight.dashboard";
    const USES: &'static [&'static str] = &["quicksight.data_set"];
    ladders!();
}

impl Named for Dashboard {
    fn name(&self) -> &str {
        &self.id
    }

    fn outputs(&self, names: &Names) -> ArnOutputs {
        ArnOutputs { arn: Self::arn(names, &self.id) }
    }

    fn arn(names: &Names, id: &str) -> String {
        ASSET.arn(names, id)
    }

    async fn list(aws: &Aws) -> Result<Vec<String>> {
        ASSET.listed(aws).await
    }

    /// AWS describes the published version to those who name none.
    async fn read(aws: &Aws, id: &str) -> Result<Option<Found<Self>>> {
        let Some(seen) = ASSET.see(aws, id).await? else { return Ok(None) };
        let version = seen.answer.pointer(VERSION).and_then(Json::as_u64).unwrap_or_default();
        let (owners, readers) = ASSET.people(&seen);
        let resource = Self {
            id: id.to_owned(),
            title: text(&seen.answer["Dashboard"]["Name"]),
            definition: Definition::read(seen.stamp.ours.get(definition::TAG), version),
            owners,
            readers,
            tags: seen.stamp.tags.clone(),
        };
        let mut extras = DESCRIBE_DASHBOARD.extras(&Raw(seen.answer.clone()));
        extras.extend(DESCRIBE_DASHBOARD_PERMISSIONS.extras(&Raw(seen.permitted.clone())));
        Ok(Some(Found { extras, ..seen.found(resource, STATE) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let mut tags = tags.clone();
        tags.insert(definition::TAG.to_owned(), self.definition.mark(FIRST));
        let mut body = self.body();
        body["Permissions"] = ASSET.permitted(aws, &self.owners, &self.readers).await?;
        body["Tags"] = written(&tags);
        let at = ASSET.at(aws, &self.id);
        aws.quicksight.write(Asked::post("quicksight:CreateDashboard", &at, body)).await?;
        self.ready(aws, "quicksight:CreateDashboard", FIRST).await
    }

    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() && found.failed => self.remove(aws).await.map(|()| true),
            Some(found) if found.is_ours() => ASSET.ready(aws, &ASSET.at(aws, &self.id), STATE).await.map(|_| false),
            _ => Ok(false),
        }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Definition => self.publish(aws).await,
            Call::Permissions => ASSET.permit(aws, &self.id, &self.owners, &self.readers).await,
        }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        ASSET.tag(aws, &self.id, &tags, &removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        let at = ASSET.at(aws, &self.id);
        aws.quicksight.write(Asked::delete("quicksight:DeleteDashboard", &at)).await.gone()
    }
}
