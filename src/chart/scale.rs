//! Axes of numbers: where they begin and end, and where they are marked.

/// From where to where an axis goes. The ends differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
}

impl Span {
    /// Where a value lies between the ends, from 0 to 1.
    pub(crate) fn part(self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    fn around(values: impl Iterator<Item = f64>) -> Self {
        let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (from, to) = (from.min(value), to.max(value));
        }
        if from <= to { Self { from, to } } else { Self { from: 0.0, to: 1.0 } }
    }

    /// Of one value, something around it.
    fn open(self) -> Self {
        let Self { from, to } = self;
        if to > from && ((to - from) / from.abs().max(to.abs())) > 1e-12 {
            return self;
        }
        let room = if from == 0.0 { 1.0 } else { from.abs() * 0.5 };
        Self { from: from - room, to: to + room }
    }
}

/// A bar is as long as its value is large, so that zero is always an end or between the ends.
pub(crate) fn span_of_bars(values: impl Iterator<Item = f64>) -> Span {
    let Span { from, to } = Span::around(values);
    let (from, to) = (from.min(0.0), to.max(0.0));
    if from < to { Span { from, to } } else { Span { from: 0.0, to: 1.0 } }
}

/// How much of the largest value has to change for zero to be left out of the axis.
const NARROW: f64 = 0.1;

/// A line has zero too, unless nothing could be seen of it then.
pub(crate) fn span_of_line(values: impl Iterator<Item = f64>) -> Span {
    let around = Span::around(values);
    let largest = around.from.abs().max(around.to.abs());
    let is_narrow = around.to > around.from && around.to - around.from < NARROW * largest;
    let span = if is_narrow {
        around.open()
    } else {
        let (from, to) = (around.from.min(0.0), around.to.max(0.0));
        if from < to { Span { from, to } } else { Span { from: 0.0, to: 1.0 } }
    };
    // To the next mark on each side.
    let step = step(span, 5);
    Span { from: (span.from / step).floor() * step, to: (span.to / step).ceil() * step }
}

/// 1, 2 or 5 of a power of ten, so that there are about this many between the ends.
fn step(span: Span, about: usize) -> f64 {
    let rough = (span.to - span.from) / about.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| rough <= factor * power * 1.000_001).unwrap_or(10.0);
    factor * power
}

/// Marks at multiples of 1, 2 or 5 of a power of ten.
pub(crate) fn ticks(span: Span, about: usize) -> Vec<Tick> {
    let step = step(span, about);
    let (first, last) = ((span.from / step - 1e-6).ceil() as i64, (span.to / step + 1e-6).floor() as i64);
    let largest = span.from.abs().max(span.to.abs());
    let (unit, suffix) = unit(largest);
    let decimals = (-(step / unit).log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize;
    let label = |at: f64| match at == 0.0 {
        true => "0".to_owned(),
        false if unit == 0.0 || largest < 1e-6 => format!("{at:.1e}"),
        false => format!("{:.decimals$}{suffix}", at / unit),
    };
    let all = (first..=last).take(2 * about + 2).map(|index| index as f64 * step);
    all.map(|at| Tick { at, label: label(at) }).collect()
}

/// In what a number of this size is counted. Beyond those with a name it is written as a power.
fn unit(size: f64) -> (f64, &'static str) {
    match size {
        1e15.. => (0.0, ""),
        1e12.. => (1e12, "T"),
        1e9.. => (1e9, "B"),
        1e6.. => (1e6, "M"),
        1e4.. => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// `1.23M`: three digits of a large number, and what they are of. `None`: it is none.
pub(crate) fn shortened(value: f64) -> Option<String> {
    if value.abs() < 1e6 {
        return None;
    }
    // 999,999,999 is 1B and not 1000M.
    let digits = 10_f64.powf(value.abs().log10().floor() - 2.0);
    let value = (value / digits).round() * digits;
    let (unit, suffix) = unit(value.abs() * (1.0 + 1e-12));
    if unit == 0.0 {
        return Some(format!("{value:.2e}"));
    }
    let amount = value / unit;
    let decimals = if amount.abs() < 10.0 { 2 } else { usize::from(amount.abs() < 100.0) };
    let text = format!("{amount:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    Some(format!("{text}{suffix}"))
}
