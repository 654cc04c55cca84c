//! What each release makes otherwise of a file that nobody has touched, so that a plan can say so.
//!
//! Whoever changes what a pipeline becomes adds a line here. A test plans over what earlier releases have left
//! (`tests/releases`), and each step of that plan has to be one that is announced.

use crate::engine::plan::{self, Consent};
use crate::engine::resource::Resource as _;
use crate::engine::upgrade::Upgrade;
use crate::names::RELEASE;
use crate::resources::{Function, Graph, Inventory, LogGroup, Plan};

/// The newest at the end.
const ANNOUNCED: &[Upgrade] = &[
    Upgrade {
        release: "0.1.0",
        kind: Function::KIND,
        name: Some("track"),
        attribute: Some("environment"),
        why: "where tables are crawled, events are refused whose names Athena cannot read",
    },
    Upgrade {
        release: "0.1.0",
        kind: LogGroup::KIND,
        name: Some("delivery"),
        attribute: Some("streams"),
        why: "a log has the streams of a backup before there is one",
    },
];

/// The functions belong to the program, unless somebody gives others: each release has its own.
const CODE: Upgrade = Upgrade {
    release: RELEASE,
    kind: Function::KIND,
    name: None,
    attribute: Some("code"),
    why: "the functions of this release",
};

/// Compares, and says what is this release's doing. `own_code` is whether the functions are the program's.
pub(crate) fn plan<'a>(graph: &'a Graph<'_>, live: &'a Inventory, consent: &Consent, own_code: bool) -> Plan<'a> {
    let code = own_code.then_some(CODE);
    let announced: Vec<_> = ANNOUNCED.iter().cloned().chain(code).collect();
    let mut plan = plan::plan(graph, live, consent);
    plan.tell_releases(live, RELEASE, &announced);
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use semver::Version;

    #[test]
    fn what_is_announced_is_in_order_and_no_later_than_this_release() {
        let releases: Vec<Version> = ANNOUNCED.iter().map(|upgrade| upgrade.release.parse().unwrap()).collect();
        assert!(releases.is_sorted());
        assert!(releases.iter().all(|release| *release <= RELEASE.parse().unwrap()));
        let whys = ANNOUNCED.iter().map(|upgrade| upgrade.why);
        assert!(whys.chain([CODE.why]).all(|why| !why.is_empty() && !why.ends_with('.')));
    }
}
