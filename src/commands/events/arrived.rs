//! What the events that were read have in them, field by field.

use super::fits::fits;
use super::shape::Shape;
use crate::config::{Column, ColumnType};
use crate::report::Spot;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Further fields are counted together: names that are data would take all the memory.
const MOST_FIELDS: usize = 2000;

/// A field's names from the event inwards; an element of an array or of a map has the name [`ELEMENT`].
pub(super) type Path = Vec<String>;
pub(super) const ELEMENT: &str = "[]";

pub(super) struct Arrived<'a> {
    schema: BTreeMap<&'a str, &'a ColumnType>,
    pub(super) events: u64,
    /// The field that tells them apart, what it had, and how many events had that again.
    id: &'a str,
    ids: HashSet<u64>,
    pub(super) repeated: u64,
    /// Events with a value that does not fit.
    pub(super) unfit: u64,
    misfits: u64,
    /// Those of the events themselves, and those within them of which there is something to tell.
    pub(super) fields: BTreeMap<Path, Field<'a>>,
    /// Values of fields that were not told apart any more.
    pub(super) others: u64,
    pub(super) broken: u64,
    pub(super) first_broken: Option<Spot>,
}

#[derive(Debug, Default)]
pub(super) struct Field<'a> {
    pub(super) shape: Shape,
    pub(super) column: Option<&'a ColumnType>,
    /// Values that are null in Parquet.
    pub(super) misfits: u64,
    pub(super) first_misfit: Option<Spot>,
}

impl<'a> Arrived<'a> {
    pub(super) fn new(schema: &'a [Column], id: &'a str) -> Self {
        let schema: BTreeMap<_, _> = schema.iter().map(|column| (column.name.as_str(), &column.column_type)).collect();
        let field = |column| Field { column: Some(column), ..Field::default() };
        let fields = schema.iter().map(|(name, column)| (vec![(*name).to_owned()], field(*column))).collect();
        let (ids, first_broken) = Default::default();
        Self {
            schema,
            events: 0,
            id,
            ids,
            repeated: 0,
            unfit: 0,
            misfits: 0,
            fields,
            others: 0,
            broken: 0,
            first_broken,
        }
    }

    pub(super) fn add(&mut self, event: &Map<String, Value>, spot: &Spot) {
        self.events += 1;
        self.count(event);
        let misfits = self.misfits;
        for (name, value) in event.iter().filter(|(_, value)| !value.is_null()) {
            let path = vec![name.to_lowercase()];
            let column = self.schema.get(path[0].as_str()).copied();
            self.note(path.clone(), column, |field| field.shape.add(value));
            if let Some(column) = column {
                self.check(&path, value, column, spot);
            }
        }
        self.unfit += u64::from(self.misfits > misfits);
    }

    /// By 64 bits of each id: of 100,000 different ones, two are taken for the same in one of four billion runs.
    fn count(&mut self, event: &Map<String, Value>) {
        let id = event.iter().find(|(name, value)| name.eq_ignore_ascii_case(self.id) && !value.is_null());
        if let Some((_, id)) = id {
            let mut hasher = DefaultHasher::new();
            id.to_string().hash(&mut hasher);
            self.repeated += u64::from(!self.ids.insert(hasher.finish()));
        }
    }

    pub(super) fn broken(&mut self, spot: Spot) {
        self.broken += 1;
        self.first_broken.get_or_insert(spot);
    }

    fn note(&mut self, path: Path, column: Option<&'a ColumnType>, tell: impl FnOnce(&mut Field<'a>)) {
        if self.fields.len() >= MOST_FIELDS && !self.fields.contains_key(&path) {
            self.others += 1;
            return;
        }
        let field = self.fields.entry(path).or_default();
        field.column = column;
        tell(field);
    }

    /// Finds, down to the innermost values, what the column has no place for.
    fn check(&mut self, path: &Path, value: &Value, column: &'a ColumnType, spot: &Spot) {
        if !fits(value, column) {
            self.misfits += 1;
            return self.note(path.clone(), Some(column), |field| {
                field.misfits += 1;
                field.first_misfit.get_or_insert_with(|| spot.clone());
            });
        }
        match (column, value) {
            (ColumnType::Array(item), Value::Array(items)) => {
                items.iter().for_each(|value| self.check(&below(path, ELEMENT), value, item, spot));
            }
            (ColumnType::Map(_, item), Value::Object(fields)) => {
                fields.values().for_each(|value| self.check(&below(path, ELEMENT), value, item, spot));
            }
            (ColumnType::Struct(columns), Value::Object(fields)) => {
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    let (name, inner) = (name.to_lowercase(), below(path, &name.to_lowercase()));
                    match columns.iter().find(|(column, _)| *column == name) {
                        Some((_, column)) => self.check(&inner, value, column, spot),
                        None => self.note(inner, None, |field| field.shape.add(value)),
                    }
                }
            }
            _ => {}
        }
    }
}

fn below(path: &Path, name: &str) -> Path {
    path.iter().map(String::as_str).chain([name]).map(str::to_owned).collect()
}
