//! `ingest`: what takes events.

use super::function::function;
use super::{Group, Usual};
use crate::config::described::Form;
use crate::config::pipeline::{Cors, Ingest, Quota, Throttle};
use crate::config::problem::Problem;
use crate::config::shape::Parts;
use crate::config::tree::Node;
use crate::config::units::{ByteSize, Rate};
use crate::config::values::{self, FunctionLimits};
use crate::config::words::{Front, Period};
use std::time::Duration;

pub(super) fn ingest(at: Group<'_, '_, '_>, parts: &Parts, usual: Usual) -> Ingest {
    let default = usual.function(ByteSize::mib(128), Duration::from_secs(5));
    Ingest {
        front: at.words(
            "front",
            "What takes requests: API Gateway or the function's own URL, which costs nothing; both while clients move.",
            Form::OneOf(|| Front::ALL.iter().map(|one| one.as_str()).collect()),
            parts.front,
            values::one_of(Front::ALL),
        ),
        path: at.value("path", "Events are posted here.", Form::Pattern("^/"), "/track".to_owned(), values::path),
        cors: at.group("cors", "Which web pages may post events.", |at| Cors {
            origins: at.list(
                "origins",
                "`*`, or origins such as `https://example.com`; none turns CORS off.",
                Form::Text,
                vec!["*".to_owned()],
                values::origin,
            ),
        }),
        api_keys: at.list(
            "api_keys",
            "Names of the API keys; `[]` lets everybody send.",
            Form::Text,
            vec!["client".to_owned()],
            values::api_key,
        ),
        throttle: at.group("throttle", "How many requests API Gateway takes.", |at| Throttle {
            rate: at.value("rate", "For longer than a moment.", Form::Quantity, Rate::new(1000.0), positive_rate),
            burst: at.value("burst", "At once.", Form::Quantity, 2000, values::count(1, 1_000_000)),
        }),
        quota: quota(at),
        // API Gateway gives up after 29 s.
        function: at.group("function", "The function `track`.", |at| {
            function(at, FunctionLimits { default, longest_seconds: 29 })
        }),
    }
}

fn positive_rate(text: &str) -> Result<Rate, String> {
    let rate = Rate::parse(text)?;
    if rate.per_second() > 0.0 {
        Ok(rate)
    } else {
        Err("a rate of 0 lets nothing through: write more than 0".to_owned())
    }
}

fn quota(at: Group<'_, '_, '_>) -> Option<Quota> {
    let (given, (requests, per)) =
        at.group_if("quota", "How many requests each key may make; without it there is no limit.", |at| {
            let most = u64::from(i32::MAX.unsigned_abs());
            let requests = at.optional("requests", "For example `10M`.", Form::Quantity, values::count(1, most));
            let per = at.value(
                "per",
                "The period that they are counted in.",
                Form::OneOf(|| Period::ALL.iter().map(|one| one.as_str()).collect()),
                Period::Month,
                values::one_of(Period::ALL),
            );
            (requests, per)
        });
    let quota = at.entries.iter().find(|(key, _)| key.value == "quota").map(|(_, node)| &node.value);
    let lacks_requests = matches!(quota, Some(Node::Map(_))) && !at.reader.has("ingest.quota.requests");
    match requests {
        Some(requests) => Some(Quota { requests, per }),
        // What could not be read has a problem of its own.
        None if given && lacks_requests => {
            let problem = Problem::new(at.reader.place("ingest.quota"), "`ingest.quota` has no `requests`");
            at.reader.problem(problem.hint("write `quota: { requests: 10M, per: month }`"));
            None
        }
        None => None,
    }
}
