//! Arrows: straight to a neighbour, in a curve to the next row, and between the columns past rows that are in the way.

use super::layout::{BETWEEN, BOX, GAP, LEFT, Place};
use crate::picture::{Arrow, Picture};
use crate::report::cost::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where an arrow touches a box: a side takes several, next to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
    Above,
    Below,
}

/// One end of an arrow. In this order ends stand on a side: by where the other end is, so that arrows do not cross there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    node: usize,
    side: Side,
    other: usize,
    arrives: bool,
    arrow: usize,
}

type Point = (i64, i64);

/// A curve, and where what it says stands.
struct Route {
    path: String,
    label: Point,
}

/// Draws the arrows; what they say is given back.
pub(super) fn arrows(svg: &mut String, picture: &Picture, places: &BTreeMap<usize, Place>) -> String {
    let ends = ends(picture, places);
    let (mut labels, mut taken) = (String::new(), BTreeMap::new());
    for (number, arrow) in picture.arrows.iter().enumerate() {
        let (Some(from), Some(to)) = (places.get(&arrow.from), places.get(&arrow.to)) else { continue };
        let (out, into) = (point(&ends, places, number, false), point(&ends, places, number, true));
        let Route { path, label: (x, y) } = route((*from, out), (*to, into), &mut taken);
        let dotted = if arrow.dotted { " dotted" } else { "" };
        let _ = writeln!(svg, "<path class=\"arrow{dotted}\" marker-end=\"url(#tip)\" d=\"{path}\"/>");
        if !arrow.label.is_empty() {
            let _ = writeln!(labels, "<text class=\"label\" x=\"{x}\" y=\"{y}\">{}</text>", escape(&arrow.label));
        }
    }
    labels
}

fn ends(picture: &Picture, places: &BTreeMap<usize, Place>) -> Vec<End> {
    let of = |(arrow, one): (usize, &Arrow)| {
        let (from, to) = (places.get(&one.from)?, places.get(&one.to)?);
        let (out, into) = sides(*from, *to);
        let other = |side: Side, place: &Place| if side < Side::Above { place.y } else { place.x };
        let leaves = End { node: one.from, side: out, other: other(out, to), arrives: false, arrow };
        Some([leaves, End { node: one.to, side: into, other: other(into, from), arrives: true, arrow }])
    };
    let mut ends: Vec<_> = picture.arrows.iter().enumerate().filter_map(of).flatten().collect();
    ends.sort();
    ends
}

fn sides(from: Place, to: Place) -> (Side, Side) {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (from.row.cmp(&to.row), from.column.abs_diff(to.column)) {
        (Less, _) => (Side::Below, Side::Above),
        (Greater, _) => (Side::Above, Side::Below),
        (Equal, 1) if from.column < to.column => (Side::Right, Side::Left),
        (Equal, 1) => (Side::Left, Side::Right),
        (Equal, _) => (Side::Below, Side::Below),
    }
}

/// Where an end of an arrow is on its side of the box.
fn point(ends: &[End], places: &BTreeMap<usize, Place>, arrow: usize, arrives: bool) -> Point {
    let Some(this) = ends.iter().find(|end| end.arrow == arrow && end.arrives == arrives) else { return (0, 0) };
    let same: Vec<_> = ends.iter().filter(|end| (end.node, end.side) == (this.node, this.side)).collect();
    let nth = same.iter().position(|end| *end == this).unwrap_or_default() + 1;
    let place = places.get(&this.node).copied().unwrap_or_default();
    let along = |length: usize| length * nth / (same.len() + 1);
    let (x, y) = match this.side {
        Side::Left => (place.x, place.y + along(place.height)),
        Side::Right => (place.x + BOX, place.y + along(place.height)),
        Side::Above => (place.x + along(BOX), place.y),
        Side::Below => (place.x + along(BOX), place.y + place.height),
    };
    (signed(x), signed(y))
}

fn route((from, out): (Place, Point), (to, into): (Place, Point), taken: &mut BTreeMap<usize, i64>) -> Route {
    match from.row.abs_diff(to.row) {
        0 if from.column.abs_diff(to.column) == 1 => beside(out, into),
        0 => below(out, into, signed(from.end)),
        1 => next(out, into),
        _ => past((from, out), (to, into), taken),
    }
}

fn beside(out: Point, into: Point) -> Route {
    let middle = (out.0 + into.0) / 2;
    let path = format!("M{} {}C{middle} {} {middle} {} {} {}", out.0, out.1, out.1, into.1, into.0, into.1);
    Route { path, label: (middle, out.1.min(into.1) - 6) }
}

/// Under what stands between.
fn below(out: Point, into: Point, end: i64) -> Route {
    let low = end + 34;
    let path = format!("M{} {}C{} {low} {} {low} {} {}", out.0, out.1, out.0, into.0, into.0, into.1);
    Route { path, label: ((out.0 + into.0) / 2, end + 22) }
}

fn next(out: Point, into: Point) -> Route {
    let bent = (into.1 - out.1) / 2;
    let [first, second] = [out.1 + bent, into.1 - bent];
    let path = format!("M{} {}C{} {first} {} {second} {} {}", out.0, out.1, out.0, into.0, into.0, into.1);
    // A third of the way, so that none stands upon another one's in the middle.
    Route { path, label: ((7 * out.0 + 3 * into.0) / 10, (7 * out.1 + 3 * into.1) / 10) }
}

/// Along a column's edge, where no box is.
fn past((from, out): (Place, Point), (to, into): (Place, Point), taken: &mut BTreeMap<usize, i64>) -> Route {
    let gutter = ((from.column + to.column).div_ceil(2)).clamp(1, 3);
    let nth = taken.entry(gutter).or_default();
    *nth += 1;
    let aside = if *nth % 2 == 0 { -5 * *nth } else { 5 * (*nth - 1) };
    let x = signed(LEFT + gutter * (BOX + GAP) - GAP / 2) + aside;
    let half = signed(BETWEEN) / 2;
    let down = to.row > from.row;
    let (turn, arrive) = match down {
        true => (signed(from.end) + half, signed(to.y) - half),
        false => (signed(from.y) - half, signed(to.end) + half),
    };
    let path = format!(
        "M{} {}C{} {turn} {x} {} {x} {turn}L{x} {arrive}C{x} {} {} {arrive} {} {}",
        out.0,
        out.1,
        out.0,
        (out.1 + turn) / 2,
        (into.1 + arrive) / 2,
        into.0,
        into.0,
        into.1
    );
    Route { path, label: ((out.0 + x) / 2, turn - if down { 8 } else { -14 }) }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
