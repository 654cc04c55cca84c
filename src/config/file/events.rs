//! What is agreed about events beside their columns.

use super::super::column::{Column, ColumnType};
use super::super::described::Form;
use super::super::pipeline::Events;
use super::super::values;
use super::super::words::{Address, Unfit};
use super::{Group, HasTables};
use std::collections::{BTreeMap, BTreeSet};

/// Counts each event once, by its id.
const ONCE: (&str, &str) = ("events_once", include_str!("../../../templates/queries/events_once.sql"));

/// The fields that `track` can write into each event, with their columns.
const ADDED: [(&str, ColumnType, &str); 4] = [
    (
        "received_at",
        ColumnType::Timestamp,
        "The function `track` writes into each event when it came, as `received_at`: a column, a timestamp.",
    ),
    (
        "request_id",
        ColumnType::String,
        "`track` writes the id of the request, which the front's logs have too, as `request_id`.",
    ),
    (
        "origin",
        ColumnType::String,
        "`track` writes the site whose page sent the event as `origin`: `https://shop.example`. Only browsers tell it, and they cannot be made to lie.",
    ),
    (
        "user_agent",
        ColumnType::String,
        "`track` writes what the client calls itself as `user_agent`: the browser's header, its first 512 characters.",
    ),
];

pub(super) fn events(at: Group<'_, '_, '_>) -> Events {
    let column = |name: &str, column_type: ColumnType| Column { name: name.to_owned(), column_type };
    let id = |text: &str| values::column(text, &mut BTreeSet::new());
    let id = at.optional(
        "id",
        "The field that tells an event from all others; clients of `pipectl client` write `event_id`. It is a column, and the query `events_once` counts each once.",
        Form::Text,
        id,
    );
    let mut added: Vec<_> = ADDED
        .into_iter()
        .filter(|(name, _, doc)| at.flag(name, doc, false))
        .map(|(name, column_type, _)| column(name, column_type))
        .collect();
    let address = at.value(
        "ip",
        "`track` writes the network of the client's address as `ip`: `203.0.113.0` for `203.0.113.77`, of IPv6 the first 48 bits.",
        Form::OneOf(|| Address::ALL.iter().map(|one| one.as_str()).collect()),
        Address::None,
        values::one_of(Address::ALL),
    );
    if address == Address::Truncated {
        added.push(column("ip", ColumnType::String));
    }
    Events { id, added, rejected: rejected(at) }
}

fn rejected(at: Group<'_, '_, '_>) -> Vec<&'static str> {
    let kinds = [
        (
            "unknown",
            "`reject` has `track` answer 400 to an event with a field that is no column of `schema`; the others of its request are kept.",
        ),
        (
            "invalid",
            "`reject` has `track` answer 400 to an event with a value that is not written as its column's type is: `\"12\"` is no bigint.",
        ),
    ];
    let words = || Unfit::ALL.iter().map(|one| one.as_str()).collect();
    let rejects = |(key, doc): &(&'static str, &'static str)| {
        at.value(key, doc, Form::OneOf(words), Unfit::Keep, values::one_of(Unfit::ALL)) == Unfit::Reject
    };
    kinds.into_iter().filter(rejects).map(|(key, _)| key).collect()
}

impl Events {
    /// The columns, with those of what is agreed.
    pub(super) fn columns(&self, mut schema: Vec<Column>) -> Vec<Column> {
        let id = self.id.iter().map(|id| Column { name: id.clone(), column_type: ColumnType::String });
        for column in id.chain(self.added.iter().cloned()) {
            if !schema.iter().any(|other| other.name == column.name) {
                schema.push(column);
            }
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
