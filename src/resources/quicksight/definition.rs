//! What a dashboard is made of, and how it is compared.
//!
//! AWS fills in what a definition leaves out, and knows more of it with each year, so that a comparison of what was sent
//! with what is there never ends (terraform-provider-aws#33109, #37036). What was sent last is remembered by a fingerprint
//! in a tag.

use super::asset::text;
use crate::engine::value::{Canonical, Value, digest};
use serde_json::Value as Json;

/// The tag. Beside the fingerprint it has the version that people see.
pub(super) const TAG: &str = "pipectl:definition";

/// Sheets, what is drawn on them, and from which data sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// `Null` of a live one.
    pub(super) document: Json,
    /// How many things are drawn, and a fingerprint.
    print: String,
}

impl Canonical for Definition {
    fn canonical(&self) -> Value {
        self.print.canonical()
    }
}

impl Definition {
    pub(crate) fn new(document: Json) -> Self {
        let sheets = document["Sheets"].as_array().into_iter().flatten();
        let visuals: usize = sheets.map(|sheet| sheet["Visuals"].as_array().map_or(0, Vec::len)).sum();
        let print = format!("{visuals} visuals {}", &digest(document.to_string())[..16]);
        Self { document, print }
    }

    /// What the tag has to say of it. `version`: of a dashboard, the one that people see.
    pub(super) fn mark(&self, version: u64) -> String {
        format!("{}@{version}", self.print)
    }

    /// What the tag says of a live one. Where people see another version, somebody else has published it.
    pub(super) fn read(mark: Option<&String>, version: u64) -> Self {
        let (print, marked) = mark.and_then(|mark| mark.rsplit_once('@')).unwrap_or(("not by pipectl", ""));
        let print = match marked == version.to_string() {
            true => print.to_owned(),
            false => format!("version {version}, not by pipectl"),
        };
        Self { document: Json::Null, print }
    }
}

/// The version at the end of an ARN, `.../version/3`.
pub(super) fn version_of(arn: &Json) -> Option<u64> {
    text(arn).rsplit_once("/version/")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_definition_is_known_again_by_its_tag() {
        let of = |id: &str| Definition::new(json!({"Sheets": [{"Visuals": [{"KPIVisual": {"VisualId": id}}]}]}));
        let (one, other) = (of("a"), of("b"));
        assert!(one.mark(3).starts_with("1 visuals "), "{}", one.mark(3));
        assert_ne!(one.canonical(), other.canonical());
        let read = |version| Definition::read(Some(&one.mark(3)), version).canonical();
        assert_eq!(read(3), one.canonical());
        assert_eq!(read(4), "version 4, not by pipectl".canonical());
        assert_eq!(Definition::read(None, 1).canonical(), "version 1, not by pipectl".canonical());
        assert_eq!(version_of(&json!("arn:aws:quicksight:us-east-1:1:dashboard/x/version/3")), Some(3));
    }
}
