//! QuickSight data set: one query, and whether it is run at each look or kept in SPICE.

use super::ArnOutputs;
use super::asset::{Asset, text, written};
use super::principals::Principals;
use crate::aws::{Aws, Class, Expect as _, QuickSightAsked as Asked, Raw, Result};
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical, Value};
use crate::names::Names;
use crate::resources::fields::DESCRIBE_DATA_SET;
use crate::resources::managed::Managed;
use crate::resources::named::{Found, Named, ladders};
use crate::resources::named_query::Sql;
use crate::resources::tags::Tags;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What its one table is called within it, and its own refresh among those of others.
const OWN: &str = "pipectl";
/// There is nothing to wait for: a data set is there at once.
const NO_STATE: &str = "/DataSet/Status";

const ASSET: Asset = Asset {
    path: "data-sets",
    arn: "dataset/",
    describe: "quicksight:DescribeDataSet",
    list: "quicksight:ListDataSets",
    items: ("DataSetSummaries", "DataSetId"),
    permissions: "quicksight:DescribeDataSetPermissions",
    permit: "quicksight:UpdateDataSetPermissions",
    permit_method: "POST",
    actions: &[
        "DescribeDataSet",
        "DescribeDataSetPermissions",
        "PassDataSet",
        "DescribeIngestion",
        "ListIngestions",
        "UpdateDataSet",
        "DeleteDataSet",
        "CreateIngestion",
        "CancelIngestion",
        "UpdateDataSetPermissions",
    ],
    readers: 0,
};

/// Rows that dashboards are drawn from.
#[derive(Clone, Debug, Managed)]
pub(crate) struct DataSet {
    /// Begins with the name of the pipeline and its stage.
    #[fixed]
    pub(crate) id: String,
    /// What people see it called.
    #[sent(Set)]
    pub(crate) title: String,
    /// The data source that is asked.
    #[sent(Set)]
    pub(crate) source: String,
    /// Its query: the table with a date, or a named query whose columns have known types.
    #[sent(Set)]
    pub(crate) sql: Sql,
    /// The query's columns, in QuickSight's types.
    #[sent(Set)]
    pub(crate) columns: InputColumns,
    /// Whether each look runs the query, or sees SPICE's copy.
    #[sent(Set)]
    pub(crate) mode: Mode,
    /// When SPICE's copy is made anew each day, by UTC.
    #[sent(Schedule)]
    pub(crate) refresh: Option<String>,
    /// Who may build on it.
    #[sent(Permissions)]
    pub(crate) owners: Principals,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Set,
    Schedule,
    Permissions,
}

/// Names and types, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InputColumns(pub(crate) Vec<(String, String)>);

impl Canonical for InputColumns {
    fn canonical(&self) -> Value {
        self.0.iter().map(|(name, kind)| format!("{name} {kind}")).collect::<Vec<_>>().canonical()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Direct,
    Spice,
    /// One that only a live one has.
    Other(String),
}

impl Mode {
    fn word(&self) -> &str {
        match self {
            Self::Direct => "DIRECT_QUERY",
            Self::Spice => "SPICE",
            Self::Other(word) => word,
        }
    }

