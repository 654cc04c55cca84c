//! Glue trigger: starts the job on a schedule.

use super::crawler::WrittenSchedule;
use super::glue_tags;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::Tags;
use crate::aws::{Aws, Expect, Look, Result, read, until, write};
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_glue::types::{Action, Trigger as Description, TriggerState, TriggerType, TriggerUpdate};
use std::collections::BTreeMap;
use std::time::Duration;

/// Deleting one takes a minute or two (cloudformation-coverage-roadmap#2103).
const SETTLES_WITHIN: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, Managed)]
pub(crate) struct Trigger {
    #[fixed]
    pub(crate) name: String,
    #[sent(Definition)]
    pub(crate) schedule: WrittenSchedule,
    #[sent(Definition)]
    pub(crate) job: String,
    /// Whether it fires. `StartOnCreation` is never returned, so that this is read from the state
    /// (terraform-provider-aws#49407).
    #[sent(State)]
    pub(crate) enabled: bool,
    #[sent(Definition)]
    pub(crate) description: String,
    #[tags]
    pub(crate) tags: Tags,
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

    async fn put_definition(&self, aws: &Aws) -> Result<()> {
        let update = TriggerUpdate::builder()
            .schedule(&self.schedule.0)
            .actions(self.action())
            .description(&self.description)
            .build();
        write("glue:UpdateTrigger", || aws.glue.update_trigger().name(&self.name).trigger_update(update.clone()).send())
            .await
            .map(drop)
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
        Self {
            job,
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
        let (Some(description), Some(stamp)) = (trigger?, stamp?) else { return Ok(None) };
        if description.state == Some(TriggerState::Deleting) {
            return Ok(None);
        }
        Ok(Some(Found::new(Self::from_description(description, stamp.tags.clone()), stamp)))
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
        .await?;
        settled(aws, &self.name).await.map(drop)
    }

    /// What a destroy that was killed has begun: the name is free when it is done.
    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        if found.is_none() {
            gone(aws, &self.name).await?;
        }
        Ok(found.is_none())
    }

    /// Glue refuses changes while the trigger is on its way from one state to another, so each is waited for.
    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Definition => {
                settled(aws, &self.name).await?;
                self.put_definition(aws).await?;
                settled(aws, &self.name).await.map(drop)
            }
            Call::State => self.put_state(aws).await,
        }
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
        Ok(match get(aws, name).await?.and_then(|trigger| trigger.state) {
            None => Look::Done(()),
            Some(state) => Look::NotYet(state.to_string()),
        })
    })
    .await
}

async fn get(aws: &Aws, name: &str) -> Result<Option<Description>> {
    let trigger = read("glue:GetTrigger", || aws.glue.get_trigger().name(name).send()).await.absent()?;
    Ok(trigger.and_then(|trigger| trigger.trigger))
}

/// Waits until the trigger is in a state that lasts, and gives that.
async fn settled(aws: &Aws, name: &str) -> Result<TriggerState> {
    use TriggerState::{Activating, Creating, Deactivating, Updating};
    until("glue:GetTrigger", "in a state that lasts", SETTLES_WITHIN, async || {
        let state = get(aws, name).await?.and_then(|trigger| trigger.state);
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
            let description = Description::builder().name("t").state(state).schedule("cron(0 * * * ? *)").build();
            Trigger::from_description(description, Tags::default()).enabled
        };
        assert!(enabled(TriggerState::Activated) && enabled(TriggerState::Activating));
        for state in [TriggerState::Created, TriggerState::Deactivated, TriggerState::Deactivating] {
            assert!(!enabled(state.clone()), "{state}");
        }
    }
}
