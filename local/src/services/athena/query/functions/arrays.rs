//! Arrays: https://trino.io/docs/current/functions/array.html

use super::super::print;
use super::call::{Call, Given, Row, bad};
use super::items::{counted, distinct, keys, pick, sorted};
use super::kinds::JSON;
use super::library::Entry;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, new_empty_array, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use std::collections::HashSet;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("cardinality", "array(E) -> bigint", |call| call.each(|row| Ok(Some(row.list(0).len() as i64)))),
    ("contains", "array(E), E -> boolean", |call| call.each(contains)),
    ("element_at", "array(E), bigint -> E", |call| call.each(element_at)),
    ("subscript", "array(E), bigint -> E", |call| call.each(subscript)),
    ("array_distinct", "array(E) -> array(E)", |call| {
        call.each(|row| {
            let items = row.list(0);
            pick(&items, distinct(&keys(&[&items])?[0])).map(Some)
        })
    }),
    ("array_except", "array(E), array(E) -> array(E)", |call| call.each(|row| set(row, |is_there| !is_there))),
    ("array_intersect", "array(E), array(E) -> array(E)", |call| call.each(|row| set(row, |is_there| is_there))),
    ("array_union", "array(E), array(E) -> array(E)", |call| {
        call.each(|row| {
            let items = concat(&[&row.list(0), &row.list(1)])?;
            pick(&items, distinct(&keys(&[&items])?[0])).map(Some)
        })
    }),
    ("array_join", "array(E), varchar -> varchar", |call| call.each(|row| join(row, None).map(Some))),
    ("array_join", "array(E), varchar, varchar -> varchar", |call| {
        call.each(|row| join(row, Some(row.text(2))).map(Some))
    }),
    ("array_first", "array(E) -> E", |call| call.each(|row| end(row, |_| 0))),
    ("array_last", "array(E) -> E", |call| call.each(|row| end(row, |count| count - 1))),
    ("array_histogram", "array(E) -> map(E, bigint)", |call| call.each(|row| counted(&row.list(0)).map(Some))),
    ("array_max", "array(E) -> E", |call| call.each(|row| extreme(row, true))),
    ("array_min", "array(E) -> E", |call| call.each(|row| extreme(row, false))),
    ("array_position", "array(E), E -> bigint", |call| call.each(|row| position(row, 1))),
    ("array_position", "array(E), E, bigint -> bigint", |call| call.each(|row| position(row, row.long(2)))),
    ("array_remove", "array(E), E -> array(E)", |call| call.each(remove)),
    ("array_sort", "array(E) -> array(E)", |call| {
        call.each(|row| {
            let items = row.list(0);
            pick(&items, sorted(&keys(&[&items])?[0])).map(Some)
        })
    }),
    ("reverse", "array(E) -> array(E)", |call| {
        call.each(|row| pick(&row.list(0), (0..row.list(0).len()).rev()).map(Some))
    }),
    ("slice", "array(E), bigint, bigint -> array(E)", |call| call.each(slice)),
    ("trim_array", "array(E), bigint -> array(E)", |call| call.each(trim)),
    ("shuffle", "array(E) -> array(E)", |call| {
        call.each(|row| {
            let mut order: Vec<_> = (0..row.list(0).len()).collect();
            order.sort_by_cached_key(|_| rand::random::<u64>());
            pick(&row.list(0), order).map(Some)
        })
    }),
    ("repeat", "E, bigint -> array(E)", |call| call.all(repeat)),
    ("flatten", "array(array(E)) -> array(E)", |call| call.each(flatten)),
    ("concat", "array(E), array(E)... -> array(E)", |call| {
        call.each(|row| {
            let parts: Vec<_> = (0..row.count()).map(|index| row.list(index)).collect();
            Ok(Some(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?))
        })
    }),
    ("concat", "array(E), E -> array(E)", |call| call.all(|row| beside(row, 0))),
    ("concat", "E, array(E) -> array(E)", |call| call.all(|row| beside(row, 1))),
    ("combinations", "array(E), bigint -> array(array(E))", combinations),
    ("ngrams", "array(E), bigint -> array(array(E))", ngrams),
    ("arrays_overlap", "array(E), array(E) -> boolean", |call| call.each(overlap)),
    ("contains_sequence", "array(E), array(E) -> boolean", |call| {
        call.each(|row| {
            let both = keys(&[&row.list(0), &row.list(1)])?;
            let wanted = &both[1];
            Ok(Some(wanted.is_empty() || both[0].windows(wanted.len()).any(|part| part == wanted.as_slice())))
        })
    }),
    ("zip", "array(A), array(B) -> array(row(A, B))", zip),
    ("zip", "array(A), array(B), array(C) -> array(row(A, B, C))", zip),
    ("zip", "array(A), array(B), array(C), array(D) -> array(row(A, B, C, D))", zip),
    ("zip", "array(A), array(B), array(C), array(D), array(E) -> array(row(A, B, C, D, E))", zip),
];

