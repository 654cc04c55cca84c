//! Charts as SVG: no script, nothing from elsewhere, readable on light and dark ground.

use crate::cost::{Currency, Money, grouped};
use crate::report::foreign::visible;
use std::fmt::Write as _;

/// Colours that most people with a colour deficiency can tell apart, one for each part in the order of the data's
/// way; the second of each is for dark ground. Every mark has its name beside it as well.
const COLOURS: [(&str, &str, &str); 6] = [
    ("ingest", "#2a78d6", "#3987e5"),
    ("deliver", "#eb6834", "#d95926"),
    ("store", "#1baf7a", "#199e70"),
    ("transform", "#b97a00", "#c98500"),
    ("query", "#4a3aa7", "#9085e9"),
    ("logs", "#c74f7f", "#d55181"),
];

/// Text as it may stand in XML and HTML; XML has no way to write control characters.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The rules that colour charts, for a page or an SVG file. Programs that draw SVG know media queries seldom and
/// variables not at all, so that charts use no variables and are light unless a query says otherwise.
pub(super) fn style() -> String {
    let rules = |dark: bool| {
        let (ink, soft, faint, ground) = match dark {
            true => ("#e8e6e1", "#a8a69f", "#4a4945", "#1a1a19"),
            false => ("#1f1e1c", "#66645e", "#d5d3cc", "#fcfcfb"),
        };
        let mut css = format!(
            ":root{{--ink:{ink};--soft:{soft};--faint:{faint};--ground:{ground}}}svg text{{fill:{ink}}}.grid{{stroke:{faint}}}\
             .ground{{fill:{ground}}}.total{{fill:{ink}}}.line-total{{stroke:{ink}}}"
        );
        for (part, light, night) in COLOURS {
            let colour = if dark { night } else { light };
            let _ = write!(css, ".{part}{{fill:{colour};background:{colour}}}.line-{part}{{stroke:{colour}}}");
        }
        css
    };
    let (light, dark) = (rules(false), rules(true));
    format!("svg text{{font:13px system-ui,sans-serif}}{light}@media(prefers-color-scheme:dark){{{dark}}}")
}

/// What a line shows. The first is the total.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// Events and an amount.
    pub(super) points: Vec<(f64, f64)>,
    /// Whether no price is missing in any point. What is not lies too low, and is drawn with gaps.
    pub(super) whole: bool,
}

impl Line {
    fn label(&self) -> String {
        if self.whole { self.name.to_owned() } else { format!("{}, at least", self.name) }
    }
}

/// Where logarithms lie on the drawing.
struct Plot {
    /// Powers of ten at the ends of each axis.
    x: (i32, i32),
    y: (i32, i32),
    money: Money,
}

const LEFT: f64 = 90.0;
const TOP: f64 = 60.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 380.0;

impl Plot {
    /// Around all points above zero. A cent is the least that is drawn.
    fn around(lines: &[Line], money: Money) -> Self {
        let points = || lines.iter().flat_map(|line| line.points.iter().copied().filter(|point| drawn(*point)));
        let ends = |values: Vec<f64>| {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min).log10().floor();
            let most = values.iter().copied().fold(0.0, f64::max).log10().ceil();
            if values.is_empty() { (0, 1) } else { (least as i32, (most as i32).max(least as i32 + 1)) }
        };
        Self { x: ends(points().map(|(x, _)| x).collect()), y: ends(points().map(|(_, y)| y).collect()), money }
    }

    fn place(&self, (events, dollars): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (from, to): (i32, i32)| (value.log10() - f64::from(from)) / f64::from(to - from);
        (LEFT + part(events, self.x) * WIDTH, TOP + HEIGHT - part(dollars, self.y) * HEIGHT)
    }

    fn grid(&self, svg: &mut String) {
        for power in self.x.0..=self.x.1 {
            let (x, _) = self.place((10_f64.powi(power), 1.0));
            let label = magnitude(power);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{}\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                TOP + HEIGHT,
                TOP + HEIGHT + 20.0
            );
        }
        for power in self.y.0..=self.y.1 {
            let (_, y) = self.place((1.0, 10_f64.powi(power)));
            let label = if power < 0 {
                self.money.amount(10_f64.powi(power))
            } else {
                format!("{}{}", self.money.symbol(), magnitude(power))
            };
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                LEFT + WIDTH,
                LEFT - 8.0,
                y + 4.0
            );
        }
    }

    fn line(&self, svg: &mut String, line: &Line, class: &str) {
        let (name, points) = (line.label(), &line.points);
        let gaps = if line.whole { "" } else { " stroke-dasharray=\"7 5\"" };
        let width = if class == "total" { 3 } else { 2 };
        // A part that costs nothing for few events begins where it costs something: zero has no logarithm.
        let places: Vec<_> = points.iter().filter(|point| drawn(**point)).map(|point| self.place(*point)).collect();
        let path: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline class=\"line-{class}\" fill=\"none\" stroke-width=\"{width}\"{gaps} points=\"{}\"/>",
            path.join(" ")
        );
        for ((x, y), (events, cost)) in places.iter().zip(points.iter().filter(|point| drawn(**point))) {
            let (cost, events) = (self.money.amount(*cost), grouped(events.round() as i64));
            let _ = writeln!(
                svg,
                "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{name}: {cost} for {events} events</title></circle>"
            );
        }
    }
}

