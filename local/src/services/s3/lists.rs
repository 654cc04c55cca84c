//! Lists of objects and of their versions, with what stands before a delimiter taken together.

use super::versions::{self, From, Version, Walked};
use crate::api_error::ApiError;
use crate::context::Context;

/// One entry of a list: an object, or all keys that share what stands before a delimiter.
pub(crate) enum Entry {
    Version(Box<Version>),
    Prefix(String),
}

pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    /// The last entry, if there are more behind it: its key and version.
    pub(crate) more_after: Option<(String, String)>,
}

/// What a list asks for.
pub(crate) struct Asked<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) delimiter: &'a str,
    /// Lists what comes after this key, and after this version of it.
    pub(crate) after: (&'a str, Option<&'a str>),
    pub(crate) most: i32,
    /// All versions, or the objects that are not deleted.
    pub(crate) versions: bool,
}

/// A page, read no further than its end: a bucket may have more files than a page many times over.
pub(crate) fn list(context: &Context<'_>, bucket: &str, asked: &Asked<'_>) -> Result<Page, ApiError> {
    let (key, id) = asked.after;
    let from = match (key, id) {
        ("", _) | (_, Some(_)) => From::Key(key),
        (key, None) => From::PastKey(key),
    };
    let mut filling = Filling { asked, is_behind: false, entries: vec![], last: Default::default(), has_more: false };
    versions::walk(context, (bucket, asked.prefix), &from, |version| filling.see(version))?;
    let Filling { entries, last, has_more, .. } = filling;
    Ok(Page { entries, more_after: has_more.then_some(last) })
}

/// A page on its way.
struct Filling<'a> {
    asked: &'a Asked<'a>,
    /// The version that the list begins after was seen.
    is_behind: bool,
    entries: Vec<Entry>,
    last: (String, String),
    has_more: bool,
}

impl Filling<'_> {
    fn see(&mut self, version: Version) -> Option<Walked> {
        if self.asked.most == 0 {
            return None;
        }
        let (after, id) = self.asked.after;
        if version.key == after && !self.is_behind {
            self.is_behind = id.is_some_and(|id| version.id == id);
            return Some(Walked::On);
        }
        if !self.asked.versions && (!version.is_latest || version.is_marker) {
            return Some(Walked::On);
        }
        let common = self.common(&version.key);
        if let Some(common) = common.as_ref().filter(|common| *common == after || **common == self.last.0) {
            return Some(past(common, &version.key));
        }
        if self.entries.len() >= usize::try_from(self.asked.most).unwrap_or(0) {
            self.has_more = true;
            return None;
        }
        self.last = (common.clone().unwrap_or_else(|| version.key.clone()), version.id.clone());
        let Some(common) = common else {
            self.entries.push(Entry::Version(Box::new(version)));
            return Some(Walked::On);
        };
        let on = past(&common, &version.key);
        self.entries.push(Entry::Prefix(common));
        Some(on)
    }

    /// What this key shares with others up to the delimiter.
    fn common(&self, key: &str) -> Option<String> {
        let Asked { prefix, delimiter, .. } = self.asked;
        let rest = &key[prefix.len()..];
        let at = rest.find(delimiter).filter(|_| !delimiter.is_empty())?;
        Some(format!("{prefix}{}", &rest[..at + delimiter.len()]))
    }
}

/// Behind all that shares this; what lies behind even that by its name is looked at one by one.
fn past(common: &str, key: &str) -> Walked {
    match key[common.len()..].starts_with(char::MAX) {
        true => Walked::On,
        false => Walked::Past(common.to_owned()),
    }
}
