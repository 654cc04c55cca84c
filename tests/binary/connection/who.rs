//! Whose credentials are used, and which account they may be of.

use super::relay::relay;
use super::{command, elsewhere, place, run, with_keys};

const CONFIG: &str = "\
[profile prod]
region = eu-west-1
aws_access_key_id = AKIAPROD
aws_secret_access_key = x
[profile sso]
region = us-east-1
sso_start_url = https://company.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111111111111
sso_role_name = admin
[profile mfa]
region = us-east-1
role_arn = arn:aws:iam::111111111111:role/x
source_profile = keys
mfa_serial = arn:aws:iam::111111111111:mfa/me
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = x
[profile process]
region = us-east-1
credential_process = /bin/false
";

/// As in the AWS CLI (aws/aws-cdk#6574): the option wins over keys in the environment, `AWS_PROFILE` does not.
#[test]
fn the_profile_that_is_asked_for_signs_and_says_the_region() {
    let place = place("");
    let server = elsewhere(&place);
    let signers = |option: Option<&str>, variable: Option<&str>, keys: bool| {
        let (address, seen) = relay(&server.url);
        let mut command = command(&place, CONFIG, &["plan"]);
        command.env("AWS_ENDPOINT_URL", format!("http://{address}"));
        if keys {
            command.env("AWS_ACCESS_KEY_ID", "AKIAENV").env("AWS_SECRET_ACCESS_KEY", "x");
        }
        command.args(option.map(|profile| format!("--profile={profile}")));
        command.envs(variable.map(|profile| ("AWS_PROFILE", profile)));
        run(&mut command).exits(0);
        seen.signers()
    };
    assert_eq!(signers(Some("prod"), None, true), ["AKIAPROD eu-west-1"]);
    assert_eq!(signers(Some("prod"), Some("keys"), true), ["AKIAPROD eu-west-1"]);
    assert_eq!(signers(None, Some("prod"), true), ["AKIAENV eu-west-1"]);
    assert_eq!(signers(None, Some("prod"), false), ["AKIAPROD eu-west-1"]);
}

#[test]
fn a_profile_that_is_not_there_is_named_at_once() {
    let place = place("");
    for keys in [true, false] {
        let mut nope = command(&place, CONFIG, &["plan", "--profile", "nope"]);
        if keys {
            nope.env("AWS_ACCESS_KEY_ID", "AKIAENV").env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_REGION", "us-east-1");
        }
        run(&mut nope).exits(1).says("no profile `nope`").says("there are `keys`, `mfa`, `process`, `prod`, `sso`");
    }
    let mut nope = command(&place, "", &["plan"]);
    nope.env("AWS_PROFILE", "nope");
    run(&mut nope).exits(1).says("no profile `nope`, which `AWS_PROFILE` names").says("aws configure --profile nope");
}

#[test]
fn credentials_that_fail_say_where_they_come_from_and_what_helps() {
    let place = place("");
    let (denies, _) = super::relay::answering(
        "HTTP/1.1 403 Forbidden\r\nx-amzn-requestid: 1\r\ncontent-type: text/xml\r\ncontent-length: 167\r\n\r\n\
         <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MFA is needed for this, and \
         there is no code in it, none at all</Message></Error></ErrorResponse>      ",
    );
    for (profile, says) in [
        ("sso", "`aws sso login --profile sso`"),
        ("mfa", "has an `mfa_serial`, and pipectl asks for no code"),
        ("process", "runs its `credential_process`"),
    ] {
        let mut command = command(&place, CONFIG, &["plan", "--profile", profile]);
        command.env("AWS_ENDPOINT_URL", format!("http://{denies}"));
        let ran = run(&mut command).exits(1).says(says);
        assert!(!ran.stderr.contains("{ "), "{}", ran.stderr);
    }
}

#[test]
fn another_account_than_the_files_is_refused_before_anything_is_asked() {
    let place = place("stage: prod\naccount: { prod: '111111111111', dev: '000000000000' }\n");
    let server = elsewhere(&place);
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"], &["output"], &["run", "all"]] {
        let ran = run(&mut with_keys(&place, &server.url, command)).exits(4);
        let says = "the stage prod belongs into account 111111111111 (`account` of the file), and the credentials are \
                    of account 000000000000, as arn:aws:iam::000000000000:user/local";
        assert!(ran.stderr.contains(says), "{command:?}: {}", ran.stderr);
    }
    assert_eq!(server.admin().requests().iter().filter(|name| *name != "sts:GetCallerIdentity").count(), 0);
    run(&mut with_keys(&place, &server.url, &["plan", "--stage", "dev"])).exits(0);
    run(&mut with_keys(&place, &server.url, &["plan", "--stage", "ci"])).exits(0);
    // The pin is for AWS.
    place.run(&["plan", "--local"]).exits(0).says("`account` (111111111111) is for AWS");
}

