//! Where each box is: in the band of its part, four in a row.

use super::lines;
use crate::picture::{Form, Node, Picture};
use std::collections::BTreeMap;

pub(super) const WIDTH: usize = 1200;
/// Boxes in a row, how wide one is, and what is between two: room for what an arrow says.
const IN_ROW: usize = 4;
pub(super) const BOX: usize = 226;
pub(super) const GAP: usize = 74;
pub(super) const MARGIN: usize = 20;
pub(super) const LEFT: usize = 37;
/// Between rows: room for arrows that turn.
pub(super) const BETWEEN: usize = 58;
const HEADING: usize = 34;
pub(super) const LINE: usize = 16;

#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) row: usize,
    pub(super) column: usize,
    /// Where its row ends, which has higher ones.
    pub(super) end: usize,
}

pub(super) struct Band {
    pub(super) part: &'static str,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// Places, bands, and the height of all.
pub(super) fn laid_out(picture: &Picture) -> (BTreeMap<usize, Place>, Vec<Band>, usize) {
    let (mut places, mut bands, mut y, mut row) = (BTreeMap::new(), vec![], MARGIN / 2, 0);
    for part in picture.parts() {
        let top = y;
        y += HEADING;
        let inside = picture.of_part(part);
        for boxes in inside.chunks(IN_ROW) {
            let highest = boxes.iter().map(|index| height(&picture.nodes[*index])).max().unwrap_or_default();
            for (column, index) in boxes.iter().enumerate() {
                let x = LEFT + column * (BOX + GAP);
                let (height, end) = (height(&picture.nodes[*index]), y + highest);
                places.insert(*index, Place { x, y, height, row, column, end });
            }
            y += highest + BETWEEN;
            row += 1;
        }
        y -= BETWEEN - 14;
        bands.push(Band { part, y: top, height: y - top });
        y += BETWEEN - 14;
    }
    (places, bands, y + MARGIN / 2 - BETWEEN + 14)
}

fn height(node: &Node) -> usize {
    let kind = usize::from(node.form == Form::Resource);
    18 + LINE * (1 + kind + lines(node).len())
}
