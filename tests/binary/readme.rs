//! What the README shows is what happens.

use crate::support::{Place, root};

/// Commands in the fences of one heading.
fn commands(heading: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let lines = section.lines().filter_map(|line| line.strip_prefix("$ pipectl "));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_commands_for_a_pipeline_of_your_own_work_one_after_the_other() {
    let place = Place::example("minimal");
    std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    let commands = commands("A pipeline of your own");
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        place.run(&command.split(' ').collect::<Vec<_>>()).exits(0);
    }
}

#[test]
fn the_commands_for_a_first_event_work() {
    let place = Place::example("lean");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let commands = commands("Send your first event");
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let words: Vec<_> = command.split(' ').collect();
        place.run(&words).exits(0);
    }
}

#[test]
fn the_commands_for_rows_and_for_a_change_work() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "100"]).exits(0);
    place.run(&["local", "tick", "26h"]).exits(0);
    let commands = [commands("Query it"), commands("Change it, and take it down")].concat();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in commands {
        let words: Vec<_> = match command.split_once(" \"") {
            Some((before, sql)) => before.split(' ').chain([sql.trim_end_matches('"')]).collect(),
            None => command.split(' ').collect(),
        };
        place.run(&words).exits(0);
    }
}

/// Those that wait for events are tested in `tracking`.
#[test]
fn the_commands_for_sending_events_work() {
    let text = std::fs::read_to_string(root().join("docs/sending.md")).unwrap();
    let commands = text.lines().filter_map(|line| line.strip_prefix("$ pipectl "));
    let commands: Vec<_> = commands.filter(|command| !command.starts_with("events ")).collect();
    assert!(commands.len() >= 7, "{commands:?}");
    let place = Place::example("lean");
    place.write(&format!("{}\nevents:\n  id: event_id\n", place.yaml()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    for command in commands {
        let words = command.split(" > ").next().unwrap().split(' ');
        place.run(&words.chain(["--local"]).collect::<Vec<_>>()).exits(0);
    }
}

#[test]
fn the_commands_for_ci_work() {
    let place = Place::example("clickstream");
    for command in commands("In CI") {
        place.run(&command.split(' ').collect::<Vec<_>>()).exits(0);
    }
}

#[test]
fn the_commands_for_costs_work() {
    let place = Place::example("clickstream");
    let commands = commands("What it costs");
    assert!(commands.len() >= 5);
    for command in commands {
        place.run(&command.split(' ').collect::<Vec<_>>()).exits(0).says("$");
    }
}

#[test]
fn the_commands_for_limits_work() {
    let place = Place::example("clickstream");
    let commands = commands("What it carries");
    assert!(commands.len() >= 3);
    for command in commands {
        place.run(&command.split(' ').collect::<Vec<_>>()).exits(0).says("events a month");
    }
}

#[test]
fn the_commands_for_local_aws_work() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let commands = commands("Local AWS");
    assert!(!commands.is_empty());
    for command in commands {
        place.run(&command.split(' ').collect::<Vec<_>>()).exits(0);
    }
}

/// As it is written there, but with the program that is under test.
#[test]
fn the_quick_start_ends_with_the_result_of_a_query() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("Try it")).unwrap();
    let place = Place::example("clickstream");
    let example = place.path().join("examples/clickstream");
    std::fs::create_dir_all(&example).unwrap();
    std::fs::rename(place.path().join("pipeline.yaml"), example.join("pipeline.yaml")).unwrap();
    let commands = section.lines().filter_map(|line| line.strip_prefix("$ cargo run -- "));
    let printed: Vec<_> =
        commands.map(|line| place.run(&line.split(' ').collect::<Vec<_>>()).exits(0).stdout).collect();
    assert_eq!(printed.len(), 4);
    let mut shown = section.split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
    let id = printed[0].split("/restapis/").nth(1).unwrap().split('/').next().unwrap();
    let now = printed[0].split("\"datetime\":\"").nth(1).unwrap().split('"').next().unwrap();
    let made = shown.next().unwrap().replace("<id>", id).replace("<now>", now);
    assert!(printed[0].ends_with(&made), "{made}\n{}", printed[0]);
    assert_eq!(printed[3], shown.next().unwrap());
}

/// Both shapes answer the same of the same events.
#[test]
fn the_lean_example_answers_what_the_first_one_does() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("\n### ").find(|section| section.starts_with("The same for a few dollars")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let place = Place::example("lean");
    let example = place.path().join("examples/lean");
    std::fs::create_dir_all(&example).unwrap();
    std::fs::rename(place.path().join("pipeline.yaml"), example.join("pipeline.yaml")).unwrap();
    let commands = section.lines().filter_map(|line| line.strip_prefix("$ pipectl "));
    let printed: Vec<_> =
        commands.map(|line| place.run(&line.split(' ').collect::<Vec<_>>()).exits(0).stdout).collect();
    assert_eq!(printed.len(), 4);
    let shown = readme.split("```text\n").find(|block| block.starts_with("event  ")).unwrap();
    assert_eq!(printed[3], shown.split("```").next().unwrap());
}

/// Beside the file's own column, which is the first one's again.
#[test]
fn the_bills_are_those_of_the_command() {
    let golden = std::fs::read_to_string(root().join("tests/golden/lean-shapes.txt")).unwrap();
    for page in ["README.md", "docs/shapes.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let shown = text.split("```text\n").find(|block| block.starts_with("a month ")).unwrap();
        let shown = shown.split("```").next().unwrap();
        assert_eq!(shown.lines().count(), 4, "{page}");
        for (shown, printed) in shown.lines().zip(golden.lines().skip(1)) {
            assert!(printed.starts_with(shown), "{page}: {shown}\n{printed}");
        }
    }
}

#[test]
fn the_error_looks_as_shown() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("```text\nerror:").nth(1).unwrap().split("```").next().unwrap();
    let place = Place::new("name: clicks\nschmea: { event: string }\n");
    let ran = place.run(&["validate"]).exits(3);
    assert!(ran.stderr.contains(&format!("error:{}", shown.trim_end())), "{}", ran.stderr);
}

#[test]
fn the_exit_codes_are_those_of_help() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let help = Place::example("minimal").run(&["--help"]).exits(0).stdout;
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let codes: Vec<_> = rows.filter_map(|(code, meaning)| Some((code.parse::<u8>().ok()?, meaning))).collect();
    assert_eq!(codes.len(), 8);
    for (code, meaning) in codes {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{code}  "))).unwrap();
        let words = meaning.trim_end_matches(" |");
        assert!(line.contains(words), "{line} and {words}");
    }
}
