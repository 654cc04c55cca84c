//! What the function is told through its environment.

use crate::added::Added;
use crate::columns::Columns;
use crate::contract::Contract;
use crate::keys::Keys;
use crate::readable::Tables;

/// Names the Firehose stream that the events go to.
pub const DELIVERY_STREAM_NAME: &str = "DELIVERY_STREAM_NAME";
/// The origins whose pages may send events, separated by commas; `*` for all of them, absent or empty for none.
pub const CORS_ORIGINS: &str = "CORS_ORIGINS";
/// What a function URL's clients have to send one of: the SHA-256 of each API key, as 64 lower-case hex digits, separated by commas.
/// Absent if no key is asked for.
pub const KEY_DIGESTS: &str = "KEY_DIGESTS";
/// The one path of a function URL where events are taken, `/track`; absent for every path.
pub const EVENTS_PATH: &str = "EVENTS_PATH";
/// The table's columns, as a JSON object of lower-case names and types in the spelling of the Glue catalog:
/// `{"event":"string","n":"int"}`. Firehose converts by them, unless [`SHARE_RECORDS`] says otherwise: what may not fit is kept apart.
/// Absent if all events may share records and none is rejected.
pub const COLUMNS: &str = "COLUMNS";
/// Set to `true` where Firehose converts nothing, and all events may share records whatever their columns.
pub const SHARE_RECORDS: &str = "SHARE_RECORDS";
/// Which events are rejected for what [`COLUMNS`] says: `unknown` for a field that is no column, `invalid` for a value that is none of its
/// column, or both with a comma between them. Absent for none.
pub const REJECT: &str = "REJECT";
/// Set to `true` where crawlers make the tables of what they find.
pub const CRAWLED: &str = "CRAWLED";

/// What is written into each event, of `received_at`, `request_id`, `origin`, `user_agent` and `ip`, separated by commas. Absent if
/// nothing is.
pub const ADD_FIELDS: &str = "ADD_FIELDS";

/// The environment, read once.
#[derive(Clone, Debug)]
pub struct Settings {
    pub stream: String,
    pub door: Door,
    /// Those that Firehose converts by.
    pub columns: Option<Columns>,
    pub contract: Option<Contract>,
    pub added: Option<Added>,
    pub tables: Tables,
}

/// Whom the function lets in.
#[derive(Clone, Debug)]
pub struct Door {
    pub(crate) origins: Origins,
    pub(crate) keys: Option<Keys>,
    /// Without a slash at its end.
    path: Option<String>,
}

impl Settings {
    /// # Errors
    /// [`DELIVERY_STREAM_NAME`] is not set, or one of the others is set to what is none: who wanted keys to be asked for gets no open door.
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let stream = required(&env, DELIVERY_STREAM_NAME)?;
        let origins = Origins::parse(&env(CORS_ORIGINS).unwrap_or_default());
        let keys = read_if_set(&env, KEY_DIGESTS, Keys::parse)?;
        let path =
            read_if_set(&env, EVENTS_PATH, |path| path.starts_with('/').then(|| without_slash(path).to_owned()))?;
        let columns = read_if_set(&env, COLUMNS, Columns::parse)?;
        let contract = read_if_set(&env, REJECT, |list| Contract::parse(list, columns.clone()?))?;
        let share = read_if_set(&env, SHARE_RECORDS, |value| (value == "true").then_some(()))?;
        let columns = columns.filter(|_| share.is_none());
        let added = read_if_set(&env, ADD_FIELDS, Added::parse)?;
        let crawled = read_if_set(&env, CRAWLED, |value| (value == "true").then_some(Tables::Crawled))?;
        let door = Door { origins, keys, path };
        Ok(Self { stream, door, columns, contract, added, tables: crawled.unwrap_or_default() })
    }
}

impl Door {
    /// Whether a function URL takes events at this path. A slash at its end changes nothing, as with API Gateway.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|wanted| wanted == without_slash(path))
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

fn read_if_set<T>(
    env: impl Fn(&str) -> Option<String>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, SettingsError> {
    env(name).map(|value| read(&value).ok_or(SettingsError::Unusable(name))).transpose()
}

/// What is wrong with an environment variable. Values are never told: some are secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the environment variable `{0}` is not set")]
    Missing(&'static str),
    #[error("the environment variable `{0}` has a value that cannot be used")]
    Unusable(&'static str),
}

pub(crate) fn required(env: impl Fn(&str) -> Option<String>, name: &'static str) -> Result<String, SettingsError> {
    env(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name))
}

/// Which pages may read the answers, in the sense of CORS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    Any,
    Only(Vec<String>),
}

impl Origins {
    /// Reads `https://a.example, https://b.example`, or `*`.
    pub(crate) fn parse(list: &str) -> Self {
        let origins: Vec<String> = list
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/'))
            .filter(|origin| !origin.is_empty())
            .map(str::to_owned)
            .collect();
        if origins.iter().any(|origin| origin == "*") { Self::Any } else { Self::Only(origins) }
    }

