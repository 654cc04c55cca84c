//! `pipectl status` finds what is wrong: each fault is made on Local AWS by boto3, as somebody else would.

use crate::support::{Place, Ran, Server, boto3, sampled};
use serde_json::{Value, json};

const SHAPES: [&str; 2] = ["article", "lean"];

/// A fault: in which shapes, how it is made, and of which part and thing `status` has to tell it.
struct Case {
    name: &'static str,
    shapes: &'static [&'static str],
    make: fn(&Place, &Server),
    part: &'static str,
    what: &'static str,
}

const ARTICLE: &[&str] = &["article"];
const LEAN: &[&str] = &["lean"];
const BOTH: &[&str] = &SHAPES;

/// Events, and time for them to come where they can.
fn pass(place: &Place) {
    place.run(&["send", "--local", "--events", "5"]);
    place.run(&["local", "tick", "40min"]).exits(0);
}

fn empty_role(server: &Server, name: &str) {
    let lines = format!(
        "iam = client('iam')\nfor role in iam.list_roles()['Roles']:\n  name = role['RoleName']\n  \
         for policy in iam.list_role_policies(RoleName=name)['PolicyNames'] if name.endswith('{name}') else []:\n    \
         iam.delete_role_policy(RoleName=name, PolicyName=policy); print(name)"
    );
    assert_ne!(boto3(server, &lines), "", "no role {name} had a policy");
}

fn python(server: &Server, lines: &str) {
    boto3(server, &format!("base = 'fresh-dev'\n{lines}"));
}

const DENY: &str = "\
import json
s3 = client('s3'); bucket = s3.list_buckets()['Buckets'][0]['Name']
policy = json.loads(s3.get_bucket_policy(Bucket=bucket)['Policy'])
policy['Statement'].append({'Effect': 'Deny', 'Principal': '*', 'Action': 's3:PutObject', 'Resource': f'arn:aws:s3:::{bucket}/*'})
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))";

const DISABLE_KEY: &str = "\
api = client('apigateway')
for key in api.get_api_keys()['items']:
  api.update_api_key(apiKey=key['id'], patchOperations=[{'op': 'replace', 'path': '/enabled', 'value': 'false'}])";

const THROTTLE: &str = "\
api = client('apigateway'); plan = api.get_usage_plans()['items'][0]['id']
api.update_usage_plan(usagePlanId=plan, patchOperations=[
  {'op': 'replace', 'path': '/throttle/rateLimit', 'value': '1'}, {'op': 'replace', 'path': '/throttle/burstLimit', 'value': '1'}])";

const NO_CALLS: &str =
    "client('lambda').put_function_concurrency(FunctionName=f'{base}-track', ReservedConcurrentExecutions=0)";

const DROP_TABLES: &str = "\
glue = client('glue')
for database in glue.get_databases()['DatabaseList']:
  for table in glue.get_tables(DatabaseName=database['Name'])['TableList']:
    glue.delete_table(DatabaseName=database['Name'], Name=table['Name'])";

const DROP_PARTITIONS: &str = "\
glue = client('glue')
for database in glue.get_databases()['DatabaseList']:
  for table in glue.get_tables(DatabaseName=database['Name'])['TableList']:
    at = dict(DatabaseName=database['Name'], TableName=table['Name'])
    for one in glue.get_partitions(**at)['Partitions']:
      glue.delete_partition(PartitionValues=one['Values'], **at)";

/// Of a table that is projected: the days after 2024 are gone for queries.
const OLD_PROJECTION: &str = "\
glue = client('glue')
for database in glue.get_databases()['DatabaseList']:
  for table in glue.get_tables(DatabaseName=database['Name'])['TableList']:
    table['Parameters']['projection.year.range'] = '2020,2024'
    keep = ('Name', 'Parameters', 'StorageDescriptor', 'PartitionKeys', 'TableType', 'Description', 'Owner', 'Retention')
    glue.update_table(DatabaseName=database['Name'], TableInput={key: table[key] for key in keep if key in table})";

const DROP_SCRIPT: &str = "\
s3 = client('s3'); bucket = s3.list_buckets()['Buckets'][0]['Name']
for one in s3.list_objects_v2(Bucket=bucket)['Contents']:
  if one['Key'].endswith('.py'): s3.delete_object(Bucket=bucket, Key=one['Key'])";

