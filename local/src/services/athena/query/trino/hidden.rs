//! `"$path"`, the column that every table has and no `*` gives.

use super::super::table::PATH;
use datafusion::sql::sqlparser::ast::{
    ExceptSelectItem, Ident, Select, SelectItem, TableFactor, WildcardAdditionalOptions,
};
use std::collections::HashSet;

/// Takes it out of the stars of a SELECT from tables; `named` is what WITH names.
pub(super) fn hide_path(select: &mut Select, named: &HashSet<String>) {
    let factors = select.from.iter().flat_map(|from| {
        let joined = from.joins.iter().map(|join| &join.relation);
        [&from.relation].into_iter().chain(joined)
    });
    if !factors.into_iter().any(|factor| is_of_the_catalog(factor, named)) {
        return;
    }
    for item in &mut select.projection {
        if let SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) = item {
            let hidden = ExceptSelectItem { first_element: Ident::with_quote('"', PATH), additional_elements: vec![] };
            *options = WildcardAdditionalOptions { opt_except: Some(hidden), ..options.clone() };
        }
    }
}

fn is_of_the_catalog(factor: &TableFactor, named: &HashSet<String>) -> bool {
    match factor {
        TableFactor::Table { name, .. } => !named.contains(&name.to_string().replace('"', "").to_lowercase()),
        TableFactor::NestedJoin { table_with_joins, .. } => {
            let joined = table_with_joins.joins.iter().map(|join| &join.relation);
            [&table_with_joins.relation].into_iter().chain(joined).any(|factor| is_of_the_catalog(factor, named))
        }
        _ => false,
    }
}
