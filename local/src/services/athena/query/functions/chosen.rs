//! The value of one row of each group: the first that is there, or that of the largest or smallest key.

use super::super::groups::{Groups, passes};
use super::items::{has_numbers, numbers, pick, rows_of};
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Int64Array, new_null_array,
};
use datafusion::arrow::compute::{interleave, is_not_null};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use std::cmp::Ordering;
use std::sync::Arc;

/// Values that are kept beside those that are still wanted, and the arrays that they may be in.
const SPARE: usize = 8192;
const MOST_PARTS: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The first that is not NULL.
    First,
    /// Of a key that is not NULL.
    Largest,
    Smallest,
}

/// The key of each group's row.
#[derive(Debug)]
enum Keys {
    /// That compare as the keys do.
    Numbers(Vec<i64>),
    Bytes(Vec<Box<[u8]>>),
}

/// Where the value of a group is: in which part, and in which of its rows.
type Place = Option<(u32, u32)>;

#[derive(Debug)]
pub(super) struct Chosen {
    by: By,
    kind: DataType,
    keys: Keys,
    places: Vec<Place>,
    parts: Vec<ArrayRef>,
    /// In the parts.
    rows: usize,
    bytes: usize,
    key_bytes: usize,
}

/// Keys of rows.
enum Given {
    Numbers(Int64Array),
    Bytes(BinaryArray),
}

impl Given {
    /// As [`Chosen::states`] has it.
    fn of_state(state: &ArrayRef) -> Self {
        match state.data_type() {
            DataType::Int64 => Self::Numbers(state.as_primitive::<Int64Type>().clone()),
            _ => Self::Bytes(state.as_binary::<i32>().clone()),
        }
    }

    fn is_valid(&self, row: usize) -> bool {
        match self {
            Self::Numbers(keys) => keys.is_valid(row),
            Self::Bytes(keys) => keys.is_valid(row),
        }
    }
}

impl Chosen {
    pub(super) fn new(by: By, kinds: &[DataType]) -> Result<Self> {
        let key = kinds.last().unwrap_or(&DataType::Null);
        let keys = if by == By::First || has_numbers(key) { Keys::Numbers(vec![]) } else { Keys::Bytes(vec![]) };
        if let Keys::Bytes(_) = keys {
            // A type whose values do not compare is told of at once.
            rows_of(&datafusion::arrow::array::new_empty_array(key))?;
        }
        let (kind, places, parts) = (kinds[0].clone(), vec![], vec![]);
        Ok(Self { by, kind, keys, places, parts, rows: 0, bytes: 0, key_bytes: 0 })
    }

    /// The value, and its key as something that compares.
    pub(super) fn states(by: By, kinds: &[DataType]) -> Vec<DataType> {
        let numbers = by == By::First || kinds.last().is_some_and(has_numbers);
        vec![kinds[0].clone(), if numbers { DataType::Int64 } else { DataType::Binary }]
    }

    fn given(&self, columns: &[ArrayRef]) -> Result<Given> {
        if self.by == By::First {
            let there = is_not_null(&columns[0])?;
            let is_null = columns[0].data_type() == &DataType::Null;
            let keys = there.iter().map(|there| (there == Some(true) && !is_null).then_some(0));
            return Ok(Given::Numbers(keys.collect()));
        }
        let keys = &columns[columns.len() - 1];
        Ok(match numbers(keys)? {
            Some(keys) => Given::Numbers(keys),
            None => Given::Bytes(rows_of(keys)?),
        })
    }

    /// Takes the key of a row, if it is better than that of its group.
    fn take(&mut self, group: usize, given: &Given, row: usize) -> bool {
        let better = match self.by {
            By::First => None,
            By::Largest => Some(Ordering::Greater),
            By::Smallest => Some(Ordering::Less),
        };
        let is_first = self.places[group].is_none();
        match (&mut self.keys, given) {
            (Keys::Numbers(keys), Given::Numbers(given)) => {
                let key = given.value(row);
                let is_better = is_first || Some(key.cmp(&keys[group])) == better;
                if is_better {
                    keys[group] = key;
                }
                is_better
            }
            (Keys::Bytes(keys), Given::Bytes(given)) => {
                let key = given.value(row);
                let is_better = is_first || Some(key.cmp(&keys[group])) == better;
                if is_better {
                    self.key_bytes = self.key_bytes + key.len() - keys[group].len();
                    keys[group] = key.into();
                }
                is_better
            }
            _ => false,
        }
    }