/// The role of the stage, with the credentials that there are; everything else with those of the role.
#[test]
fn the_role_of_a_stage_is_assumed_before_anything_is_asked() {
    let place = place(
        "stage: prod\naccount: '000000000000'\nrole_arn: { prod: 'arn:aws:iam::000000000000:role/deploy' }\n\
         external_id: { prod: x-42 }\n",
    );
    let server = elsewhere(&place);
    let (address, seen) = relay(&server.url);
    let (sts, asked) = super::relay::sts(false);
    let mut plan = with_keys(&place, &format!("http://{address}"), &["plan"]);
    run(plan.env("AWS_ENDPOINT_URL_STS", format!("http://{sts}")))
        .exits(0)
        .says("minimal/prod in AWS account 000000000000, us-east-1, as assumed-role/deploy/pipectl-minimal-prod");
    assert_eq!(asked.signers(), ["AKIAENV us-east-1", "AKIAROLE us-east-1"]);
    for words in ["role%2Fdeploy", "ExternalId=x-42", "RoleSessionName=pipectl-minimal-prod"] {
        assert!(asked.text().contains(words), "{words}: {}", asked.text());
    }
    assert_eq!(seen.signers(), ["AKIAROLE us-east-1"]);
    // A stage without a role is asked for as who the credentials are of.
    let (address, seen) = relay(&server.url);
    run(&mut with_keys(&place, &format!("http://{address}"), &["plan", "--stage", "dev"])).exits(0);
    assert_eq!(seen.signers(), ["AKIAENV us-east-1"]);
}

#[test]
fn a_role_that_may_not_be_assumed_is_named() {
    let place = place("role_arn: arn:aws:iam::000000000000:role/deploy\n");
    let (sts, _) = super::relay::sts(true);
    let ran = run(&mut with_keys(&place, &format!("http://{sts}"), &["plan"])).exits(1);
    let ran = ran.says("AccessDenied").says("`role_arn` of the file is `arn:aws:iam::000000000000:role/deploy`");
    assert!(!ran.stderr.contains("{ "), "{}", ran.stderr);
}

#[test]
fn plan_apply_and_destroy_say_account_region_and_caller() {
    let place = place("");
    let server = elsewhere(&place);
    let says = "minimal/dev in AWS account 000000000000, us-east-1, as user/local";
    run(&mut with_keys(&place, &server.url, &["plan"])).exits(0).says(says);
    run(&mut with_keys(&place, &server.url, &["plan", "--markdown"])).exits(0).says(says);
    let json = run(&mut with_keys(&place, &server.url, &["plan", "--json"])).exits(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&plan["account"], &plan["region"], &plan["caller"]),
        (&"000000000000".into(), &"us-east-1".into(), &"arn:aws:iam::000000000000:user/local".into())
    );
    run(&mut with_keys(&place, &server.url, &["apply", "--yes"])).says(says);
    run(&mut with_keys(&place, &server.url, &["destroy", "--yes"])).says(says);
}

/// A session ends after hours, in the midst of whatever is at work.
#[test]
fn a_session_that_ends_midway_says_what_helps_and_the_next_run_goes_on() {
    let place = place("");
    let server = elsewhere(&place);
    let expired = serde_json::json!({
        "operation": "*", "status": 403, "code": "ExpiredTokenException", "after": 110, "times": 5000,
        "message": "The security token included in the request is expired",
    });
    server.admin().fault(&expired);
    let apply = || {
        let mut apply = command(&place, CONFIG, &["apply", "--yes", "--profile", "keys", "--region", "us-east-1"]);
        apply.env("AWS_ENDPOINT_URL", &server.url);
        run(&mut apply)
    };
    let ran = apply().exits(5).says("`aws configure --profile keys` sets others; then run the same command again");
    assert!(ran.stderr.contains("which goes on from what is there"), "{}", ran.stderr);
    server.admin().forget_faults();
    apply().exits(0);
}
