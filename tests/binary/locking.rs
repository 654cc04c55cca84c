//! Several people at once: one works, the others wait or are told who does.

use crate::support::{Place, Ran, Server, boto3, judge, sampled};
use serde_json::json;
use std::process::{Child, Stdio};

/// As somebody types it in a terminal of their own.
fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut command = place.command();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn end(child: Child) -> Ran {
    Ran::new(&child.wait_with_output().unwrap())
}

fn count(server: &Server, kind: &str) -> usize {
    let named =
        |line: &&str| line.strip_prefix(kind).is_some_and(|name| name.starts_with(' ') && !name.starts_with(" key "));
    judge("leftovers.py", &[&server.url]).lines().filter(named).count()
}

fn endpoint(ran: &Ran) -> &str {
    ran.stdout.lines().find(|line| line.starts_with("endpoint ")).unwrap_or_else(|| panic!("{}", ran.stdout))
}

const APPLY: [&str; 5] = ["apply", "--local", "--yes", "--lock-timeout", "2 min"];
const DESTROY: [&str; 5] = ["destroy", "--local", "--yes", "--lock-timeout", "2 min"];

fn two_applies(rounds: usize) {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--latency", "20ms"]);
    for round in 0..rounds {
        let both = [start(&place, &APPLY), start(&place, &APPLY)].map(|child| end(child).exits(0));
        assert_eq!(endpoint(&both[0]), endpoint(&both[1]), "round {round}");
        assert_eq!((count(&server, "api"), count(&server, "api key"), count(&server, "usage plan")), (1, 1, 1));
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        place.run(&DESTROY).exits(0);
        assert_eq!(judge("leftovers.py", &[&server.url]), "", "round {round}");
    }
}

/// Whichever comes first: nothing is there afterwards, or all of it.
fn apply_against_destroy(rounds: usize) {
    let place = Place::example("minimal");
    let (server, file) = (place.serve_with(&["--latency", "20ms"]), place.yaml());
    for round in 0..rounds {
        place.run(&APPLY).exits(0);
        place.write(&format!("tags: {{ round: '{round}' }}\n{file}"));
        let orders = if round % 2 == 0 { [APPLY, DESTROY] } else { [DESTROY, APPLY] };
        for child in orders.map(|arguments| start(&place, &arguments)) {
            end(child).exits(0);
        }
        let left = judge("leftovers.py", &[&server.url]);
        let pending = place.planned(&["--local"]).len();
        assert!(left.is_empty() || pending == 0, "round {round}: {pending} to do, and there is\n{left}");
        place.run(&DESTROY).exits(0);
        assert_eq!(judge("leftovers.py", &[&server.url]), "", "round {round}");
    }
}

#[test]
fn two_applies_at_once_make_one_pipeline() {
    two_applies(1);
}

#[test]
fn an_apply_and_a_destroy_at_once_leave_all_or_nothing() {
    apply_against_destroy(1);
}

#[test]
#[ignore = "long: takes two minutes when whole"]
fn rounds_of_two_applies_make_one_pipeline_each() {
    two_applies(sampled(0..10, 3).len());
}

#[test]
#[ignore = "long: takes two minutes when whole"]
fn rounds_of_an_apply_and_a_destroy_leave_all_or_nothing() {
    apply_against_destroy(sampled(0..10, 3).len());
}

