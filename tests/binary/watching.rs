//! `pipectl status --watch` where no terminal is: a line for each change, and an end that is true.

use crate::support::{Place, Ran, boto3};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const KEYS: &str = "\
api = client('apigateway')
for key in api.get_api_keys()['items']:
  api.update_api_key(apiKey=key['id'], patchOperations=[{'op': 'replace', 'path': '/enabled', 'value': 'false'}])";

fn pipeline() -> Place {
    let place = Place::new("name: fresh\nshape: lean\nschema: { event: string }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place
}

#[test]
fn each_change_is_a_line_and_ctrl_c_ends_it_with_what_is_so() {
    let place = pipeline();
    let server = place.serve();
    let mut command = place.command();
    let mut child = command.args(["status", "--local", "--watch", "1"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut next = || lines.next().unwrap().split_once(' ').unwrap().1.to_owned();
    assert_eq!(next(), "healthy");
    boto3(&server, KEYS);
    let fault = next();
    assert!(fault.starts_with("fault: ingest: apigateway.api_key.client: somebody else has changed it"), "{fault}");
    // The function has the digests of the keys that are enabled.
    let (mut ended, mut said) = (vec![], next());
    while said.starts_with("fault: ") {
        said = next();
    }
    assert_eq!(said, "faulty");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    while said != "healthy" {
        said = next();
        ended.push(said.clone());
    }
    assert!(ended.contains(&"ended: ingest: apigateway.api_key.client".to_owned()), "{ended:?}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_has_enough_ends_it() {
    let place = pipeline();
    let _server = place.serve();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = place.command();
    command.args(["status", "--local", "--watch"]).stdout(Stdio::from(writer)).stderr(Stdio::piped());
    let ran = Ran::new(&command.output().unwrap());
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    place.run(&["status", "--local", "--watch", "0"]).exits(3);
}
