//! API Gateway usage plan: which keys may call which stage, how often.

use super::apigateway::{Entry, Listed, ONCE, Whole, id_of, ladders, patch_segment, sent_once};
use super::fields::GET_USAGE_PLANS;
use super::managed::Managed;
use super::tags::Tags;
use crate::aws::{Aws, Class, Expect, Raw, Result, call, pages, whole_pages, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical, Pending, Value};
use aws_sdk_apigateway::operation::get_usage_plans::GetUsagePlansOutput;
use aws_sdk_apigateway::types::{
    ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings, UsagePlan as Description,
};
use futures::future::try_join_all;
use std::collections::HashMap;

/// How much each API key may send.
#[derive(Clone, Debug, Managed)]
pub(crate) struct UsagePlan {
    #[sent(Plan)]
    pub(crate) name: String,
    #[sent(Plan)]
    pub(crate) description: String,
    /// Of which API and stage: `api:stage`.
    #[sent(Plan)]
    pub(crate) api_stages: Ids,
    /// Requests in a second, for each key.
    #[sent(Plan)]
    pub(crate) rate: f64,
    /// Requests at once, for each key.
    #[sent(Plan)]
    pub(crate) burst: i32,
    /// How many requests a key has in a day, a week or a month.
    #[sent(Plan)]
    pub(crate) quota: Option<Quota>,
    /// Which API keys it counts, by their ids.
    #[sent(Keys)]
    pub(crate) keys: Ids,
    #[tags]
    pub(crate) tags: Tags,
    /// Limits that methods of a live plan have of their own: the ends of the paths that take them away.
    #[unmanaged]
    pub(crate) limits: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Plan,
    Keys,
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
                Err(error) if error.class() == Class::Exists => Ok(()),
                made => made.map(drop),
            }
        });
        let removed = live.without(&self.keys).map(|key| async move {
            write("apigateway:DeleteUsagePlanKey", || {
                aws.apigateway.delete_usage_plan_key().usage_plan_id(id).key_id(key).send()
            })
            .await
            .gone()
        });
        futures::try_join!(try_join_all(added), try_join_all(removed)).map(drop)
    }

    async fn put_plan(&self, aws: &Aws, id: &str, live: &Self) -> Result<()> {
        let patches = self.patches(live);
        write("apigateway:UpdateUsagePlan", || {
            aws.apigateway.update_usage_plan().usage_plan_id(id).set_patch_operations(Some(patches.clone())).send()
        })
        .await
        .map(drop)
    }
}

impl Resource for UsagePlan {
    type World = Aws;
    type Outputs = UsagePlanOutputs;
    const KIND: &'static str = "apigateway.usage_plan";
    const USES: &'static [&'static str] = &["apigateway.rest_api", "apigateway.api_key"];
    ladders!();
}

