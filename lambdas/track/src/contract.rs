//! Which events are taken at all, where the file wants more than JSON.
//!
//! A value keeps the contract where its column has it as it was written, in both shapes. Spark's casts and Firehose's conversion take more
//! (`"12"` for a number), each in its own way, so that a change of shape would change what is taken: that is not what is agreed on.

use crate::columns::{Columns, Kind};
use crate::fits::{is_decimal, is_time, year};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What is not taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    columns: Columns,
    rejected: Rejected,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rejected {
    /// An event with a field that is no column.
    unknown: bool,
    /// An event with a value that its column cannot have.
    invalid: bool,
}

/// The events of a request that are not taken, each with its number, from 1.
pub(crate) type Breaches = Vec<(usize, Breach)>;

/// Why an event is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// A name that a client chose: a log never quotes it.
    Unknown(String),
    /// A column, or a member of one, and its type.
    Invalid(String, String),
}

impl Breach {
    /// For a log, which never quotes an event.
    pub(crate) fn unquoted(&self) -> String {
        match self {
            Self::Unknown(_) => "a field is no column".to_owned(),
            // A column's name is the file's, but for its case.
            Self::Invalid(..) => self.to_string(),
        }
    }
}

/// Names are as long as the client wants.
const MOST_OF_A_NAME: usize = 100;

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                write!(f, "`{}` is no column", name.chars().take(MOST_OF_A_NAME).collect::<String>())
            }
            Self::Invalid(column, kind) => write!(f, "`{column}` is no {kind}"),
        }
    }
}

type Object<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl Contract {
    /// Reads `unknown`, `invalid`, or both with a comma between them.
    pub(crate) fn parse(list: &str, columns: Columns) -> Option<Self> {
        let rejected = list.split(',').try_fold(Rejected::default(), |rejected, word| match word {
            "unknown" => Some(Rejected { unknown: true, ..rejected }),
            "invalid" => Some(Rejected { invalid: true, ..rejected }),
            _ => None,
        })?;
        Some(Self { columns, rejected })
    }

    /// Takes those events out that do not keep it.
    pub(crate) fn enforce(&self, events: &mut Vec<Cow<'_, [u8]>>) -> Breaches {
        let (mut breaches, mut number) = (vec![], 0);
        events.retain(|event| {
            number += 1;
            self.check(event).map_err(|breach| breaches.push((number, breach))).is_ok()
        });
        breaches
    }

    /// `event` is a JSON object in which no name is there twice.
    fn check(&self, event: &[u8]) -> Result<(), Breach> {
        match serde_json::from_slice::<Object<'_>>(event) {
            Ok(fields) => self.rejected.members(&fields, &self.columns, ""),
            // It has been read before; what a reader after this one makes of it is not for the contract to say.
            Err(_) => Ok(()),
        }
    }
}

impl Rejected {
    fn members(self, fields: &Object<'_>, columns: &Columns, within: &str) -> Result<(), Breach> {
        for (name, value) in fields {
            match columns.find(name) {
                None if self.unknown => return Err(Breach::Unknown(format!("{within}{name}"))),
                None => {}
                Some((_, kind)) => self.value(value.get(), kind, &format!("{within}{name}"))?,
            }
        }
        Ok(())
    }

    fn value(self, json: &str, kind: &Kind, path: &str) -> Result<(), Breach> {
        let breach = || if self.invalid { Err(Breach::Invalid(path.to_owned(), kind.to_string())) } else { Ok(()) };
        match kind {
            _ if json == "null" => Ok(()),
            Kind::Array(item) => match serde_json::from_str::<Vec<&RawValue>>(json) {
                Ok(items) => items.iter().try_for_each(|one| self.value(one.get(), item, &format!("{path}[]"))),
                Err(_) => breach(),
            },
            Kind::Map(value) => match serde_json::from_str::<Object<'_>>(json) {
                Ok(values) => values.values().try_for_each(|one| self.value(one.get(), value, &format!("{path}[]"))),
                Err(_) => breach(),
            },
            Kind::Struct(members) => match serde_json::from_str::<Object<'_>>(json) {
                Ok(fields) => self.members(&fields, members, &format!("{path}.")),
                Err(_) => breach(),
            },
            _ if kind.is_as_written(json) => Ok(()),
            _ => breach(),
        }
    }
}

