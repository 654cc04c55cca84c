//! Glue trigger: starts the job on a schedule.

use super::crawler::WrittenSchedule;
use super::glue_tags;
use crate::aws::{Aws, Expect, Look, Result, Sort, Tags, read, until, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_glue::types::{Action, Trigger as Description, TriggerState, TriggerType, TriggerUpdate};
use std::time::Duration;

/// Deleting one takes a minute or two (cloudformation-coverage-roadmap#2103).
const SETTLES_WITHIN: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    pub(crate) schedule: WrittenSchedule,
    pub(crate) job: String,
    /// Whether it fires. `StartOnCreation` is never returned, so that this is read from the state
    /// (terraform-provider-aws#49407).
    pub(crate) enabled: bool,
    pub(crate) description: String,
    pub(crate) tags: Tags,
}

impl Trigger {
    fn action(&self) -> Action {
        Action::builder().job_name(&self.job).build()
    }

    async fn request(&self, aws: &Aws, name: &str) -> Result<()> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
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
        .map(|_| ())
    }

    async fn change(&self, aws: &Aws) -> Result<()> {
        let update = TriggerUpdate::builder()
            .schedule(&self.schedule.0)
            .actions(self.action())
            .description(&self.description)
            .build();
        write("glue:UpdateTrigger", || aws.glue.update_trigger().name(&self.name).trigger_update(update.clone()).send())
            .await
            .map(|_| ())
    }

    fn read(description: Description, tags: Tags) -> Self {
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
    const KIND: &'static str = "glue.trigger";
    const USES: &'static [&'static str] = &["glue.job"];
    type Outputs = ();

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, schedule, job, enabled, description, tags } = self;
        Attributes::new()
            .replace("name", name)
            .update("schedule", schedule)
            .update("job", job)
            .update("enabled", enabled)
            .update("description", description)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) {}

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_id(aws, wanted, &arn(&aws.names, ""), |name: String| observe_one(aws, name)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<()> {
        let made = match self.request(aws, name).await {
            // What a destroy that was killed has begun: the name is free when it is done.
            Err(error) if error.sort() == Sort::Exists && is_going(aws, &self.name).await? => {
                gone(aws, &self.name).await?;
                self.request(aws, name).await
            }
            made => made,
        };
        match made {
            Ok(()) => {
                settled(aws, &self.name).await?;
                Ok(())
            }
            Err(error) if error.sort() == Sort::Exists => {
                resume(self, aws, name, observe_one(aws, self.name.clone()).await?, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// Glue refuses changes while the trigger is on its way from one state to another, so each is waited for.
    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<()> {
        let mut state = settled(aws, &self.name).await?;
        if changes.touch(&["schedule", "job", "description"]) {
            self.change(aws).await?;
            state = settled(aws, &self.name).await?;
        }
        let runs = state == TriggerState::Activated;
        if self.enabled && !runs {
            write("glue:StartTrigger", || aws.glue.start_trigger().name(&self.name).send()).await?;
            settled(aws, &self.name).await?;
        } else if !self.enabled && runs {
            write("glue:StopTrigger", || aws.glue.stop_trigger().name(&self.name).send()).await?;
            settled(aws, &self.name).await?;
        }
        let arn = arn(&aws.names, &self.name);
        glue_tags::put(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.name;
        write("glue:DeleteTrigger", || aws.glue.delete_trigger().name(name).send()).await.gone()?;
        gone(aws, name).await
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

async fn is_going(aws: &Aws, name: &str) -> Result<bool> {
    let state = get(aws, name).await?.and_then(|trigger| trigger.state);
    Ok(matches!(state, None | Some(TriggerState::Deleting)))
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

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Trigger>>> {
    let arn = arn(&aws.names, &name);
    let (trigger, stamp) = futures::join!(get(aws, &name), glue_tags::stamp(aws, &arn));
    let (Some(description), Some(stamp)) = (trigger?, stamp?) else { return Ok(None) };
    if description.state == Some(TriggerState::Deleting) {
        return Ok(None);
    }
    let resource = Trigger::read(description, stamp.tags.clone());
    Ok(Some(Found { resource, outputs: (), stamp, data: String::new() }))
}

fn arn(names: &Names, name: &str) -> String {
    names.arn("glue", &format!("trigger/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_it_fires_is_read_from_its_state() {
        let enabled = |state: TriggerState| {
            let description = Description::builder().name("t").state(state).schedule("cron(0 * * * ? *)").build();
            Trigger::read(description, Tags::default()).enabled
        };
        assert!(enabled(TriggerState::Activated) && enabled(TriggerState::Activating));
        for state in [TriggerState::Created, TriggerState::Deactivated, TriggerState::Deactivating] {
            assert!(!enabled(state.clone()), "{state}");
        }
    }
}
