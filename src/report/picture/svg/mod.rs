//! SVG, laid out by this program: a band for each part, its boxes in rows, arrows behind them.
//!
//! Graphviz would do better with any graph. These are small, their parts have an order, and bands by part are how one
//! tells of a pipeline; so no crate and no other program is needed.

mod layout;
mod routes;

use super::{COLORS, INK, class, heading, lines};
use crate::picture::{Form, Node, Picture};
use crate::report::cost::escape;
use layout::{BOX, Band, LINE, MARGIN, Place, WIDTH, laid_out};
use routes::arrows;
use std::fmt::Write as _;

/// Letters of 10.5 px that a box is wide enough for.
const LETTERS: usize = 33;

pub(crate) fn picture_to_svg(picture: &Picture, title: &str) -> String {
    let (places, bands, height) = laid_out(picture);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n\
         <title>{}</title>\n<style>{}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
        escape(title),
        style()
    );
    svg.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    for Band { y, height, .. } in &bands {
        let (x, width) = (MARGIN / 2, WIDTH - MARGIN);
        let _ =
            writeln!(svg, "<rect class=\"band\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
    }
    let labels = arrows(&mut svg, picture, &places);
    for Band { part, y, .. } in &bands {
        let (x, y, words) = (MARGIN, y + 22, escape(&heading(picture, part)));
        let _ = writeln!(svg, "<text class=\"part\" x=\"{x}\" y=\"{y}\">{words}</text>");
    }
    for (index, node) in picture.nodes.iter().enumerate() {
        if let Some(place) = places.get(&index) {
            draw(&mut svg, node, *place);
        }
    }
    // Above the boxes, so that none covers what an arrow says.
    svg.push_str(&labels);
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, node: &Node, Place { x, y, height, .. }: Place) {
    let round = if node.form == Form::Resource { 4 } else { 14 };
    let all: Vec<_> = [vec![node.title.clone()], lines(node)].concat();
    let _ = writeln!(
        svg,
        "<g class=\"{}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{height}\" rx=\"{round}\"/>",
        class(node),
        escape(&all.join("\n"))
    );
    let own = node.resources.first().filter(|_| node.form == Form::Resource).map(|held| &held.address);
    let (name, kind) = own.map_or((node.title.as_str(), None), |address| (address.name.as_str(), Some(&*address.kind)));
    let mut at = y + 22;
    let mut line = |class: &str, text: &str| {
        let _ = writeln!(svg, "<text class=\"{class}\" x=\"{}\" y=\"{at}\">{}</text>", x + 10, escape(&short(text)));
        at += LINE;
    };
    line("name", name);
    kind.into_iter().for_each(|kind| line("kind", kind));
    for words in lines(node) {
        line("line", &words);
    }
    svg.push_str("</g>\n");
}

/// What does not fit is in the title, which a pointer shows.
fn short(text: &str) -> String {
    let cut = || text.chars().take(LETTERS - 1).chain(['…']).collect();
    if text.chars().count() > LETTERS { cut() } else { text.to_owned() }
}

/// The boxes keep their light grounds on a dark page, and what is around them turns dark.
fn style() -> String {
    let mut css = "text{font-family:ui-sans-serif,system-ui,sans-serif;font-size:12px}\
        .ground{fill:#fff}.band{fill:#f6f8fa;stroke:#d5dbe1}.part{font-size:15px;font-weight:600;fill:#3a4a5b;paint-order:stroke;stroke:#f6f8fa;stroke-width:5px}\
        .name{font-size:14px;font-weight:600}.kind{font-size:12px;opacity:.75}\
        .line{font-family:ui-monospace,monospace;font-size:10.5px}\
        .arrow{fill:none;stroke:#5b7089;stroke-width:1.4}.dotted{stroke-dasharray:4 4}.tip{fill:#5b7089}\
        .label{font-size:11px;text-anchor:middle;fill:#3a4a5b;paint-order:stroke;stroke:#f6f8fa;stroke-width:4px}"
        .to_owned();
    for (name, fill, line) in COLORS {
        let _ = write!(css, ".{name} rect{{fill:{fill};stroke:{line}}}.{name} text{{fill:{INK}}}");
    }
    css.push_str(
        "@media(prefers-color-scheme:dark){.ground{fill:#0d1117}.band{fill:#161b22;stroke:#30363d}.part{fill:#c9d1d9;stroke:#161b22}\
         .arrow{stroke:#8b9bb0}.tip{fill:#8b9bb0}.label{fill:#c9d1d9;stroke:#161b22}}",
    );
    css
}
