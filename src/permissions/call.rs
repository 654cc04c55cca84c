//! One row of the tables: a call, and what IAM wants allowed for it.

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// To see what is there: before anything else, by every command that does so.
    Look,
    Make,
    Change,
    /// Where something is taken down: by a destroy, and by an apply of what the file no longer asks for.
    Remove,
    /// Only where extras are taken away, `--revert-extras`, or something unforeseen is told of: no policy has it.
    Seldom,
}

/// What an action is allowed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum On {
    /// AWS takes nothing narrower.
    Anything,
    Bucket,
    /// What pipectl keeps in the bucket: its lock, the script of the job.
    OwnObjects,
    Objects,
    /// Where Firehose delivers, and from where the mover takes it.
    Undelivered,
    /// Where a replay puts what it has taken.
    Replayed,
    /// What queries find.
    Results,
    Roles,
    /// Of one that is not there AWS knows no path, and asks for the right to it without.
    RolesOrNone,
    /// A group, for its tags, and what is in it, for everything else: AWS spells the ARN in two ways.
    LogGroups,
    /// The same, where the pipeline has a key for them.
    SealedLogGroups,
    /// What the functions, crawlers and jobs write.
    Logs,
    /// With the catalog that it is in.
    Database,
    /// Everything in it goes with it.
    WholeDatabase,
    Tables,
    Stream,
    Functions,
    /// Also where the file has none any more.
    Mover,
    Crawlers,
    Job,
    /// The job and its trigger, also where the file has none any more.
    WorkOfJob,
    Triggers,
    Workgroup,
    Rules,
    Topics,
    /// Also where the file has alarms, and none any more.
    Budget,
    Alarms,
    /// Of an account, where the file asks for a dashboard. AWS takes nothing narrower.
    Subscription,
    DataSources,
    DataSets,
    /// Below data sets.
    RefreshSchedules,
    Analyses,
    Dashboards,
    /// Keys of KMS. Their ids are AWS's choice.
    Keys,
    KeyAlias,
    /// The key that the bucket's objects are encrypted with.
    BucketKey,
    /// A path of API Gateway's, whose ids are AWS's choice.
    Path(&'static str),
}

/// What has to hold beside that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Only {
    Always,
    /// What is made carries the tags that say whose it is.
    TaggedOurs,
    /// What is there carries them.
    Ours,
    /// A role is handed to this service, and to no other.
    PassedTo(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// As the source has it where the call is made.
    #[cfg_attr(not(test), expect(dead_code, reason = "ties the tables to the sources"))]
    pub(crate) operation: &'static str,
    /// As IAM has it.
    pub(crate) action: &'static str,
    pub(crate) when: When,
    pub(crate) on: On,
    pub(crate) only: Only,
    /// What is missing where it is not allowed, and the command goes on.
    #[cfg_attr(not(test), expect(dead_code, reason = "is told by docs/iam-policy.md, which a test holds to it"))]
    pub(crate) optional: Option<&'static str>,
    /// It is made where the file asks for nothing of the kind, too: what is left over is to be found.
    pub(crate) always: bool,
}

const fn call(when: When, operation: &'static str, on: On) -> Call {
    Call { operation, action: operation, when, on, only: Only::Always, optional: None, always: false }
}

pub(super) const fn look(operation: &'static str, on: On) -> Call {
    call(When::Look, operation, on)
}

pub(super) const fn make(operation: &'static str, on: On) -> Call {
    call(When::Make, operation, on)
}

pub(super) const fn change(operation: &'static str, on: On) -> Call {
    call(When::Change, operation, on)
}

pub(super) const fn remove(operation: &'static str, on: On) -> Call {
    call(When::Remove, operation, on)
}

pub(super) const fn seldom(operation: &'static str) -> Call {
    call(When::Seldom, operation, On::Anything)
}

impl Call {
    /// Where IAM has another name for what is needed, or wants a second action allowed.
    pub(super) const fn needs(self, action: &'static str) -> Self {
        Self { action, ..self }
    }

    /// It makes something, with our tags on it.
    pub(super) const fn tagged(self) -> Self {
        Self { only: Only::TaggedOurs, ..self }
    }

    /// It is about what carries our tags.
    pub(super) const fn ours(self) -> Self {
        Self { only: Only::Ours, ..self }
    }

    /// It hands a role to a service.
    pub(super) const fn passes_role_to(self, service: &'static str) -> Self {
        Self { action: "iam:PassRole", on: On::Roles, only: Only::PassedTo(service), ..self }
    }

    /// It is made whether the file asks for one or not.
    pub(super) const fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// Without it the command goes on, and does or tells less.
    pub(super) const fn or_else(self, less: &'static str) -> Self {
        Self { optional: Some(less), ..self }
    }
}