/// Starts an apply that is at work until the faults are forgotten.
fn at_work(place: &Place, server: &Server) -> Child {
    let held = json!({"operation": "firehose:CreateDeliveryStream", "times": 1000, "hold": true});
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).env("USER", "ann").env("BUILD_URL", "https://ci/run/7");
    server.admin().hold(&held, command.stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// By S3's clock, whenever the look began that read it: a slow one must not leave a lock that has expired when it is taken.
#[test]
fn a_lease_lasts_a_minute_from_when_it_is_taken() {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--latency", "200ms"]);
    let slow = json!({"operation": "athena:GetWorkGroup", "times": 1000, "hold": true});
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let apply = server.admin().hold(&slow, &mut command);
    std::thread::sleep(std::time::Duration::from_secs(8));
    server.admin().forget_faults();
    // It looks to the end, makes the bucket, and takes the lock.
    let work = json!({"operation": "iam:CreateRole", "times": 1000, "hold": true});
    let mut nothing = std::process::Command::new("true");
    server.admin().hold(&work, &mut nothing).wait().unwrap();
    let left = "import json, time\n\
         lock = client('s3').get_object(Bucket='minimal-dev-000000000000-us-east-1', Key='_pipectl/lock')\n\
         print(json.loads(lock['Body'].read())['lease']['until'] - round(lock['LastModified'].timestamp()))";
    let left: i64 = boto3(&server, left).trim().parse().unwrap();
    server.admin().forget_faults();
    end(apply).exits(0);
    assert!((58..=61).contains(&left), "{left} s");
}

#[test]
fn whoever_does_not_wait_is_told_who_is_at_work() {
    let place = Place::example("minimal");
    let server = place.serve();
    let first = at_work(&place, &server);
    let refused = place.run(&["apply", "--local", "--yes"]).exits(4).says("somebody else is at work: `apply` of ann@");
    assert!(refused.stderr.contains("https://ci/run/7") && refused.stderr.contains("--lock-timeout"));
    place.run(&["destroy", "--local", "--yes"]).exits(4);
    server.admin().forget_faults();
    end(first).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Starts an apply of another `bucket.name` that is at work, with the new bucket made, until the faults are forgotten.
fn renaming(place: &Place, server: &Server) -> Child {
    place.edit(&[("schema:", "bucket: { name: acme-new }\nschema:")]);
    let held = json!({"operation": "firehose:UpdateDestination", "times": 1000, "hold": true});
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).env("USER", "ann");
    server.admin().hold(&held, command.stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// One has edited `bucket.name`, and the other has the file of before, or the new one too: all meet at one lock.
#[test]
fn runs_across_a_rename_of_the_bucket_are_one_after_the_other() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let (server, before) = (place.serve(), place.yaml());
    let first = renaming(&place, &server);
    let after = place.yaml();
    for (file, command) in [(&before, "apply"), (&before, "destroy"), (&after, "apply"), (&after, "destroy")] {
        // Something to do, so that the lock is wanted.
        place.write(&format!("tags: {{ by: another }}\n{file}"));
        place.run(&[command, "--local", "--yes"]).exits(4).says("somebody else is at work: `apply` of ann@");
    }
    place.write(&after);
    let waiting = start(&place, &APPLY);
    server.admin().forget_faults();
    end(first).exits(0);
    end(waiting).exits(0);
    assert_eq!((count(&server, "bucket"), count(&server, "api")), (1, 1));
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Nobody has applied the new name, so its bucket is not there: the lock lies in the one that is.
#[test]
fn two_destroys_after_an_edit_of_the_bucket_s_name_are_one_after_the_other() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    place.edit(&[("schema:", "bucket: { name: acme-new }\nschema:")]);
    let held = json!({"operation": "firehose:DeleteDeliveryStream", "times": 1000, "hold": true});
    let mut command = place.command();
    command.args(["destroy", "--local", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let first = server.admin().hold(&held, &mut command);
    place.run(&["destroy", "--local", "--yes"]).exits(4).says("somebody else is at work: `destroy` of");
    place.run(&["unlock", "--local"]).exits(4).says("minimal-dev-000000000000-us-east-1/_pipectl/lock is held");
    let second = start(&place, &DESTROY);
    server.admin().forget_faults();
    end(first).exits(0);
    end(second).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

/// As a run of somebody else writes it, who has begun to work.
fn other_lock(server: &Server) {
    let lines = "import json, time\ns3, now = client('s3'), int(time.time())\n\
         lease = dict(id='other', operation='apply', who='bob@there', run=None, process=None, since=now, until=now + 60)\n\
         lock = json.dumps(dict(schema='pipectl-lock/1', by='other', at=now, lease=lease))\n\
         s3.put_object(Bucket='minimal-dev-000000000000-us-east-1', Key='_pipectl/lock', Body=lock)";
    boto3(server, lines);
}

/// The lock was taken out, the answer said that it was not, and meanwhile somebody else has written another.
#[test]
fn a_destroy_does_not_take_out_the_lock_of_another_run() {
    // The versions of the job's script go before.
    for (versions, after) in [("", 0), ("bucket: { versioning: true }\n", 1)] {
        let place = Place::example("minimal");
        place.write(&format!("{versions}{}", place.yaml()));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let server = place.serve();
        let held = json!({
            "operation": "s3:DeleteObjects", "code": "InternalError", "status": 500, "after": after, "done": true, "hold": true,
        });
        let mut command = place.command();
        command.args(["destroy", "--local", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let first = server.admin().hold(&held, &mut command);
        other_lock(&server);
        server.admin().forget_faults();
        end(first).exits(5).says("another run has begun to work in the bucket since");
        place.run(&["destroy", "--local", "--yes"]).exits(4).says("`apply` of bob@there");
    }
}

#[test]
fn a_lock_is_taken_away_when_somebody_says_so() {
    let place = Place::example("minimal");
    place.run(&["unlock", "--local"]).exits(0).says("nobody holds the lock");
    let server = place.serve();
    let first = at_work(&place, &server);
    place.run(&["unlock", "--local"]).exits(4).says("`apply` of ann@");
    place.run(&["unlock", "--local", "--yes"]).exits(0).says("unlocked");
    place.run(&["unlock", "--local"]).exits(0).says("nobody holds the lock");
    server.admin().forget_faults();
    end(first).exits(0);
}

/// A run that comes right after another looks again once it has the lock; and then at everything, roles too.
#[test]
fn a_look_under_the_lock_asks_for_roles_again() {
    let place = Place::example("minimal");
    let server = place.serve();
    let file = place.yaml();
    let mut asked = vec![];
    for round in 0..3 {
        place.write(&format!("tags: {{ round: '{round}' }}\n{file}"));
        place.run(&APPLY).exits(0);
        asked.push(server.admin().requests().iter().filter(|operation| *operation == "iam:ListRoles").count());
    }
    assert!((1..3).any(|round| asked[round] - asked[round - 1] == 2), "{asked:?}");
}