    /// The value of `Access-Control-Allow-Origin` for a page of this origin.
    pub(crate) fn allow<'a>(&self, origin: Option<&'a str>) -> Option<&'a str> {
        match self {
            Self::Any => Some("*"),
            // Scheme and host of an origin are compared without case: browsers send lower case, people do not write it.
            Self::Only(list) => origin.filter(|origin| list.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_anywhere_in_the_list_allows_every_origin() {
        assert_eq!(Origins::parse("https://a.example,*"), Origins::Any);
        assert_eq!(Origins::Any.allow(None), Some("*"));
    }

    #[test]
    fn only_a_listed_origin_is_echoed() {
        let origins = Origins::parse(" https://a.example , https://B.example/ ");
        assert_eq!(origins.allow(Some("https://b.example")), Some("https://b.example"));
        for other in [Some("https://a.example.evil"), Some("http://a.example"), Some("null"), None] {
            assert_eq!(origins.allow(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_stream_name_that_is_missing_or_empty_is_named() {
        for value in [None, Some(String::new())] {
            let error = Settings::read(|_| value.clone()).unwrap_err();
            assert_eq!(error.to_string(), "the environment variable `DELIVERY_STREAM_NAME` is not set");
        }
    }

    fn read(name: &'static str, value: &str) -> Result<Settings, SettingsError> {
        Settings::read(|asked| match asked {
            DELIVERY_STREAM_NAME => Some("s".to_owned()),
            _ => (asked == name).then(|| value.to_owned()),
        })
    }

    #[test]
    fn what_cannot_be_as_it_was_asked_for_stays_shut() {
        let unusable = [KEY_DIGESTS, EVENTS_PATH, COLUMNS, ADD_FIELDS, REJECT, SHARE_RECORDS, CRAWLED]
            .into_iter()
            .flat_map(|name| [(name, ""), (name, "5ec2e7")]);
        for (name, value) in unusable.chain([(COLUMNS, r#"{"a":"struct<"}"#)]) {
            let error = read(name, value).unwrap_err().to_string();
            assert_eq!(error, format!("the environment variable `{name}` has a value that cannot be used"));
        }
    }

    #[test]
    fn what_is_rejected_is_told_by_columns() {
        let read = |reject: &'static str, columns: Option<&'static str>, share: Option<&'static str>| {
            Settings::read(|asked| match asked {
                DELIVERY_STREAM_NAME => Some("s".to_owned()),
                REJECT => Some(reject.to_owned()),
                COLUMNS => columns.map(str::to_owned),
                SHARE_RECORDS => share.map(str::to_owned),
                _ => None,
            })
        };
        let both = read("unknown,invalid", Some(r#"{"n":"int"}"#), None).unwrap();
        assert!(both.contract.is_some() && both.columns.is_some());
        let shared = read("unknown", Some("{}"), Some("true")).unwrap();
        assert!(shared.contract.is_some() && shared.columns.is_none());
        let error = read("unknown", None, None).unwrap_err().to_string();
        assert_eq!(error, "the environment variable `REJECT` has a value that cannot be used");
    }

    #[test]
    fn events_are_taken_at_one_path_or_at_all() {
        for (settings, path, taken) in [
            ("/track", "/track", true),
            ("/track/", "/track", true),
            ("/track", "/track/", true),
            ("/track", "/track//", false),
            ("/track", "/Track", false),
            ("/track", "/", false),
            ("/", "/", true),
            ("/", "", true),
            ("/", "/track", false),
        ] {
            let door = read(EVENTS_PATH, settings).unwrap().door;
            assert_eq!(door.is_at(path), taken, "{settings} {path}");
        }
        assert!(read("NOTHING", "").unwrap().door.is_at("/favicon.ico"));
    }

    #[test]
    fn no_list_allows_nobody() {
        assert_eq!(Origins::parse("").allow(Some("https://a.example")), None);
    }
}
