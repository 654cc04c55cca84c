//! Glue trigger: starts the job on a schedule.

use super::crawler::WrittenSchedule;
use super::fields::GET_TRIGGER;
use super::glue_tags;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::Tags;
use crate::aws::{Aws, Expect, Look, Raw, Result, until, whole, write};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical as _, Value};
use crate::names::Names;
use aws_sdk_glue::types::{Action, Trigger as Description, TriggerState, TriggerType, TriggerUpdate};
use std::collections::BTreeMap;
use std::time::Duration;

/// What jobs are called that a trigger starts beside ours.
const OTHER_JOBS: &str = "Actions.JobName";

/// Deleting one takes a minute or two (cloudformation-coverage-roadmap#2103).
const SETTLES_WITHIN: Duration = Duration::from_secs(300);

/// Starts the job on a schedule.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Trigger {
    #[fixed]
    pub(crate) name: String,
    /// What makes it fire in place of a schedule (`ON_DEMAND`, `EVENT`): AWS does not change that.
    #[fixed]
    pub(crate) fires: Option<String>,
    /// When it fires, in UTC.
    #[sent(Definition)]
    pub(crate) schedule: WrittenSchedule,
    /// What it starts.
    #[sent(Definition)]
    pub(crate) job: String,
    /// Whether it fires. `StartOnCreation` is never returned: this is read from the state (terraform-provider-aws#49407).
    #[sent(State)]
    pub(crate) enabled: bool,
    #[sent(Definition)]
    pub(crate) description: String,
    #[tags]
    pub(crate) tags: Tags,
    /// What a live trigger starts: an update takes the place of all of it, so that it repeats what is somebody's.
    #[unmanaged]
    pub(crate) found: Vec<Action>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Definition,
    State,
}

impl Trigger {
    fn action(&self) -> Action {
        Action::builder().job_name(&self.job).build()
    }

    /// Ours comes first, with what somebody added to it and beside it, but for what is named in `gone`.
    fn actions(&self, live: &[Action], gone: &[&Extra]) -> Vec<Action> {
        let goes = |name: &str| gone.iter().any(|extra| extra.name == name);
        let kept = |member: &str| live.first().filter(|_| !goes(&format!("Actions.{member}")));
        let ours = Action::builder()
            .job_name(&self.job)
            .set_arguments(kept("Arguments").and_then(|live| live.arguments.clone()))
            .set_timeout(kept("Timeout").and_then(|live| live.timeout))
            .set_security_configuration(
                kept("SecurityConfiguration").and_then(|live| live.security_configuration.clone()),
            )
            .set_notification_property(
                kept("NotificationProperty").and_then(|live| live.notification_property.clone()),
            );
        let others = live.iter().skip(1).filter(|other| match (other.job_name(), other.crawler_name()) {
            (Some(_), _) => !goes(OTHER_JOBS),
            (None, Some(_)) => !goes("Actions.CrawlerName"),
            (None, None) => true,
        });
        std::iter::once(ours.build()).chain(others.cloned()).collect()
    }

    /// What is there beside the attributes: jobs that it starts beside ours, too.
    fn extras(&self, raw: &Raw) -> Vec<Extra> {
        let others: Vec<_> = self.found.iter().skip(1).filter_map(|other| other.job_name()).collect();
        let value = Value::List(others.iter().map(|job| job.canonical()).collect());
        let (usual, meaning, removal) = (Value::Unset, "starts these jobs, too", Removal::OnRequest);
        let jobs = (!others.is_empty()).then(|| Extra { name: OTHER_JOBS.into(), value, usual, meaning, removal });
        GET_TRIGGER.extras(raw).into_iter().chain(jobs).collect()
    }

    async fn put_definition(&self, aws: &Aws, actions: Vec<Action>) -> Result<()> {
        let update = TriggerUpdate::builder()
            .schedule(&self.schedule.0)
            .set_actions(Some(actions))
            .description(&self.description)
            .build();
        write("glue:UpdateTrigger", || aws.glue.update_trigger().name(&self.name).trigger_update(update.clone()).send())
            .await
            .map(drop)
    }

    async fn define(&self, aws: &Aws, live: &Self, gone: &[&Extra]) -> Result<()> {
        settled(aws, &self.name).await?;
        self.put_definition(aws, self.actions(&live.found, gone)).await?;
        settled(aws, &self.name).await.map(drop)
    }

    async fn put_state(&self, aws: &Aws) -> Result<()> {
        match (self.enabled, settled(aws, &self.name).await? == TriggerState::Activated) {
            (true, false) => {
                write("glue:StartTrigger", || aws.glue.start_trigger().name(&self.name).send()).await?;
            }
            (false, true) => {
                write("glue:StopTrigger", || aws.glue.stop_trigger().name(&self.name).send()).await?;
            }
            _ => return Ok(()),
        }
        settled(aws, &self.name).await.map(drop)
    }

