//! What a file says of QuickSight, and what follows from it for the queries that are drawn.

use super::words::Import;
use crate::chart::{Hint, Type};
use std::collections::{BTreeMap, BTreeSet};

/// When rows are copied into SPICE, unless the file says.
const EARLY: &str = "06:00";

/// What QuickSight shows, and to whom.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dashboard {
    /// `user/NAME`, `group/NAME`, or an ARN of another namespace.
    pub(crate) owners: BTreeSet<String>,
    pub(crate) readers: BTreeSet<String>,
    pub(crate) data: Import,
    /// `HH:MM`, by UTC. `None`: as [`Dashboard::refreshed`] has it.
    pub(super) refresh: Option<String>,
    /// The queries that the file asks for; empty for all that say which columns they have.
    pub(super) chosen: Vec<String>,
    /// The SQL of those that are drawn, with their tables' database, which QuickSight has not. As loaded, empty.
    pub(crate) charts: BTreeMap<String, String>,
}

impl Dashboard {
    /// When its rows are copied into SPICE; `None` where they are not.
    pub(crate) fn refreshed(&self) -> Option<String> {
        let spice = self.data == Import::Spice;
        spice.then(|| self.refresh.clone().unwrap_or_else(|| EARLY.to_owned()))
    }

    /// The queries that are drawn.
    pub(super) fn drawn<'a>(
        &'a self,
        charts: &'a BTreeMap<String, Hint>,
        queries: &'a BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'a String, &'a String)> {
        let wanted = |name: &String| self.chosen.is_empty() || self.chosen.contains(name);
        let charts = charts.iter().filter(move |(name, hint)| wanted(name) && is_drawable(hint));
        charts.filter_map(|(name, _)| queries.get_key_value(name))
    }
}

/// Whether a chart says which columns it has.
pub(super) fn is_drawable(hint: &Hint) -> bool {
    let alone = matches!(hint.kind, Some(Type::Number | Type::Table));
    !hint.y.is_empty() && (alone || hint.x.is_some())
}

/// SQL with the database before the placeholders of the tables, once.
pub(super) fn with_database(sql: &str) -> String {
    ["${raw_table}", "${parquet_table}"].iter().fold(sql.to_owned(), |sql, table| {
        let there = ["${database}.", "\"${database}\"."];
        let there = there.iter().flat_map(|database| [format!("{database}\"{table}\""), format!("{database}{table}")]);
        let bare = [format!("\"{table}\""), (*table).to_owned()];
        let marked = there.chain(bare).fold(sql, |sql, spelt| sql.replace(&spelt, "\0"));
        marked.replace('\0', &format!("\"${{database}}\".\"{table}\""))
    })
}

/// A user or group of QuickSight's.
pub(super) fn principal(text: &str) -> Result<String, String> {
    let named = |rest: &str| !rest.is_empty() && !rest.contains(char::is_whitespace);
    let known = match text.split_once('/') {
        Some(("user" | "group", name)) => named(name),
        _ => text.starts_with("arn:") && text.contains(":quicksight:") && text.split(':').count() == 6,
    };
    let short = crate::names::quicksight_principal(text);
    known
        .then_some(short)
        .ok_or_else(|| format!("`{text}` is nobody in QuickSight: write `user/NAME`, `group/NAME`, or an ARN"))
}

/// `06:00`
pub(super) fn time_of_day(text: &str) -> Result<String, String> {
    let (hour, minute) = text.split_once(':').unwrap_or_default();
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let below = |text: &str, most: u8| digits(text) && text.parse::<u8>().is_ok_and(|number| number < most);
    let known = below(hour, 24) && below(minute, 60);
    known.then(|| text.to_owned()).ok_or_else(|| format!("`{text}` is no time of day: write `06:00`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_with_its_database_however_it_is_spelt() {
        let whole = "SELECT 1 FROM \"${database}\".\"${raw_table}\" t";
        for spelt in [
            "${raw_table}",
            "\"${raw_table}\"",
            "${database}.${raw_table}",
            "\"${database}\".\"${raw_table}\"",
            "\"${database}\".${raw_table}",
        ] {
            assert_eq!(with_database(&format!("SELECT 1 FROM {spelt} t")), whole, "{spelt}");
        }
    }

    #[test]
    fn people_and_times_are_read_as_quicksight_has_them() {
        for good in ["user/ana", "group/analysts", "user/AdminRole/ana@example.org"] {
            assert_eq!(principal(good).as_deref(), Ok(good));
        }
        let arn = "arn:aws:quicksight:us-east-1:123456789012:user/default/ana";
        assert_eq!(principal(arn).as_deref(), Ok("user/ana"));
        for bad in ["ana", "user/", "role/ana", "user/a b", "arn:aws:iam::1:user/ana"] {
            assert!(principal(bad).is_err(), "{bad}");
        }
        assert!(["00:00", "23:59"].iter().all(|time| time_of_day(time).is_ok()));
        assert!(["24:00", "6:00", "06:60", "0600", "-1:00", "+1:00"].iter().all(|time| time_of_day(time).is_err()));
    }
}
