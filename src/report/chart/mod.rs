//! Charts of answers: as SVG without a script, as a page, in the characters of a terminal.

mod html;
mod svg;
mod text;

pub(crate) use html::{Facts, Panel, Shown, page_to_html};
pub(crate) use svg::{Width, chart_to_svg};
pub(crate) use text::chart_to_text;

use crate::chart::shortened;
use crate::cost::grouped;
use std::fmt::Write as _;

/// One for each series, on light and on dark ground: those of Okabe and Ito's order, which most people with a colour
/// deficiency can tell apart, made as dark and as light as WCAG wants of marks (3:1). Lines differ in their dashes, too.
const COLOURS: [(&str, &str); 8] = [
    ("#2a78d6", "#3987e5"),
    ("#d9541e", "#d95926"),
    ("#12875d", "#199e70"),
    ("#a06800", "#c98500"),
    ("#4a3aa7", "#9085e9"),
    ("#c74f7f", "#d55181"),
    ("#0f7f8f", "#35b5c7"),
    ("#66645e", "#a8a69f"),
];

/// Ink, what is beside it, lines that guide the eye, ground: light and dark.
const GROUNDS: [[&str; 4]; 2] =
    [["#1f1e1c", "#66645e", "#d5d3cc", "#fcfcfb"], ["#e8e6e1", "#a8a69f", "#4a4945", "#1a1a19"]];

/// The rules that colour charts, for a page that has some.
pub(crate) fn chart_style() -> String {
    let rules = |dark: bool| {
        let [ink, soft, faint, ground] = GROUNDS[usize::from(dark)];
        let mut css = format!(
            ":root{{--ink:{ink};--soft:{soft};--faint:{faint};--ground:{ground}}}\
             svg.chart text{{fill:{ink}}}svg.chart .soft{{fill:{soft}}}.grid{{stroke:{faint}}}.axis{{stroke:{soft}}}"
        );
        for (index, (light, night)) in COLOURS.iter().enumerate() {
            let colour = if dark { night } else { light };
            let _ = write!(css, ".s{index}{{fill:{colour}}}.l{index}{{stroke:{colour}}}");
        }
        css
    };
    let (light, dark) = (rules(false), rules(true));
    format!("svg.chart text{{font:12px system-ui,sans-serif}}{light}@media(prefers-color-scheme:dark){{{dark}}}")
}

/// `1,234.5`: as it is, for who points at a mark.
fn exactly(value: f64) -> String {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true if value < 0.0 => format!("-{}", grouped(-value as i64)),
        true => grouped(value as i64),
        false => format!("{value}"),
    }
}

/// As there is room for beside a bar.
fn briefly(value: f64) -> String {
    shortened(value).unwrap_or_else(|| match value {
        _ if value.fract() == 0.0 => exactly(value),
        _ if value.abs() >= 1.0 => format!("{value:.2}"),
        _ if value.abs() >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.2e}"),
    })
}

#[cfg(test)]
mod tests;