/// The item of a row as an array of one.
fn one(row: Row<'_>, index: usize) -> Result<ArrayRef> {
    row.scalar(index)?.to_array()
}

fn contains(row: Row<'_>) -> Given<bool> {
    let both = keys(&[&row.list(0), &one(row, 1)?])?;
    let found = both[0].contains(&both[1][0]);
    // It might be the one that is unknown.
    Ok(if !found && both[0].contains(&None) { None } else { Some(found) })
}

fn element_at(row: Row<'_>) -> Given<ScalarValue> {
    let (items, index) = (row.list(0), row.long(1));
    if index == 0 {
        return Err(bad("SQL array indices start at 1"));
    }
    let at = if index > 0 { index - 1 } else { items.len() as i64 + index };
    match usize::try_from(at).ok().filter(|at| *at < items.len()) {
        Some(at) => ScalarValue::try_from_array(&items, at).map(Some),
        None => Ok(None),
    }
}

fn subscript(row: Row<'_>) -> Given<ScalarValue> {
    let (items, index) = (row.list(0), row.long(1));
    match index {
        0 => Err(bad("SQL array indices start at 1")),
        index if index < 0 => Err(bad(format!("Array subscript is negative: {index}"))),
        index if index as usize > items.len() => {
            Err(bad(format!("Array subscript must be less than or equal to array length: {index} > {}", items.len())))
        }
        index => ScalarValue::try_from_array(&items, index as usize - 1).map(Some),
    }
}

/// Those of the first array, each once, that are in the second or not.
fn set(row: Row<'_>, keep: impl Fn(bool) -> bool) -> Given<ArrayRef> {
    let items = row.list(0);
    let both = keys(&[&items, &row.list(1)])?;
    let second: HashSet<_> = both[1].iter().collect();
    let kept = distinct(&both[0]).into_iter().filter(|index| keep(second.contains(&both[0][*index])));
    pick(&items, kept).map(Some)
}

/// The item at a place that there is, NULL in an array of none.
fn end(row: Row<'_>, place: impl Fn(usize) -> usize) -> Given<ScalarValue> {
    let items = row.list(0);
    (!items.is_empty()).then(|| ScalarValue::try_from_array(&items, place(items.len()))).transpose()
}

/// As text: a text in JSON without its quotes, its null as NULL.
fn plain(value: String, kind: &DataType) -> Option<String> {
    match serde_json::from_str(&value).ok().filter(|_| *kind == JSON) {
        Some(serde_json::Value::String(text)) => Some(text),
        Some(serde_json::Value::Null) => None,
        _ => Some(value),
    }
}

fn join(row: Row<'_>, null: Option<&str>) -> Result<String> {
    let items = row.list(0);
    let shown = |at: usize| Ok(print::value(&items, at)?.and_then(|value| plain(value, items.data_type())));
    let values = (0..items.len()).map(shown).collect::<Result<Vec<_>>>()?;
    let shown = values.into_iter().filter_map(|value| value.or_else(|| null.map(str::to_owned)));
    Ok(shown.collect::<Vec<_>>().join(row.text(1)))
}

fn extreme(row: Row<'_>, is_largest: bool) -> Given<ScalarValue> {
    let items = row.list(0);
    let keys = &keys(&[&items])?[0];
    if keys.contains(&None) {
        return Ok(None);
    }
    let order = sorted(keys);
    let found = if is_largest { order.last() } else { order.first() };
    found.map(|at| ScalarValue::try_from_array(&items, *at)).transpose()
}

fn position(row: Row<'_>, instance: i64) -> Given<i64> {
    let both = keys(&[&row.list(0), &one(row, 1)?])?;
    let found: Vec<_> = (0..both[0].len()).filter(|at| both[0][*at] == both[1][0]).collect();
    let nth = usize::try_from(instance.unsigned_abs()).unwrap_or(usize::MAX);
    let nth = nth.checked_sub(1).ok_or_else(|| bad("array_position cannot take a 0-valued instance argument."))?;
    let at = if instance > 0 { found.get(nth) } else { found.iter().rev().nth(nth) };
    Ok(Some(at.map_or(0, |at| *at as i64 + 1)))
}

fn remove(row: Row<'_>) -> Given<ArrayRef> {
    let items = row.list(0);
    let both = keys(&[&items, &one(row, 1)?])?;
    pick(&items, (0..items.len()).filter(|at| both[0][*at] != both[1][0])).map(Some)
}

fn slice(row: Row<'_>) -> Given<ArrayRef> {
    let (items, start, length) = (row.list(0), row.long(1), row.long(2));
    if length < 0 {
        return Err(bad("length must be greater than or equal to 0"));
    }
    if start == 0 {
        return Err(bad("SQL array indices start at 1"));
    }
    let count = items.len() as i64;
    let from = if start > 0 { start - 1 } else { count + start };
    Ok(Some(match from < 0 || from >= count {
        true => items.slice(0, 0),
        false => items.slice(from as usize, length.min(count - from) as usize),
    }))
}