impl Kind {
    /// Of what has no members.
    fn is_as_written(&self, json: &str) -> bool {
        match self {
            // Whatever it is, it has a text. Of a type that nothing is known of, nothing can be said.
            Self::Text | Self::Unsure => true,
            Self::Characters(most) => text(json).is_some_and(|text| text.chars().count() <= *most),
            Self::Whole(bits) => {
                let least = -(1_i128 << bits);
                json.parse().is_ok_and(|number: i64| (least..-least).contains(&number.into()))
            }
            Self::Float => number(json).is_some_and(|number| number.abs() <= f64::from(f32::MAX)),
            Self::Double => number(json).is_some(),
            Self::Boolean => matches!(json, "true" | "false"),
            Self::Decimal(whole, fraction) => is_decimal(json, *whole, *fraction),
            Self::Date => text(json).is_some_and(|text| year(&text).is_some()),
            Self::Timestamp => is_time(json),
            Self::Array(_) | Self::Map(_) | Self::Struct(_) => false,
        }
    }
}

fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn number(json: &str) -> Option<f64> {
    serde_json::from_str(json).ok().filter(|number: &f64| number.is_finite())
}

/// As Glue spells it, but for what is in a struct.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simple = match self {
            Self::Text => "string",
            Self::Whole(7) => "tinyint",
            Self::Whole(15) => "smallint",
            Self::Whole(31) => "int",
            Self::Whole(_) => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Struct(_) => "struct",
            Self::Unsure => "value of its type",
            Self::Characters(most) => return write!(f, "text of at most {most} characters"),
            Self::Decimal(whole, fraction) => return write!(f, "decimal({},{fraction})", whole + fraction),
            Self::Array(item) => return write!(f, "array<{item}>"),
            Self::Map(value) => return write!(f, "map<string,{value}>"),
        };
        f.write_str(simple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(list: &str, columns: &str, event: &str) -> String {
        let columns = Columns::parse(columns).unwrap();
        let result = Contract::parse(list, columns).unwrap().check(event.as_bytes());
        result.map_or_else(|breach| breach.to_string(), |()| String::new())
    }

    /// Values that are taken, and values that are not.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        ("string", &[r#""x""#, "1", "true", "{}", r#"[{"a":1}]"#], &[]),
        ("varchar(2)", &[r#""xé""#, r#""\n\u00e9""#], &[r#""xyz""#, "12", "[]"]),
        ("tinyint", &["127", "-128", "-0"], &["128", "1.0", "1e1", r#""1""#, "true", "[1]", "{}"]),
        ("int", &["2147483647", "-2147483648"], &["2147483648", r#""abc""#]),
        ("bigint", &["9223372036854775807"], &["9223372036854775808"]),
        ("float", &["1.5", "3e38", "7"], &["3.5e38", r#""1""#]),
        ("double", &["1e300", "0.1000000000000000055511151231257827"], &[r#""NaN""#, "false"]),
        ("boolean", &["true", "false"], &["1", r#""true""#]),
        ("decimal(5,2)", &["123.45", "-1", "0.5"], &["1234.5", "1.234", r#""1.5""#]),
        ("date", &[r#""2026-11-26""#], &[r#""2026-02-30""#, "20261126", r#""2026-11-26T10:00:00Z""#]),
        (
            "timestamp",
            &[r#""2026-11-26T10:00:00Z""#, r#""2026-11-26 10:00:00.125""#, "1764150000", "1764150000000"],
            &[r#""26.11.2026""#, r#""2026-11-26T10:00:00+02:00""#, "true", "1764150000000000"],
        ),
        ("array<int>", &["[]", "[1,null,2]"], &["1", r#"["x"]"#, "{}"]),
        ("map<string,int>", &["{}", r#"{"a":1}"#], &["[]", r#"{"a":"x"}"#]),
        ("struct<a:int>", &["{}", r#"{"A":1}"#], &["[1]", r#"{"a":"x"}"#, r#""{}""#]),
        ("binary", &["1", "[]"], &[]),
    ];

    #[test]
    fn a_value_is_taken_as_its_column_has_it() {
        for (hive, taken, refused) in CASES {
            let columns = format!(r#"{{"c":"{hive}"}}"#);
            for value in taken.iter().chain(&["null"]) {
                assert_eq!(checked("invalid,unknown", &columns, &format!(r#"{{"C":{value}}}"#)), "", "{hive} {value}");
            }
            for value in *refused {
                let event = format!(r#"{{"c":{value}}}"#);
                assert!(checked("invalid", &columns, &event).contains(" is no "), "{hive} {value}");
                assert_eq!(checked("unknown", &columns, &event), "", "{hive} {value}");
            }
        }
    }

    /// What is packed with others because it surely fits is never refused.
    #[test]
    fn what_surely_fits_keeps_the_contract() {
        for (hive, taken, refused) in CASES {
            let json = format!(r#"{{"c":"{hive}"}}"#);
            for value in taken.iter().chain(*refused) {
                let event = format!(r#"{{"c":{value}}}"#);
                let sure = Columns::parse(&json).unwrap().surely_take(event.as_bytes());
                assert!(!sure || checked("invalid", &json, &event).is_empty(), "{hive} {value}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path_and_type() {
        let columns = r#"{"n":"int","ctx":"struct<os:string,v:array<decimal(4,1)>>","m":"map<string,date>"}"#;
        for (event, wanted) in [
            (r#"{"n":1,"ctx":{"os":"x"}}"#, ""),
            (r#"{"n":"x"}"#, "`n` is no int"),
            (r#"{"m":{"k":"today"}}"#, "`m[]` is no date"),
            (r#"{"ctx":{"v":[1.5,"x"]}}"#, "`ctx.v[]` is no decimal(4,1)"),
            (r#"{"ctx":[]}"#, "`ctx` is no struct"),
            (r#"{"nn":1}"#, "`nn` is no column"),
            (r#"{"ctx":{"arch":"arm"}}"#, "`ctx.arch` is no column"),
        ] {
            assert_eq!(checked("unknown,invalid", columns, event), wanted, "{event}");
        }
        let long = format!(r#"{{"{}":1}}"#, "é".repeat(200));
        assert_eq!(checked("unknown", "{}", &long).chars().count(), "`` is no column".len() + MOST_OF_A_NAME);
    }

    #[test]
    fn what_keeps_it_stays_in_order_and_the_rest_has_its_number() {
        let contract = Contract::parse("invalid,unknown", Columns::parse(r#"{"n":"int"}"#).unwrap()).unwrap();
        let mut events: Vec<Cow<'_, [u8]>> =
            [r#"{"n":1}"#, r#"{"n":"x"}"#, "{}", r#"{"secret":1}"#].map(|event| Cow::Borrowed(event.as_bytes())).into();
        let told: Vec<_> = contract.enforce(&mut events).iter().map(|(n, breach)| (*n, breach.unquoted())).collect();
        assert_eq!(told, [(2, "`n` is no int".to_owned()), (4, "a field is no column".to_owned())]);
        assert_eq!(events, [&b"{\"n\":1}"[..], b"{}"]);
    }

    #[test]
    fn only_what_is_known_can_be_rejected() {
        for list in ["", "unknown,", "both", "unknown, invalid"] {
            assert_eq!(Contract::parse(list, Columns::parse("{}").unwrap()), None, "{list}");
        }
    }
}
