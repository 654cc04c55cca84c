//! API Gateway usage plan: which keys may call which stage, how often.

use super::apigateway::{self, Named, addressed};
use crate::aws::{Aws, Error, Expect, Result, Tags, call, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Canonical, Pending, Value};
use crate::names::Names;
use aws_sdk_apigateway::types::{
    ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings, UsagePlan as Description,
};
use futures::future::try_join_all;

#[derive(Clone, Debug)]
pub(crate) struct UsagePlan {
    pub(crate) name: String,
    pub(crate) description: String,
    /// `api:stage`.
    pub(crate) api_stages: Ids,
    /// Requests in a second, for each key.
    pub(crate) rate: f64,
    /// Requests at once, for each key.
    pub(crate) burst: i32,
    pub(crate) quota: Option<Quota>,
    /// Ids of API keys.
    pub(crate) keys: Ids,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct UsagePlanOutputs {
    pub(crate) id: Pending<String>,
}

/// Ids in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids(pub(crate) Vec<Pending<String>>);

impl Canonical for Ids {
    fn canonical(&self) -> Value {
        let mut all: Vec<_> = self.0.iter().map(Canonical::canonical).collect();
        all.sort();
        Value::List(all)
    }
}

impl Ids {
    fn known(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(Pending::known)
    }

    /// What is here and not there.
    fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a String> {
        self.known().filter(move |id| other.known().all(|there| there != *id))
    }
}

/// Requests in a period, for each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) requests: i32,
    /// `DAY`, `WEEK` or `MONTH`.
    pub(crate) period: String,
}

impl Canonical for Quota {
    fn canonical(&self) -> Value {
        let Self { requests, period } = self;
        Value::Map([("requests".to_owned(), requests.canonical()), ("period".to_owned(), period.canonical())].into())
    }
}

fn patch(op: Op, path: &str, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

impl UsagePlan {
    /// The operations that make the live plan this one; keys have calls of their own.
    fn patches(&self, live: &Self) -> Vec<PatchOperation> {
        let replace = |path: &str, value: String| patch(Op::Replace, path, Some(value));
        let mut all = vec![];
        if self.name != live.name {
            all.push(replace("/name", self.name.clone()));
        }
        if self.description != live.description {
            all.push(replace("/description", self.description.clone()));
        }
        if (self.rate, self.burst) != (live.rate, live.burst) {
            all.push(replace("/throttle/rateLimit", self.rate.to_string()));
            all.push(replace("/throttle/burstLimit", self.burst.to_string()));
        }
        match (&self.quota, &live.quota) {
            (Some(quota), before) if before.as_ref() != Some(quota) => {
                all.push(replace("/quota/limit", quota.requests.to_string()));
                all.push(replace("/quota/period", quota.period.clone()));
            }
            (None, Some(_)) => all.push(patch(Op::Remove, "/quota", None)),
            _ => {}
        }
        let stage = |op: Op, stage: &String| patch(op, "/apiStages", Some(stage.clone()));
        all.extend(live.api_stages.without(&self.api_stages).map(|gone| stage(Op::Remove, gone)));
        all.extend(self.api_stages.without(&live.api_stages).map(|new| stage(Op::Add, new)));
        all
    }

    async fn put_keys(&self, aws: &Aws, id: &str, live: &Ids) -> Result<()> {
        let added = self.keys.without(live).map(|key| async move {
            let made = write("apigateway:CreateUsagePlanKey", || {
                aws.apigateway.create_usage_plan_key().usage_plan_id(id).key_id(key).key_type("API_KEY").send()
            });
            match made.await {
                // A run that was killed may have added it.
                Err(error) if error.code() == "ConflictException" => Ok(()),
                made => made.map(|_| ()),
            }
        });
        let removed = live.without(&self.keys).map(|key| async move {
            write("apigateway:DeleteUsagePlanKey", || {
                aws.apigateway.delete_usage_plan_key().usage_plan_id(id).key_id(key).send()
            })
            .await
            .gone()
        });
        futures::try_join!(try_join_all(added), try_join_all(removed)).map(|_| ())
    }

    async fn make(&self, aws: &Aws, name: &str) -> Result<String> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        let stages = self.api_stages.known().filter_map(|text| text.split_once(':'));
        let stages: Vec<_> = stages.map(|(api, stage)| ApiStage::builder().api_id(api).stage(stage).build()).collect();
        let throttle = ThrottleSettings::builder().rate_limit(self.rate).burst_limit(self.burst).build();
        let quota = self.quota.as_ref().map(|quota| {
            let period = QuotaPeriodType::from(quota.period.as_str());
            QuotaSettings::builder().limit(quota.requests).period(period).build()
        });
        let made = call("apigateway:CreateUsagePlan", apigateway::ONCE, || {
            aws.apigateway
                .create_usage_plan()
                .name(&self.name)
                .description(&self.description)
                .set_api_stages(Some(stages.clone()))
                .throttle(throttle.clone())
                .set_quota(quota.clone())
                .set_tags(Some(tags.clone().into_iter().collect()))
                .customize()
                .config_override(apigateway::sent_once())
                .send()
        });
        Ok(made.await?.id.unwrap_or_default())
    }
}

