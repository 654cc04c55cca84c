//! What a path of SQL/JSON finds in a document. In lax mode arrays are looked into, and what is not there is nothing.

use super::super::document::Json;
use super::path::{Condition, Path, Step};
use std::cmp::Ordering;

/// Why a path finds nothing: an error for `ON ERROR`.
pub(super) type Found = Result<Vec<Json>, String>;

pub(super) struct Finder<'a> {
    pub(super) is_lax: bool,
    pub(super) root: &'a Json,
    /// What is passed; nothing for a NULL that is to be JSON.
    pub(super) passed: &'a [(String, Option<Json>)],
}

/// Where the path is: `@`, and the size of the array for `last`.
#[derive(Clone, Copy, Default)]
struct At<'a> {
    current: Option<&'a Json>,
    size: Option<usize>,
}

fn structural<T>(words: impl std::fmt::Display) -> Result<T, String> {
    Err(format!("structural error: {words}"))
}

impl Finder<'_> {
    pub(super) fn find(&self, path: &Path) -> Found {
        self.path(path, At::default())
    }

    fn path(&self, path: &Path, at: At<'_>) -> Found {
        let one = |value| Ok(vec![value]);
        match path {
            Path::Root => one(self.root.clone()),
            Path::Current => Ok(at.current.cloned().into_iter().collect()),
            Path::Variable(name) => match self.passed.iter().find(|(known, _)| known == name) {
                Some((_, value)) => Ok(value.clone().into_iter().collect()),
                None => Err(format!("no value passed for parameter {name}")),
            },
            Path::Last => match at.size {
                Some(size) => one(Json::Number((size as i64 - 1).to_string())),
                None => Err("last outside of an array accessor".to_owned()),
            },
            Path::Number(text) => one(Json::Number(text.clone())),
            Path::Text(text) => one(Json::Text(text.clone())),
            Path::Boolean(is) => one(Json::Boolean(*is)),
            Path::Null => one(Json::Null),
            Path::Negative(inner) => {
                let zero = Json::Number("0".to_owned());
                self.unwrapped(self.path(inner, at)?).iter().map(|value| reckoned(&zero, '-', value)).collect()
            }
            Path::Reckoned(left, operator, right) => {
                let left = self.unwrapped(self.path(left, at)?);
                let right = self.unwrapped(self.path(right, at)?);
                match (left.as_slice(), right.as_slice()) {
                    ([left], [right]) => one(reckoned(left, *operator, right)?),
                    _ => Err("arithmetic binary expression requires singleton operands".to_owned()),
                }
            }
            Path::Step(inner, step) => self.step(self.path(inner, at)?, step, at),
        }
    }

    fn unwrapped(&self, values: Vec<Json>) -> Vec<Json> {
        let one = |value| match value {
            Json::Array(items) if self.is_lax => items,
            other => vec![other],
        };
        values.into_iter().flat_map(one).collect()
    }

    fn step(&self, values: Vec<Json>, step: &Step, at: At<'_>) -> Found {
        let mut all = vec![];
        match step {
            Step::Member(name) => {
                for value in self.unwrapped(values) {
                    match value {
                        Json::Object(fields) => match fields.into_iter().find(|(known, _)| known == name) {
                            Some((_, value)) => all.push(value),
                            None if self.is_lax => {}
                            None => return structural(format!("missing member '{name}' in JSON object")),
                        },
                        _ if self.is_lax => {}
                        _ => return structural("invalid item type. Expected: OBJECT"),
                    }
                }
            }
            Step::Members => {
                for value in self.unwrapped(values) {
                    match value {
                        Json::Object(fields) => all.extend(fields.into_iter().map(|(_, value)| value)),
                        _ if self.is_lax => {}
                        _ => return structural("invalid item type. Expected: OBJECT"),
                    }
                }
            }
            Step::Descendants(name) => values.iter().for_each(|value| descend(value, name, &mut all)),
            Step::AllItems => {
                for value in values {
                    match value {
                        Json::Array(items) => all.extend(items),
                        other if self.is_lax => all.push(other),
                        _ => return structural("invalid item type. Expected: ARRAY"),
                    }
                }
            }
            Step::Items(places) => {
                for value in values {
                    let items = match value {
                        Json::Array(items) => items,
                        other if self.is_lax => vec![other],
                        _ => return structural("invalid item type. Expected: ARRAY"),
                    };
                    self.items(&items, places, at, &mut all)?;
                }
            }
            Step::Where(condition) => {
                let values = self.unwrapped(values);
                all.extend(
                    values
                        .into_iter()
                        .filter(|value| self.holds(condition, At { current: Some(value), ..at }) == Some(true)),
                );
            }
            Step::Method(name) => return self.method(values, name),
        }
        Ok(all)
    }

    fn items(
        &self,
        items: &[Json],
        places: &[(Path, Option<Path>)],
        at: At<'_>,
        all: &mut Vec<Json>,
    ) -> Result<(), String> {
        let place = |path: &Path| -> Result<i64, String> {
            match self.path(path, At { size: Some(items.len()), ..at })?.as_slice() {
                [Json::Number(text)] => text.parse::<f64>().map(|number| number as i64).map_err(|_| text.clone()),
                _ => Err("array subscript 'from' value must be singleton numeric".to_owned()),
            }
        };
        for (from, to) in places {
            let from = place(from)?;
            let to = to.as_ref().map_or(Ok(from), place)?;
            if !self.is_lax && (from < 0 || from > to || to >= items.len() as i64) {
                let size = items.len();
                return structural(format!("invalid array subscript: [{from}, {to}] for array of size {size}"));
            }
            let end = usize::try_from(to.saturating_add(1)).unwrap_or(0).min(items.len());
            let from = usize::try_from(from).unwrap_or(0);
            all.extend(items.get(from..end).unwrap_or_default().iter().cloned());
        }
        Ok(())
    }

    fn method(&self, values: Vec<Json>, name: &str) -> Found {
        let is_whole = matches!(name, "type" | "size");
        let values = if is_whole { values } else { self.unwrapped(values) };
        let number = |value: &Json, work: fn(f64) -> f64| match value {
            Json::Number(text) | Json::Text(text) => match text.parse::<f64>() {
                Ok(number) => Ok(Json::Number(shown(work(number)))),
                Err(_) => Err(format!("cannot convert '{text}' to double")),
            },
            _ => Err(format!("invalid item type for {name}()")),
        };
        let one = |value: &Json| match name {
            "type" => Ok(Json::Text(
                match value {
                    Json::Null => "null",
                    Json::Boolean(_) => "boolean",
                    Json::Number(_) => "number",
                    Json::Text(_) => "string",
                    Json::Array(_) => "array",
                    Json::Object(_) => "object",
                }
                .to_owned(),
            )),
            "size" => match value {
                Json::Array(items) => Ok(Json::Number(items.len().to_string())),
                _ if self.is_lax => Ok(Json::Number("1".to_owned())),
                _ => structural("invalid item type. Expected: ARRAY"),
            },
            "double" => number(value, |number| number),
            "ceiling" => number(value, f64::ceil),
            "floor" => number(value, f64::floor),
            "abs" => number(value, f64::abs),
            _ => Err(format!("Local AWS has no {name}() in paths of JSON")),
        };
        values.iter().map(one).collect()
    }

    /// None where it is unknown.
    fn holds(&self, condition: &Condition, at: At<'_>) -> Option<bool> {
        match condition {
            Condition::And(one, other) => match (self.holds(one, at), self.holds(other, at)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Condition::Or(one, other) => match (self.holds(one, at), self.holds(other, at)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Condition::Not(inner) => self.holds(inner, at).map(|holds| !holds),
            Condition::Exists(path) => self.path(path, at).ok().map(|found| !found.is_empty()),
            Condition::Compared(left, operator, right) => {
                let left = self.unwrapped(self.path(left, at).ok()?);
                let right = self.unwrapped(self.path(right, at).ok()?);
                let mut pairs = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
                Some(pairs.any(|(left, right)| compares(left, operator, right)))
            }
            Condition::StartsWith(path, start) => {
                let found = self.unwrapped(self.path(path, at).ok()?);
                let start = match self.path(start, at).ok()?.as_slice() {
                    [Json::Text(start)] => start.clone(),
                    _ => return None,
                };
                Some(found.iter().any(|value| matches!(value, Json::Text(text) if text.starts_with(&start))))
            }
        }
    }
}

fn descend(value: &Json, name: &str, all: &mut Vec<Json>) {
    match value {
        Json::Object(fields) => {
            for (known, value) in fields {
                all.extend((known == name).then(|| value.clone()));
                descend(value, name, all);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| descend(item, name, all)),
        _ => {}
    }
}

fn shown(number: f64) -> String {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => format!("{number:.0}"),
        false => number.to_string(),
    }
}

fn reckoned(left: &Json, operator: char, right: &Json) -> Result<Json, String> {
    let (Json::Number(left), Json::Number(right)) = (left, right) else {
        return Err("invalid operand types to arithmetic: numbers are wanted".to_owned());
    };
    if let (Ok(left), Ok(right)) = (left.parse::<i64>(), right.parse::<i64>()) {
        let made = match operator {
            '+' => left.checked_add(right),
            '-' => left.checked_sub(right),
            '*' => left.checked_mul(right),
            '/' => left.checked_div(right),
            _ => left.checked_rem(right),
        };
        return made.map(|made| Json::Number(made.to_string())).ok_or_else(|| "arithmetic overflow".to_owned());
    }
    let (Ok(left), Ok(right)) = (left.parse::<f64>(), right.parse::<f64>()) else {
        return Err("no number".to_owned());
    };
    Ok(Json::Number(shown(match operator {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        _ => left % right,
    })))
}

fn compares(left: &Json, operator: &str, right: &Json) -> bool {
    let order = match (left, right) {
        (Json::Number(left), Json::Number(right)) => match (left.parse::<f64>(), right.parse::<f64>()) {
            (Ok(left), Ok(right)) => left.partial_cmp(&right),
            _ => None,
        },
        (Json::Text(left), Json::Text(right)) => Some(left.cmp(right)),
        (Json::Boolean(left), Json::Boolean(right)) => Some(left.cmp(right)),
        (Json::Null, Json::Null) => Some(Ordering::Equal),
        (Json::Null, _) | (_, Json::Null) if matches!(operator, "!=" | "<>") => return true,
        _ => None,
    };
    order.is_some_and(|order| match operator {
        "==" | "=" => order.is_eq(),
        "!=" | "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}
