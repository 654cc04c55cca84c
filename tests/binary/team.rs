//! The story that docs/team.md tells: a team's pull request, merge, night and quarrels, each job under the role that
//! `iam-policy` has printed for it.

use crate::action::{read, step};
use crate::iam_policy::caller::Caller;
use crate::iam_policy::documents;
use crate::support::{Place, Ran, judge, root};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

const OPTIONS: &str = "--lambda-dir . --longest-wait 1s";

/// A job for each role, with a checkout of its own; what they have come to is the page.
struct Team {
    plan: Caller,
    apply: Caller,
    page: String,
}

impl Team {
    fn new() -> Self {
        let place = Place::example("minimal");
        let job = |place: &Place| {
            place.write_zips();
            fs::write(place.path().join("earlier.txt"), "").unwrap();
        };
        job(&place);
        let may = |purpose: &str| documents(&place, &["--for", purpose, "--stage", "prod"]);
        let (planning, applying) = (may("plan"), may("apply"));
        let server = Arc::new(place.serve());
        let checkout = Place::example("minimal");
        job(&checkout);
        let plan = Caller::under("pipectl-plan", place, Arc::clone(&server));
        let apply = Caller::under("pipectl-apply", checkout, server);
        plan.may(&planning);
        apply.may(&applying);
        let page = fs::read_to_string(root().join("tests/binary/team.md")).unwrap();
        Self { plan, apply, page }
    }

    /// Both checkouts are of another commit.
    fn commits(&self, changes: &[(&str, &str)]) {
        self.plan.place.edit(changes);
        self.apply.place.write(&self.plan.place.yaml());
    }

    fn plans(&self, more: &str, variables: &[(&str, &str)]) -> Ran {
        job(&self.plan, "plan", &[&[("OPTIONS", &*format!("{OPTIONS} {more}"))], variables].concat())
    }

    /// What `ready` has planned goes to `apply` as an artifact.
    fn merges(&mut self) -> Ran {
        self.plans("", &[("PLAN_FILE", "plan.json")]).exits(0);
        self.artifact();
        self.applies()
    }

    fn artifact(&self) {
        let (from, to) = (self.plan.place.path(), self.apply.place.path());
        fs::copy(from.join("plan.json"), to.join("plan.json")).unwrap();
    }

    fn applies(&self) -> Ran {
        job(&self.apply, "apply", &[("OPTIONS", OPTIONS), ("PLAN_FILE", "plan.json")])
    }

    fn night(&self) -> Ran {
        job(&self.plan, "drift", &[("OPTIONS", OPTIONS)])
    }

    /// Puts into the page, where it says `{{name}}`, what a job came to.
    fn tells(&mut self, name: &str, text: &str) {
        let mark = format!("{{{{{name}}}}}\n");
        assert!(self.page.contains(&mark), "{mark}");
        let mut quoted = String::new();
        let mut folded = false;
        for line in timeless(text).lines() {
            folded &= !line.contains("</details>");
            if !folded {
                writeln!(quoted, "{}", format!("> {line}").trim_end()).unwrap();
            }
            folded |= line.contains("<details>");
        }
        self.page = self.page.replace(&mark, &quoted);
    }
}

/// With the time at which CloudTrail saw something as it may be.
fn timeless(text: &str) -> String {
    let (head, tail) = ("PutRetentionPolicy`, `", "2026-07-20T16:42:07Z");
    let parts: Vec<_> = text.split(head).collect();
    let rest = parts[1..].iter().map(|part| format!("{head}{tail}{}", &part[tail.len()..]));
    std::iter::once(parts[0].to_owned()).chain(rest).collect()
}

fn job(caller: &Caller, what: &str, variables: &[(&str, &str)]) -> Ran {
    step(&caller.place, what, &[&caller.environment()[..], variables].concat())
}

