//! A few numbers of each group, to which each row adds: counts, sums, and the moments of a distribution.

use super::super::groups::{Groups, passes};
use super::call::bad;
use datafusion::arrow::array::PrimitiveArray;
use datafusion::arrow::array::{
    Array as _, ArrayRef, ArrowPrimitiveType, AsArray as _, BooleanArray, PrimitiveBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::common::Result;
use std::fmt::Debug;
use std::sync::Arc;

#[derive(Clone, Copy, Debug)]
pub(super) struct Fold<T: 'static> {
    /// The numbers of a group without rows.
    pub(super) empty: &'static [T],
    /// A row that is not NULL.
    pub(super) add: fn(&mut [T], T) -> Result<()>,
    pub(super) merge: fn(&mut [T], &[T]),
    pub(super) give: fn(&[T]) -> Option<T>,
}

#[derive(Debug)]
pub(super) struct Folded<P: ArrowPrimitiveType<Native: 'static>> {
    fold: Fold<P::Native>,
    /// Those of one group stand together.
    numbers: Vec<P::Native>,
}

impl<P: ArrowPrimitiveType> Folded<P> {
    pub(super) fn new(fold: Fold<P::Native>) -> Self {
        Self { fold, numbers: vec![] }
    }

    fn of(&self, group: usize) -> std::ops::Range<usize> {
        let width = self.fold.empty.len();
        group * width..(group + 1) * width
    }
}

