//! Every aggregate over groups in pieces, against a slow way that looks at the rows of one group.

use super::super::super::groups::{many, single};
use super::super::aggregates::FUNCTIONS;
use super::super::call::{Answer as _, Call};
use super::super::items::{Entries, keys};
use super::super::kinds::{TIME, list, map, parts};
use super::*;
use datafusion::arrow::array::{Array as _, ArrayRef, BooleanArray, Int64Array};
use datafusion::arrow::compute::{cast, concat, filter};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::EmitTo;
use proptest::prelude::*;

const GROUPS: usize = 5;

/// A group, what its values are made of, and whether it passes the filter.
type Given = (usize, Option<u8>, bool);

/// Types that a variable is tried with.
fn variable(name: &str, which: usize) -> DataType {
    let numbers = [DataType::Int64, DataType::Float64];
    let plain = [
        DataType::Int64,
        DataType::Utf8,
        DataType::Float64,
        DataType::Boolean,
        TIME,
        DataType::Decimal128(10, 2),
        DataType::Date32,
    ];
    let hashed = plain.iter().filter(|kind| !matches!(kind, DataType::Decimal128(..)));
    match name {
        "H" => hashed.cycle().nth(which).unwrap().clone(),
        "N" => numbers[which % 2].clone(),
        "T" if which == 7 => list(DataType::Int64),
        _ => plain[which % 7].clone(),
    }
}

fn kind(part: &str, which: usize) -> DataType {
    match part {
        "bigint" => DataType::Int64,
        "double" => DataType::Float64,
        "boolean" => DataType::Boolean,
        "array(double)" => list(DataType::Float64),
        "map(K, V)" => map(variable("K", which), DataType::Int64),
        name => variable(name, which),
    }
}

fn cell(kind: &DataType, seed: Option<u8>) -> ScalarValue {
    let Some(seed) = seed.filter(|seed| !seed.is_multiple_of(5)) else { return ScalarValue::try_from(kind).unwrap() };
    let number = i64::from(seed % 7);
    match kind {
        DataType::Float64 => ScalarValue::Float64(Some(number as f64 / 2.0)),
        DataType::Boolean => ScalarValue::Boolean(Some(number % 2 == 0)),
        DataType::Utf8 => ScalarValue::Utf8(Some("x".repeat(number as usize))),
        DataType::List(_) => {
            let items: ArrayRef = Arc::new(Int64Array::from(vec![number, 1]));
            ScalarValue::try_from_array(&ArrayRef::column(vec![Some(items)], kind).unwrap(), 0).unwrap()
        }
        DataType::Map(..) => {
            let DataType::Map(field, _) = kind else { unreachable!() };
            let DataType::Struct(fields) = field.data_type() else { unreachable!() };
            let key = cell(fields[0].data_type(), Some(seed | 1)).to_array().unwrap();
            let key = if key.is_null(0) { cell(fields[0].data_type(), Some(1)).to_array().unwrap() } else { key };
            let entries = Entries(key, Arc::new(Int64Array::from(vec![number])));
            ScalarValue::try_from_array(&Entries::column(vec![Some(entries)], kind).unwrap(), 0).unwrap()
        }
        other => ScalarValue::Int64(Some(number)).cast_to(other).unwrap(),
    }
}

/// What has to be the same in all rows.
fn constant(name: &str, index: usize, count: usize) -> Option<ScalarValue> {
    let last = index + 1 == count;
    match name {
        "max_by" | "min_by" if count == 3 && last => Some(ScalarValue::Int64(Some(2))),
        "max_n" | "min_n" if last => Some(ScalarValue::Int64(Some(2))),
        "approx_most_frequent" if index != 1 => Some(ScalarValue::Int64(Some(3))),
        "numeric_histogram" if index == 0 => Some(ScalarValue::Int64(Some(3))),
        "approx_percentile" if last => Some(ScalarValue::Float64(Some(0.6))),
        _ => None,
    }
}

fn columns(name: &str, kinds: &[DataType], rows: &[Given]) -> Vec<ArrayRef> {
    let column = |(index, kind): (usize, &DataType)| {
        let value = |(_, seed, _): &Given| match constant(name, index, kinds.len()) {
            Some(value) if kind == &value.data_type() => value,
            Some(value) => {
                let items = Some(value.to_array().unwrap());
                ScalarValue::try_from_array(&ArrayRef::column(vec![items], kind).unwrap(), 0).unwrap()
            }
            None => cell(kind, seed.map(|seed| seed.rotate_left(3 * index as u32))),
        };
        match rows.is_empty() {
            true => datafusion::arrow::array::new_empty_array(kind),
            false => ScalarValue::iter_to_array(rows.iter().map(value)).unwrap(),
        }
    };
    kinds.iter().enumerate().map(column).collect()
}

