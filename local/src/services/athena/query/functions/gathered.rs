//! All rows of each group, for aggregates that have to look at them all at once.

use super::super::groups::Groups;
use super::call::Call;
use super::items::{distinct, keys, pick};
use super::kinds::list;
use super::library::Run;
use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, BooleanArray, ListArray, UInt32Array, new_empty_array};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{concat, filter, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

/// Results that are put together at once: by itself, each has buffers of its own.
const TOGETHER: usize = 1024;

/// What looks at the rows of a group.
#[derive(Debug)]
pub(super) enum Each {
    Run(Run),
    /// An aggregate that does not need them all, of those that are distinct.
    Groups(Box<dyn Groups>),
}

#[derive(Debug)]
pub(super) struct Gathered {
    each: Each,
    /// Bytes that it needs for each row of a group while it works.
    work: usize,
    kinds: Vec<DataType>,
    gives: DataType,
    is_distinct: bool,
    /// The rows in the order in which they came, of each argument.
    parts: Vec<Vec<ArrayRef>>,
    /// Of each row.
    groups: Vec<u32>,
    /// Rows of each group.
    counts: Vec<u32>,
    largest: u32,
    /// Of the rows.
    bytes: usize,
}

impl Gathered {
    pub(super) fn new(each: Each, work: usize, kinds: &[DataType], gives: DataType) -> Self {
        let (parts, kinds) = (vec![vec![]; kinds.len()], kinds.to_vec());
        let (groups, counts) = (vec![], vec![]);
        Self { each, work, kinds, gives, is_distinct: false, parts, groups, counts, largest: 0, bytes: 0 }
    }

    pub(super) fn distinct(each: Each, work: usize, kinds: &[DataType], gives: DataType) -> Self {
        Self { is_distinct: true, ..Self::new(each, work, kinds, gives) }
    }

    fn push(&mut self, columns: &[ArrayRef], groups: impl Iterator<Item = usize>) -> Result<()> {
        for (parts, column) in self.parts.iter_mut().zip(columns) {
            let column = owned(column)?;
            self.bytes += slice_bytes(&column) + size_of::<ArrayRef>();
            parts.push(column);
        }
        for group in groups {
            // Nobody has four billion groups.
            self.groups.push(u32::try_from(group).unwrap_or(u32::MAX));
            self.counts[group] += 1;
            self.largest = self.largest.max(self.counts[group]);
        }
        Ok(())
    }

    /// The rows of an argument, in the order in which they came.
    fn column(&self, index: usize) -> Result<ArrayRef> {
        match self.parts[index].as_slice() {
            [] => Ok(new_empty_array(&self.kinds[index])),
            parts => Ok(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
        }
    }

    /// The rows of the first groups, one group after the other, each in the order in which they came.
    fn columns(&self, count: usize) -> Result<Vec<ArrayRef>> {
        if count == 1 && self.counts.len() == 1 {
            return (0..self.kinds.len()).map(|index| self.column(index)).collect();
        }
        let (mut next, mut rows) = (Vec::with_capacity(count), 0);
        for length in &self.counts[..count] {
            next.push(rows);
            rows += *length as usize;
        }
        let mut order = vec![0_u32; rows];
        for (row, group) in (0_u32..).zip(&self.groups) {
            if let Some(place) = next.get_mut(*group as usize) {
                order[*place] = row;
                *place += 1;
            }
        }
        let order = UInt32Array::from(order);
        (0..self.kinds.len()).map(|index| Ok(take(&self.column(index)?, &order, None)?)).collect()
    }

    /// What comes of the rows of one group.
    fn result(&self, mut columns: Vec<ArrayRef>) -> Result<ArrayRef> {
        if self.is_distinct {
            let first = distinct(&keys(&[&columns[0]])?[0]);
            columns[0] = pick(&columns[0], first)?;
        }
        let rows = columns.first().map_or(0, |column| column.len());
        match &self.each {
            Each::Run(run) => run(&Call { arguments: columns, rows, gives: self.gives.clone() }),
            Each::Groups(groups) => {
                let mut one = groups.empty();
                one.grow(1);
                one.add(&columns, &vec![0; rows], None)?;
                one.results(1)
            }
        }
    }
}

fn slice_bytes(column: &ArrayRef) -> usize {
    column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())
}

/// Without the rest of what it is a slice of.
fn owned(column: &ArrayRef) -> Result<ArrayRef> {
    match column.get_array_memory_size() / 2 > slice_bytes(column) {
        true => pick(column, 0..column.len()),
        false => Ok(Arc::clone(column)),
    }
}

impl Groups for Gathered {
    fn empty(&self) -> Box<dyn Groups> {
        let each = match &self.each {
            Each::Run(run) => Each::Run(*run),
            Each::Groups(groups) => Each::Groups(groups.empty()),
        };
        let is_distinct = self.is_distinct;
        Box::new(Self { is_distinct, ..Self::new(each, self.work, &self.kinds, self.gives.clone()) })
    }

    fn count(&self) -> usize {
        self.counts.len()
    }

    fn grow(&mut self, count: usize) {
        self.counts.resize(count.max(self.counts.len()), 0);
    }

    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], passes: Option<&BooleanArray>) -> Result<()> {
        let Some(passes) = passes else { return self.push(columns, groups.iter().copied()) };
        let columns = columns.iter().map(|column| Ok(filter(column, passes)?)).collect::<Result<Vec<_>>>()?;
        let passed = groups.iter().zip(passes).filter(|(_, passed)| *passed == Some(true));
        self.push(&columns, passed.map(|(group, _)| *group))
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let lists: Vec<_> = states.iter().map(|state| state.as_list::<i32>()).collect();
        let items = |list: &&ListArray| {
            let offsets = list.value_offsets();
            let (first, last) = (offsets[0] as usize, offsets[list.len()] as usize);
            list.values().slice(first, last - first)
        };
        let columns: Vec<_> = lists.iter().map(items).collect();
        let Some(first) = lists.first() else { return Ok(()) };
        let lengths = first.value_offsets().windows(2).map(|pair| (pair[1] - pair[0]) as usize);
        let rows = groups.iter().zip(lengths).flat_map(|(group, length)| std::iter::repeat_n(*group, length));
        self.push(&columns, rows)
    }

    fn states(&self, count: usize) -> Result<Vec<ArrayRef>> {
        let lengths = || self.counts[..count].iter().map(|length| *length as usize);
        let lists = self.columns(count)?.into_iter().zip(&self.kinds).map(|(column, kind)| {
            let DataType::List(field) = list(kind.clone()) else { return Ok(column) };
            let offsets = OffsetBuffer::from_lengths(lengths());
            Ok(Arc::new(ListArray::try_new(field, offsets, column, None)?) as ArrayRef)
        });
        lists.collect()
    }

    fn results(&self, count: usize) -> Result<ArrayRef> {
        let columns = self.columns(count)?;
        let (mut made, mut few, mut begin) = (vec![], vec![], 0);
        let together = |few: &mut Vec<ArrayRef>| -> Result<ArrayRef> {
            let made = concat(&few.iter().map(AsRef::as_ref).collect::<Vec<_>>())?;
            few.clear();
            Ok(made)
        };
        for length in &self.counts[..count] {
            let length = *length as usize;
            few.push(self.result(columns.iter().map(|column| column.slice(begin, length)).collect())?);
            begin += length;
            if few.len() == TOGETHER {
                made.push(together(&mut few)?);
            }
        }
        few.splice(0..0, made);
        if few.is_empty() { Ok(new_empty_array(&self.gives)) } else { together(&mut few) }
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let kept = self.groups.iter().map(|group| Some(*group as usize >= count)).collect::<BooleanArray>();
        let left = (0..self.kinds.len()).map(|index| Ok(filter(&self.column(index)?, &kept)?));
        let left = left.collect::<Result<Vec<_>>>()?;
        let groups = std::mem::take(&mut self.groups).into_iter().map(|group| group as usize);
        self.counts.drain(..count);
        self.counts.fill(0);
        (self.bytes, self.largest) = (0, 0);
        self.parts.iter_mut().for_each(Vec::clear);
        self.push(&left, groups.filter_map(|group| group.checked_sub(count)))
    }

    /// The rows as they came, all in one and by their groups; and what the largest group needs.
    fn bytes(&self) -> usize {
        let copies = if self.counts.len() > 1 { 3 } else { 2 };
        let rows = (self.groups.capacity() + self.counts.capacity() + self.groups.len()) * size_of::<u32>();
        size_of::<Self>() + copies * self.bytes + rows + self.largest as usize * self.work
    }
}