const CASES: &[Case] = &[
    Case {
        name: "the role of track has no policy",
        shapes: BOTH,
        make: |_, server| empty_role(server, "track"),
        part: "ingest",
        what: "iam.role.track",
    },
    Case {
        name: "what track does without its policy",
        shapes: BOTH,
        make: |place, server| {
            empty_role(server, "track");
            pass(place);
        },
        part: "ingest",
        what: "requests to the ",
    },
    Case {
        name: "the role of the stream has no policy",
        shapes: BOTH,
        make: |place, server| {
            empty_role(server, "delivery");
            pass(place);
        },
        part: "deliver",
        what: "files of the stream",
    },
    Case {
        name: "events wait for the stream",
        shapes: BOTH,
        make: |place, server| {
            empty_role(server, "delivery");
            pass(place);
        },
        part: "deliver",
        what: "delivery",
    },
    Case {
        name: "the stream takes nothing any more",
        shapes: BOTH,
        make: |_, server| server.admin().stuck("fresh-dev", "CREATING_FAILED"),
        part: "deliver",
        what: "firehose.stream.delivery",
    },
    Case {
        name: "the stream is deleted",
        shapes: BOTH,
        make: |_, server| python(server, "client('firehose').delete_delivery_stream(DeliveryStreamName=base)"),
        part: "deliver",
        what: "firehose.stream.delivery",
    },
    Case {
        name: "the mover fails",
        shapes: ARTICLE,
        make: |place, server| {
            empty_role(server, "mover");
            pass(place);
        },
        part: "deliver",
        what: "function mover",
    },
    Case {
        name: "a crawler fails",
        shapes: ARTICLE,
        make: |place, server| {
            empty_role(server, "etl");
            place.run(&["run", "--local", "crawler", "raw", "--wait"]);
        },
        part: "transform",
        what: "crawler raw",
    },
    Case {
        name: "the job fails",
        shapes: ARTICLE,
        make: |place, server| {
            boto3(server, DROP_SCRIPT);
            place.run(&["run", "--local", "etl", "--wait"]);
        },
        part: "transform",
        what: "job etl",
    },
    Case {
        name: "the bucket's policy denies",
        shapes: BOTH,
        make: |_, server| drop(boto3(server, DENY)),
        part: "store",
        what: "s3.bucket.data",
    },
    Case {
        name: "what a bucket's policy that denies does",
        shapes: BOTH,
        make: |place, server| {
            boto3(server, DENY);
            pass(place);
        },
        part: "deliver",
        what: "files of the stream",
    },
    Case {
        name: "the API key is disabled",
        shapes: BOTH,
        make: |_, server| drop(boto3(server, DISABLE_KEY)),
        part: "ingest",
        what: "apigateway.api_key.client",
    },
    Case {
        name: "what a disabled key does",
        shapes: ARTICLE,
        make: |_, server| drop(boto3(server, DISABLE_KEY)),
        part: "ingest",
        what: "endpoint rest_api",
    },
    Case {
        name: "the usage plan lets next to nothing through",
        shapes: ARTICLE,
        make: |_, server| drop(boto3(server, THROTTLE)),
        part: "ingest",
        what: "apigateway.usage_plan.ingest",
    },
    Case {
        name: "the function may not run",
        shapes: BOTH,
        make: |_, server| python(server, NO_CALLS),
        part: "ingest",
        what: "endpoint ",
    },
    Case {
        name: "the tables are dropped",
        shapes: ARTICLE,
        make: |_, server| drop(boto3(server, DROP_TABLES)),
        part: "transform",
        what: "table ",
    },
    Case {
        name: "the declared tables are dropped",
        shapes: LEAN,
        make: |_, server| drop(boto3(server, DROP_TABLES)),
        part: "transform",
        what: "glue.table.",
    },
    Case {
        name: "the partitions are not listed",
        shapes: ARTICLE,
        make: |_, server| drop(boto3(server, DROP_PARTITIONS)),
        part: "transform",
        what: "partitions",
    },
    Case {
        name: "the projected days are over",
        shapes: LEAN,
        make: |_, server| drop(boto3(server, OLD_PROJECTION)),
        part: "transform",
        what: "glue.table.",
    },
];

