//! The text of a file, from its keys with their values.

use std::fmt::Write as _;

/// Keys by their path, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<(Vec<String>, String)>);

impl Lines {
    /// A value as it stands in a file.
    pub(super) fn set(&mut self, path: &str, value: impl Into<String>) {
        self.0.push((path.split('.').map(str::to_owned).collect(), value.into()));
    }

    /// A name or text of the user's, which may be anything.
    pub(super) fn text(&mut self, path: &str, value: &str) {
        self.set(path, quoted(value));
    }

    /// Below a group, a key that has dots in it.
    pub(super) fn entry(&mut self, group: &str, key: &str, value: &str) {
        self.0.push((vec![group.to_owned(), key.to_owned()], quoted(value)));
    }

    /// Groups are written where the first of their keys is set.
    pub(super) fn write(&self) -> String {
        let all: Vec<_> = self.0.iter().map(|(path, value)| (&path[..], value.as_str())).collect();
        let mut text = String::new();
        level(&mut text, 0, &all);
        text
    }
}

fn level(text: &mut String, depth: usize, all: &[(&[String], &str)]) {
    let mut written: Vec<&str> = vec![];
    let indent = "  ".repeat(depth);
    for (path, value) in all {
        let [first, rest @ ..] = path else { continue };
        if written.contains(&first.as_str()) {
            continue;
        }
        written.push(first);
        if rest.is_empty() {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{indent}{first}: {value}");
            continue;
        }
        let _ = writeln!(text, "{indent}{first}:");
        let below = all.iter().filter(|(path, _)| path.first() == Some(first));
        let below: Vec<_> = below.map(|(path, value)| (&path[1..], *value)).collect();
        level(text, depth + 1, &below);
    }
}

/// Quoted only where YAML, or a placeholder of a file, would make something else of it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
    let word =
        ["true", "false", "null", "yes", "no", "on", "off", "none"].contains(&text.to_ascii_lowercase().as_str());
    match first && !word && text.chars().all(plain) {
        true => text.to_owned(),
        // A file's placeholders begin so; JSON's escapes are YAML's.
        false => serde_json::Value::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_group_stand_together_and_values_are_what_they_were() {
        let mut lines = Lines::default();
        lines.set("name", "clicks");
        lines.set("ingest.path", "/track");
        lines.text("bucket.name", "b-1");
        lines.set("ingest.function.memory", "128 MB");
        lines.entry("names", "glue.job.etl", "a: b #c");
        let text = "name: clicks\ningest:\n  path: /track\n  function:\n    memory: 128 MB\nbucket:\n  name: b-1\n\
                    names:\n  glue.job.etl: \"a: b #c\"\n";
        assert_eq!(lines.write(), text);
        for odd in ["yes", "1", "- a", "", "a\nb", "é", "'x'"] {
            assert!(quoted(odd).starts_with('"'), "{odd}");
        }
    }
}
