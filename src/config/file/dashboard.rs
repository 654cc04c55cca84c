//! `dashboard`: what QuickSight shows, and to whom.

use super::Group;
use crate::config::dashboard::{Dashboard, principal, time_of_day};
use crate::config::described::Form;
use crate::config::values;
use crate::config::words::Import;
use std::collections::BTreeMap;

const PRINCIPAL: &str = "^((user|group)/|arn:[a-z-]+:quicksight:)";

pub(super) fn dashboard(at: Group<'_, '_, '_>) -> Dashboard {
    let owners = "Who may change it and build on it: `user/NAME`, `group/NAME`, or an ARN.";
    let readers = "Who may look at it.";
    let data = "Whether each look runs queries, or sees SPICE's copy of their rows.";
    let refresh = "When SPICE's copy is made anew each day, by UTC: `06:00`.";
    let queries = "Which named queries are drawn; without it, those whose `chart` names its columns.";
    let direct = Import::Direct;
    Dashboard {
        owners: at.some("owners", owners, Form::Pattern(PRINCIPAL), principal).into_iter().collect(),
        readers: at.some("readers", readers, Form::Pattern(PRINCIPAL), principal).into_iter().collect(),
        data: at.value(
            "data",
            data,
            Form::OneOf(|| Import::ALL.iter().map(|one| one.as_str()).collect()),
            direct,
            values::one_of(Import::ALL),
        ),
        refresh: at.optional("refresh", refresh, Form::Pattern("^[0-9]{2}:[0-9]{2}$"), time_of_day),
        chosen: at.some("queries", queries, Form::Text, values::query_name),
        charts: BTreeMap::new(),
    }
}
