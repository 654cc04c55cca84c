//! QuickSight's way to Athena: a workgroup, and the role by which it reads.

use super::ArnOutputs;
use super::asset::{Asset, refuse_failed, text, written};
use super::principals::Principals;
use crate::aws::{Aws, Expect as _, Pause, QuickSightAsked as Asked, Raw, Result};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical as _, Value};
use crate::names::Names;
use crate::resources::fields::DESCRIBE_DATA_SOURCE;
use crate::resources::managed::Managed;
use crate::resources::named::{Found, Named, ladders};
use crate::resources::tags::Tags;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const STATE: &str = "/DataSource/Status";
const BROKEN: &str = "Status";
const WHY: &str = "/DataSource/ErrorInfo";
/// Roles are known everywhere after seconds; who has waited so long has a role that does not work.
const PROPAGATION: Duration = Duration::from_secs(40);

const ASSET: Asset = Asset {
    path: "data-sources",
    arn: "datasource/",
    describe: "quicksight:DescribeDataSource",
    list: "quicksight:ListDataSources",
    items: ("DataSources", "DataSourceId"),
    permissions: "quicksight:DescribeDataSourcePermissions",
    permit: "quicksight:UpdateDataSourcePermissions",
    permit_method: "POST",
    actions: &[
        "DescribeDataSource",
        "DescribeDataSourcePermissions",
        "PassDataSource",
        "UpdateDataSource",
        "DeleteDataSource",
        "UpdateDataSourcePermissions",
    ],
    readers: 0,
};

/// Athena, as QuickSight asks it.
#[derive(Clone, Debug, Managed)]
pub(crate) struct DataSource {
    /// Begins with the name of the pipeline and its stage.
    #[fixed]
    pub(crate) id: String,
    /// What people see it called.
    #[sent(Source)]
    pub(crate) title: String,
    /// Whose limits its queries have.
    #[sent(Source)]
    pub(crate) workgroup: String,
    /// The role that it reads the bucket and the catalog by. Without one, somebody has to tick the bucket in
    /// QuickSight's console.
    #[sent(Source)]
    pub(crate) role: String,
    /// Who may build on it.
    #[sent(Permissions)]
    pub(crate) owners: Principals,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Source,
    Permissions,
}

impl DataSource {
    fn body(&self) -> Json {
        let athena = json!({"WorkGroup": self.workgroup, "RoleArn": self.role});
        json!({"Name": self.title, "DataSourceParameters": {"AthenaParameters": athena}})
    }

    /// QuickSight tries the role once, and IAM may not have told it of a new one yet: it is sent again until it works, or
    /// long enough.
    async fn known(&self, aws: &Aws) -> Result<()> {
        let (began, at) = (Instant::now(), ASSET.at(aws, &self.id));
        let mut pause = Pause::growing(Duration::from_secs(1), Duration::from_secs(8));
        loop {
            let answer = ASSET.ready(aws, &at, STATE).await?;
            let made = refuse_failed("quicksight:CreateDataSource", &answer, STATE, WHY);
            if made.is_ok() || began.elapsed() > PROPAGATION {
                return made;
            }
            pause.pass().await;
            aws.quicksight.write(Asked::put("quicksight:UpdateDataSource", &at, self.body())).await?;
        }
    }

    async fn ready(&self, aws: &Aws, operation: &'static str) -> Result<()> {
        let answer = ASSET.ready(aws, &ASSET.at(aws, &self.id), STATE).await?;
        refuse_failed(operation, &answer, STATE, WHY)
    }
}

/// A source whose last update failed has the right settings and answers nobody.
fn broken(answer: &Json) -> Option<Extra> {
    let status = answer.pointer(STATE).and_then(Json::as_str).filter(|status| *status == "UPDATE_FAILED")?;
    Some(Extra {
        name: BROKEN.into(),
        value: status.canonical(),
        usual: Value::Unset,
        meaning: "its last update failed",
        removal: Removal::Always,
    })
}

impl Resource for DataSource {
    type World = Aws;
    type Outputs = ArnOutputs;
    const KIND: &'static str = "quicksight.data_source";
    const USES: &'static [&'static str] = &["iam.role", "athena.workgroup"];
    ladders!();
}

impl Named for DataSource {
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

    async fn read(aws: &Aws, id: &str) -> Result<Option<Found<Self>>> {
        let Some(seen) = ASSET.see(aws, id).await? else { return Ok(None) };
        let source = &seen.answer["DataSource"];
        let athena = &source["DataSourceParameters"]["AthenaParameters"];
        let resource = Self {
            id: id.to_owned(),
            title: text(&source["Name"]),
            workgroup: text(&athena["WorkGroup"]),
            role: text(&athena["RoleArn"]),
            owners: ASSET.people(&seen).0,
            tags: seen.stamp.tags.clone(),
        };
        let mut extras = DESCRIBE_DATA_SOURCE.extras(&Raw(seen.answer.clone()));
        extras.extend(broken(&seen.answer));
        Ok(Some(Found { extras, ..seen.found(resource, STATE) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let mut body = self.body();
        body["DataSourceId"] = self.id.clone().into();
        body["Type"] = "ATHENA".into();
        body["Permissions"] = ASSET.permitted(aws, &self.owners, &Principals::default()).await?;
        body["Tags"] = written(tags);
        let at = aws.quicksight.at(ASSET.path);
        aws.quicksight.write(Asked::post("quicksight:CreateDataSource", &at, body)).await?;
        self.known(aws).await
    }

    /// One that failed is in the way; one that is on its way is waited for.
    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() && found.failed => self.remove(aws).await.map(|()| true),
            Some(found) if found.is_ours() => ASSET.ready(aws, &ASSET.at(aws, &self.id), STATE).await.map(|_| false),
            _ => Ok(false),
        }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Source => {
                let at = ASSET.at(aws, &self.id);
                aws.quicksight.write(Asked::put("quicksight:UpdateDataSource", &at, self.body())).await?;
                self.ready(aws, "quicksight:UpdateDataSource").await
            }
            Call::Permissions => ASSET.permit(aws, &self.id, &self.owners, &Principals::default()).await,
        }
    }

    /// AWS tries it again when it is sent again.
    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        if extras.iter().any(|extra| extra.name == BROKEN) { self.send(Call::Source, aws, live).await } else { Ok(()) }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        ASSET.tag(aws, &self.id, &tags, &removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        let at = ASSET.at(aws, &self.id);
        aws.quicksight.write(Asked::delete("quicksight:DeleteDataSource", &at)).await.gone()
    }
}
