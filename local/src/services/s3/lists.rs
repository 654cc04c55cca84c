//! Lists of objects and of their versions, with what stands before a delimiter taken together.

use super::versions::{self, Version};
use crate::api_error::ApiError;
use crate::context::Context;

/// One entry of a list: an object, or all keys that share what stands before a delimiter.
pub(crate) enum Entry {
    Version(Box<Version>),
    Prefix(String),
}

impl Entry {
    fn key(&self) -> &str {
        match self {
            Self::Version(version) => &version.key,
            Self::Prefix(prefix) => prefix,
        }
    }
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

pub(crate) fn list(context: &Context<'_>, bucket: &str, asked: &Asked<'_>) -> Result<Page, ApiError> {
    let all = versions::list(context, bucket, asked.prefix)?;
    if asked.most == 0 {
        return Ok(Page { entries: vec![], more_after: None });
    }
    let mut all: Vec<_> = all.into_iter().filter(|one| asked.versions || (one.is_latest && !one.is_marker)).collect();
    let (key, id) = asked.after;
    if !key.is_empty() {
        let position = id.and_then(|id| all.iter().position(|one| one.key == key && one.id == id));
        match position {
            Some(at) => drop(all.drain(..=at)),
            None => all.retain(|one| one.key.as_str() > key),
        }
    }
    let mut entries: Vec<Entry> = vec![];
    let mut last = (String::new(), String::new());
    for version in all {
        let rest = &version.key[asked.prefix.len()..];
        let common = (!asked.delimiter.is_empty())
            .then(|| rest.find(asked.delimiter))
            .flatten()
            .map(|at| format!("{}{}", asked.prefix, &rest[..at + asked.delimiter.len()]));
        if common
            .as_deref()
            .is_some_and(|common| common == key || entries.last().is_some_and(|last| last.key() == common))
        {
            continue;
        }
        if entries.len() >= usize::try_from(asked.most).unwrap_or(0) {
            return Ok(Page { entries, more_after: Some(last) });
        }
        let entry = match common {
            Some(common) => Entry::Prefix(common),
            None => Entry::Version(Box::new(version.clone())),
        };
        last = (entry.key().to_owned(), version.id);
        entries.push(entry);
    }
    Ok(Page { entries, more_after: None })
}
