//! DOT, for Graphviz.

use super::{COLORS, INK, class, heading, lines};
use crate::picture::{Form, Node, Picture};
use std::fmt::Write as _;

pub(crate) fn picture_to_dot(picture: &Picture) -> String {
    let mut text = "digraph pipeline {\n  rankdir=TB;\n  node [fontname=\"sans-serif\" fontsize=11 style=filled];\n  \
                    edge [fontname=\"sans-serif\" fontsize=9 color=\"#5b7089\"];\n"
        .to_owned();
    for part in picture.parts() {
        let name = part.replace(' ', "_");
        let _ = writeln!(text, "  subgraph cluster_{name} {{\n    label={};", quoted(&[heading(picture, part)]));
        for index in picture.of_part(part) {
            let _ = writeln!(text, "    n{index} [{}];", looks(&picture.nodes[index]));
        }
        text.push_str("  }\n");
    }
    for arrow in &picture.arrows {
        let style = if arrow.dotted { " style=dashed" } else { "" };
        let _ = writeln!(
            text,
            "  n{} -> n{} [label={}{style}];",
            arrow.from,
            arrow.to,
            quoted(std::slice::from_ref(&arrow.label))
        );
    }
    text.push_str("}\n");
    text
}

fn looks(node: &Node) -> String {
    let shape = match node.form {
        Form::Resource => "box",
        Form::Files => "cylinder",
        Form::People => "ellipse",
    };
    let colors = COLORS.iter().find(|(name, ..)| *name == class(node));
    let colors = colors.map(|(_, fill, line)| format!(" fillcolor=\"{fill}\" color=\"{line}\"")).unwrap_or_default();
    let label = quoted(&[vec![node.title.clone()], lines(node)].concat());
    format!("shape={shape} label={label}{colors} fontcolor=\"{INK}\"")
}

/// Backslashes begin DOT's own escapes, of which `\n` ends a line.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
