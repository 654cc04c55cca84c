//! What the values of a field look like, and the column that would take all of them.

use crate::config::ColumnType;
use crate::report::Kind;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::Value;
use std::collections::BTreeMap;

/// An object with more names has those of its data: users, products. A struct would get a field for each.
const MOST_FIELDS: usize = 40;
/// Deeper than that nobody queries; the catalog takes 16 levels.
const DEEPEST: usize = 6;

#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) kinds: BTreeMap<Kind, u64>,
    fields: BTreeMap<String, Shape>,
    /// Fields that were not told apart any more.
    has_more: bool,
    items: Option<Box<Shape>>,
}

impl Shape {
    /// Counts a value; null is none.
    pub(super) fn add(&mut self, value: &Value) {
        let Some(kind) = kind(value) else { return };
        *self.kinds.entry(kind).or_default() += 1;
        match value {
            Value::Array(items) => {
                let shape = self.items.get_or_insert_default();
                items.iter().for_each(|item| shape.add(item));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| self.field(&name.to_lowercase()).add(value))
            }
            _ => {}
        }
    }

    /// Values that are not null.
    pub(super) fn values(&self) -> u64 {
        self.kinds.values().sum()
    }

    /// Beyond the first names, all are one.
    fn field(&mut self, name: &str) -> &mut Self {
        let is_new = !self.fields.contains_key(name);
        self.has_more |= is_new && self.fields.len() >= MOST_FIELDS;
        let name = if is_new && self.has_more { "" } else { name };
        self.fields.entry(name.to_owned()).or_default()
    }

    fn merge(&mut self, other: &Self) {
        other.kinds.iter().for_each(|(kind, count)| *self.kinds.entry(*kind).or_default() += count);
        self.has_more |= other.has_more;
        other.fields.iter().for_each(|(name, shape)| self.field(name).merge(shape));
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
    }

    /// `None` as long as there was no value but null.
    pub(super) fn column(&self) -> Option<ColumnType> {
        self.column_at(0)
    }

    fn column_at(&self, depth: usize) -> Option<ColumnType> {
        let kinds: Vec<_> = self.kinds.keys().copied().collect();
        let only = |some: &[Kind]| kinds.iter().all(|kind| some.contains(kind));
        Some(match kinds[..] {
            [] => return None,
            [Kind::Boolean] => ColumnType::Boolean,
            [Kind::Date] => ColumnType::Date,
            [Kind::Array] if depth < DEEPEST => {
                let items = self.items.as_ref().and_then(|items| items.column_at(depth + 1));
                ColumnType::Array(Box::new(items.unwrap_or(ColumnType::String)))
            }
            [Kind::Struct] if depth < DEEPEST => self.object(depth),
            // Whatever is an int today: numbers grow.
            _ if only(&[Kind::Int, Kind::Bigint]) => ColumnType::Bigint,
            _ if only(&[Kind::Int, Kind::Bigint, Kind::Double]) => ColumnType::Double,
            _ if only(&[Kind::Date, Kind::Timestamp]) => ColumnType::Timestamp,
            _ => ColumnType::String,
        })
    }

    fn object(&self, depth: usize) -> ColumnType {
        let can_be_struct = !self.has_more && self.fields.keys().all(|name| ColumnType::takes_field(name));
        if can_be_struct {
            let typed = |(name, shape): (&String, &Self)| Some((name.clone(), shape.column_at(depth + 1)?));
            let fields: Vec<_> = self.fields.iter().filter_map(typed).collect();
            if !fields.is_empty() {
                return ColumnType::Struct(fields);
            }
        }
        let mut all = Self::default();
        self.fields.values().for_each(|shape| all.merge(shape));
        let value = all.column_at(depth + 1).unwrap_or(ColumnType::String);
        ColumnType::Map(Box::new(ColumnType::String), Box::new(value))
    }
}

fn kind(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) => match number.as_i64() {
            Some(number) if i32::try_from(number).is_ok() => Kind::Int,
            Some(_) => Kind::Bigint,
            None => Kind::Double,
        },
        Value::String(text) if text.len() == 10 && text.parse::<Date>().is_ok() => Kind::Date,
        Value::String(text) if is_timestamp(text) => Kind::Timestamp,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Struct,
    })
}

/// With a zone or without.
fn is_timestamp(text: &str) -> bool {
    text.len() > 10 && (text.parse::<DateTime>().is_ok() || text.parse::<Timestamp>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn column(values: &[Value]) -> String {
        let mut shape = Shape::default();
        values.iter().for_each(|value| shape.add(value));
        shape.column().map_or_else(String::new, |column| column.to_string())
    }

    #[test]
    fn a_column_takes_all_values() {
        for (values, expected) in [
            (vec![json!(null)], ""),
            (vec![json!(true), json!(null)], "boolean"),
            (vec![json!(1), json!(3_000_000_000_u64)], "bigint"),
            (vec![json!(1), json!(1.5), json!(u64::MAX)], "double"),
            (vec![json!("2018-01-30")], "date"),
            (vec![json!("2018-01-30"), json!("2018-01-30T14:02:40")], "timestamp"),
            (vec![json!("2018-01-30 14:02:40.5")], "timestamp"),
            (vec![json!("2018-01-30T14:02:40Z")], "timestamp"),
            (vec![json!(1), json!("a")], "string"),
            (vec![json!([])], "array<string>"),
            (vec![json!([1]), json!([2.5])], "array<double>"),
            (vec![json!({"B": 1, "a": "x", "none": null})], "struct<a:string,b:bigint>"),
            (vec![json!({})], "map<string,string>"),
            (vec![json!({"a b": 1}), json!({"c": 2.5})], "map<string,double>"),
            (vec![json!({"a:b": {"c": 1}})], "map<string,struct<c:bigint>>"),
            (vec![json!([{"a": 1}, {"b": true}])], "array<struct<a:bigint,b:boolean>>"),
            (vec![json!([1]), json!({"a": 1})], "string"),
        ] {
            assert_eq!(column(&values), expected, "{values:?}");
        }
    }

    #[test]
    fn names_that_are_data_become_keys() {
        let values: Vec<_> = (0..1000).map(|user| json!({format!("user{user}"): user})).collect();
        assert_eq!(column(&values), "map<string,bigint>");
    }

    #[test]
    fn what_is_too_deep_is_text() {
        let deep = (0..20).fold(json!(1), |inner, _| json!({"a": inner}));
        let column = column(&[deep]);
        assert!(column.ends_with("a:string>>>>>>") && ColumnType::parse(&column).is_ok(), "{column}");
    }
}
