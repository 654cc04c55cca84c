//! Two accounts: each a Local AWS of its own, reached by a profile of its own, with the same file.

use super::{command, place, run};
use crate::support::{Place, Server, judge};

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

fn config(one: &Server, two: &Server) -> String {
    let profile = |name: &str, server: &Server| {
        format!(
            "[profile {name}]\nregion = us-east-1\nendpoint_url = {}\naws_access_key_id = AKIA{name}\n\
             aws_secret_access_key = x\n",
            server.url
        )
    };
    profile("one", one) + &profile("two", two)
}

/// What is kept on disk of an account.
fn names(place: &Place, account: &str) -> bool {
    let state = std::fs::read(place.path().join(".pipectl/local/state.redb")).unwrap();
    state.windows(account.len()).any(|window| window == account.as_bytes())
}

#[test]
fn the_same_file_in_two_accounts_is_two_pipelines_and_nothing_crosses() {
    let (place, other) = (place(""), Place::new(""));
    let (one, two) = (place.serve_with(&["--account", ONE]), other.serve_with(&["--account", TWO]));
    let config = config(&one, &two);
    let ran = |profile: &str, arguments: &[&str]| run(command(&place, &config, arguments).args(["--profile", profile]));
    ran("one", &["apply", "--yes"]).exits(0).says(&format!("in AWS account {ONE}"));
    assert_eq!(two.admin().requests(), Vec::<String>::new());
    ran("two", &["plan", "--detailed-exitcode"]).exits(2);
    ran("two", &["apply", "--yes"]).exits(0).says(&format!("in AWS account {TWO}"));
    for profile in ["one", "two"] {
        ran(profile, &["plan", "--detailed-exitcode"]).exits(0);
    }
    let asked = two.admin().requests().len();
    ran("one", &["destroy", "--yes"]).exits(0);
    assert_eq!(two.admin().requests().len(), asked);
    ran("two", &["plan", "--detailed-exitcode"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&one.url]), "");
    assert!(names(&place, ONE) && !names(&place, TWO), "{ONE} knows {TWO}");
    assert!(names(&other, TWO) && !names(&other, ONE), "{TWO} knows {ONE}");
}

#[test]
fn the_files_account_pins_where_a_profile_may_go() {
    let (place, other) = (place(&format!("account: {{ dev: '{ONE}', prod: '{TWO}' }}\n")), Place::new(""));
    let (one, two) = (place.serve_with(&["--account", ONE]), other.serve_with(&["--account", TWO]));
    let config = config(&one, &two);
    let ran = |profile: &str, stage: &str, arguments: &[&str]| {
        run(command(&place, &config, arguments).args(["--profile", profile, "--stage", stage]))
    };
    for (profile, stage, server) in [("two", "dev", &two), ("one", "prod", &one)] {
        for arguments in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
            ran(profile, stage, arguments).exits(4).says("nothing was changed: the stage");
        }
        assert!(server.admin().requests().iter().all(|name| name == "sts:GetCallerIdentity"));
    }
    ran("one", "dev", &["apply", "--yes"]).exits(0);
    ran("two", "prod", &["apply", "--yes"]).exits(0);
}

/// The default name can be guessed: somebody makes the bucket first, lets everybody in, and puts our tags on it.
#[test]
fn a_bucket_of_another_account_is_refused_however_much_it_looks_like_ours() {
    let place = place("bucket: { name: guessed }\n");
    let server = place.serve();
    judge("guessed_bucket.py", &[&server.url, "guessed", "minimal", "dev", "us-east-1"]);
    server.admin().give_away("guessed", "999999999999");
    for arguments in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
        let ran = run(&mut super::with_keys(&place, &server.url, arguments));
        assert_ne!(ran.exit, 0, "{arguments:?}: {}", ran.stdout);
        ran.says("the bucket `guessed` is another account's");
    }
    let asked = server.admin().requests();
    assert!(!asked.iter().any(|name| name.starts_with("firehose:Create") || name == "s3:PutObject"), "{asked:?}");
}

#[test]
fn a_local_aws_keeps_its_account() {
    let place = place("");
    let account = |place: &Place, account: &str, arguments: &[&str]| {
        run(place.command().env("PIPECTL_LOCAL_ACCOUNT", account).args(arguments).args(["--lambda-dir", "."]))
    };
    account(&place, ONE, &["apply", "--local", "--yes"]).exits(0).says(ONE);
    place.run(&["plan", "--local", "--detailed-exitcode", "--lambda-dir", "."]).exits(0).says(ONE);
    let refused = format!("is the Local AWS of account {ONE}, not of {TWO}");
    account(&place, TWO, &["plan", "--local"]).exits(4).says(&refused);
    place.run(&["local", "--port", "0", "--account", TWO]).exits(4).says(&refused);
    let server = place.serve();
    account(&place, TWO, &["plan", "--local"]).exits(4).says(&refused);
    account(&place, ONE, &["plan", "--local", "--detailed-exitcode"]).exits(0);
    drop(server);
    account(&place, "12", &["plan", "--local"]).exits(3).says("an account id is twelve digits");
    place.run(&["local", "--account", "12"]).exits(3).says("an account id is twelve digits");
    // One from before there was a choice is of the default's.
    let before = super::place("");
    before.run(&["apply", "--local", "--yes", "--lambda-dir", "."]).exits(0);
    account(&before, TWO, &["plan", "--local"]).exits(4).says("is the Local AWS of account 000000000000");
}
