//! QuickSight analysis: the dashboard's draft, which its owners may change as they like.
//!
//! What they change in it stays until the file's definition changes: an analysis has no versions by which that could be
//! told from what was sent.

use super::ArnOutputs;
use super::asset::{Asset, Seen, refuse_failed, text, written};
use super::definition::{self, Definition};
use super::principals::Principals;
use crate::aws::{Aws, Expect as _, QuickSightAsked as Asked, Raw, Result, escaped};
use crate::engine::resource::{Owner, Resource};
use crate::names::Names;
use crate::resources::fields::DESCRIBE_ANALYSIS;
use crate::resources::managed::Managed;
use crate::resources::named::{Found, Named, ladders};
use crate::resources::tags::Tags;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const STATE: &str = "/Analysis/Status";
const WHY: &str = "/Analysis/Errors";
/// An analysis has no versions.
const VERSION: u64 = 1;

const ASSET: Asset = Asset {
    path: "analyses",
    arn: "analysis/",
    describe: "quicksight:DescribeAnalysis",
    list: "quicksight:ListAnalyses",
    items: ("AnalysisSummaryList", "AnalysisId"),
    permissions: "quicksight:DescribeAnalysisPermissions",
    permit: "quicksight:UpdateAnalysisPermissions",
    permit_method: "PUT",
    actions: &[
        "DescribeAnalysis",
        "QueryAnalysis",
        "UpdateAnalysis",
        "DeleteAnalysis",
        "RestoreAnalysis",
        "DescribeAnalysisPermissions",
        "UpdateAnalysisPermissions",
    ],
    readers: 0,
};

/// The draft of the dashboard, for people to go on from.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Analysis {
    /// Begins with the name of the pipeline and its stage.
    #[fixed]
    pub(crate) id: String,
    /// What people see it called.
    #[sent(Definition)]
    pub(crate) title: String,
    /// What is drawn, by a fingerprint: a change of it takes the place of what people have changed.
    #[sent(Definition)]
    pub(crate) definition: Definition,
    /// Who may change it.
    #[sent(Permissions)]
    pub(crate) owners: Principals,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Definition,
    Permissions,
}

impl Analysis {
    fn body(&self) -> Json {
        json!({"Name": self.title, "Definition": self.definition.document})
    }

    async fn ready(&self, aws: &Aws, operation: &'static str) -> Result<()> {
        let answer = ASSET.ready(aws, &ASSET.at(aws, &self.id), STATE).await?;
        refuse_failed(operation, &answer, STATE, WHY)
    }

    /// Its id is taken until nobody can have it back: ends one of ours for good. AWS deletes none twice.
    async fn end_deleted(&self, aws: &Aws) -> Result<bool> {
        let Some(seen) = ASSET.see(aws, &self.id).await? else { return Ok(false) };
        if !(Self::is_deleted(&seen) && seen.stamp.owner == Owner::Us) {
            return Ok(false);
        }
        let at = aws.quicksight.at(&format!("restore/analyses/{}", escaped(&self.id)));
        aws.quicksight.write(Asked::post("quicksight:RestoreAnalysis", &at, Json::Null)).await?;
        self.remove(aws).await.map(|()| true)
    }

    /// One that people deleted can be had back for thirty days, and is not there meanwhile.
    fn is_deleted(seen: &Seen) -> bool {
        seen.answer.pointer(STATE).and_then(Json::as_str) == Some("DELETED")
    }
}

impl Resource for Analysis {
    type World = Aws;
    type Outputs = ArnOutputs;
    const KIND: &'static str = "quicksight.analysis";
    const USES: &'static [&'static str] = &["quicksight.data_set"];
    ladders!();
}

impl Named for Analysis {
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
        let seen = ASSET.see(aws, id).await?;
        let Some(seen) = seen.filter(|seen| !Self::is_deleted(seen)) else { return Ok(None) };
        let resource = Self {
            id: id.to_owned(),
            title: text(&seen.answer["Analysis"]["Name"]),
            definition: Definition::read(seen.stamp.ours.get(definition::TAG), VERSION),
            owners: ASSET.people(&seen).0,
            tags: seen.stamp.tags.clone(),
        };
        let extras = DESCRIBE_ANALYSIS.extras(&Raw(seen.answer.clone()));
        Ok(Some(Found { extras, ..seen.found(resource, STATE) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let mut tags = tags.clone();
        tags.insert(definition::TAG.to_owned(), self.definition.mark(VERSION));
        let mut body = self.body();
        body["Permissions"] = ASSET.permitted(aws, &self.owners, &Principals::default()).await?;
        body["Tags"] = written(&tags);
        let at = ASSET.at(aws, &self.id);
        aws.quicksight.write(Asked::post("quicksight:CreateAnalysis", &at, body)).await?;
        self.ready(aws, "quicksight:CreateAnalysis").await
    }

    /// One that failed, or that people have deleted, has the id still.
    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            None => self.end_deleted(aws).await,
            Some(found) if found.is_ours() && found.failed => self.remove(aws).await.map(|()| true),
            Some(found) if found.is_ours() => ASSET.ready(aws, &ASSET.at(aws, &self.id), STATE).await.map(|_| false),
            Some(_) => Ok(false),
        }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Definition => {
                let at = ASSET.at(aws, &self.id);
                aws.quicksight.write(Asked::put("quicksight:UpdateAnalysis", &at, self.body())).await?;
                self.ready(aws, "quicksight:UpdateAnalysis").await?;
                let mark = BTreeMap::from([(definition::TAG.to_owned(), self.definition.mark(VERSION))]);
                ASSET.tag(aws, &self.id, &mark, &[]).await
            }
            Call::Permissions => ASSET.permit(aws, &self.id, &self.owners, &Principals::default()).await,
        }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        ASSET.tag(aws, &self.id, &tags, &removed).await
    }

    /// For good: what waits thirty days to be restored would have the id for so long.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        let at = format!("{}?force-delete-without-recovery=true", ASSET.at(aws, &self.id));
        aws.quicksight.write(Asked::delete("quicksight:DeleteAnalysis", &at)).await.gone()
    }
}