/// What a logarithm can show: events, and a cent at least.
fn drawn((events, dollars): (f64, f64)) -> bool {
    events > 0.0 && dollars >= 0.01
}

/// `1M` for 10^6.
fn magnitude(power: i32) -> String {
    let (unit, below) = match power {
        9.. => ("B", 9),
        6.. => ("M", 6),
        3.. => ("k", 3),
        _ => ("", 0),
    };
    format!("{}{unit}", 10_f64.powi(power - below))
}

/// Names beside the ends of their lines, pushed apart where lines end close to each other.
fn labels(svg: &mut String, plot: &Plot, lines: &[Line]) {
    let end = |line: &Line| {
        let last = line.points.iter().copied().rfind(|point| drawn(*point))?;
        Some((plot.place(last), line.label(), class(line.name)))
    };
    let mut ends: Vec<_> = lines.iter().filter_map(end).collect();
    ends.sort_by(|((_, a), ..), ((_, b), ..)| a.total_cmp(b));
    let mut free = TOP - 20.0;
    for ((x, y), name, class) in ends {
        free = y.max(free + 17.0);
        let _ = writeln!(
            svg,
            "<line class=\"line-{class}\" x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{}\" y2=\"{free:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\">{name}</text>",
            x + 4.0,
            LEFT + WIDTH + 20.0,
            LEFT + WIDTH + 26.0,
            free + 4.0
        );
    }
}

fn class(name: &str) -> &str {
    if COLOURS.iter().any(|(part, ..)| *part == name) { name } else { "total" }
}

/// Cost against events, both axes logarithmic: a whole SVG file.
pub(super) fn growth(title: &str, money: Money, notes: &[String], lines: &[Line]) -> String {
    const NOTE: usize = 18;
    let height = 520 + NOTE * notes.len().saturating_sub(1);
    let plot = Plot::around(lines, money);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 780 {height}\" width=\"780\" height=\"{height}\">\n\
         <title>{title}</title>\n<style>{}</style>\n<rect class=\"ground\" width=\"780\" height=\"{height}\"/>\n\
         <text x=\"{LEFT}\" y=\"28\" style=\"font-size:16px;font-weight:600\">{title}</text>\n",
        style(),
        title = escape(title),
    );
    plot.grid(&mut svg);
    lines.iter().skip(1).for_each(|line| plot.line(&mut svg, line, class(line.name)));
    lines.iter().take(1).for_each(|line| plot.line(&mut svg, line, "total"));
    labels(&mut svg, &plot, lines);
    let middle = LEFT + WIDTH / 2.0;
    let _ = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">events a month</text>",
        TOP + HEIGHT + 42.0
    );
    let (x, y) = (22.0, TOP + HEIGHT / 2.0);
    let unit = if money.currency == Currency::DOLLAR { "US dollars" } else { money.currency.code() };
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" transform=\"rotate(-90 {x} {y})\">{unit} a month</text>"
    );
    for (index, note) in notes.iter().enumerate() {
        let y = TOP + HEIGHT + 64.0 + (index * NOTE) as f64;
        let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{y}\">{}</text>", escape(note));
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escape("<b a=\"1\">&'\u{1}"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;\\u0001");
    }

    #[test]
    fn each_power_of_ten_is_as_wide_as_the_next() {
        let points = vec![(1e6, 1.0), (1e8, 100.0), (0.0, 5.0), (1e9, 0.0)];
        let lines = [Line { name: "in all", points, whole: true }];
        let plot = Plot::around(&lines, Money::default());
        assert_eq!((plot.x, plot.y), ((6, 8), (0, 2)));
        assert_eq!(plot.place((1e7, 10.0)), (LEFT + WIDTH / 2.0, TOP + HEIGHT / 2.0));
        assert_eq!([3, 5, 6, 9, 10].map(magnitude), ["1k", "100k", "1M", "1B", "10B"]);
    }
}
