//! Who may work under a role: a repository's jobs, by the token that GitHub or GitLab gives them (OpenID Connect).

use crate::names::Names;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// What AWS wants as the audience of a token; GitLab's is chosen in the job, and this is the same.
const AUDIENCE: &str = "sts.amazonaws.com";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    GitHub,
    GitLab,
}

impl Host {
    /// Of the provider, without the scheme: as in its ARN and in the names of condition keys.
    fn address(self) -> &'static str {
        match self {
            Self::GitHub => "token.actions.githubusercontent.com",
            Self::GitLab => "gitlab.com",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }
}

/// The jobs of one repository, of one of its environments or branches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trust {
    host: Host,
    /// `ORG/REPO`, `GROUP/PROJECT`.
    repository: String,
    /// GitHub's environment, GitLab's branch. `None`: any job of the repository.
    part: Option<String>,
}

/// In the place of an environment: the jobs of pull requests, which are to read and not to write.
const PULL_REQUEST: &str = "pull_request";

const FORMS: &str = "write `github:ORG/REPO:ENVIRONMENT` or `gitlab:GROUP/PROJECT:BRANCH`; without the last part, every job \
                     of the repository is let in";

impl FromStr for Trust {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| Err(format!("{why}; {FORMS}"));
        let mut parts = text.splitn(3, ':');
        let host = match parts.next() {
            Some("github") => Host::GitHub,
            Some("gitlab") => Host::GitLab,
            _ => return refuse("it is neither GitHub's nor GitLab's"),
        };
        let (repository, part) = (parts.next().unwrap_or_default(), parts.next());
        if repository.is_empty() {
            return refuse("without a repository, everybody who has one there would be let in");
        }
        if text.contains(['*', '?']) {
            return refuse(
                "with a wildcard, jobs that nobody here has read would be let in: it has to name one repository",
            );
        }
        let segments: Vec<_> = repository.split('/').collect();
        let is_word =
            |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@".contains(c));
        let enough = match host {
            Host::GitHub => segments.len() == 2,
            // Groups have groups in them.
            Host::GitLab => segments.len() >= 2,
        };
        if !enough || !segments.iter().all(is_word) {
            return refuse("a whole organisation, or what is no repository, cannot be trusted");
        }
        let is_part =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
        if part.is_some_and(|part| !is_part(part)) {
            return refuse("what is behind the repository is no environment and no branch");
        }
        Ok(Self { host, repository: repository.to_owned(), part: part.map(str::to_owned) })
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host.word(), self.repository)?;
        self.part.iter().try_for_each(|part| write!(formatter, ":{part}"))
    }
}

impl Trust {
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.host.address())
    }

    pub(crate) fn audience(&self) -> &'static str {
        AUDIENCE
    }

    /// The identity provider, of which an account has one for each host.
    pub(crate) fn provider(&self, names: &Names) -> String {
        format!("arn:{}:iam::{}:oidc-provider/{}", names.partition, names.account, self.host.address())
    }

    /// Who is let in: what tokens have as their subject.
    fn subject(&self) -> String {
        let Self { repository, .. } = self;
        match (self.host, self.part.as_deref()) {
            (Host::GitHub, Some(PULL_REQUEST)) => format!("repo:{repository}:{PULL_REQUEST}"),
            (Host::GitHub, Some(environment)) => format!("repo:{repository}:environment:{environment}"),
            (Host::GitHub, None) => format!("repo:{repository}:*"),
            (Host::GitLab, Some(branch)) => format!("project_path:{repository}:ref_type:branch:ref:{branch}"),
            (Host::GitLab, None) => format!("project_path:{repository}:*"),
        }
    }

    /// What whoever makes the role has to know.
    pub(crate) fn note(&self) -> Option<String> {
        let Self { repository, .. } = self;
        let ids = "a repository that GitHub has made or renamed since 2026-07-15 has ids in its tokens: give it as \
                   `github:ORG@ORG_ID/REPO@REPO_ID`";
        let every = format!("every job of {repository} is let in, of any branch and any pull request");
        let notes =
            [(self.part.is_none(), every.as_str()), (self.host == Host::GitHub && !repository.contains('@'), ids)];
        let notes: Vec<_> = notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// The role's trust policy.
    pub(crate) fn document(&self, names: &Names) -> Value {
        let key = |claim: &str| format!("{}:{claim}", self.host.address());
        let (subject, audience) = (self.subject(), (key("aud"), AUDIENCE));
        let condition = match subject.ends_with('*') {
            true => json!({"StringEquals": {(audience.0): audience.1}, "StringLike": {(key("sub")): subject}}),
            false => json!({"StringEquals": {(audience.0): audience.1, (key("sub")): subject}}),
        };
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "JobsOfTheRepository",
                "Effect": "Allow",
                "Principal": {"Federated": self.provider(names)},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }],
        })
    }
}
