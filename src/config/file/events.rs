//! What is agreed about events beside their columns.

use super::super::column::{Column, ColumnType};
use super::super::described::Form;
use super::super::pipeline::{Events, RECEIVED_AT};
use super::super::values;
use super::{Group, HasTables};
use std::collections::{BTreeMap, BTreeSet};

/// Counts each event once, by its id.
const ONCE: (&str, &str) = ("events_once", include_str!("../../../templates/queries/events_once.sql"));

pub(super) fn events(at: Group<'_, '_, '_>) -> Events {
    let id = |text: &str| values::column(text, &mut BTreeSet::new());
    Events {
        id: at.optional(
            "id",
            "The field that tells an event from all others; clients of `pipectl client` write `event_id`. It is a column, and the query `events_once` counts each once.",
            Form::Text,
            id,
        ),
        received_at: at.flag(
            "received_at",
            "The function `track` writes into each event when it came, as `received_at`: a column, a timestamp.",
            false,
        ),
    }
}

impl Events {
    /// The columns, with those of what is agreed.
    pub(super) fn columns(&self, mut schema: Vec<Column>) -> Vec<Column> {
        let mut have = |name: &str, column_type| {
            if !schema.iter().any(|column| column.name == name) {
                schema.push(Column { name: name.to_owned(), column_type });
            }
        };
        if let Some(id) = &self.id {
            have(id, ColumnType::String);
        }
        if self.received_at {
            have(RECEIVED_AT, ColumnType::Timestamp);
        }
        schema
    }

    /// The queries, with that which counts each event once, unless the file has one of that name.
    pub(super) fn queries(&self, queries: &mut BTreeMap<String, String>, tables: HasTables) {
        if let Some(id) = &self.id {
            let sql = || tables.at_hand(ONCE.1.trim()).replace("${id}", &format!("\"{id}\""));
            queries.entry(ONCE.0.to_owned()).or_insert_with(sql);
        }
    }
}
