//! How a function of Trino becomes one of the engine: a line in a table, with what it takes and gives.

use super::call::{Call, fails};
use super::kinds::{Bound, Kind, name, parts, zoned};
use datafusion::arrow::array::{ArrayRef, new_null_array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

pub(super) type Run = fn(&Call) -> Result<ArrayRef>;

/// Name, `takes -> gives`, and what it does. A name may have several; the last argument may be `...`, any number of times.
pub(super) type Entry<R = Run> = (&'static str, &'static str, R);

#[derive(Debug)]
pub(super) struct Overload<R = Run> {
    text: &'static str,
    takes: Vec<Kind>,
    repeats: bool,
    gives: Kind,
    pub(super) run: R,
}

#[derive(Debug)]
pub(super) struct Function<R = Run> {
    pub(super) name: &'static str,
    pub(super) overloads: Vec<Overload<R>>,
    pub(super) signature: Signature,
}

pub(super) fn overloads<R: Copy>(tables: &[&[Entry<R>]]) -> BTreeMap<&'static str, Vec<Overload<R>>> {
    let mut all: BTreeMap<&str, Vec<Overload<R>>> = BTreeMap::new();
    for (name, text, run) in tables.iter().copied().flatten() {
        all.entry(name).or_default().push(Overload::parse(text, *run));
    }
    all
}

pub(super) fn functions(tables: &[&[Entry]]) -> Vec<Arc<ScalarUDF>> {
    let made = overloads(tables).into_iter().map(|(name, overloads)| {
        let is_chance = ["random", "rand", "shuffle", "uuid"].contains(&name);
        let volatility = if is_chance { Volatility::Volatile } else { Volatility::Immutable };
        Function { name, overloads, signature: Signature::user_defined(volatility) }
    });
    made.map(|function| Arc::new(ScalarUDF::new_from_impl(function))).collect()
}

impl<R> Overload<R> {
    pub(super) fn parse(text: &'static str, run: R) -> Self {
        let (takes, gives) = text.split_once("->").unwrap_or((text, ""));
        let takes = takes.trim();
        let repeats = takes.ends_with("...");
        let takes = parts(takes.trim_end_matches("...")).into_iter().map(Kind::parse).collect();
        Self { text, takes, repeats, gives: Kind::parse(gives.trim()), run }
    }

    fn kinds(&self, count: usize) -> Option<Vec<&Kind>> {
        let (last, fits) = (self.takes.last(), count >= self.takes.len());
        match self.repeats {
            true if fits => Some(self.takes.iter().chain(last.into_iter().cycle()).take(count).collect()),
            false if count == self.takes.len() => Some(self.takes.iter().collect()),
            _ => None,
        }
    }

    /// The types of its arguments and its result.
    fn fit(&self, given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
        let (kinds, mut bound) = (self.kinds(given.len())?, Bound::new());
        for (kind, given) in kinds.iter().zip(given) {
            kind.fit(given, &mut bound)?;
        }
        let takes = kinds.iter().zip(given).map(|(kind, given)| kind.of(given, &bound)).collect();
        let gives = self.gives.of(given.first().unwrap_or(&DataType::Null), &bound);
        Some((takes, gives))
    }
}

impl<R> Function<R> {
    /// The one that takes these with the fewest changes.
    pub(super) fn choose(&self, given: &[DataType]) -> Result<(&Overload<R>, Vec<DataType>, DataType)> {
        let fitting = self.overloads.iter().filter_map(|overload| {
            let (takes, gives) = overload.fit(given)?;
            let changed = takes.iter().zip(given).filter(|(takes, given)| takes != given).count();
            Some((changed, overload, takes, gives))
        });
        let best = fitting.min_by_key(|(changed, ..)| *changed);
        best.map(|(_, overload, takes, gives)| (overload, takes, gives)).ok_or_else(|| {
            let given: Vec<_> = given.iter().map(name).collect();
            let known = |overload: &Overload<R>| {
                let takes = overload.text.split_once("->").map_or("", |(takes, _)| takes).trim();
                format!("{}({takes})", self.name)
            };
            let known: Vec<_> = self.overloads.iter().map(known).collect();
            fails(
                "FUNCTION_NOT_FOUND",
                format!(
                    "Unexpected parameters ({}) for function {}. Expected: {}",
                    given.join(", "),
                    self.name,
                    known.join(", ")
                ),
            )
        })
    }
}

impl<R> PartialEq for Function<R> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<R> Eq for Function<R> {}

impl<R> Hash for Function<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(self.choose(given)?.2)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let given: Vec<_> = arguments.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let (overload, _, mut gives) = self.choose(&given)?;
        if overload.gives == Kind::ZonedBy {
            let zone = arguments.scalar_arguments.iter().rev().flatten().find_map(|value| value.try_as_str().flatten());
            gives = zoned(&super::zoned::named(zone.unwrap_or("UTC"))?);
        }
        Ok(Arc::new(Field::new(self.name, gives, true)))
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(self.choose(given)?.1)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let given: Vec<_> = arguments.args.iter().map(ColumnarValue::data_type).collect();
        let (overload, ..) = self.choose(&given)?;
        let is_constant = self.signature.volatility == Volatility::Immutable
            && arguments.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { arguments.number_rows };
        let columns = arguments.args.iter().map(|value| value.to_array(rows)).collect::<Result<_>>()?;
        let call = Call { arguments: columns, rows, gives: arguments.return_field.data_type().clone() };
        let made = match &call.gives {
            // Of nothing but NULLs of no type.
            DataType::Null => new_null_array(&call.gives, rows),
            _ => (overload.run)(&call)?,
        };
        match is_constant {
            true => Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&made, 0)?)),
            false => Ok(ColumnarValue::Array(made)),
        }
    }
}
