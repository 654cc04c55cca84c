//! What the function is told through its environment.

/// Names the Firehose stream that the events go to.
pub const DELIVERY_STREAM_NAME: &str = "DELIVERY_STREAM_NAME";
/// The origins whose pages may send events, separated by commas; `*` for all of them, absent or empty for none.
pub const CORS_ORIGINS: &str = "CORS_ORIGINS";

/// The environment, read once.
#[derive(Clone, Debug)]
pub struct Settings {
    pub stream: String,
    pub origins: Origins,
}

impl Settings {
    /// # Errors
    /// [`DELIVERY_STREAM_NAME`] is not set.
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let stream = required(&env, DELIVERY_STREAM_NAME)?;
        let origins = Origins::parse(&env(CORS_ORIGINS).unwrap_or_default());
        Ok(Self { stream, origins })
    }
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
pub enum Origins {
    Any,
    Only(Vec<String>),
}

impl Origins {
    /// Reads `https://a.example, https://b.example`, or `*`.
    pub fn parse(list: &str) -> Self {
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

    #[test]
    fn no_list_allows_nobody() {
        assert_eq!(Origins::parse("").allow(Some("https://a.example")), None);
    }
}
