//! Lines over time or over a number.

use super::{DASHES, Drawing, Width, ends, exactly, legend, room, within};
use crate::chart::{Axis, Line, Span, Tick, moments, span_of_line, ticks};
use crate::report::cost::escape;
use std::fmt::Write as _;

const HEIGHT: f64 = 230.0;
/// For half of the last name below.
const RIGHT: f64 = 36.0;
/// With more, dots are a second line.
const DOTS: usize = 200;

/// The part of the drawing in which values lie.
struct Plot {
    left: f64,
    top: f64,
    right: f64,
    x: Span,
    y: Span,
}

impl Plot {
    fn bottom(&self) -> f64 {
        self.top + HEIGHT
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        // One value alone stands in the middle.
        let part = if self.x.from < self.x.to { self.x.part(x) } else { 0.5 };
        (self.left + part * (self.right - self.left), self.top + (1.0 - self.y.part(y)) * HEIGHT)
    }
}

pub(super) fn drawn(line: &Line, width: Width) -> Drawing {
    let mut svg = String::new();
    let top = legend(&mut svg, &line.series, width.pixels(), swatch) + 10.0;
    let ((from, to), y) = (line.ends(), span_of_line(line.values()));
    let marks = ticks(y, 5);
    let left = marks.iter().map(|tick| room(&tick.label)).fold(20.0, f64::max) + 10.0;
    let plot = Plot { left, top, right: width.pixels() - RIGHT, x: Span { from, to }, y };
    rules(&mut svg, &plot, &marks);
    below(&mut svg, &plot, line);
    for (index, series) in line.series.iter().enumerate() {
        let dots = series.points.len() <= DOTS / line.series.len().max(1);
        for piece in line.pieces(series) {
            stroke(&mut svg, &plot, index, &piece);
            if dots || piece.len() == 1 {
                piece.iter().for_each(|point| dot(&mut svg, &plot, line, (index, &series.name), *point));
            }
        }
    }
    let caption = within(&ends(line), width.pixels() - left);
    let _ = writeln!(
        svg,
        "<text class=\"soft\" x=\"{left:.1}\" y=\"{:.1}\">{}</text>",
        plot.bottom() + 40.0,
        escape(&caption)
    );
    Drawing { svg, height: plot.bottom() + 48.0 }
}

fn swatch(index: usize, x: f64, y: f64) -> String {
    let dash = DASHES[index % DASHES.len()];
    format!(
        "<path class=\"l{index}\" fill=\"none\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\" d=\"M{x:.1} {y:.1}h20\"/>"
    )
}

/// The marks of the values, each with a line across; that of zero is darker.
fn rules(svg: &mut String, plot: &Plot, marks: &[Tick]) {
    for Tick { at, label } in marks {
        let (_, y) = plot.place((plot.x.from, *at));
        let class = if *at == 0.0 { "axis" } else { "grid" };
        let (left, right) = (plot.left, plot.right);
        let _ = writeln!(
            svg,
            "<path class=\"{class}\" d=\"M{left:.1} {y:.1}H{right:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            left - 6.0,
            y + 4.0
        );
    }
}

/// The marks of the axis below.
fn below(svg: &mut String, plot: &Plot, line: &Line) {
    let Span { from, to } = plot.x;
    let most = ((plot.right - plot.left) / 84.0) as usize;
    let marks = match line.axis {
        _ if from >= to => vec![],
        Axis::Time(step) => moments((from, to), step, most),
        Axis::Number => ticks(plot.x, most).into_iter().map(|Tick { at, label }| (at, label)).collect(),
    };
    for (at, label) in marks {
        let ((x, _), y) = (plot.place((at, plot.y.from)), plot.bottom());
        let _ = writeln!(
            svg,
            "<path class=\"axis\" d=\"M{x:.1} {y:.1}v5\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            y + 19.0
        );
    }
}

fn stroke(svg: &mut String, plot: &Plot, index: usize, piece: &[(f64, f64)]) {
    if piece.len() < 2 {
        return;
    }
    let mut path = String::new();
    for (place, point) in piece.iter().enumerate() {
        let (x, y) = plot.place(*point);
        let _ = write!(path, "{}{x:.1} {y:.1}", if place == 0 { "M" } else { "L" });
    }
    let dash = DASHES[index % DASHES.len()];
    let _ = writeln!(
        svg,
        "<path class=\"l{index}\" fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-dasharray=\"{dash}\" d=\"{path}\"/>"
    );
}

fn dot(svg: &mut String, plot: &Plot, line: &Line, (index, name): (usize, &str), point: (f64, f64)) {
    let (x, y) = plot.place(point);
    let at = match line.axis {
        Axis::Time(step) => step.name(point.0),
        Axis::Number => exactly(point.0),
    };
    let words = escape(&format!("{at}, {name}: {}", exactly(point.1)));
    let _ =
        writeln!(svg, "<circle class=\"s{index}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"><title>{words}</title></circle>");
}
