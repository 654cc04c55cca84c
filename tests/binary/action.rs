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
    let bin = place.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let gh = bin.join("gh");
    fs::write(&gh, GH).unwrap();
    fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["summary.md", "output.txt", "asked.txt"] {
        fs::write(place.path().join(name), "").unwrap();
    }
    let mut command = place.command_of(&root().join(".github/action/plan.sh"));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("PIPECTL", env!("CARGO_BIN_EXE_pipectl"));
    command.envs([("FILE", "pipeline.yaml"), ("STAGE", "prod"), ("REGION", ""), ("OPTIONS", options)]);
    command.envs([("PULL_REQUEST", pull_request), ("GITHUB_REPOSITORY", "acme/clicks")]);
    command.envs([("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output.txt"), ("RUNNER_TEMP", ".")]);
    Ran::new(&command.output().unwrap())
}

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

#[test]
fn a_pull_request_gets_one_comment_that_each_plan_writes_anew() {
    let place = Place::example("minimal");
    fs::write(place.path().join("earlier.txt"), "").unwrap();
    plan(&place, "--local", "7").exits(0);
    assert_eq!(read(&place, "output.txt"), "changes=true\n");
    let comment = read(&place, "pipectl-plan.md.comment");
    assert!(comment.starts_with("<!-- pipectl plan -->\n### pipectl plan: minimal/prod\n"), "{comment}");
    assert_eq!(read(&place, "summary.md"), comment);
    let posted =
        "api --silent --method POST repos/acme/clicks/issues/7/comments --field body=@./pipectl-plan.md.comment";
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
