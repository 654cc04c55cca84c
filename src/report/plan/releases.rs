//! What of a plan is another release's doing.

use crate::engine::upgrade::{News, Releases};
use crate::names::RELEASE;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A line each; none where the file alone is behind a plan. `quoted` is how text stands there that AWS has told.
pub(super) fn lines(releases: &Releases, quoted: impl Fn(&str) -> String) -> Vec<String> {
    let Releases { news, newer } = releases;
    let mut lines = vec![];
    if let Some(newer) = newer {
        let newer = quoted(newer);
        lines.push(format!(
            "warning: pipectl {newer} was here, and this is {RELEASE}: what {newer} makes otherwise is taken back"
        ));
    }
    for ((from, what, why), addresses) in grouped(news) {
        let from = from.map_or_else(|| "an earlier one".to_owned(), &quoted);
        let what = what.map_or_else(String::new, |attribute| format!("{attribute}: "));
        let addresses = addresses.iter().map(|address| quoted(address)).collect::<Vec<_>>().join(", ");
        lines.push(format!("upgrade: pipectl {RELEASE} does otherwise than {from}: {addresses}: {what}{why}"));
    }
    lines
}

/// From which release, which attribute, and why.
type Same<'n> = (Option<&'n str>, Option<&'static str>, &'static str);

fn grouped(news: &[News]) -> BTreeMap<Same<'_>, Vec<String>> {
    let mut same = BTreeMap::<Same<'_>, Vec<String>>::new();
    for News { address, from, upgrade } in news {
        same.entry((from.as_deref(), upgrade.attribute, upgrade.why)).or_default().push(address.to_string());
    }
    same
}

/// `null` where no other release has to do with it.
pub(super) fn to_json(releases: &Releases) -> Value {
    let news = releases.news.iter().map(|News { address, from, upgrade }| {
        json!({"address": address.to_string(), "from": from, "attribute": upgrade.attribute, "why": upgrade.why})
    });
    json!({"newer": releases.newer, "upgrades": news.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::resource::Address;
    use crate::engine::upgrade::Upgrade;

    fn news(name: &str, from: Option<&str>) -> News {
        let upgrade = Upgrade {
            release: "0.1.0",
            kind: "lambda.function",
            name: None,
            attribute: Some("code"),
            why: "the functions of this release",
        };
        News { address: Address::new("lambda.function", name), from: from.map(str::to_owned), upgrade }
    }

    #[test]
    fn what_has_one_reason_is_one_line() {
        let releases = Releases { news: vec![news("track", Some("0.0.9")), news("mover", Some("0.0.9"))], newer: None };
        let told = lines(&releases, str::to_owned);
        let expected = format!(
            "upgrade: pipectl {RELEASE} does otherwise than 0.0.9: lambda.function.track, lambda.function.mover: code: \
             the functions of this release"
        );
        assert_eq!(told, [expected]);
        assert_eq!(
            lines(&Releases { news: vec![news("a", None), news("b", Some("0.0.9"))], newer: None }, str::to_owned)
                .len(),
            2
        );
        assert_eq!(lines(&Releases::default(), str::to_owned), [""; 0]);
    }

    #[test]
    fn an_older_program_says_that_it_takes_back() {
        let releases = Releases { news: vec![], newer: Some("9.0.0".to_owned()) };
        assert!(lines(&releases, |text| format!("`{text}`"))[0].starts_with("warning: pipectl `9.0.0` was here"));
    }
}