    fn from_description(description: Description, tags: Tags) -> Self {
        use TriggerState::{Activated, Activating};
        let job = description.actions().first().and_then(|action| action.job_name()).unwrap_or_default().to_owned();
        let fires = description.r#type.as_ref().filter(|kind| **kind != TriggerType::Scheduled);
        Self {
            job,
            fires: fires.map(|kind| kind.as_str().to_owned()),
            found: description.actions().to_vec(),
            enabled: matches!(description.state, Some(Activated | Activating)),
            schedule: WrittenSchedule(description.schedule.unwrap_or_default()),
            name: description.name.unwrap_or_default(),
            description: description.description.unwrap_or_default(),
            tags,
        }
    }
}

impl Resource for Trigger {
    type World = Aws;
    type Outputs = ();
    const KIND: &'static str = "glue.trigger";
    const USES: &'static [&'static str] = &["glue.job"];
    ladders!();
}

impl Named for Trigger {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) {}

    fn arn(names: &Names, name: &str) -> String {
        names.arn("glue", &format!("trigger/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let (trigger, stamp) = futures::join!(get(aws, name), glue_tags::stamp(aws, &arn));
        let (Some((description, raw)), Some(stamp)) = (trigger?, stamp?) else { return Ok(None) };
        if description.state == Some(TriggerState::Deleting) {
            return Ok(None);
        }
        let resource = Self::from_description(description, stamp.tags.clone());
        Ok(Some(Found { extras: resource.extras(&raw), ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        write("glue:CreateTrigger", || {
            aws.glue
                .create_trigger()
                .name(&self.name)
                .r#type(TriggerType::Scheduled)
                .schedule(&self.schedule.0)
                .actions(self.action())
                .start_on_creation(self.enabled)
                .description(&self.description)
                .set_tags(Some(tags.clone().into_iter().collect()))
                .send()
        })
        .await
        .map(drop)
    }

    async fn settle(&self, aws: &Aws) -> Result<()> {
        settled(aws, &self.name).await.map(drop)
    }

    /// What a destroy that was killed has begun: the name is free when it is done. One that a request made whose answer
    /// was lost may not be ready yet.
    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() => settled(aws, &self.name).await.map(|_| false),
            Some(_) => Ok(false),
            None => gone(aws, &self.name).await.map(|()| true),
        }
    }

    /// Glue refuses changes while the trigger is on its way from one state to another, so each is waited for.
    async fn send(&self, call: Call, aws: &Aws, live: &Self) -> Result<()> {
        match call {
            Call::Definition => self.define(aws, live, &[]).await,
            Call::State => self.put_state(aws).await,
        }
    }

    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        self.define(aws, live, extras).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        glue_tags::put(aws, &Self::arn(&aws.names, &self.name), tags, removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("glue:DeleteTrigger", || aws.glue.delete_trigger().name(&self.name).send()).await.gone()?;
        gone(aws, &self.name).await
    }
}

async fn gone(aws: &Aws, name: &str) -> Result<()> {
    until("glue:DeleteTrigger", "gone", SETTLES_WITHIN, async || {
        Ok(match get(aws, name).await?.and_then(|(trigger, _)| trigger.state) {
            None => Look::Done(()),
            Some(state) => Look::NotYet(state.to_string()),
        })
    })
    .await
}

async fn get(aws: &Aws, name: &str) -> Result<Option<(Description, Raw)>> {
    let trigger =
        whole("glue:GetTrigger", |keep| aws.glue.get_trigger().name(name).customize().interceptor(keep).send());
    Ok(trigger.await.absent()?.and_then(|(trigger, raw)| Some((trigger.trigger?, raw))))
}

/// Waits until the trigger is in a state that lasts, and gives that.
async fn settled(aws: &Aws, name: &str) -> Result<TriggerState> {
    use TriggerState::{Activating, Creating, Deactivating, Updating};
    until("glue:GetTrigger", "in a state that lasts", SETTLES_WITHIN, async || {
        let state = get(aws, name).await?.and_then(|(trigger, _)| trigger.state);
        Ok(match state {
            Some(state @ (Activating | Creating | Deactivating | Updating)) => Look::NotYet(state.to_string()),
            Some(state) => Look::Done(state),
            None => Look::NotYet("missing".to_owned()),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_it_fires_is_read_from_its_state() {
        let enabled = |state: TriggerState| {
            let description = Description::builder()
                .name("t")
                .r#type(TriggerType::Scheduled)
                .state(state)
                .schedule("cron(0 * * * ? *)")
                .build();
            Trigger::from_description(description, Tags::default()).enabled
        };
        assert!(enabled(TriggerState::Activated) && enabled(TriggerState::Activating));
        for state in [TriggerState::Created, TriggerState::Deactivated, TriggerState::Deactivating] {
            assert!(!enabled(state.clone()), "{state}");
        }
    }
}
