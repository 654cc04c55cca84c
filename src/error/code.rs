//! What went wrong in one word that stays: for programs that have to tell one failure from another.

use super::Exit;
use crate::aws::Class;
use crate::signal::Signal;

/// The one table of what can go wrong: name, exit code and meaning. docs/json.md repeats it, which a test compares.
const CODES: &[(Code, &str, Exit, &str)] = &[
    (Code::Usage, "usage", Exit::Usage, "the command line is wrong, or asks for what the pipeline does not have"),
    (
        Code::InvalidFile,
        "invalid_file",
        Exit::Usage,
        "pipeline.yaml is wrong or cannot be read; `problems` has each place",
    ),
    (
        Code::Unconfirmed,
        "unconfirmed",
        Exit::Refused,
        "nobody agreed: the answer was not `yes`, or there is no terminal and no `--yes`",
    ),
    (Code::Stale, "stale", Exit::Refused, "AWS or the file is not any more what the plan was made for"),
    (Code::Locked, "locked", Exit::Refused, "somebody else is at work on this pipeline"),
    (
        Code::Foreign,
        "foreign",
        Exit::Refused,
        "a resource is somebody else's: another pipeline's, or made without pipectl",
    ),
    (Code::Elsewhere, "elsewhere", Exit::Refused, "what is meant is in another region"),
    (
        Code::WrongAccount,
        "wrong_account",
        Exit::Refused,
        "the credentials are of another account than the file's, or the saved plan's",
    ),
    (Code::DataLoss, "data_loss", Exit::Refused, "data would be lost, or could not be read any more"),
    (Code::InUse, "in_use", Exit::Refused, "what would be deleted is still used"),
    (
        Code::WouldFail,
        "would_fail",
        Exit::Refused,
        "AWS would refuse a step, which is known before anything is changed",
    ),
    (Code::Budget, "budget", Exit::Refused, "it costs more than `--budget` or `--max-increase` allows"),
    (Code::Unpriced, "unpriced", Exit::Refused, "a limit of costs was given, and what it costs is not known"),
    (Code::Limits, "limits", Exit::Refused, "the pipeline does not fit AWS's limits (`check --strict`)"),
    (Code::Exists, "exists", Exit::Refused, "a file is there already, and is not written over"),
    (Code::Repeats, "repeats", Exit::Refused, "events would be in the tables twice"),
    (
        Code::PartlyApplied,
        "partly_applied",
        Exit::PartlyApplied,
        "some steps are done, and others failed; `problems` has each that failed",
    ),
    (Code::NotApplied, "not_applied", Exit::Failed, "no step is done; `problems` has each that failed"),
    (Code::Interrupted, "interrupted", Exit::Interrupted, "ended by SIGINT"),
    (Code::Terminated, "terminated", Exit::Terminated, "ended by SIGTERM"),
    (
        Code::Credentials,
        "credentials",
        Exit::Failed,
        "AWS does not know the caller: no credentials, wrong ones, or expired ones",
    ),
    (Code::AccessDenied, "access_denied", Exit::Failed, "IAM does not allow the caller this operation"),
    (Code::Throttled, "throttled", Exit::Failed, "AWS took no more requests, also not later"),
    (Code::Quota, "quota", Exit::Failed, "a limit of the account is reached"),
    (Code::Unreachable, "unreachable", Exit::Failed, "no answer: name resolution, connection or time-out"),
    (Code::Busy, "busy", Exit::Failed, "AWS was not able to do it now, or not yet, and may be later"),
    (Code::NotFound, "not_found", Exit::Failed, "AWS does not have what was asked for"),
    (Code::Taken, "taken", Exit::Failed, "the name is somebody else's in another account"),
    (Code::Conflict, "conflict", Exit::Failed, "what is there is in the way of what was asked for"),
    (Code::InvalidRequest, "invalid_request", Exit::Failed, "AWS refused a request as it stands"),
    (
        Code::NotDeployed,
        "not_deployed",
        Exit::Failed,
        "the pipeline, or a part of it, is not there yet: `apply` makes it",
    ),
    (Code::QueryFailed, "query_failed", Exit::Failed, "Athena ended the query, or it took too long"),
    (Code::RunFailed, "run_failed", Exit::Failed, "the mover, a crawler or the job ended badly"),
    (Code::NotSent, "not_sent", Exit::Failed, "events were not acknowledged"),
    (Code::Assertion, "assertion", Exit::Failed, "`events assert` did not see what it was to see"),
    (Code::File, "file", Exit::Failed, "a file cannot be read or written"),
    (Code::Output, "output", Exit::Failed, "what was asked for could not be written"),
    (Code::Failed, "failed", Exit::Failed, "anything else; the message says what"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Usage,
    InvalidFile,
    Unconfirmed,
    Stale,
    Locked,
    Foreign,
    Elsewhere,
    WrongAccount,
    DataLoss,
    InUse,
    WouldFail,
    Budget,
    Unpriced,
    Limits,
    Exists,
    Repeats,
    PartlyApplied,
    NotApplied,
    Interrupted,
    Terminated,
    Credentials,
    AccessDenied,
    Throttled,
    Quota,
    Unreachable,
    Busy,
    NotFound,
    Taken,
    Conflict,
    InvalidRequest,
    NotDeployed,
    QueryFailed,
    RunFailed,
    NotSent,
    Assertion,
    File,
    Output,
    Failed,
}

impl Code {
    /// Name, exit code and meaning of each.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, Exit, &'static str)> {
        CODES.iter().map(|(_, name, exit, meaning)| (*name, *exit, *meaning))
    }

    fn row(self) -> (&'static str, Exit) {
        let row = CODES.iter().find(|(code, ..)| *code == self);
        row.map_or(("failed", Exit::Failed), |(_, name, exit, _)| (*name, *exit))
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn exit(self) -> Exit {
        self.row().1
    }
}

impl From<Class> for Code {
    fn from(class: Class) -> Self {
        match class {
            Class::Absent => Self::NotFound,
            Class::Taken => Self::Taken,
            // What is there is of another region, as what has another pipeline's tags is of another pipeline.
            Class::Elsewhere => Self::Elsewhere,
            Class::Exists | Class::Outdated | Class::NotEmpty | Class::Running | Class::Already => Self::Conflict,
            Class::Propagating | Class::Busy | Class::StillWaiting => Self::Busy,
            Class::Throttled => Self::Throttled,
            Class::Quota => Self::Quota,
            Class::Credentials => Self::Credentials,
            Class::Denied => Self::AccessDenied,
            Class::Network => Self::Unreachable,
            Class::Invalid => Self::InvalidRequest,
        }
    }
}

impl From<Signal> for Code {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_row_and_a_name_of_its_own() {
        for (code, name, exit, meaning) in CODES {
            assert_eq!((code.name(), code.exit()), (*name, *exit));
            assert!(!meaning.is_empty() && *exit != Exit::Done, "{name}");
        }
        // The last one that is declared.
        assert_eq!(CODES.len(), Code::Failed as usize + 1);
    }

    #[test]
    fn the_page_has_the_same_table() {
        let page = include_str!("../../docs/json.md");
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let wanted: Vec<_> =
            Code::all().map(|(name, exit, meaning)| format!("| `{name}` | {} | {meaning} |", exit as u8)).collect();
        let told: Vec<_> = rows.iter().filter(|row| wanted.iter().any(|wanted| wanted == *row)).collect();
        assert_eq!(told.len(), wanted.len(), "docs/json.md lacks some of:\n{}", wanted.join("\n"));
    }
}
