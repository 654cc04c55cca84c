//! Mermaid, which GitHub, GitLab and most wikis draw where it stands in Markdown.

use super::{COLORS, INK, class, heading, lines};
use crate::picture::{Form, Node, Picture};
use std::fmt::Write as _;

pub(crate) fn picture_to_mermaid(picture: &Picture) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for part in picture.parts() {
        let _ = writeln!(text, "  subgraph {}[\"{}\"]", part.replace(' ', "_"), escaped(&heading(picture, part)));
        for index in picture.of_part(part) {
            let _ = writeln!(text, "    {}", shape(index, &picture.nodes[index]));
        }
        text.push_str("  end\n");
    }
    for arrow in &picture.arrows {
        let line = if arrow.dotted { "-.->" } else { "-->" };
        let label = if arrow.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&arrow.label)) };
        let _ = writeln!(text, "  n{} {line}{label} n{}", arrow.from, arrow.to);
    }
    for (name, fill, line) in COLORS {
        let of: Vec<_> = (0..picture.nodes.len()).filter(|index| class(&picture.nodes[*index]) == name).collect();
        if !of.is_empty() {
            let of = of.iter().map(|index| format!("n{index}")).collect::<Vec<_>>().join(",");
            let _ = writeln!(text, "  classDef {name} fill:{fill},stroke:{line},color:{INK}\n  class {of} {name}");
        }
    }
    text
}

fn shape(index: usize, node: &Node) -> String {
    let lines = [vec![node.title.clone()], lines(node)].concat();
    let words = lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>");
    match node.form {
        Form::Resource => format!("n{index}[\"{words}\"]"),
        Form::Files => format!("n{index}[(\"{words}\")]"),
        Form::People => format!("n{index}([\"{words}\"])"),
    }
}

/// In quotes, with the entities that Mermaid has for what would end them or be taken for HTML or Markdown.
fn escaped(text: &str) -> String {
    let one = |letter: char| match letter {
        '"' => "#quot;".to_owned(),
        '<' => "#lt;".to_owned(),
        '>' => "#gt;".to_owned(),
        '#' => "#35;".to_owned(),
        '`' => "#96;".to_owned(),
        '&' => "#amp;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}