/// In two parts, each a few batches, whose states are merged; the first groups come out before the others.
fn grouped(
    way: Way,
    kinds: &[DataType],
    gives: &DataType,
    columns: &[ArrayRef],
    rows: &[Given],
    cuts: [usize; 3],
) -> ArrayRef {
    let made = || many(groups_of(way, kinds, gives).unwrap());
    let mut whole = made();
    let [first, second, emitted] = cuts;
    for (index, batches) in [0..first, first..second, second..rows.len()].into_iter().enumerate() {
        let slice: Vec<_> = columns.iter().map(|column| column.slice(batches.start, batches.len())).collect();
        let numbers: Vec<_> = rows[batches.clone()].iter().map(|(group, ..)| *group).collect();
        let filter: BooleanArray = rows[batches].iter().map(|(.., passes)| Some(*passes)).collect();
        let states = if index == 1 {
            // Rows that pass by, each as a state of its own.
            let states = whole.convert_to_state(&slice, Some(&filter)).unwrap();
            whole.merge_batch(&states, &numbers, GROUPS).unwrap();
            continue;
        } else {
            let mut part = made();
            part.update_batch(&slice, &numbers, Some(&filter), GROUPS).unwrap();
            let mut states = vec![part.state(EmitTo::First(emitted)).unwrap(), part.state(EmitTo::All).unwrap()];
            let joined = states.pop().unwrap();
            let both = states.pop().unwrap().into_iter().zip(joined);
            both.map(|(one, other)| concat(&[&one, &other]).unwrap()).collect::<Vec<_>>()
        };
        whole.merge_batch(&states, &(0..GROUPS).collect::<Vec<_>>(), GROUPS).unwrap();
        assert!(whole.size() > 0);
    }
    let early = whole.evaluate(EmitTo::First(emitted)).unwrap();
    let late = whole.evaluate(EmitTo::All).unwrap();
    concat(&[&early, &late]).unwrap()
}

/// The value at the first of the best keys.
fn best(columns: &[ArrayRef], better: std::cmp::Ordering) -> ScalarValue {
    let keys = &keys(&[&columns[1]]).unwrap()[0];
    let mut found: Option<usize> = None;
    for at in (0..keys.len()).filter(|at| keys[*at].is_some()) {
        if found.is_none_or(|found| keys[at].cmp(&keys[found]) == better) {
            found = Some(at);
        }
    }
    let null = || ScalarValue::try_from(columns[0].data_type()).unwrap();
    found.map_or_else(null, |at| ScalarValue::try_from_array(&columns[0], at).unwrap())
}

fn moments(all: &[f64], work: impl Fn(f64, [f64; 3]) -> Option<f64>) -> Option<f64> {
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    work(all.len() as f64, [2, 3, 4].map(|power| all.iter().map(|one| (one - mean).powi(power)).sum()))
}

/// From all rows of one group, as simply as can be.
fn slow(name: &str, way: Way, gives: &DataType, columns: &[ArrayRef]) -> ScalarValue {
    let rows = columns[0].len();
    let values = |kind: &DataType| {
        let all = (0..rows).map(|at| ScalarValue::try_from_array(&columns[0], at).unwrap());
        all.filter(|value| !value.is_null()).map(|value| value.cast_to(kind).unwrap()).collect::<Vec<_>>()
    };
    let longs = || values(&DataType::Int64).into_iter().map(|value| i64::try_from(value).unwrap());
    let doubles: Vec<f64> = match way {
        Way::Doubles(_) => values(&DataType::Float64).into_iter().map(|value| f64::try_from(value).unwrap()).collect(),
        _ => vec![],
    };
    let sum: f64 = doubles.iter().sum();
    match (name, way) {
        (_, Way::Gathered(_, run)) => {
            let call = Call { arguments: columns.to_vec(), rows, gives: gives.clone() };
            ScalarValue::try_from_array(&run(&call).unwrap(), 0).unwrap()
        }
        ("any_value" | "arbitrary", _) => {
            let mut all = (0..rows).map(|at| ScalarValue::try_from_array(&columns[0], at).unwrap());
            all.find(|value| !value.is_null()).unwrap_or_else(|| ScalarValue::try_from(gives).unwrap())
        }
        ("max_by", _) => best(columns, std::cmp::Ordering::Greater),
        ("min_by", _) => best(columns, std::cmp::Ordering::Less),
        ("count_if", _) => ScalarValue::Int64(Some(longs().sum())),
        ("bitwise_and_agg", _) => ScalarValue::Int64(longs().reduce(|one, other| one & other)),
        ("bitwise_or_agg", _) => ScalarValue::Int64(longs().reduce(|one, other| one | other)),
        ("bitwise_xor_agg", _) => ScalarValue::Int64(longs().reduce(|one, other| one ^ other)),
        ("geometric_mean", _) => ScalarValue::Float64(
            (!doubles.is_empty())
                .then(|| (doubles.iter().map(|one| one.ln()).sum::<f64>() / doubles.len() as f64).exp()),
        ),
        ("entropy", _) => {
            let part = |one: &f64| if *one > 0.0 { -(one / sum) * (one / sum).log2() } else { 0.0 };
            ScalarValue::Float64(Some(if sum > 0.0 { doubles.iter().map(part).sum() } else { 0.0 }))
        }
        ("skewness", _) => ScalarValue::Float64(moments(&doubles, |n, [second, third, _]| {
            (n >= 3.0).then(|| n.sqrt() * third / second.powf(1.5))
        })),
        ("kurtosis", _) => ScalarValue::Float64(moments(&doubles, |n, [second, _, fourth]| {
            let factor = (n - 1.0) / ((n - 2.0) * (n - 3.0));
            (n >= 4.0).then(|| factor * ((n + 1.0) * n * fourth / (second * second) - 3.0 * (n - 1.0)))
        })),
        (other, _) => panic!("no slow way of {other}"),
    }
}

