//! Lambda permission: one statement of a function's resource policy.
//!
//! Statements of others are kept. Lambda cannot change a statement, so an update takes it away and puts
//! it back; calls for one function wait for each other, because parallel ones are silently lost
//! (terraform-provider-aws, `lambda/permission.go`).

mod grant;

pub(crate) use grant::Grant;

use super::managed::Managed;
use super::statement::Statement;
use crate::aws::{Aws, Class, Expect as _, Look, Patience, Result, call, read, until};
use crate::engine::diff::{Attributes, Change};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Canonical as _, Value};
use crate::names::Names;
use futures::future::try_join_all;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long Lambda takes to see a function or statement that it has just accepted.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

/// What the ids of our statements begin with. A statement has no tags to tell whose it is.
const OURS: &str = "pipectl-";

/// Lets one caller, and nobody else, call a function.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Permission {
    /// Its name in the blueprint, which its statement's id is made of.
    #[fixed]
    pub(crate) name: String,
    /// The function's name.
    #[fixed]
    pub(crate) function: String,
    #[flat]
    pub(crate) grant: Grant,
}

#[derive(Clone, Debug)]
pub(crate) struct PermissionOutputs {
    /// The function that may be called from now on: what reads it here comes after the permission.
    pub(crate) function_arn: String,
}

impl Permission {
    fn sid(&self) -> String {
        format!("{OURS}{}", self.name)
    }

    fn outputs(&self, names: &Names) -> PermissionOutputs {
        let function_arn = names.arn("lambda", &format!("function:{}", self.function));
        PermissionOutputs { function_arn }
    }

    fn from_statement(function: &str, statement: Statement) -> Option<Self> {
        let name = statement.sid.strip_prefix(OURS)?.to_owned();
        Some(Self { name, function: function.to_owned(), grant: Grant::Found(statement) })
    }

    /// What is there under its id is it already, if the answer to an earlier try was lost, and is
    /// otherwise replaced.
    async fn replace(&self, aws: &Aws) -> Result<()> {
        let found = of_function(aws, &self.function).await?;
        if found.iter().any(|live| live.attributes() == self.attributes()) {
            return Ok(());
        }
        remove(aws, &self.function, &self.sid()).await?;
        self.send(aws).await
    }

    /// Adds the statement and waits until it can be read.
    async fn add(&self, aws: &Aws) -> Result<()> {
        self.send(aws).await?;
        wait(aws, &self.function, &self.sid(), true).await
    }

