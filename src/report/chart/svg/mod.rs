//! A chart as SVG, to stand in a page that has [`super::chart_style`].
//!
//! `plotters` writes each mark's colour beside it, so that a chart is light or dark once and for all, and `charming` draws
//! by a JavaScript engine; both bring more than these two forms need.

mod bars;
mod line;

use super::{briefly, exactly};
use crate::chart::{Axis, Bars, Chart, Chosen, Line};
use crate::report::cost::escape;
use crate::report::fit::cut;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// What a chart is drawn for. One that is scaled down to a phone cannot be read there, so that each is drawn twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Wide,
    Narrow,
}

impl Width {
    fn pixels(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 340.0,
        }
    }
}

/// How wide a letter is that is neither narrow nor wide, in a font of 12 pixels.
const LETTER: f64 = 6.9;

/// What tells the lines of a chart apart for who sees no colours.
const DASHES: [&str; 8] = ["", "8 3", "2 3", "8 3 2 3", "14 4", "4 4", "14 3 2 3 2 3", "1 2"];

/// `None`: there is nothing to draw, as of figures and tables. `id` is the drawing's own in its page.
pub(crate) fn chart_to_svg(chosen: &Chosen, title: &str, id: &str, width: Width) -> Option<String> {
    let (body, height, told) = match &chosen.chart {
        Chart::Line(line) => line::drawn(line, width).with(told_of_line(line)),
        Chart::Bars(bars) => bars::drawn(bars, width).with(told_of_bars(bars)),
        Chart::Figures(_) | Chart::Table => return None,
    };
    let (wide, title, told) = (width.pixels(), escape(title), escape(&told));
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         viewBox=\"0 0 {wide} {height:.0}\" width=\"{wide}\" height=\"{height:.0}\">\n\
         <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{told}</desc>\n{body}</svg>\n"
    ))
}

/// What is inside a drawing, and how high it is.
struct Drawing {
    svg: String,
    height: f64,
}

impl Drawing {
    fn with(self, told: String) -> (String, f64, String) {
        (self.svg, self.height, told)
    }
}

fn between(values: impl Iterator<Item = f64>) -> String {
    let (least, most) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    format!("between {} and {}", exactly(least), exactly(most))
}

fn names<P>(series: &[crate::chart::Series<P>]) -> String {
    series.iter().map(|series| series.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn told_of_line(line: &Line) -> String {
    let values = between(line.values());
    format!("Line of {} over {}, {values}.", names(&line.series), ends(line))
}

fn told_of_bars(bars: &Bars) -> String {
    let plural = if bars.labels.len() == 1 { "" } else { "s" };
    format!("Bars of {} for {} name{plural}, {}.", names(&bars.series), bars.labels.len(), between(bars.values()))
}

/// `day, 2018-01-01 to 2018-01-31`
fn ends(line: &Line) -> String {
    let (from, to) = line.ends();
    let name = |place: f64| match line.axis {
        Axis::Time(step) => step.name(place),
        Axis::Number => exactly(place),
    };
    match from < to {
        true => format!("{}, {} to {}", line.x, name(from), name(to)),
        false => format!("{}, {}", line.x, name(from)),
    }
}

/// How much room a text takes, about.
fn room(text: &str) -> f64 {
    text.width() as f64 * LETTER
}

/// A text within so many pixels.
fn within(text: &str, pixels: f64) -> String {
    cut(text, (pixels / LETTER) as usize)
}

/// Which mark is which, where there are several; as a line of names above, or more than one.
fn legend<P>(
    svg: &mut String,
    series: &[crate::chart::Series<P>],
    width: f64,
    mark: fn(usize, f64, f64) -> String,
) -> f64 {
    if series.len() < 2 {
        return 0.0;
    }
    let (mut x, mut y) = (0.0, 12.0);
    for (index, series) in series.iter().enumerate() {
        let name = within(&series.name, width - 34.0);
        let taken = 26.0 + room(&name) + 16.0;
        if x > 0.0 && x + taken > width {
            (x, y) = (0.0, y + 20.0);
        }
        let _ = writeln!(
            svg,
            "{}<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            mark(index, x, y),
            x + 26.0,
            y + 4.0,
            escape(&name)
        );
        x += taken;
    }
    y + 16.0
}