    fn choose(
        &mut self,
        values: &ArrayRef,
        given: &Given,
        groups: &[usize],
        filter: Option<&BooleanArray>,
    ) -> Result<()> {
        let part = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        let mut rows: Vec<usize> = vec![];
        for (row, group) in groups.iter().enumerate() {
            if !passes(filter, row) || !given.is_valid(row) || !self.take(*group, given, row) {
                continue;
            }
            match self.places[*group] {
                Some((last, at)) if last == part => rows[at as usize] = row,
                _ => {
                    self.places[*group] = Some((part, u32::try_from(rows.len()).unwrap_or(u32::MAX)));
                    rows.push(row);
                }
            }
        }
        if !rows.is_empty() {
            self.rows += rows.len();
            self.keep(pick(values, rows)?);
        }
        if self.rows > 2 * self.places.len() + SPARE || self.parts.len() > MOST_PARTS {
            self.compact()?;
        }
        Ok(())
    }

    fn keep(&mut self, part: ArrayRef) {
        self.bytes += part.get_array_memory_size();
        self.parts.push(part);
    }

    /// Only the values that are still wanted.
    fn compact(&mut self) -> Result<()> {
        let kept = self.values(self.places.len())?;
        for (row, place) in (0..).zip(&mut self.places) {
            *place = place.map(|_| (0, row));
        }
        (self.rows, self.bytes) = (kept.len(), 0);
        self.parts.clear();
        self.keep(kept);
        Ok(())
    }

    /// NULL of groups that have none.
    fn values(&self, count: usize) -> Result<ArrayRef> {
        let none = new_null_array(&self.kind, 1);
        let parts: Vec<_> = self.parts.iter().chain([&none]).map(AsRef::as_ref).collect();
        let place = |place: &Place| place.map_or((self.parts.len(), 0), |(part, row)| (part as usize, row as usize));
        Ok(interleave(&parts, &self.places[..count].iter().map(place).collect::<Vec<_>>())?)
    }
}

impl Groups for Chosen {
    fn empty(&self) -> Box<dyn Groups> {
        let keys = match self.keys {
            Keys::Numbers(_) => Keys::Numbers(vec![]),
            Keys::Bytes(_) => Keys::Bytes(vec![]),
        };
        let (by, kind, places, parts) = (self.by, self.kind.clone(), vec![], vec![]);
        Box::new(Self { by, kind, keys, places, parts, rows: 0, bytes: 0, key_bytes: 0 })
    }

    fn count(&self) -> usize {
        self.places.len()
    }

    fn grow(&mut self, count: usize) {
        let count = count.max(self.places.len());
        self.places.resize(count, None);
        match &mut self.keys {
            Keys::Numbers(keys) => keys.resize(count, 0),
            Keys::Bytes(keys) => keys.resize(count, Box::default()),
        }
    }

    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) -> Result<()> {
        let given = self.given(columns)?;
        self.choose(&columns[0], &given, groups, filter)
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.choose(&states[0], &Given::of_state(&states[1]), groups, None)
    }

    fn states(&self, count: usize) -> Result<Vec<ArrayRef>> {
        let there = self.places[..count].iter().map(Option::is_some);
        let keys: ArrayRef = match &self.keys {
            Keys::Numbers(keys) => {
                Arc::new(there.zip(keys).map(|(there, key)| there.then_some(*key)).collect::<Int64Array>())
            }
            Keys::Bytes(keys) => {
                Arc::new(there.zip(keys).map(|(there, key)| there.then_some(key)).collect::<BinaryArray>())
            }
        };
        Ok(vec![self.values(count)?, keys])
    }

    fn results(&self, count: usize) -> Result<ArrayRef> {
        self.values(count)
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        self.places.drain(..count);
        match &mut self.keys {
            Keys::Numbers(keys) => drop(keys.drain(..count)),
            Keys::Bytes(keys) => {
                self.key_bytes -= keys.drain(..count).map(|key| key.len()).sum::<usize>();
            }
        }
        Ok(())
    }

    /// The values twice, since they are put together.
    fn bytes(&self) -> usize {
        let keys = match &self.keys {
            Keys::Numbers(keys) => keys.capacity() * size_of::<i64>(),
            Keys::Bytes(keys) => keys.capacity() * size_of::<Box<[u8]>>() + self.key_bytes,
        };
        size_of::<Self>() + 2 * self.bytes + keys + self.places.capacity() * size_of::<Place>()
    }
}