impl Resource for UsagePlan {
    type World = Aws;
    const KIND: &'static str = "apigateway.usage_plan";
    const USES: &'static [&'static str] = &["apigateway.api_key", "apigateway.rest_api"];
    type Outputs = UsagePlanOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, description, api_stages, rate, burst, quota, keys, tags } = self;
        Attributes::new()
            .update("name", name)
            .update("description", description)
            .update("api_stages", api_stages)
            .update("rate", rate)
            .update("burst", burst)
            .update("quota", quota)
            .update("keys", keys)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> UsagePlanOutputs {
        UsagePlanOutputs { id: Pending::AfterApply }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let mut pages = aws.apigateway.get_usage_plans().limit(500).into_paginator().items().send();
        let mut all = vec![];
        while let Some(plan) = pages.next().await {
            let plan = plan.map_err(|error| Error::from_sdk("apigateway:GetUsagePlans", &error))?;
            let (name, tags) = (plan.name.clone().unwrap_or_default(), plan.tags.clone().unwrap_or_default());
            all.push(Named::new(&aws.names, name, tags, plan));
        }
        try_join_all(addressed(wanted, all).into_iter().map(|(name, named)| live(aws, name, named))).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<UsagePlanOutputs> {
        let id = match self.make(aws, name).await {
            Ok(id) => id,
            Err(error) => return apigateway::resume(self, aws, name, error).await,
        };
        self.put_keys(aws, &id, &Ids::default()).await?;
        Ok(UsagePlanOutputs { id: Pending::Known(id) })
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<UsagePlanOutputs> {
        let id = live.outputs.id.known();
        let patches = self.patches(&live.resource);
        if !patches.is_empty() {
            write("apigateway:UpdateUsagePlan", || {
                aws.apigateway.update_usage_plan().usage_plan_id(id).set_patch_operations(Some(patches.clone())).send()
            })
            .await?;
        }
        if changes.touch(&["keys"]) {
            self.put_keys(aws, id, &live.resource.keys).await?;
        }
        let arn = apigateway::arn(&aws.names, &format!("usageplans/{id}"));
        apigateway::put_tags(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(live.outputs.clone())
    }

    /// API Gateway keeps a plan that has stages.
    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let id = live.outputs.id.known();
        let stages: Vec<_> = live
            .resource
            .api_stages
            .known()
            .map(|stage| patch(Op::Remove, "/apiStages", Some(stage.clone())))
            .collect();
        if !stages.is_empty() {
            write("apigateway:UpdateUsagePlan", || {
                aws.apigateway.update_usage_plan().usage_plan_id(id).set_patch_operations(Some(stages.clone())).send()
            })
            .await
            .gone()?;
        }
        write("apigateway:DeleteUsagePlan", || aws.apigateway.delete_usage_plan().usage_plan_id(id).send()).await.gone()
    }
}

async fn live(aws: &Aws, name: String, named: Named<Description>) -> Result<Live<UsagePlan>> {
    let Named { stamp, item, .. } = named;
    let id = item.id.unwrap_or_default();
    let mut pages = aws.apigateway.get_usage_plan_keys().usage_plan_id(&id).limit(500).into_paginator().items().send();
    let mut keys = vec![];
    while let Some(key) = pages.next().await {
        let key = key.map_err(|error| Error::from_sdk("apigateway:GetUsagePlanKeys", &error))?;
        keys.extend(key.id.map(Pending::Known));
    }
    let stages = item.api_stages.unwrap_or_default().into_iter();
    let stages = stages.map(|stage| {
        Pending::Known(format!("{}:{}", stage.api_id.unwrap_or_default(), stage.stage.unwrap_or_default()))
    });
    let quota = item.quota.filter(|quota| quota.limit > 0).map(|quota| Quota {
        requests: quota.limit,
        period: quota.period.map(|period| period.to_string()).unwrap_or_default(),
    });
    let throttle = item.throttle.map_or((0.0, 0), |throttle| (throttle.rate_limit, throttle.burst_limit));
    let resource = UsagePlan {
        name: item.name.unwrap_or_default(),
        description: item.description.unwrap_or_default(),
        api_stages: Ids(stages.collect()),
        rate: throttle.0,
        burst: throttle.1,
        quota,
        keys: Ids(keys),
        tags: stamp.tags,
    };
    let outputs = UsagePlanOutputs { id: Pending::Known(id) };
    Ok(Live { name, resource, outputs, owner: stamp.owner, applied: stamp.applied, data: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> UsagePlan {
        UsagePlan {
            name: "p".into(),
            description: String::new(),
            api_stages: Ids(vec![Pending::Known("a:prod".into())]),
            rate: 10.0,
            burst: 20,
            quota: Some(Quota { requests: 100, period: "MONTH".into() }),
            keys: Ids::default(),
            tags: Tags::default(),
        }
    }

    fn paths(desired: &UsagePlan) -> Vec<String> {
        let all = desired.patches(&plan());
        let text = |one: &PatchOperation| {
            format!("{} {}", one.op().map(Op::as_str).unwrap_or_default(), one.path().unwrap_or_default())
        };
        all.iter().map(text).collect()
    }

    #[test]
    fn only_what_differs_is_patched() {
        assert!(paths(&plan()).is_empty());
        assert_eq!(paths(&UsagePlan { quota: None, ..plan() }), ["remove /quota"]);
        let moved = UsagePlan { api_stages: Ids(vec![Pending::Known("b:prod".into())]), ..plan() };
        assert_eq!(paths(&moved), ["remove /apiStages", "add /apiStages"]);
        let slower = UsagePlan { rate: 0.5, ..plan() };
        assert_eq!(paths(&slower), ["replace /throttle/rateLimit", "replace /throttle/burstLimit"]);
    }
}
