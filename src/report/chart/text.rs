//! A chart in the characters of a terminal.

use super::{briefly, exactly};
use crate::chart::{Axis, Bars, Chart, Chosen, Line, Series, Span, span_of_bars, span_of_line, ticks};
use crate::report::fit::cut;
use crate::report::foreign::one_line;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Lines of a terminal that a line chart takes; each of several takes fewer.
const HEIGHT: usize = 10;
const EACH: usize = 5;
/// Narrower than this, nothing is seen.
const NARROWEST: usize = 10;

/// `None`: there is nothing to draw, and the rows are what can be shown. Without `is_unicode` it is ASCII, but for names.
pub(crate) fn chart_to_text(chosen: &Chosen, width: usize, is_unicode: bool) -> Option<String> {
    let mut text = match &chosen.chart {
        Chart::Figures(all) => {
            all.iter().map(|(name, value)| format!("{}  {}\n", one_line(name), one_line(value))).collect()
        }
        Chart::Bars(bars) => bars_to_text(bars, width, is_unicode),
        Chart::Line(line) => line_to_text(line, width, is_unicode),
        Chart::Table => return None,
    };
    if let Some(title) = &chosen.title {
        text = format!("{}\n\n{text}", one_line(title));
    }
    for note in &chosen.notes {
        let _ = writeln!(text, "{}", one_line(note));
    }
    Some(text)
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn bars_to_text(bars: &Bars, width: usize, is_unicode: bool) -> String {
    let several = bars.series.len() > 1;
    let name = |label: &str, series: &str| match several {
        true => format!("{}, {}", one_line(label), one_line(series)),
        false => one_line(label).into_owned(),
    };
    let rows = bars.labels.iter().enumerate().flat_map(|(row, label)| {
        bars.series.iter().map(move |series| (name(label, &series.name), series.points.get(row).copied().flatten()))
    });
    let rows: Vec<_> = rows.collect();
    let shown = |value: &Option<f64>| value.map_or_else(|| "no value".to_owned(), briefly);
    let values = rows.iter().map(|(_, value)| shown(value).len()).max().unwrap_or_default();
    let names = rows.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let names = names.min((width / 3).max(NARROWEST));
    let room = width.saturating_sub(names + values + 4).max(NARROWEST);
    let span = span_of_bars(bars.values());
    let line = |(name, value): &(String, Option<f64>)| {
        let bar = value.map(|value| bar(span, value, room, is_unicode)).unwrap_or_default();
        let value = shown(value);
        // Of bars that go both ways the values stand in a column, and else where the bar ends.
        let bar = if span.from < 0.0 { padded(&bar, room + 1) } else { bar };
        format!("{}  {bar} {value}\n", padded(&cut(name, names), names))
    };
    rows.iter().map(line).collect()
}

/// Full cells, and the last one in eighths.
fn bar(span: Span, value: f64, room: usize, is_unicode: bool) -> String {
    const EIGHTHS: [&str; 8] = ["", "\u{258f}", "\u{258e}", "\u{258d}", "\u{258c}", "\u{258b}", "\u{258a}", "\u{2589}"];
    let (full, zero) = if is_unicode { ("\u{2588}", "\u{2502}") } else { ("#", "|") };
    let cells = |value: f64| span.part(value) * room as f64;
    let left = cells(0.0).round() as usize;
    let long = (cells(value) - cells(0.0)).abs();
    if span.from < 0.0 {
        let long = (long.round() as usize).max(usize::from(value != 0.0));
        return match value < 0.0 {
            true => format!("{}{}{zero}", " ".repeat(left.saturating_sub(long)), full.repeat(long.min(left))),
            false => format!("{}{zero}{}", " ".repeat(left), full.repeat(long.min(room - left))),
        };
    }
    if !is_unicode {
        return full.repeat((long.round() as usize).max(usize::from(value > 0.0)));
    }
    let eighths = ((long * 8.0).round() as usize).max(usize::from(value > 0.0));
    format!("{}{}", full.repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn line_to_text(line: &Line, width: usize, is_unicode: bool) -> String {
    let span = span_of_line(line.values());
    let several = line.series.len() > 1;
    let height = if several { EACH } else { HEIGHT };
    let labels: Vec<_> = ticks(span, height / 2).into_iter().map(|tick| (span.part(tick.at), tick.label)).collect();
    let margin = labels.iter().map(|(_, label)| label.len()).max().unwrap_or_default();
    let room = width.saturating_sub(margin + 3).max(NARROWEST);
    let side = if is_unicode { "\u{2524}" } else { "|" };
    let mut text = String::new();
    for series in &line.series {
        if several {
            let _ = writeln!(text, "{}", one_line(&series.name));
        }
        let rows = Canvas::of(line, series, span, (room, height), is_unicode).rows();
        for (row, cells) in rows.iter().enumerate() {
            let is_here = |part: &f64| ((1.0 - part) * (height - 1) as f64).round() as usize == row;
            let label = labels.iter().find(|(part, _)| is_here(part)).map_or("", |(_, label)| label);
            let _ = writeln!(text, "{}", format!("{label:>margin$} {side}{cells}").trim_end());
        }
    }
    text + &ends(line, margin + 2, room)
}

/// Where the axis begins and ends.
fn ends(line: &Line, margin: usize, room: usize) -> String {
    let (from, to) = line.ends();
    let name = |place: f64| match line.axis {
        Axis::Time(step) => step.name(place),
        Axis::Number => exactly(place),
    };
    let (from, to) = (name(from), name(to));
    let blank = room.saturating_sub(from.len() + to.len()).max(1);
    format!("{:margin$}{from}{:blank$}{to}  {}\n", "", "", one_line(&line.x))
}

/// Dots: eight in a cell with Unicode's braille, and one without.
struct Canvas {
    columns: usize,
    dots: Vec<Vec<bool>>,
    is_unicode: bool,
}

impl Canvas {
    fn of(
        line: &Line,
        series: &Series<(f64, Option<f64>)>,
        y: Span,
        (width, height): (usize, usize),
        is_unicode: bool,
    ) -> Self {
        let (across, down) = if is_unicode { (2, 4) } else { (1, 1) };
        let (columns, rows) = (width * across, height * down);
        let mut canvas = Self { columns, dots: vec![vec![false; columns]; rows], is_unicode };
        let (from, to) = line.ends();
        let place = |(at, value): (f64, f64)| {
            let part = if from < to { Span { from, to }.part(at) } else { 0.5 };
            (part * (columns - 1) as f64, (1.0 - y.part(value)) * (rows - 1) as f64)
        };
        for piece in line.pieces(series) {
            let places: Vec<_> = piece.into_iter().map(place).collect();
            places.iter().for_each(|at| canvas.stroke(*at, *at));
            places.windows(2).for_each(|pair| canvas.stroke(pair[0], pair[1]));
        }
        canvas
    }

    fn stroke(&mut self, (x, y): (f64, f64), (to_x, to_y): (f64, f64)) {
        let steps = (to_x - x).abs().max((to_y - y).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            let (column, row) = ((x + (to_x - x) * part).round(), (y + (to_y - y) * part).round());
            if let Some(dot) = self.dots.get_mut(row as usize).and_then(|row| row.get_mut(column as usize)) {
                *dot = true;
            }
        }
    }

    fn rows(&self) -> Vec<String> {
        if !self.is_unicode {
            let row = |row: &Vec<bool>| row.iter().map(|dot| if *dot { '*' } else { ' ' }).collect();
            return self.dots.iter().map(row).collect();
        }
        let row = |four: &[Vec<bool>]| (0..self.columns / 2).map(|cell| braille(four, cell * 2)).collect();
        self.dots.chunks(4).map(row).collect()
    }
}

/// The dots of a cell, by the bits of their numbers: 1 2 3 7 on the left, 4 5 6 8 on the right.
fn braille(four: &[Vec<bool>], column: usize) -> char {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let mut bits = 0;
    for (row, pair) in four.iter().zip(BITS) {
        for (side, bit) in pair.into_iter().enumerate() {
            bits |= if row.get(column + side).copied().unwrap_or(false) { bit } else { 0 };
        }
    }
    char::from_u32(0x2800 + bits).filter(|_| bits > 0).unwrap_or(' ')
}
