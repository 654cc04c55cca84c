//! Changing values of a file, with everything else as it was written: comments, order, spelling.

use super::problem::Span;
use super::tree::{self, Node, Placed};

/// The text of a file with these values in `usage`: a key that is there gets another value, one that is not comes behind
/// the others.
///
/// # Errors
/// Why it cannot be written, in words.
pub(crate) fn with_usage(text: &str, values: &[(&str, &str)]) -> Result<String, String> {
    let (mark, source) = text.strip_prefix('\u{feff}').map_or(("", text), |source| ("\u{feff}", source));
    let tree = tree::parse(source).map_err(|problem| problem.message)?;
    let Node::Map(root) = &tree.value else { return Err("the file is not a group of keys".to_owned()) };
    let mut edits = Edits { source, newline: if source.contains("\r\n") { "\r\n" } else { "\n" }, all: vec![] };
    match root.iter().rfind(|(key, _)| key.value == "usage") {
        None => edits.append(values),
        Some((key, group)) => edits.change(key, group, values)?,
    }
    Ok(format!("{mark}{}", edits.done()))
}

type Entry = (Placed<String>, Placed<Node>);

/// What takes the place of what, none over another.
struct Edits<'a> {
    source: &'a str,
    newline: &'static str,
    all: Vec<(Span, String)>,
}

