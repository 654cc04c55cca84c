//! The lines of `schema` that would take in what has no column yet.

use super::arrived::{Arrived, ELEMENT, Path};
use crate::config::{Column, ColumnType, Places};
use crate::report::Proposed;
use std::collections::BTreeMap;

/// Whoever has more of them does not want a column for each.
const MOST: usize = 50;

/// The fields that arrive most often come first.
pub(super) fn propose(arrived: &Arrived<'_>, schema: &[Column], places: &Places) -> Vec<Proposed> {
    let mut new = vec![];
    let mut wider: BTreeMap<&str, ColumnType> = BTreeMap::new();
    for (path, field) in arrived.fields.iter().filter(|(_, field)| field.column.is_none()) {
        let Some(column) = field.shape.column() else { continue };
        match (&path[..], schema.iter().find(|known| known.name == path[0])) {
            ([name], _) if Column::takes(name) => new.push((field.shape.values(), name, column)),
            ([name, inner @ ..], Some(known)) => {
                let before = wider.get(name.as_str()).unwrap_or(&known.column_type);
                if let Some(after) = with(before, inner, &column) {
                    wider.insert(&known.name, after);
                }
            }
            _ => {}
        }
    }
    new.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
    let new =
        new.into_iter().map(|(_, name, column)| Proposed { name: name.clone(), column: column.to_string(), at: None });
    let at = |name: &str| places.of(&format!("schema.{name}"));
    let wider = wider.into_iter().map(|(name, column)| Proposed {
        name: name.to_owned(),
        column: column.to_string(),
        at: at(name),
    });
    new.take(MOST).chain(wider.take(MOST)).collect()
}

/// The type with one more field somewhere inside. `None` where the catalog takes no such name.
fn with(column: &ColumnType, path: &[String], field: &ColumnType) -> Option<ColumnType> {
    let (name, rest) = path.split_first()?;
    Some(match column {
        ColumnType::Array(item) if name == ELEMENT => ColumnType::Array(Box::new(with(item, rest, field)?)),
        ColumnType::Map(key, item) if name == ELEMENT => {
            ColumnType::Map(key.clone(), Box::new(with(item, rest, field)?))
        }
        ColumnType::Struct(fields) => {
            let mut fields = fields.clone();
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, inner)) => *inner = with(inner, rest, field)?,
                None if rest.is_empty() && ColumnType::takes_field(name) => fields.push((name.clone(), field.clone())),
                None => return None,
            }
            ColumnType::Struct(fields)
        }
        _ => return None,
    })
}

/// As it stands in the table that is shown: `tags[].name`.
pub(super) fn spelt(path: &Path) -> String {
    path.iter().fold(String::new(), |mut all, name| {
        if !all.is_empty() && name != ELEMENT {
            all.push('.');
        }
        all.push_str(name);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_added_where_it_arrives() {
        let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        for (column, at, expected) in [
            ("struct<a:int>", "b", Some("struct<a:int,b:bigint>")),
            ("array<struct<a:int>>", "[]/b", Some("array<struct<a:int,b:bigint>>")),
            ("map<string,struct<a:int>>", "[]/b", Some("map<string,struct<a:int,b:bigint>>")),
            ("struct<a:struct<x:int>>", "a/b", Some("struct<a:struct<x:int,b:bigint>>")),
            ("struct<a:int>", "b c", None),
            ("int", "b", None),
        ] {
            let after = with(&ColumnType::parse(column).unwrap(), &path(at), &ColumnType::Bigint);
            assert_eq!(after.map(|column| column.to_string()).as_deref(), expected, "{column} {at}");
        }
        assert_eq!(spelt(&path("tags/[]/name")), "tags[].name");
    }
}
