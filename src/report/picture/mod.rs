//! Pictures of a pipeline, in the forms that pages, editors and programs take.

mod dot;
mod json;
mod mermaid;
mod svg;

pub(crate) use dot::picture_to_dot;
pub(super) use json::amount;
pub(crate) use json::picture_to_json;
pub(crate) use mermaid::picture_to_mermaid;
pub(crate) use svg::picture_to_svg;

use super::cost::told;
use crate::cost::{Money, Total};
use crate::picture::{Form, Held, Node, Picture, State};

/// What a box says, line by line, below its title.
fn lines(node: &Node) -> Vec<String> {
    let state = node.state().map(|state| state.words().to_owned());
    let also = node.also().iter().map(|held| format!("+ {}", held_in_words(held)));
    state.into_iter().chain(node.cost.as_ref().map(month)).chain(also).collect()
}

/// The state of what serves is told where it is not as it should be.
fn held_in_words(held: &Held) -> String {
    match held.state {
        Some(state) if state != State::InSync => format!("{} ({})", held.address, state.words()),
        _ => held.address.to_string(),
    }
}

pub(super) fn month(total: &Total) -> String {
    format!("{} a month", told(Money::default(), total))
}

/// The part, and what a month of it costs.
fn heading(picture: &Picture, part: &str) -> String {
    let cost = picture.costs.get(part).filter(|total| total.whole() != Some(0)).map(month);
    cost.map_or_else(|| part.to_owned(), |cost| format!("{part}: {cost}"))
}

/// How it is drawn: by what it is, or by its state where that is known.
fn class(node: &Node) -> &'static str {
    match (node.form, node.state()) {
        (_, Some(state)) => state.name(),
        (Form::Resource, None) => "resource",
        (Form::Files, None) => "files",
        (Form::People, None) => "people",
    }
}

/// Fill and line of each class: to be read on a light page and on a dark one, since each box has its own ground.
const COLORS: [(&str, &str, &str); 9] = [
    ("resource", "#eef2f7", "#5b7089"),
    ("files", "#fff6df", "#a07a1c"),
    ("people", "#f1ecfb", "#75589e"),
    ("in-sync", "#e6f4ea", "#2f7d4a"),
    ("create", "#e3f0ff", "#2463b5"),
    ("update", "#fff3d6", "#a8740a"),
    ("replace", "#ffe6d1", "#b3560e"),
    ("drifted", "#fde4e1", "#b3261e"),
    ("orphan", "#ececec", "#6b6b6b"),
];
/// Of the text in a box.
const INK: &str = "#1b2733";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_colours() {
        for state in State::ALL {
            assert!(COLORS.iter().any(|(class, ..)| *class == state.name()), "{}", state.name());
        }
    }
}
