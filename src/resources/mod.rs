//! One file per kind, and the registry of them.

mod alarm;
mod api_key;
mod apigateway;
mod bucket;
mod budget;
mod crawler;
mod database;
mod event_rule;
mod fields;
mod function;
mod function_settle;
mod function_url;
mod glue_tags;
mod handover;
mod job;
mod key;
mod lock;
mod log_group;
mod managed;
mod named;
mod named_query;
mod notification;
mod object;
mod obstacles;
mod permission;
mod policy;
mod quicksight;
mod rest_api;
mod role;
mod schema;
mod statement;
mod stream;
mod table;
mod tags;
mod topic;
mod trigger;
mod trust;
mod usage_plan;
mod workgroup;
mod world;

pub(crate) use alarm::Alarm;
pub(crate) use api_key::{ApiKey, ApiKeyOutputs};
pub(crate) use bucket::{Bucket, Lifecycle, OWN_PREFIX, Rule, Stranded, size};
pub(crate) use budget::{Budget, usual_notices};
pub(crate) use crawler::{Behavior, Configuration, Crawler, RoleName};
pub(crate) use database::Database;
pub(crate) use event_rule::EventRule;
pub(crate) use function::{Function, Logging, Variable};
#[allow(unused_imports, reason = "the blueprint takes it up with the front `function_url`")]
pub(crate) use function_url::{FunctionUrl, FunctionUrlOutputs, UrlCors};
pub(crate) use job::Job;
pub(crate) use key::{Key, KeyId};
pub(crate) use lock::{BucketLocks, holder, uri as lock_uri};
pub(crate) use log_group::LogGroup;
pub(crate) use managed::{Explanation, Word};
pub(crate) use named_query::{NamedQuery, Sql};
pub(crate) use notification::Notification;
pub(crate) use object::Object;
pub(crate) use obstacles::{Surroundings, sent_code};
pub(crate) use permission::{Grant, Permission};
pub(crate) use policy::Policy;
pub(crate) use quicksight::{
    Analysis, Dashboard, DataSet, DataSource, Definition, InputColumns, Mode, Principals, Subscription,
};
pub(crate) use rest_api::{Cors, Preflights, RestApi, RestApiOutputs, Routes};
pub(crate) use role::{Role, RoleId};
pub(crate) use schema::{Difference, SCHEMA, What, columns_of};
pub(crate) use stream::Stream;
pub(crate) use stream::{Backup, Conversion};
pub(crate) use table::{Columns, Format, Partitions, Since, Table, TableOutputs};
pub(crate) use tags::Tags;
pub(crate) use topic::Topic;
pub(crate) use trigger::Trigger;
pub(crate) use usage_plan::{Ids, Quota, UsagePlan};
pub(crate) use workgroup::Workgroup;
pub(crate) use world::{Converged, Event, Graph, Inventory, Plan, Scope, Step};

use crate::aws::{Aws, Result};
use crate::engine::live::AnyLive;
use crate::engine::resource::{Resource, Wanted};
use futures::future::{BoxFuture, try_join_all};
use managed::Managed;

/// A look at everything live of one kind.
type Observing<'a> = BoxFuture<'a, Result<Vec<Box<dyn AnyLive<Aws>>>>>;

/// A kind of resource, its type erased.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
    /// What its attributes are for.
    pub(crate) explain: fn() -> Vec<Explanation>,
    #[cfg(test)]
    uses: &'static [&'static str],
    observe: for<'a> fn(&'a Aws, Vec<Wanted>) -> Observing<'a>,
}

impl Kind {
    const fn of<R: Resource<World = Aws> + Managed>() -> Self {
        Self {
            name: R::KIND,
            about: R::ABOUT,
            explain: R::explain,
            #[cfg(test)]
            uses: R::USES,
            observe: |aws, wanted| {
                Box::pin(async move {
                    let found = R::observe(aws, &wanted).await?;
                    Ok(found.into_iter().map(|live| Box::new(live) as Box<dyn AnyLive<Aws>>).collect())
                })
            },
        }
    }
}

/// Every kind that pipectl manages, each after the kinds it may depend on.
pub(crate) const KINDS: &[Kind] = &[
    Kind::of::<Key>(),
    Kind::of::<Bucket>(),
    Kind::of::<Object>(),
    Kind::of::<Role>(),
    Kind::of::<LogGroup>(),
    Kind::of::<Database>(),
    Kind::of::<Table>(),
    Kind::of::<Stream>(),
    Kind::of::<ApiKey>(),
    Kind::of::<Function>(),
    Kind::of::<Permission>(),
    Kind::of::<FunctionUrl>(),
    Kind::of::<Notification>(),
    Kind::of::<EventRule>(),
    Kind::of::<RestApi>(),
    Kind::of::<UsagePlan>(),
    Kind::of::<Crawler>(),
    Kind::of::<Job>(),
    Kind::of::<Trigger>(),
    Kind::of::<Workgroup>(),
    Kind::of::<NamedQuery>(),
    Kind::of::<DataSource>(),
    Kind::of::<DataSet>(),
    Kind::of::<Analysis>(),
    Kind::of::<Dashboard>(),
    Kind::of::<Topic>(),
    Kind::of::<Alarm>(),
    Kind::of::<Budget>(),
];

/// Looks at everything live that the graph asks for or that is ours, all kinds at once.
///
/// # Errors
/// The first error of any kind: a plan made from half a view could not be trusted.
pub(crate) async fn observe(aws: &Aws, graph: &Graph<'_>) -> Result<Inventory> {
    aws.look_anew().await;
    let all = try_join_all(KINDS.iter().map(|kind| (kind.observe)(aws, graph.wanted(kind.name)))).await?;
    Ok(Inventory::new(all.into_iter().flatten().collect(), graph))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_it_is_for_and_each_attribute_too() {
        for kind in KINDS {
            assert!(kind.about.ends_with('.'), "{}: {}", kind.name, kind.about);
            let all = (kind.explain)();
            assert!(!all.is_empty(), "{}", kind.name);
            for (index, one) in all.iter().enumerate() {
                assert!(one.why.len() > 5 && !one.why.contains("::new"), "{}: {one:?}", kind.name);
                assert!(all[..index].iter().all(|other| other.attribute != one.attribute), "{}: {one:?}", kind.name);
            }
        }
    }

    #[test]
    fn every_kind_is_named_once_and_uses_earlier_kinds_only() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert_eq!(KINDS.iter().filter(|other| other.name == kind.name).count(), 1, "{}", kind.name);
            for used in kind.uses {
                let earlier = KINDS[..index].iter().any(|other| other.name == *used);
                assert!(earlier, "{} uses {used}, which must be an earlier kind", kind.name);
            }
        }
    }
}
