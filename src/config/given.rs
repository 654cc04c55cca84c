//! `names`: what resources are called that somebody else has made, in the place of derived names.

use std::collections::BTreeMap;

/// What an AWS service lets a name be.
struct Rule {
    kind: &'static str,
    /// The names in the blueprint. None: those of the API keys.
    names: &'static [&'static str],
    longest: usize,
    signs: &'static str,
}

/// All other names, such as those of roles, follow from `name` and `stage`; bucket and database have keys of their own.
const RULES: &[Rule] = &[
    Rule { kind: "firehose.stream", names: &["delivery"], longest: 64, signs: "_.-" },
    Rule { kind: "lambda.function", names: &["track", "mover"], longest: 64, signs: "_-" },
    Rule { kind: "s3.notification", names: &["mover"], longest: 255, signs: ANY },
    Rule { kind: "apigateway.rest_api", names: &["ingest"], longest: 1024, signs: ANY },
    Rule { kind: "apigateway.usage_plan", names: &["ingest"], longest: 1024, signs: ANY },
    Rule { kind: "apigateway.api_key", names: &[], longest: 1024, signs: ANY },
    Rule { kind: "glue.crawler", names: &["raw", "parquet"], longest: 255, signs: ANY },
    Rule { kind: "glue.job", names: &["etl"], longest: 255, signs: ANY },
    Rule { kind: "glue.trigger", names: &["etl"], longest: 255, signs: ANY },
    Rule { kind: "athena.workgroup", names: &["query"], longest: 128, signs: "_.-" },
];

/// Whatever can be printed on one line.
const ANY: &str = "";

impl Rule {
    fn of(address: &str) -> Option<(&'static Self, &str)> {
        RULES.iter().find_map(|rule| Some((rule, address.strip_prefix(rule.kind)?.strip_prefix('.')?)))
    }

    fn takes(&self, name: &str) -> bool {
        let sign = |c: char| c.is_ascii_alphanumeric() || self.signs.contains(c);
        let good = |c: char| if self.signs == ANY { !c.is_control() } else { sign(c) };
        !name.trim().is_empty() && name.len() <= self.longest && name.chars().all(good)
    }
}

/// An address that a name can be given for.
pub(super) fn address(text: &str) -> Result<String, String> {
    let known = Rule::of(text).is_some_and(|(rule, name)| rule.names.is_empty() || rule.names.contains(&name));
    if known {
        return Ok(text.to_owned());
    }
    let all = RULES.iter().flat_map(|rule| {
        let names = if rule.names.is_empty() { &["KEY"] } else { rule.names };
        names.iter().map(move |name| format!("`{}.{name}`", rule.kind))
    });
    Err(format!("no name can be given for `{text}`: write one of {}", all.collect::<Vec<_>>().join(", ")))
}

/// What is wrong with the names together: the address, what, and what helps.
pub(super) fn wrong(given: &BTreeMap<String, String>, api_keys: &[String]) -> Vec<(String, String, &'static str)> {
    let mut all = vec![];
    for (address, name) in given {
        let Some((rule, ours)) = Rule::of(address) else { continue };
        if !rule.takes(name) {
            let (what, longest) = (format!("AWS takes no `{}` called `{name}`", rule.kind), rule.longest);
            let hint =
                if longest == 64 { "up to 64 letters, digits and `-`, as AWS shows it" } else { "as AWS shows it" };
            all.push((address.clone(), what, hint));
        }
        if rule.names.is_empty() && !api_keys.iter().any(|key| key == ours) {
            all.push((
                address.clone(),
                format!("there is no API key `{ours}`"),
                "write it into `ingest.api_keys`, too",
            ));
        }
        let same = |other: &&String| **other < *address && other.starts_with(&format!("{}.", rule.kind));
        if let Some(other) = given.keys().filter(same).find(|other| given[*other] == *name) {
            all.push((address.clone(), format!("`{address}` and `{other}` are both called `{name}`"), ""));
        }
    }
    all
}