fn status(place: &Place, more: &[&str]) -> (Ran, Value) {
    let ran = place.run(&[&["status", "--local", "--json"], more].concat());
    let json = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
    (ran, json)
}

#[track_caller]
fn healthy(place: &Place, when: &str) {
    let (ran, json) = status(place, &[]);
    let none = json!([]);
    assert_eq!(
        (&json["verdict"], &json["faults"], &json["unread"], ran.exit),
        (&json!("healthy"), &none, &none, 0),
        "{when}"
    );
}

/// With events that have come all the way.
fn living(shape: &str) -> Place {
    let place = Place::new(&format!("name: fresh\nshape: {shape}\nschema: {{ event: string }}\n"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    healthy(&place, "just applied");
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    healthy(&place, "with events in the buffer");
    place.run(&["local", "tick", "20min"]).exits(0);
    healthy(&place, "with events in the bucket");
    if shape == "article" {
        place.run(&["run", "--local", "all"]).exits(0);
    }
    healthy(&place, "with rows");
    place
}

/// Why a fault is not told as it should be.
fn untold(shape: &str, living: &Place, case: &Case) -> Option<String> {
    let Case { name, make, part, what, .. } = case;
    let place = living.copy();
    let server = place.serve();
    make(&place, &server);
    let (ran, json) = status(&place, &[]);
    let faults = json["faults"].as_array().unwrap();
    let named = |fault: &&Value| fault["part"] == *part && fault["what"].as_str().unwrap().starts_with(what);
    let found = faults.iter().find(named).filter(|fault| fault["hint"] != "");
    let Some(fault) = found.filter(|_| ran.exit == 1 && json["verdict"] == "faulty") else {
        return Some(format!(
            "{shape}: {name}: exit {}, {}, {faults:#?}\n{}",
            ran.exit, json["verdict"], json["unread"]
        ));
    };
    let line = format!("fault: {part}: {}: ", fault["what"].as_str().unwrap());
    place.run(&["status", "--local"]).exits(1).says(&line).says("  hint: ");
    None
}

fn finds_each_fault(shape: &str) {
    let living = living(shape);
    let cases = CASES.iter().filter(|case| case.shapes.contains(&shape));
    let untold: Vec<_> = sampled(cases, 3).into_iter().filter_map(|case| untold(shape, &living, case)).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn each_fault_of_the_article_is_found_and_named() {
    finds_each_fault("article");
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn each_fault_of_the_lean_shape_is_found_and_named() {
    finds_each_fault("lean");
}

/// Nobody may send at night: only who has set a limit is told of it as a fault.
#[test]
fn a_quiet_pipeline_is_a_fault_by_a_limit_alone() {
    for shape in SHAPES {
        let place = living(shape);
        place.run(&["local", "tick", "9h"]).exits(0);
        healthy(&place, "nobody sends at night");
        place.run(&["status", "--local", "--freshness", "12h"]).exits(0);
        let quiet = place.run(&["status", "--local", "--freshness", "6h"]).exits(1);
        quiet.says("fault: ingest: events: the newest events are 9 h old, and may be 6 h");
    }
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_may_not_be_read_is_never_healthy() {
    let place = living("lean");
    let server = place.serve();
    for (operation, what) in [
        ("cloudwatch:GetMetricData", "metrics of CloudWatch"),
        ("glue:GetTables", "tables"),
        ("firehose:DescribeDeliveryStream", "resources"),
    ] {
        let denied = json!({"operation": operation, "status": 403, "code": "AccessDeniedException",
            "message": "User is not authorized", "times": 99});
        server.admin().fault(&denied);
        let (ran, json) = status(&place, &[]);
        assert_eq!((ran.exit, &json["verdict"]), (1, &json!("unknown")), "{operation}: {json:#}");
        let unread = json["unread"].as_array().unwrap();
        assert!(unread.iter().any(|one| one["what"] == what), "{operation}: {unread:?}");
        place.run(&["status", "--local"]).exits(1).says(&format!("could not be read: {what}: ")).says("unknown: ");
        server.admin().forget_faults();
        healthy(&place, "all may be read again");
    }
}
