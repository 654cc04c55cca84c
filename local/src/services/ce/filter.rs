//! What of the record a request is about: expressions over dimensions and tags.

use super::invalid;
use crate::api_error::Result;
use crate::metering::Used;
use crate::service::Input;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;

/// A bill, as it knows tags: each active key, and since when.
pub(super) struct Seen<'a> {
    pub(super) active: &'a BTreeMap<String, Date>,
    pub(super) account: &'a str,
}

impl Seen<'_> {
    /// A tag of what was used; empty where there is none.
    pub(super) fn tag<'u>(&self, used: &'u Used, key: &str) -> &'u str {
        let counts = self.active.get(key).is_some_and(|since| used.day >= *since);
        used.tags.get(key).filter(|_| counts).map_or("", String::as_str)
    }

    /// # Errors
    /// A dimension that Local AWS does not have.
    pub(super) fn dimension(&self, used: &Used, key: &str) -> Result<String> {
        Ok(match key {
            "SERVICE" => used.service.clone(),
            "USAGE_TYPE" => used.usage_type.clone(),
            "OPERATION" => used.operation.clone(),
            "REGION" => used.region.clone(),
            "LINKED_ACCOUNT" => self.account.to_owned(),
            "RECORD_TYPE" => "Usage".to_owned(),
            other => return Err(invalid(format!("Local AWS does not have the dimension {other}"))),
        })
    }

    /// # Errors
    /// An expression that is not one, or that Local AWS does not have.
    pub(super) fn fits(&self, used: &Used, expression: &Value) -> Result<bool> {
        let all = |list: &Value| list.as_array().cloned().unwrap_or_default();
        let roots = ["And", "Or", "Not", "Dimensions", "Tags"].into_iter().filter(|root| !expression[root].is_null());
        let roots: Vec<_> = roots.collect();
        match roots[..] {
            ["And"] => all(&expression["And"]).iter().try_fold(true, |fits, one| Ok(self.fits(used, one)? && fits)),
            ["Or"] => all(&expression["Or"]).iter().try_fold(false, |fits, one| Ok(self.fits(used, one)? || fits)),
            ["Not"] => Ok(!self.fits(used, &expression["Not"])?),
            ["Dimensions"] => {
                let asked = &expression["Dimensions"];
                matches(asked, &self.dimension(used, asked.text("Key")?)?)
            }
            ["Tags"] => {
                let asked = &expression["Tags"];
                matches(asked, self.tag(used, asked.text("Key")?))
            }
            [] => Err(invalid("Expression should have a root")),
            _ => Err(invalid("Expression should have only one root")),
        }
    }
}

fn matches(asked: &Value, value: &str) -> Result<bool> {
    let (options, values) = (asked.texts("MatchOptions"), asked.texts("Values"));
    let is_there = values.iter().any(|one| one == value);
    match options.iter().map(String::as_str).filter(|option| *option != "CASE_SENSITIVE").collect::<Vec<_>>()[..] {
        [] | ["EQUALS"] => Ok(is_there),
        ["ABSENT"] => Ok(value.is_empty()),
        _ => Err(invalid(format!("Local AWS does not have the match options {}", options.join(", ")))),
    }
}