    fn read(word: &str) -> Self {
        let known = [Self::Direct, Self::Spice].into_iter().find(|mode| mode.word() == word);
        known.unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl Canonical for Mode {
    fn canonical(&self) -> Value {
        self.word().canonical()
    }
}

impl DataSet {
    fn body(&self) -> Json {
        let columns: Json = self.columns.0.iter().map(|(name, kind)| json!({"Name": name, "Type": kind})).collect();
        let table = json!({
            "DataSourceArn": self.source, "Name": OWN, "SqlQuery": self.sql.0, "Columns": columns
        });
        json!({
            "Name": self.title, "PhysicalTableMap": {OWN: {"CustomSql": table}}, "ImportMode": self.mode.word()
        })
    }

    fn schedule(time: &str) -> Json {
        let frequency = json!({"Interval": "DAILY", "Timezone": "UTC", "TimeOfTheDay": time});
        json!({"Schedule": {"ScheduleId": OWN, "ScheduleFrequency": frequency, "RefreshType": "FULL_REFRESH"}})
    }

    /// Ours alone: others may have theirs, five of a set.
    async fn refreshed(aws: &Aws, id: &str) -> Result<Option<String>> {
        let at = format!("{}/refresh-schedules", ASSET.at(aws, id));
        let answer = aws.quicksight.read(Asked::get("quicksight:ListRefreshSchedules", &at)).await?;
        let all = answer["RefreshSchedules"].as_array().into_iter().flatten();
        let ours = all.filter(|one| one["ScheduleId"] == OWN).map(|one| {
            let (often, kind) = (&one["ScheduleFrequency"], &one["RefreshType"]);
            let usual = often["Interval"] == "DAILY" && often["Timezone"] == "UTC" && kind == "FULL_REFRESH";
            let time = text(&often["TimeOfTheDay"]);
            if usual {
                time
            } else {
                format!("{} {time} {} {}", text(&often["Interval"]), text(&often["Timezone"]), text(kind))
            }
        });
        Ok({ ours }.next())
    }

    async fn send_schedule(&self, aws: &Aws) -> Result<()> {
        let at = format!("{}/refresh-schedules", ASSET.at(aws, &self.id));
        let Some(time) = &self.refresh else {
            let at = format!("{at}/{OWN}");
            return aws.quicksight.write(Asked::delete("quicksight:DeleteRefreshSchedule", &at)).await.gone();
        };
        let body = Self::schedule(time);
        if Self::refreshed(aws, &self.id).await?.is_none() {
            let made = aws.quicksight.write(Asked::post("quicksight:CreateRefreshSchedule", &at, body.clone())).await;
            match made {
                // Made by a request whose answer was lost: of several attempts, the last one says so.
                Err(error) if error.class() == Class::Exists => {}
                made => return made.map(drop),
            }
        }
        aws.quicksight.write(Asked::put("quicksight:UpdateRefreshSchedule", &at, body)).await.map(drop)
    }
}

impl Resource for DataSet {
    type World = Aws;
    type Outputs = ArnOutputs;
    const KIND: &'static str = "quicksight.data_set";
    const USES: &'static [&'static str] = &["quicksight.data_source"];
    ladders!();
}

impl Named for DataSet {
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
        let (seen, refresh) = futures::join!(ASSET.see(aws, id), Self::refreshed(aws, id));
        let (Some(seen), Some(refresh)) = (seen?, refresh.absent()?) else { return Ok(None) };
        let set = &seen.answer["DataSet"];
        let tables: Vec<_> = set["PhysicalTableMap"].as_object().into_iter().flatten().collect();
        // Whatever else somebody has made of it is no query, and is put right.
        let table = match tables[..] {
            [(_, table)] => table["CustomSql"].clone(),
            _ => Json::Null,
        };
        let columns = table["Columns"].as_array().into_iter().flatten();
        let resource = Self {
            id: id.to_owned(),
            title: text(&set["Name"]),
            source: text(&table["DataSourceArn"]),
            sql: Sql(text(&table["SqlQuery"])),
            columns: InputColumns(columns.map(|one| (text(&one["Name"]), text(&one["Type"]))).collect()),
            mode: Mode::read(&text(&set["ImportMode"])),
            refresh,
            owners: ASSET.people(&seen).0,
            tags: seen.stamp.tags.clone(),
        };
        let extras = DESCRIBE_DATA_SET.extras(&Raw(seen.answer.clone()));
        Ok(Some(Found { extras, ..seen.found(resource, NO_STATE) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let mut body = self.body();
        body["DataSetId"] = self.id.clone().into();
        body["Permissions"] = ASSET.permitted(aws, &self.owners, &Principals::default()).await?;
        body["Tags"] = written(tags);
        let at = aws.quicksight.at(ASSET.path);
        aws.quicksight.write(Asked::post("quicksight:CreateDataSet", &at, body)).await.map(drop)
    }

    fn made(&self) -> Self {
        Self { refresh: None, ..self.clone() }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Set => {
                let at = ASSET.at(aws, &self.id);
                aws.quicksight.write(Asked::put("quicksight:UpdateDataSet", &at, self.body())).await.map(drop)
            }
            Call::Schedule => self.send_schedule(aws).await,
            Call::Permissions => ASSET.permit(aws, &self.id, &self.owners, &Principals::default()).await,
        }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        ASSET.tag(aws, &self.id, &tags, &removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        let at = ASSET.at(aws, &self.id);
        aws.quicksight.write(Asked::delete("quicksight:DeleteDataSet", &at)).await.gone()
    }
}