fn trim(row: Row<'_>) -> Given<ArrayRef> {
    let (items, count) = (row.list(0), row.long(1));
    if count < 0 {
        return Err(bad("size must not be negative: ".to_owned() + &count.to_string()));
    }
    let kept = (items.len() as i64 - count)
        .try_into()
        .map_err(|_| bad(format!("size must not exceed array cardinality {}: {count}", items.len())))?;
    Ok(Some(items.slice(0, kept)))
}

fn repeat(row: Row<'_>) -> Given<ArrayRef> {
    if row.is_null(1) {
        return Ok(None);
    }
    match row.long(1) {
        count @ 0..=10_000 => Ok(Some(row.scalar(0)?.to_array_of_size(count as usize)?)),
        count if count < 0 => Err(bad("count argument of repeat function must be greater than or equal to 0")),
        _ => Err(bad("count argument of repeat function must be less than or equal to 10000")),
    }
}

fn flatten(row: Row<'_>) -> Given<ArrayRef> {
    let lists = row.list(0);
    let lists = lists.as_list::<i32>();
    let parts: Vec<_> = lists.iter().flatten().collect();
    match parts.is_empty() {
        true => Ok(Some(new_empty_array(&lists.value_type()))),
        false => Ok(Some(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?)),
    }
}

/// An array and an item before or behind it.
fn beside(row: Row<'_>, list: usize) -> Given<ArrayRef> {
    if row.is_null(list) {
        return Ok(None);
    }
    let (items, item) = (row.list(list), one(row, 1 - list)?);
    Ok(Some(if list == 0 { concat(&[&items, &item])? } else { concat(&[&item, &items])? }))
}

fn overlap(row: Row<'_>) -> Given<bool> {
    let both = keys(&[&row.list(0), &row.list(1)])?;
    let second: HashSet<_> = both[1].iter().flatten().collect();
    let found = both[0].iter().flatten().any(|key| second.contains(key));
    let is_unknown = both[0].contains(&None) && !both[1].is_empty() || both[1].contains(&None) && !both[0].is_empty();
    Ok(if !found && is_unknown { None } else { Some(found) })
}

/// An array of arrays, by the indexes of their items.
fn lists(call: &Call, items: &ArrayRef, lists: Vec<Vec<usize>>) -> Result<ArrayRef> {
    let DataType::List(field) = &call.gives else { return Err(bad("not an array")) };
    let parts = lists.into_iter().map(|indexes| pick(items, indexes).map(Some)).collect::<Result<Vec<_>>>()?;
    <ArrayRef as super::call::Answer>::column(parts, field.data_type())
}

fn combinations(call: &Call) -> Result<ArrayRef> {
    const MOST: usize = 100_000;
    call.each(|row| {
        let items = row.list(0);
        let size = usize::try_from(row.long(1)).map_err(|_| bad("combination size must not be negative"))?;
        if size > 5 {
            return Err(bad(format!("combination size must not exceed 5: {size}")));
        }
        let mut all: Vec<Vec<usize>> = vec![vec![]];
        for _ in 0..size {
            let longer = |part: &Vec<usize>| {
                let from = part.last().map_or(0, |last| last + 1);
                (from..items.len()).map(|next| part.iter().copied().chain([next]).collect()).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(longer).collect();
            if all.len() > MOST {
                return Err(bad(format!("combinations exceed max size {MOST}")));
            }
        }
        all.sort_by(|one, other| one.iter().rev().cmp(other.iter().rev()));
        lists(call, &items, all).map(Some)
    })
}

fn ngrams(call: &Call) -> Result<ArrayRef> {
    call.each(|row| {
        let items = row.list(0);
        let size =
            usize::try_from(row.long(1)).ok().filter(|size| *size > 0).ok_or_else(|| bad("N must be positive"))?;
        let all = match size >= items.len() {
            true => vec![(0..items.len()).collect()],
            false => (0..=items.len() - size).map(|from| (from..from + size).collect()).collect(),
        };
        lists(call, &items, all).map(Some)
    })
}

/// Rows as many as the longest has items, NULL where one has none.
fn zip(call: &Call) -> Result<ArrayRef> {
    let DataType::List(field) = &call.gives else { return Err(bad("not an array")) };
    let DataType::Struct(fields) = field.data_type() else { return Err(bad("not an array of rows")) };
    call.each(|row| {
        let lists: Vec<_> = (0..row.count()).map(|index| row.list(index)).collect();
        let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
        let long = |list: &ArrayRef| concat(&[list, &new_null_array(list.data_type(), longest - list.len())]);
        let columns = lists.iter().map(long).collect::<std::result::Result<Vec<_>, _>>()?;
        let made = datafusion::arrow::array::StructArray::try_new(fields.clone(), columns, None)?;
        Ok(Some(Arc::new(made) as ArrayRef))
    })
}
