//! The user's AWS configuration: which of its profiles is meant, what stands in it, and what to do where it fails.

use super::{Error, Result};
use aws_config::profile::{ProfileSet, load};
use aws_types::os_shim_internal::{Env, Fs};

/// What needs a profile first.
const OPERATION: &str = "sts:GetCallerIdentity";
/// How many names of profiles an error lists.
const MOST_NAMES: usize = 20;

/// Who named the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// `--profile`, which wins over keys in the environment, as in the AWS CLI.
    Argument,
    /// `AWS_PROFILE`, beside which keys in the environment win.
    Environment,
    /// Nobody: it is `default`, which need not be there.
    Nobody,
}

/// A profile among those that there are.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) chosen: Chosen,
    all: ProfileSet,
    /// Whether the environment has keys.
    keys_in_environment: bool,
}

/// Where credentials come from.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Environment,
    /// The profile that has each of these: itself or one that it names as its source.
    Sso(String),
    Mfa,
    Process(String),
    Keys(String),
    /// A web identity, a container, an instance: whatever the machine gives.
    Machine,
}

impl Profile {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A profile that somebody named is not there, or the files cannot be read.
    pub(super) async fn find(option: Option<&str>) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (name, chosen) = match (option, variable("AWS_PROFILE")) {
            (Some(name), _) => (name.to_owned(), Chosen::Argument),
            (None, Some(name)) => (name, Chosen::Environment),
            (None, None) => ("default".to_owned(), Chosen::Nobody),
        };
        let all = load(&Fs::real(), &Env::real(), &Default::default(), Some(name.clone().into())).await;
        let all = all.map_err(|error| {
            let why = super::error::words(&error);
            Error::new(OPERATION, "NoProfile", &format!("the AWS configuration cannot be read: {why}"))
        })?;
        let keys_in_environment = variable("AWS_ACCESS_KEY_ID").is_some();
        let profile = Self { name, chosen, all, keys_in_environment };
        if chosen != Chosen::Nobody && profile.all.get_profile(&profile.name).is_none() {
            return Err(profile.missing());
        }
        Ok(profile)
    }

    fn missing(&self) -> Error {
        let by = match self.chosen {
            Chosen::Environment => ", which `AWS_PROFILE` names",
            _ => "",
        };
        let message = format!("the AWS configuration has no profile `{}`{by}", self.name);
        let mut names: Vec<_> = self.all.profiles().map(|name| format!("`{name}`")).collect();
        names.sort();
        let more = names.len().saturating_sub(MOST_NAMES);
        names.truncate(MOST_NAMES);
        let hint = match (names.len(), more) {
            (0, _) => format!("it has none at all: `aws configure --profile {}` makes one", self.name),
            (_, 0) => format!("there are {}", names.join(", ")),
            _ => format!("there are {} and {more} more", names.join(", ")),
        };
        Error::new(OPERATION, "NoProfile", &message).with_hint(hint)
    }

    /// A key of the profile.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.all.get_profile(&self.name)?.get(key)
    }

    /// Whether the profile's own credentials are asked before the environment's.
    pub(super) fn wins(&self) -> bool {
        self.chosen == Chosen::Argument
    }

    fn source(&self) -> Source {
        if self.keys_in_environment && !self.wins() {
            return Source::Environment;
        }
        let mut name = self.name.as_str();
        let mut mfa = false;
        // A profile that assumes a role names the one whose credentials it needs for that; a circle ends here.
        for _ in 0..10 {
            let Some(profile) = self.all.get_profile(name) else { break };
            let has = |keys: &[&str]| keys.iter().any(|key| profile.get(key).is_some());
            mfa |= has(&["mfa_serial"]);
            match profile.get("source_profile").filter(|source| *source != name) {
                Some(source) => name = source,
                None if has(&["sso_session", "sso_start_url"]) => return Source::Sso(name.to_owned()),
                None if mfa => return Source::Mfa,
                None if has(&["credential_process"]) => return Source::Process(name.to_owned()),
                None if has(&["aws_access_key_id"]) => return Source::Keys(name.to_owned()),
                None => break,
            }
        }
        if mfa { Source::Mfa } else { Source::Machine }
    }

    /// What helps where these credentials are missing, wrong or out of date.
    pub(super) fn hint(&self) -> String {
        let name = &self.name;
        let local = "or try `--local`, which needs no account";
        match self.source() {
            Source::Environment => {
                "the keys are the environment's (`AWS_ACCESS_KEY_ID`) and wrong or out of date: log in \
                                    again, or name a profile with `--profile`, which wins over them"
                    .to_owned()
            }
            Source::Sso(name) => format!("the profile `{name}` needs a login: `aws sso login --profile {name}`"),
            Source::Mfa => format!(
                "the profile `{name}` has an `mfa_serial`, and pipectl asks for no code; the AWS CLI does: \
                 `eval \"$(aws configure export-credentials --profile {name} --format env)\"`, then run this without \
                 `--profile`"
            ),
            Source::Process(name) => {
                format!("the profile `{name}` runs its `credential_process`: try the command by itself")
            }
            Source::Keys(name) => {
                format!("the keys are those of the profile `{name}`: `aws configure --profile {name}` sets others")
            }
            Source::Machine => format!(
                "neither the environment nor the profile `{name}` nor this machine has any: log in (`aws sso login`, `aws \
                 configure`), name a profile with `--profile`, {local}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_types::os_shim_internal::{Env, Fs};

    const CONFIG: &str = "\
[profile sso]
sso_session = company
[profile on-sso]
source_profile = sso
role_arn = arn:aws:iam::111111111111:role/x
[profile mfa]
source_profile = keys
mfa_serial = arn:aws:iam::111111111111:mfa/me
role_arn = arn:aws:iam::111111111111:role/x
[profile keys]
aws_access_key_id = AKIA
aws_secret_access_key = x
[profile process]
credential_process = /bin/false
[profile round]
source_profile = about
[profile about]
source_profile = round
";

    async fn profile(name: &str, chosen: Chosen, keys_in_environment: bool) -> Profile {
        let (fs, env) = (Fs::from_slice(&[("/config", CONFIG)]), Env::from_slice(&[("AWS_CONFIG_FILE", "/config")]));
        let all = load(&fs, &env, &Default::default(), None).await.unwrap();
        Profile { name: name.to_owned(), chosen, all, keys_in_environment }
    }

    #[tokio::test]
    async fn each_source_is_known_by_what_the_profile_says() {
        let owned = str::to_owned;
        for (name, source) in [
            ("sso", Source::Sso(owned("sso"))),
            ("on-sso", Source::Sso(owned("sso"))),
            ("mfa", Source::Mfa),
            ("keys", Source::Keys(owned("keys"))),
            ("process", Source::Process(owned("process"))),
            ("round", Source::Machine),
            ("default", Source::Machine),
        ] {
            assert_eq!(profile(name, Chosen::Argument, true).await.source(), source, "{name}");
        }
    }

    #[tokio::test]
    async fn keys_of_the_environment_win_unless_the_option_names_a_profile() {
        assert_eq!(profile("sso", Chosen::Environment, true).await.source(), Source::Environment);
        assert_eq!(profile("sso", Chosen::Environment, false).await.source(), Source::Sso("sso".to_owned()));
        assert!(profile("sso", Chosen::Argument, true).await.hint().contains("`aws sso login --profile sso`"));
    }

    #[tokio::test]
    async fn a_profile_that_is_missing_is_named_with_those_that_there_are() {
        let error = profile("nope", Chosen::Argument, true).await.missing();
        assert_eq!(error.message(), "the AWS configuration has no profile `nope`");
        assert!(error.hint().unwrap().starts_with("there are `about`, `keys`, `mfa`"), "{:?}", error.hint());
    }
}