    async fn send(&self, aws: &Aws) -> Result<()> {
        // A function is found by one call a moment before it is by another.
        until("lambda:AddPermission", "known to Lambda", VISIBLE_WITHIN, async || {
            let sent = call("lambda:AddPermission", Patience::LAMBDA, || {
                let request = aws.lambda.add_permission().function_name(&self.function).statement_id(self.sid());
                self.grant.say(request).send()
            });
            match sent.await {
                Ok(_) => Ok(Look::Done(())),
                Err(error) if error.class() == Class::Absent => Ok(Look::NotYet("not found".to_owned())),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

impl Resource for Permission {
    type World = Aws;
    type Outputs = PermissionOutputs;
    const KIND: &'static str = "lambda.permission";
    const USES: &'static [&'static str] = &["lambda.function"];

    fn id(&self) -> String {
        format!("{}/{}", self.function, self.sid())
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, names: &Names, _: &str) -> PermissionOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = aws.names.arn("lambda", "function:");
        let functions: BTreeSet<_> = wanted.iter().filter_map(|wanted| Some(wanted.id.split_once('/')?.0)).collect();
        let expected = try_join_all(functions.iter().map(|function| with_others(aws, function)));
        let (expected, tagged) = futures::try_join!(expected, aws.tagged(&prefix))?;
        let others = tagged.iter().filter(|function| !functions.contains(function.as_str()));
        let others = try_join_all(others.map(|function| with_others(aws, function))).await?;
        let found = expected.into_iter().chain(others).flatten();
        Ok(found
            .map(|(permission, extras)| {
                let outputs = permission.outputs(&aws.names);
                Live { extras, ..Live::contained(permission.name.clone(), permission, outputs) }
            })
            .collect())
    }

    async fn create(&self, aws: &Aws, _: &str) -> Result<PermissionOutputs> {
        let _turn = aws.lane(&lane(&self.function)).await;
        match self.send(aws).await {
            Err(error) if error.class() == Class::Exists => self.replace(aws).await?,
            sent => sent?,
        }
        Ok(self.outputs(&aws.names))
    }

    /// S3 asks whether it may call the function, and is asked again until it sees that it may. Of a URL clients alone
    /// ask, who do not know it yet.
    async fn finish(&self, aws: &Aws, _: &str) -> Result<()> {
        match self.grant.is_of_url() {
            true => Ok(()),
            false => wait(aws, &self.function, &self.sid(), true).await,
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<PermissionOutputs> {
        let _turn = aws.lane(&lane(&self.function)).await;
        let theirs: Vec<_> = live.extras.iter().filter(|extra| extra.is_in(changes)).collect();
        for extra in &theirs {
            remove(aws, &self.function, &extra.name).await?;
        }
        if theirs.len() == changes.len() {
            return Ok(self.outputs(&aws.names));
        }
        remove(aws, &self.function, &self.sid()).await?;
        self.add(aws).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let permission = &live.resource;
        let _turn = aws.lane(&lane(&permission.function)).await;
        remove(aws, &permission.function, &permission.sid()).await
    }
}

fn lane(function: &str) -> String {
    format!("lambda:{function}")
}

async fn remove(aws: &Aws, function: &str, sid: &str) -> Result<()> {
    call("lambda:RemovePermission", Patience::LAMBDA, || {
        aws.lambda.remove_permission().function_name(function).statement_id(sid).send()
    })
    .await
    .gone()?;
    wait(aws, function, sid, false).await
}

async fn wait(aws: &Aws, function: &str, sid: &str, visible: bool) -> Result<()> {
    let (operation, condition) = match visible {
        true => ("lambda:AddPermission", "in the function's policy"),
        false => ("lambda:RemovePermission", "gone from the function's policy"),
    };
    until(operation, condition, VISIBLE_WITHIN, async || {
        let there = statements(aws, function).await?.iter().any(|statement| statement.sid == sid);
        Ok(match there == visible {
            true => Look::Done(()),
            false => Look::NotYet(if there { "still there" } else { "not there" }.to_owned()),
        })
    })
    .await
}

/// Our statements of a function.
async fn of_function(aws: &Aws, function: &str) -> Result<Vec<Permission>> {
    Ok(with_others(aws, function).await?.into_iter().map(|(permission, _)| permission).collect())
}

/// Our statements of a function; with the first of them, what others put beside them.
async fn with_others(aws: &Aws, function: &str) -> Result<Vec<(Permission, Vec<Extra>)>> {
    let all = statements(aws, function).await?.into_iter();
    let is_ours = |statement: &Statement| statement.effect == "Allow" && statement.sid.starts_with(OURS);
    let (ours, theirs): (Vec<_>, Vec<_>) = all.partition(is_ours);
    let mut extras: Vec<_> = theirs.iter().map(their_statement).collect();
    let ours = ours.into_iter().filter_map(|statement| Permission::from_statement(function, statement));
    Ok(ours.map(|permission| (permission, std::mem::take(&mut extras))).collect())
}

fn their_statement(statement: &Statement) -> Extra {
    let Statement { sid, effect, principal, action, source_arn, .. } = statement;
    let of = source_arn.as_ref().map_or_else(String::new, |arn| format!(" of {arn}"));
    let value = format!("{effect} {principal}{of} {action}").canonical();
    let meaning = "who else may use the function, or may not";
    Extra { name: sid.clone().into(), value, usual: Value::Unset, meaning, removal: Removal::OnRequest }
}

/// All statements of a function; none if there is no policy or no function.
async fn statements(aws: &Aws, function: &str) -> Result<Vec<Statement>> {
    let found = read("lambda:GetPolicy", || aws.lambda.get_policy().function_name(function).send()).await.absent()?;
    Ok(found.and_then(|found| found.policy).map(|policy| Statement::all(&policy)).unwrap_or_default())
}