fn same(one: &ScalarValue, other: &ScalarValue) -> bool {
    match (one, other) {
        (ScalarValue::Float64(Some(one)), ScalarValue::Float64(Some(other))) => {
            one == other || one.is_nan() && other.is_nan() || (one - other).abs() <= 1e-9 * (1.0 + one.abs())
        }
        _ => one == other,
    }
}

/// Each aggregate with one choice of types.
fn check(rows: &[Given], cuts: [usize; 3], which: usize) {
    for (name, text, way) in FUNCTIONS {
        let (takes, _) = text.split_once("->").unwrap();
        let kinds: Vec<_> = parts(takes.trim()).iter().map(|part| kind(part, which)).collect();
        let udf = aggregates(FUNCTIONS).into_iter().find(|udf| udf.name() == *name).unwrap();
        let gives = udf.return_type(&kinds).unwrap();
        let all = columns(name, &kinds, rows);
        let made = grouped(*way, &kinds, &gives, &all, rows, cuts);
        assert_eq!((made.len(), made.data_type()), (GROUPS, &gives), "{name}({text})");
        for group in 0..GROUPS {
            let mine = rows.iter().map(|(of, _, passes)| Some(*of == group && *passes)).collect::<BooleanArray>();
            let mine: Vec<_> = all.iter().map(|column| filter(column, &mine).unwrap()).collect();
            let expected = slow(name, *way, &gives, &mine);
            let got = ScalarValue::try_from_array(&made, group).unwrap();
            assert!(same(&got, &expected), "{name}({text}) of {mine:?}: {got:?} is not {expected:?}");
            let mut alone = single(groups_of(*way, &kinds, &gives).unwrap());
            alone.update_batch(&mine).unwrap();
            for _ in 0..2 {
                let got = alone.evaluate().unwrap();
                assert!(same(&got, &expected), "{name}({text}) of {mine:?}: {got:?} is not {expected:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn groups_in_pieces_are_what_each_is_by_itself(
        rows in prop::collection::vec((0..GROUPS, prop::option::weighted(0.9, any::<u8>()), prop::bool::weighted(0.9)), 0..60),
        cuts: [prop::sample::Index; 2],
        emitted in 0..=GROUPS,
        which in 0_usize..8,
    ) {
        let mut cuts = cuts.map(|cut| cut.index(rows.len() + 1));
        cuts.sort_unstable();
        check(&rows, [cuts[0], cuts[1], emitted], which);
    }
}

#[test]
fn values_that_are_no_longer_wanted_are_let_go() {
    let kinds = [DataType::Utf8, DataType::Int64];
    let mut groups = many(groups_of(Way::Chosen(By::Largest), &kinds, &DataType::Utf8).unwrap());
    let (rows, mut most) = (1000_u64, 0);
    for batch in 0..200_u64 {
        // Each is better than all before.
        let keys: ArrayRef = Arc::new((0..rows).map(|row| Some((batch * rows + row) as i64)).collect::<Int64Array>());
        let text = cast(&keys, &DataType::Utf8).unwrap();
        groups.update_batch(&[text, keys], &[0; 1000], None, 1).unwrap();
        most = most.max(groups.size());
    }
    assert!(most < 2 << 20, "{most} bytes for one group");
    assert_eq!(
        ScalarValue::try_from_array(&groups.evaluate(EmitTo::All).unwrap(), 0).unwrap(),
        ScalarValue::from("199999")
    );
}