impl Edits<'_> {
    fn append(&mut self, values: &[(&str, &str)]) {
        let end = self.source.len();
        let ended = self.source.is_empty() || self.source.ends_with('\n');
        let first = if ended { String::new() } else { self.newline.to_owned() };
        let lines: String = values.iter().map(|(key, value)| format!("  {key}: {value}{}", self.newline)).collect();
        let blank = if self.source.is_empty() { "" } else { self.newline };
        self.all.push((end..end, format!("{first}{blank}usage:{}{lines}", self.newline)));
    }

    fn change(&mut self, key: &Placed<String>, group: &Placed<Node>, values: &[(&str, &str)]) -> Result<(), String> {
        let entries = match &group.value {
            Node::Map(entries) => entries.as_slice(),
            Node::Null => &[],
            other => return Err(format!("`usage` is {} and no group of keys", other.noun())),
        };
        // What stands elsewhere may be others' too.
        if group.is_alias() {
            return Err("`usage` is an alias of another group".to_owned());
        }
        let mut new = vec![];
        for (name, value) in values {
            match entries.iter().rfind(|(key, _)| key.value == *name) {
                Some((_, before)) if before.span.is_empty() || before.is_alias() => {
                    return Err(format!("`usage.{name}` has no value of its own to change"));
                }
                Some((_, before)) => self.all.push((before.span.clone(), (*value).to_owned())),
                None => new.push(format!("{name}: {value}")),
            }
        }
        if !new.is_empty() {
            self.insert(key, (group, entries), &new)?;
        }
        Ok(())
    }

    fn insert(
        &mut self,
        key: &Placed<String>,
        (group, entries): (&Placed<Node>, &[Entry]),
        new: &[String],
    ) -> Result<(), String> {
        let Some((first, _)) = entries.first() else {
            // The parser tells where a group begins in braces, and not where it ends; in an empty one is nothing else.
            let rest = self.source.get(group.span.start..).filter(|rest| rest.starts_with('{'));
            if let Some(length) = rest.and_then(|rest| rest.find('}')) {
                let start = group.span.start;
                self.all.push((start..start + length + 1, format!("{{ {} }}", new.join(", "))));
                return Ok(());
            }
            // A key with nothing behind it: the lines below are its own, two further in than it is.
            let indent = format!("{}  ", self.indent(key.span.start));
            return self.lines(self.line_end(key.span.end), &indent, new);
        };
        let Some((last_key, last)) = entries.last() else { return Ok(()) };
        let end = last.span.end.max(last_key.span.end);
        let between = self.source.get(key.span.end..first.span.start).unwrap_or_default();
        if without_comments(between).contains('{') {
            self.all.push((end..end, format!(", {}", new.join(", "))));
            return Ok(());
        }
        if !matches!(last.value, Node::Number(_) | Node::Text(_) | Node::Bool(_)) {
            return Err("the last value of `usage` is no plain one".to_owned());
        }
        let indent = self.indent(first.span.start);
        self.lines(self.line_end(end), &indent, new)
    }

    /// What stands before a place in its line, as blanks.
    fn indent(&self, at: usize) -> String {
        let before = self.source.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().map(|c| if c.is_whitespace() { c } else { ' ' }).collect()
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.source.get(at..).unwrap_or_default();
        let end = rest.find('\n').map_or(self.source.len(), |newline| at + newline);
        if self.source[..end].ends_with('\r') { end - 1 } else { end }
    }

    fn lines(&mut self, at: usize, indent: &str, new: &[String]) -> Result<(), String> {
        let lines: String = new.iter().map(|line| format!("{}{indent}{line}", self.newline)).collect();
        self.all.push((at..at, lines));
        Ok(())
    }

    fn done(mut self) -> String {
        self.all.sort_by_key(|(span, _)| (span.start, span.end));
        let mut text = self.source.to_owned();
        for (span, new) in self.all.iter().rev() {
            text.replace_range(span.clone(), new);
        }
        text
    }
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split('#').next().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEW: &[(&str, &str)] = &[("track_ms", "14.2"), ("etl_minutes", "1")];

    #[test]
    fn values_change_and_everything_else_stays() {
        for (before, after) in [
            (
                "name: a\nusage:            # ours\n  track_ms: 10    # guessed\n  event_size: 200 B\n\n# the end\n",
                "name: a\nusage:            # ours\n  track_ms: 14.2    # guessed\n  event_size: 200 B\n  etl_minutes: 1\n\n# the end\n",
            ),
            (
                "usage: { track_ms: 10, events_per_month: 1M }\nname: a\n",
                "usage: { track_ms: 14.2, events_per_month: 1M, etl_minutes: 1 }\nname: a\n",
            ),
            ("usage: {}\nname: a", "usage: { track_ms: 14.2, etl_minutes: 1 }\nname: a"),
            ("name: a", "name: a\n\nusage:\n  track_ms: 14.2\n  etl_minutes: 1\n"),
            ("usage:\nname: a\n", "usage:\n  track_ms: 14.2\n  etl_minutes: 1\nname: a\n"),
            (
                "name: a\r\nusage:\r\n    event_size: 1 KB # x\r\n",
                "name: a\r\nusage:\r\n    event_size: 1 KB # x\r\n    track_ms: 14.2\r\n    etl_minutes: 1\r\n",
            ),
            ("usage:\n  'track_ms': 10\n  etl_minutes: 2", "usage:\n  'track_ms': 14.2\n  etl_minutes: 1"),
            (
                "\u{feff}usage:\n  track_ms: 1\n  etl_minutes: 2\n",
                "\u{feff}usage:\n  track_ms: 14.2\n  etl_minutes: 1\n",
            ),
        ] {
            assert_eq!(with_usage(before, NEW).as_deref(), Ok(after), "{before}");
        }
    }

    #[test]
    fn what_is_written_in_another_way_is_left_to_its_writer() {
        for source in ["etl: &x { track_ms: 1 }\nusage: *x\n", "usage: 5\n", "usage: [1]\n", "a: {"] {
            assert!(with_usage(source, NEW).is_err(), "{source}");
        }
    }

    fn values(source: &str) -> Vec<(String, Node)> {
        let Node::Map(root) = tree::parse(source).unwrap().value else { panic!("{source}") };
        let found = root.into_iter().find(|(key, _)| key.value == "usage");
        let Some((_, Placed { value: Node::Map(entries), .. })) = found else { return vec![] };
        entries.into_iter().map(|(key, node)| (key.value, node.value)).collect()
    }

    proptest! {
        /// Whatever stands around them: what is changed reads as it was asked, all else reads as before, and each comment
        /// is where it was.
        #[test]
        fn only_what_is_asked_for_changes(
            keys in prop::sample::subsequence(vec!["track_ms", "event_size", "etl_minutes", "mover_ms", "log_bytes"], 0..5),
            flow in any::<bool>(), indent in 1_usize..6, comments in any::<bool>(), before in any::<bool>(), after in any::<bool>(),
            changed in prop::sample::subsequence(vec!["track_ms", "event_size", "crawler_dpu", "log_bytes"], 1..4),
        ) {
            let note = |text: &str| if comments { format!("  # {text}: {{ x }}") } else { String::new() };
            let usage = if flow {
                let all: Vec<_> = keys.iter().map(|key| format!("{key}: 7")).collect();
                format!("usage: {{ {} }}{}\n", all.join(", "), note("one line"))
            } else {
                let all: String = keys.iter().map(|key| format!("{}{key}: 7{}\n", " ".repeat(indent), note(key))).collect();
                format!("usage:{}\n{all}", note("below"))
            };
            let first = if before { "name: a   # first\n" } else { "" };
            let last = if after { "\n# last\nstage: b\n" } else { "" };
            let source = format!("{first}{usage}{last}");
            let wanted: Vec<_> = changed.iter().map(|key| (*key, "42.5")).collect();
            let edited = with_usage(&source, &wanted).unwrap();
            let mut expected: Vec<_> = keys.iter().map(|key| {
                let number = if changed.contains(key) { "42.5" } else { "7" };
                ((*key).to_owned(), Node::Number(number.to_owned()))
            }).collect();
            let new = changed.iter().filter(|key| !keys.contains(key));
            expected.extend(new.map(|key| ((*key).to_owned(), Node::Number("42.5".to_owned()))));
            prop_assert_eq!(values(&edited), expected, "{}", edited);
            let notes = |text: &str| text.lines().filter_map(|line| line.split_once('#')).map(|(_, note)| note.to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(notes(&source), notes(&edited), "{}", edited);
            prop_assert!(edited.starts_with(first) && edited.ends_with(last), "{}", edited);
        }
    }
}