/// What a job has said in the end, without AWS's number of a request.
fn last_words(ran: &Ran) -> String {
    let said: Vec<_> = ran.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = said.iter().rposition(|line| line.starts_with("error")).unwrap_or(said.len() - 1);
    let said = said[from..].iter().map(|line| line.split(" (request ").next().unwrap_or_default());
    format!("```text\n{}\n```", said.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_team_s_week() {
    let mut team = Team::new();
    let pull_request = [("PULL_REQUEST", "7")];

    let refused = team.plans("--budget 0.01", &pull_request).exits(4);
    let refused_comment = read(&team.plan.place, "pipectl-report.md.comment");
    team.tells("too dear", &refused_comment);
    team.tells("too dear, said", &last_words(&refused));
    fs::write(team.plan.place.path().join("earlier.txt"), "4711\n").unwrap();
    team.plans("--budget 50", &pull_request).exits(0);
    assert!(read(&team.plan.place, "asked.txt").contains("--method PATCH repos/acme/clicks/issues/comments/4711 "));
    let (before, after) = (refused_comment, read(&team.plan.place, "pipectl-report.md.comment"));
    assert_eq!(before.split("\n**Refused**").next(), Some(after.as_str()));

    // Whoever may plan may not apply, and nothing is there afterwards.
    team.plans("", &[("PLAN_FILE", "plan.json")]).exits(0);
    let denied = job(&team.plan, "apply", &[("OPTIONS", OPTIONS), ("PLAN_FILE", "plan.json")]).exits(1);
    team.tells("not the role", &last_words(&denied));
    team.artifact();
    team.applies().exits(0);
    assert!(read(&team.apply.place, "summary.md").contains("Plan: 29 to create"));
    let stale = team.applies().exits(4).says("is stale");
    team.tells("stale", &last_words(&stale));

    team.night().exits(0);
    judge("retention.py", &[&team.plan.server.url, "/aws/lambda/minimal-prod-track"]);
    team.night().exits(2);
    let summary = read(&team.plan.place, "summary.md");
    team.tells("a night", &summary);
    team.merges().exits(0);
    team.night().exits(0);

    let refused = team.quarrels().exits(4);
    assert!(["is stale", "is at work"].iter().any(|words| refused.stderr.contains(words)), "{}", refused.stderr);
    team.commits(&[("team: growth", "team: data")]);
    team.merges().exits(0);
    team.night().exits(0);
    let page = root().join("docs/team.md");
    if std::env::var_os("PIPECTL_GOLDEN").is_some_and(|mode| mode == "write") {
        fs::write(&page, &team.page).unwrap();
    }
    assert_eq!(team.page, fs::read_to_string(&page).unwrap_or_default(), "PIPECTL_GOLDEN=write writes it anew");
}

impl Team {
    /// Two merges were planned before either was applied, and both are applied at once.
    fn quarrels(&mut self) -> Ran {
        self.commits(&[("name: minimal\n", "name: minimal\ntags: { team: growth }\n")]);
        let (plan, apply) = (self.plan.place.copy(), Arc::clone(&self.apply.server));
        let other = Caller::under("pipectl-apply", plan, apply);
        other.place.edit(&[("team: growth", "team: data")]);
        other.place.write_zips();
        for place in [&self.plan.place, &other.place] {
            let options = [("OPTIONS", OPTIONS), ("PLAN_FILE", "plan.json")];
            step(place, "plan", &[&self.plan.environment()[..], &options].concat()).exits(0);
        }
        self.artifact();
        let applies = |caller| move || job(caller, "apply", &[("OPTIONS", OPTIONS), ("PLAN_FILE", "plan.json")]);
        let ran = std::thread::scope(|scope| {
            [&self.apply, &other].map(|caller| scope.spawn(applies(caller))).map(|job| job.join().unwrap())
        });
        let [one, another] = ran;
        let (done, refused) = if one.exit == 0 { (one, another) } else { (another, one) };
        done.exits(0);
        refused
    }
}
