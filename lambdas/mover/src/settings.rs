//! What the function is told through its environment.

/// Where Firehose writes to, `analytics_raw/`.
pub const RAW_PREFIX: &str = "RAW_PREFIX";
/// Where files are moved to, `partitioned_analytics_raw/`.
pub const PARTITIONED_PREFIX: &str = "PARTITIONED_PREFIX";

/// The environment, read once.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) raw: String,
    pub(crate) partitioned: String,
}

impl Settings {
    /// # Errors
    /// [`RAW_PREFIX`] or [`PARTITIONED_PREFIX`] is not set, or both are the same.
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let (raw, partitioned) = (required(&env, RAW_PREFIX)?, required(&env, PARTITIONED_PREFIX)?);
        if raw == partitioned {
            return Err(SettingsError::SamePrefix(raw));
        }
        Ok(Self { raw, partitioned })
    }

    /// The rest of a key that is below the raw prefix; `None` for what is not the function's to move. That is also what it has moved
    /// itself, should the partitions lie below the raw prefix: S3 tells of those files too, and they would be moved for ever.
    pub(crate) fn below_raw<'a>(&self, key: &'a str) -> Option<&'a str> {
        let moved = self.partitioned.starts_with(&self.raw) && key.starts_with(&self.partitioned);
        // A key that ends with a slash is what the console makes for a folder.
        key.strip_prefix(&self.raw).filter(|path| !moved && !path.is_empty() && !path.ends_with('/'))
    }
}

/// An environment that the function cannot work in.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the environment variable `{0}` is not set")]
    Missing(&'static str),
    #[error("`RAW_PREFIX` and `PARTITIONED_PREFIX` are both `{0}`: nothing could be moved")]
    SamePrefix(String),
}

pub(crate) fn required(env: impl Fn(&str) -> Option<String>, name: &'static str) -> Result<String, SettingsError> {
    env(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings(raw: &'static str, partitioned: &'static str) -> Result<Settings, SettingsError> {
        Settings::read(|name| Some(if name == RAW_PREFIX { raw } else { partitioned }.to_owned()))
    }

    #[test]
    fn a_prefix_that_is_missing_empty_or_the_same_is_named() {
        for (raw, partitioned, message) in [
            ("", "b/", "the environment variable `RAW_PREFIX` is not set"),
            ("a/", "", "the environment variable `PARTITIONED_PREFIX` is not set"),
            ("a/", "a/", "`RAW_PREFIX` and `PARTITIONED_PREFIX` are both `a/`: nothing could be moved"),
        ] {
            assert_eq!(settings(raw, partitioned).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn only_what_is_below_the_raw_prefix_is_moved() {
        let settings = settings("raw/", "partitioned/").unwrap();
        assert_eq!(settings.below_raw("raw/2018/x.gz"), Some("2018/x.gz"));
        for key in ["partitioned/year=2018/month=02/day=03/x.gz", "errors/x", "raw", "raw/", "raw/2018/", "a/raw/x"] {
            assert_eq!(settings.below_raw(key), None, "{key}");
        }
    }

    #[test]
    fn prefixes_that_overlap_make_no_loop_and_strand_nothing() {
        let inner = settings("data/", "data/by_day/").unwrap();
        assert_eq!(inner.below_raw("data/by_day/year=2018/month=02/day=03/x.gz"), None);
        assert_eq!(inner.below_raw("data/2018/02/03/23/x.gz"), Some("2018/02/03/23/x.gz"));
        let outer = settings("data/raw/", "data/").unwrap();
        assert_eq!(outer.below_raw("data/year=2018/month=02/day=03/x.gz"), None);
        assert_eq!(outer.below_raw("data/raw/x.gz"), Some("x.gz"));
    }
}