impl Listed for UsagePlan {
    type Description = Description;
    const PATH: &'static str = "usageplans";

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, id: Pending<String>) -> UsagePlanOutputs {
        UsagePlanOutputs { id }
    }

    fn aws_id(outputs: &UsagePlanOutputs) -> &Pending<String> {
        &outputs.id
    }

    async fn list(aws: &Aws) -> Result<Vec<Entry<Description>>> {
        let pages = whole_pages(
            "apigateway:GetUsagePlans",
            |from, keep| {
                let request = aws.apigateway.get_usage_plans().limit(500).set_position(from);
                request.customize().interceptor(keep).send()
            },
            |page| page.position(),
        );
        let items =
            |(page, raw): (GetUsagePlansOutput, Raw)| page.items.unwrap_or_default().into_iter().zip(raw.items("item"));
        let all = pages.await?.into_iter().flat_map(items);
        Ok(all.map(|(plan, raw)| Entry::new(&aws.names, plan.name.clone(), plan.tags.clone(), (plan, raw))).collect())
    }

    async fn read(aws: &Aws, plan: Description, raw: Raw, tags: Tags) -> Result<Whole<Self>> {
        let id = plan.id.unwrap_or_default();
        let limits = method_limits(&plan.api_stages);
        let keys = Ids(keys(aws, &id).await?.into_iter().map(Pending::Known).collect());
        let stages = plan.api_stages.unwrap_or_default().into_iter();
        let stages = stages.map(|stage| {
            Pending::Known(format!("{}:{}", stage.api_id.unwrap_or_default(), stage.stage.unwrap_or_default()))
        });
        let quota = plan.quota.filter(|quota| quota.limit > 0).map(|quota| Quota {
            requests: quota.limit,
            period: quota.period.map(|period| period.to_string()).unwrap_or_default(),
        });
        let (rate, burst) = plan.throttle.map_or((0.0, 0), |throttle| (throttle.rate_limit, throttle.burst_limit));
        let (name, description) = (plan.name.unwrap_or_default(), plan.description.unwrap_or_default());
        let api_stages = Ids(stages.collect());
        let resource = Self { name, description, api_stages, rate, burst, quota, keys, limits, tags };
        Ok(Whole { id, resource, extras: GET_USAGE_PLANS.extras(&raw) })
    }

    async fn make(&self, aws: &Aws, tags: HashMap<String, String>) -> Result<(String, Self)> {
        let stages = self.api_stages.known().filter_map(|text| text.split_once(':'));
        let stages: Vec<_> = stages.map(|(api, stage)| ApiStage::builder().api_id(api).stage(stage).build()).collect();
        let throttle = ThrottleSettings::builder().rate_limit(self.rate).burst_limit(self.burst).build();
        let quota = self.quota.as_ref().map(|quota| {
            let period = QuotaPeriodType::from(quota.period.as_str());
            QuotaSettings::builder().limit(quota.requests).period(period).build()
        });
        let made = call("apigateway:CreateUsagePlan", ONCE, || {
            aws.apigateway
                .create_usage_plan()
                .name(&self.name)
                .description(&self.description)
                .set_api_stages(Some(stages.clone()))
                .throttle(throttle.clone())
                .set_quota(quota.clone())
                .set_tags(Some(tags.clone()))
                .customize()
                .config_override(sent_once())
                .send()
        });
        Ok((id_of("apigateway:CreateUsagePlan", made.await?.id)?, Self { keys: Ids::default(), ..self.clone() }))
    }

    async fn send(&self, call: Call, aws: &Aws, id: &str, live: &Self) -> Result<()> {
        match call {
            Call::Plan => self.put_plan(aws, id, live).await,
            Call::Keys => self.put_keys(aws, id, &live.keys).await,
        }
    }

    async fn put_back(&self, aws: &Aws, id: &str, live: &Self, extras: &[&Extra]) -> Result<()> {
        let goes = |name: &str| extras.iter().any(|extra| extra.name == name);
        let limits = live.limits.iter().filter(|_| goes("apiStages.throttle"));
        let mut patches: Vec<_> = limits.map(|path| patch(Op::Remove, path, None)).collect();
        patches.extend(goes("quota.offset").then(|| patch(Op::Replace, "/quota/offset", Some("0".to_owned()))));
        write("apigateway:UpdateUsagePlan", || {
            aws.apigateway.update_usage_plan().usage_plan_id(id).set_patch_operations(Some(patches.clone())).send()
        })
        .await
        .map(drop)
    }

    /// API Gateway keeps a plan that has stages.
    async fn remove(&self, aws: &Aws, id: &str) -> Result<()> {
        let stages: Vec<_> =
            self.api_stages.known().map(|stage| patch(Op::Remove, "/apiStages", Some(stage.clone()))).collect();
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

/// `/apiStages/api:stage/throttle/~1track/POST`
fn method_limits(stages: &Option<Vec<ApiStage>>) -> Vec<String> {
    let of_stage = |stage: &ApiStage| {
        let at = format!("/apiStages/{}:{}", stage.api_id().unwrap_or_default(), stage.stage().unwrap_or_default());
        let limits = stage.throttle().into_iter().flatten();
        let path = |method: &str| {
            let (path, verb) = method.rsplit_once('/').unwrap_or((method, ""));
            format!("{at}/throttle/{}/{verb}", patch_segment(path))
        };
        limits.map(|(method, _)| path(method)).collect::<Vec<_>>()
    };
    stages.iter().flatten().flat_map(of_stage).collect()
}

async fn keys(aws: &Aws, plan: &str) -> Result<Vec<String>> {
    let pages = pages(
        "apigateway:GetUsagePlanKeys",
        |from| aws.apigateway.get_usage_plan_keys().usage_plan_id(plan).limit(500).set_position(from).send(),
        |page| page.position(),
    );
    let all = pages.await?.into_iter().flat_map(|page| page.items.unwrap_or_default());
    Ok(all.filter_map(|key| key.id).collect())
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
            limits: vec![],
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
