//! Plausible events of a schema: the same seed gives the same events, byte for byte.

use crate::config::{Column, ColumnType};
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const EVENTS: [&str; 6] = ["page_view", "click", "login", "signup", "add_to_cart", "purchase"];
const WORDS: [&str; 8] = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"];
/// Of so many events, one is by a new user.
const EVENTS_PER_USER: u64 = 10;

/// Makes events, one after the other.
#[derive(Debug)]
pub(crate) struct Generator {
    columns: Vec<Column>,
    random: Rng,
    users: u64,
    /// Seconds since 1970.
    times: (i64, i64),
}

impl Generator {
    /// Of `events` events in all, whose times lie in `times`.
    pub(crate) fn new(columns: &[Column], seed: u64, events: u64, times: (Timestamp, Timestamp)) -> Self {
        Self {
            columns: columns.to_vec(),
            random: Rng::with_seed(seed),
            users: (events / EVENTS_PER_USER).max(1),
            times: (times.0.as_second(), times.1.as_second().max(times.0.as_second())),
        }
    }

    pub(crate) fn event(&mut self) -> String {
        let columns = self.columns.clone();
        let fields = columns.iter().map(|column| (column.name.clone(), self.named(&column.name, &column.column_type)));
        Value::Object(fields.collect::<Map<_, _>>()).to_string()
    }

    /// What a column is called says what is in it, where its type leaves that open.
    fn named(&mut self, name: &str, column: &ColumnType) -> Value {
        if *column != ColumnType::String {
            return self.value(column);
        }
        let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if is(&["user", "customer", "visitor"]) {
            json!(format!("user-{}", self.random.u64(0..self.users)))
        } else if name == "id" || name.ends_with("_id") {
            // Also `event_id`, by which what comes again is counted once.
            json!(format!("{:016x}", self.random.u64(..)))
        } else if is(&["event", "action", "type"]) {
            json!(EVENTS[self.random.usize(..EVENTS.len())])
        } else if is(&["time", "date"]) {
            self.value(&ColumnType::Timestamp)
        } else {
            json!(WORDS[self.random.usize(..WORDS.len())])
        }
    }

    fn value(&mut self, column: &ColumnType) -> Value {
        match column {
            ColumnType::Boolean => json!(self.random.bool()),
            ColumnType::Tinyint => json!(self.random.i8(0..=100)),
            ColumnType::Smallint | ColumnType::Int => json!(self.random.i32(0..1000)),
            ColumnType::Bigint => json!(self.random.i64(0..1_000_000_000_000)),
            ColumnType::Float | ColumnType::Double => json!(self.random.u32(0..100_000) as f64 / 100.0),
            ColumnType::Decimal { precision, scale } => self.decimal(*precision, *scale),
            ColumnType::String | ColumnType::Varchar(_) | ColumnType::Binary => {
                json!(WORDS[self.random.usize(..WORDS.len())])
            }
            ColumnType::Char(length) => {
                json!(WORDS[self.random.usize(..WORDS.len())].chars().take(usize::from(*length)).collect::<String>())
            }
            ColumnType::Date => json!(self.time().strftime("%Y-%m-%d").to_string()),
            ColumnType::Timestamp => json!(self.time().strftime("%Y-%m-%d %H:%M:%S").to_string()),
            ColumnType::Array(item) => (0..self.random.usize(0..4)).map(|_| self.value(item)).collect(),
            ColumnType::Map(_, item) => json!({WORDS[self.random.usize(..WORDS.len())]: self.value(item)}),
            ColumnType::Struct(fields) => {
                let fields = fields.iter().map(|(name, field)| (name.clone(), self.named(name, field)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    fn decimal(&mut self, precision: u8, scale: u8) -> Value {
        let digits = u32::from(precision.saturating_sub(scale)).min(6);
        let whole = self.random.u64(0..10_u64.pow(digits));
        // A number: `events: { invalid: reject }` takes no text for one.
        match scale {
            0 => json!(whole),
            _ => json!(whole as f64 + f64::from(self.random.u8(0..10)) / 10.0),
        }
    }

    fn time(&mut self) -> Timestamp {
        Timestamp::from_second(self.random.i64(self.times.0..=self.times.1)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator(seed: u64) -> Generator {
        let column = |name: &str, column_type| Column { name: name.into(), column_type };
        let columns = [
            column("event", ColumnType::String),
            column("userid", ColumnType::String),
            column("at", ColumnType::Timestamp),
            column("price", ColumnType::Decimal { precision: 5, scale: 2 }),
            column("event_id", ColumnType::String),
            column("tags", ColumnType::Array(Box::new(ColumnType::String))),
        ];
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        Generator::new(&columns, seed, 100, (day("2018-01-01T00:00:00Z"), day("2018-01-31T00:00:00Z")))
    }

    #[test]
    fn a_seed_gives_the_same_events() {
        let all = |seed| (0..50).scan(generator(seed), |generator, _| Some(generator.event())).collect::<Vec<_>>();
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
    }

    #[test]
    fn an_event_has_the_columns_of_the_schema() {
        let (mut generator, mut ids) = (generator(7), std::collections::BTreeSet::new());
        for _ in 0..100 {
            let event: Value = serde_json::from_str(&generator.event()).unwrap();
            assert!(EVENTS.contains(&event["event"].as_str().unwrap()));
            let user: u64 = event["userid"].as_str().unwrap().strip_prefix("user-").unwrap().parse().unwrap();
            assert!(user < 10);
            assert!(ids.insert(event["event_id"].as_str().unwrap().to_owned()), "each is an event of its own");
            assert!(event["at"].as_str().unwrap().starts_with("2018-01-"));
            assert!(event["price"].as_f64().unwrap() < 1000.0 && event["tags"].is_array());
        }
    }
}