impl<P: ArrowPrimitiveType + Debug> Groups for Folded<P> {
    fn empty(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.fold))
    }

    fn count(&self) -> usize {
        self.numbers.len() / self.fold.empty.len()
    }

    fn grow(&mut self, count: usize) {
        for _ in self.count()..count {
            self.numbers.extend_from_slice(self.fold.empty);
        }
    }

    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) -> Result<()> {
        let column = cast(&columns[0], &P::DATA_TYPE)?;
        let column = column.as_primitive::<P>();
        for (row, group) in groups.iter().enumerate() {
            if column.is_valid(row) && passes(filter, row) {
                let numbers = self.of(*group);
                (self.fold.add)(&mut self.numbers[numbers], column.value(row))?;
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let states: Vec<_> = states.iter().map(|state| state.as_primitive::<P>()).collect();
        let mut other = self.fold.empty.to_vec();
        for (row, group) in groups.iter().enumerate() {
            other.iter_mut().zip(&states).for_each(|(number, state)| *number = state.value(row));
            let numbers = self.of(*group);
            (self.fold.merge)(&mut self.numbers[numbers], &other);
        }
        Ok(())
    }

    fn states(&self, count: usize) -> Result<Vec<ArrayRef>> {
        let column = |part: usize| {
            let numbers = (0..count).map(|group| self.numbers[self.of(group).start + part]);
            Arc::new(PrimitiveArray::<P>::from_iter_values(numbers)) as ArrayRef
        };
        Ok((0..self.fold.empty.len()).map(column).collect())
    }

    fn results(&self, count: usize) -> Result<ArrayRef> {
        let mut made = PrimitiveBuilder::<P>::with_capacity(count);
        (0..count).for_each(|group| made.append_option((self.fold.give)(&self.numbers[self.of(group)])));
        Ok(Arc::new(made.finish()))
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        self.numbers.drain(..count * self.fold.empty.len());
        Ok(())
    }

    /// The numbers, and the columns that are made of them.
    fn bytes(&self) -> usize {
        size_of::<Self>() + (self.numbers.capacity() + self.numbers.len()) * size_of::<P::Native>()
    }
}

/// Of booleans as 0 and 1: how many are 1.
pub(super) const TRUE: Fold<i64> = Fold {
    empty: &[0],
    add: |numbers, one| {
        numbers[0] += one;
        Ok(())
    },
    merge: |numbers, other| numbers[0] += other[0],
    give: |numbers| Some(numbers[0]),
};

/// Whether there is one, and what all have in common.
macro_rules! bitwise {
    ($both:expr) => {{
        const BOTH: fn(&mut [i64], i64) = |numbers, one| {
            let both: fn(i64, i64) -> i64 = $both;
            numbers[1] = if numbers[0] == 0 { one } else { both(numbers[1], one) };
            numbers[0] = 1;
        };
        Fold {
            empty: &[0, 0],
            add: |numbers, one| {
                BOTH(numbers, one);
                Ok(())
            },
            merge: |numbers, other| {
                if other[0] != 0 {
                    BOTH(numbers, other[1]);
                }
            },
            give: |numbers| (numbers[0] != 0).then_some(numbers[1]),
        }
    }};
}

pub(super) const BITWISE_AND: Fold<i64> = bitwise!(|one, other| one & other);
pub(super) const BITWISE_OR: Fold<i64> = bitwise!(|one, other| one | other);
pub(super) const BITWISE_XOR: Fold<i64> = bitwise!(|one, other| one ^ other);

fn sums(numbers: &mut [f64], other: &[f64]) {
    numbers.iter_mut().zip(other).for_each(|(number, other)| *number += other);
}

/// The count, and the sum of the logarithms.
pub(super) const GEOMETRIC_MEAN: Fold<f64> = Fold {
    empty: &[0.0, 0.0],
    add: |numbers, one| {
        sums(numbers, &[1.0, one.ln()]);
        Ok(())
    },
    merge: sums,
    give: |numbers| (numbers[0] > 0.0).then(|| (numbers[1] / numbers[0]).exp()),
};

/// Of counts c the sums of c and of c ln(c), as Trino's EntropyAggregation has it.
pub(super) const ENTROPY: Fold<f64> = Fold {
    empty: &[0.0, 0.0],
    add: |numbers, count| match count {
        count if count < 0.0 => Err(bad("Entropy count argument must be non-negative")),
        0.0 => Ok(()),
        count => {
            sums(numbers, &[count, count * count.ln()]);
            Ok(())
        }
    },
    merge: sums,
    give: |numbers| {
        let [sum, logarithms] = *numbers else { return None };
        let entropy = || ((sum.ln() - logarithms / sum) / 2_f64.ln()).max(0.0);
        Some(if sum > 0.0 { entropy() } else { 0.0 })
    },
};

/// The count, the mean, and the sums of the second, third and fourth powers of what differs from it, as Trino's
/// AggregationUtils updates and merges them.
fn moment(numbers: &mut [f64], one: f64) -> Result<()> {
    let [before, mean, second, third, fourth] = numbers else { return Ok(()) };
    let count = *before + 1.0;
    let delta = one - *mean;
    let part = delta / count;
    let more = delta * part * *before;
    *fourth +=
        more * part * part * (count * count - 3.0 * count + 3.0) + 6.0 * part * part * *second - 4.0 * part * *third;
    *third += more * part * (count - 2.0) - 3.0 * part * *second;
    *second += more;
    *mean += part;
    *before = count;
    Ok(())
}

fn merged(numbers: &mut [f64], other: &[f64]) {
    let ([na, ma, a2, a3, a4], [nb, mb, b2, b3, b4]) = (&mut *numbers, other) else { return };
    if *nb == 0.0 {
        return;
    }
    let n = *na + nb;
    let d = mb - *ma;
    let (d_n, both) = (d / n, *na * nb);
    *a4 += b4
        + both * d * d_n.powi(3) * (*na * *na - both + nb * nb)
        + 6.0 * d_n * d_n * (*na * *na * b2 + nb * nb * *a2)
        + 4.0 * d_n * (*na * b3 - nb * *a3);
    *a3 += b3 + both * d * d_n * d_n * (*na - nb) + 3.0 * d_n * (*na * b2 - nb * *a2);
    *a2 += b2 + both * d * d_n;
    *ma += nb * d_n;
    *na = n;
}

const MOMENTS: &[f64] = &[0.0; 5];

pub(super) const SKEWNESS: Fold<f64> = Fold {
    empty: MOMENTS,
    add: moment,
    merge: merged,
    give: |numbers| (numbers[0] >= 3.0).then(|| numbers[0].sqrt() * numbers[3] / numbers[2].powf(1.5)),
};

pub(super) const KURTOSIS: Fold<f64> = Fold {
    empty: MOMENTS,
    add: moment,
    merge: merged,
    give: |numbers| {
        let [count, _, second, _, fourth] = *numbers else { return None };
        let factor = (count - 1.0) / ((count - 2.0) * (count - 3.0));
        (count >= 4.0).then(|| factor * ((count + 1.0) * count * fourth / (second * second) - 3.0 * (count - 1.0)))
    },
};
