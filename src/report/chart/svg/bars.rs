//! Bars that lie, with their names beside them: a name is a line of text, and there are as many as there are.

use super::{Drawing, Width, briefly, exactly, legend, room, within};
use crate::chart::{Bars, Span, span_of_bars};
use crate::report::cost::escape;
use std::fmt::Write as _;

/// How thick a bar is, and what is between two names.
const THICK: f64 = 16.0;
const GAP: f64 = 8.0;
/// What a line of text takes, where the name stands above.
const NAME: f64 = 17.0;

/// Where bars may be: between the names and the values.
struct Plot {
    left: f64,
    right: f64,
    span: Span,
    /// Where the names end, or begin above.
    names: f64,
    width: Width,
}

impl Plot {
    fn of(bars: &Bars, width: Width) -> Self {
        let span = span_of_bars(bars.values());
        let values = bars.values().map(|value| room(&briefly(value))).fold(room("no value"), f64::max) + 10.0;
        let longest = bars.labels.iter().map(|label| room(label)).fold(0.0, f64::max);
        let names = match width {
            Width::Wide => (longest + 4.0).min(width.pixels() * 0.34),
            Width::Narrow => 0.0,
        };
        // The value of a bar that goes to the left stands to its left.
        let below = if span.from < 0.0 { values } else { 0.0 };
        let gap = if width == Width::Wide { 8.0 } else { 1.0 };
        Self { left: names + gap + below, right: width.pixels() - values, span, names, width }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.span.part(value) * (self.right - self.left)
    }
}

pub(super) fn drawn(bars: &Bars, width: Width) -> Drawing {
    let mut svg = String::new();
    let top = legend(&mut svg, &bars.series, width.pixels(), swatch) + 4.0;
    let plot = Plot::of(bars, width);
    let (mut y, zero) = (top, plot.x(0.0));
    for (row, label) in bars.labels.iter().enumerate() {
        y += name(&mut svg, &plot, label, y, bars.series.len());
        // Beside the bars alone: a name above them has no line through it.
        let _ = writeln!(
            svg,
            "<path class=\"axis\" d=\"M{zero:.1} {:.1}v{:.1}\"/>",
            y - 2.0,
            bars.series.len() as f64 * THICK + 4.0
        );
        for (index, series) in bars.series.iter().enumerate() {
            let value = series.points.get(row).copied().flatten();
            bar(&mut svg, &plot, (index, y), value, &format!("{label}, {}", series.name));
            y += THICK;
        }
        y += GAP;
    }
    Drawing { svg, height: y }
}

fn swatch(index: usize, x: f64, y: f64) -> String {
    format!("<rect class=\"s{index}\" x=\"{:.1}\" y=\"{:.1}\" width=\"14\" height=\"12\" rx=\"2\"/>", x + 4.0, y - 6.0)
}

/// The name of some bars, and what it takes of the height.
fn name(svg: &mut String, plot: &Plot, label: &str, y: f64, bars: usize) -> f64 {
    let (x, y, anchor, most, taken) = match plot.width {
        Width::Wide => (plot.names, y + bars as f64 * THICK / 2.0 + 4.0, "end", plot.names, 0.0),
        Width::Narrow => (0.0, y + NAME - 5.0, "start", plot.width.pixels(), NAME),
    };
    let (whole, cut) = (escape(label), escape(&within(label, most)));
    let _ =
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{cut}<title>{whole}</title></text>");
    taken
}

fn bar(svg: &mut String, plot: &Plot, (index, y): (usize, f64), value: Option<f64>, what: &str) {
    let zero = plot.x(0.0);
    let middle = y + THICK / 2.0 + 4.0;
    let Some(value) = value else {
        let _ = writeln!(svg, "<text class=\"soft\" x=\"{:.1}\" y=\"{middle:.1}\">no value</text>", zero + 6.0);
        return;
    };
    let end = plot.x(value);
    let (x, width) = (zero.min(end), (end - zero).abs());
    // What is more than nothing is seen to be.
    let width = if value != 0.0 { width.max(1.0) } else { 0.0 };
    let words = escape(&format!("{what}: {}", exactly(value)));
    let (at, anchor) = if value < 0.0 { (end - 5.0, "end") } else { (zero.max(end) + 5.0, "start") };
    let _ = writeln!(
        svg,
        "<rect class=\"s{index}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{}\"><title>{words}</title></rect>\
         <text x=\"{at:.1}\" y=\"{middle:.1}\" text-anchor=\"{anchor}\">{}</text>",
        y + 1.0,
        THICK - 2.0,
        briefly(value)
    );
}
