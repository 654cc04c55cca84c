//! Lines that are no longer than a terminal is wide: they go on below, indented, and nothing is cut without a sign.

use unicode_width::UnicodeWidthStr;

/// What stands where something was cut.
const CUT: &str = "...";

/// Each line that is too long is broken between words. A word that is longer than a line stays whole, where it is: a
/// terminal goes on with it by itself, and it can be copied.
pub(super) fn fit(text: &str, width: usize) -> String {
    let mut all = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if shown_width(line) <= width {
            all.push_str(line)
        } else {
            broken(line, width, &mut all)
        }
        all.push_str(end);
    }
    all
}

fn broken(line: &str, width: usize, all: &mut String) {
    let indent = hang(line, width);
    let (mut column, mut begins, mut rest) = (0, true, line);
    while !rest.is_empty() {
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let (gap, words) = rest.split_at(spaces);
        let (word, more) = words.split_at(words.find(' ').unwrap_or(words.len()));
        let long = shown_width(word);
        let is_over = column + spaces + long > width;
        if !begins && is_over && long <= width {
            // Further out, where it would not be whole below the others.
            let indent = indent.min(width - long);
            all.push('\n');
            all.extend(std::iter::repeat_n(' ', indent));
            column = indent + long;
        } else {
            all.push_str(gap);
            column = if is_over { (column + spaces + long) % width } else { column + spaces + long };
        }
        all.push_str(word);
        (begins, rest) = (begins && long == 0, more);
    }
}

/// Where a line goes on: below what stands behind a name and a gap, or else a little further in than it began.
fn hang(line: &str, width: usize) -> usize {
    let begun = line.len() - line.trim_start_matches(' ').len();
    let gap = line[begun..].find("  ").map(|at| begun + at);
    let behind = gap.map(|at| {
        let text = line[at..].trim_start_matches(' ');
        shown_width(&line[..line.len() - text.len()])
    });
    behind.filter(|column| column * 2 <= width).unwrap_or((begun + 2).min(width / 2))
}

/// How many columns a text takes, without the colours in it.
pub(super) fn shown_width(text: &str) -> usize {
    if !text.contains('\u{1b}') {
        return text.width();
    }
    // What else a terminal would obey was spelt out before colours were put in: ESC begins those alone, up to an `m`.
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().width();
    first + pieces.map(|piece| piece.split_once('m').map_or(0, |(_, text)| text.width())).sum::<usize>()
}

/// As much of one line as there is room for, and a sign where that is not all.
pub(super) fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let room = width.saturating_sub(CUT.len());
    let mut taken = String::new();
    for c in line.chars() {
        taken.push(c);
        if taken.width() > room {
            taken.pop();
            break;
        }
    }
    taken + CUT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_goes_on_below_its_words() {
        let cases = [
            ("short", "short"),
            (
                "newest events  of 12, 3 came again and more",
                "newest events  of 12, 3 came\n               again and more",
            ),
            ("error: this is what went wrong and where", "error: this is what went wrong\n  and where"),
            ("    policy: 3 statements of many words", "    policy: 3 statements of\n      many words"),
            ("a https://example.com/a/long/address/that/stays b", "a https://example.com/a/long/address/that/stays b"),
            ("\u{1b}[32mcreated\u{1b}[0m an.address.of.a.thing", "\u{1b}[32mcreated\u{1b}[0m an.address.of.a.thing"),
        ];
        for (line, fitted) in cases {
            assert_eq!(fit(line, 30), fitted);
        }
    }

    #[test]
    fn what_is_cut_has_a_sign() {
        assert_eq!(cut("creating glue.crawler.raw", 12), "creating ...");
        assert_eq!(cut("creating", 12), "creating");
        // Two columns each.
        assert_eq!(cut("\u{6771}\u{4eac}\u{6771}\u{4eac}", 7), "\u{6771}\u{4eac}...");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_is_too_long(text in "[a-z :.\u{e4}\u{6771}\n]{0,200}", width in 20usize..80) {
            let fitted = fit(&text, width);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&fitted), words(&text));
            for line in fitted.lines() {
                let longest = line.split(' ').map(shown_width).max().unwrap_or(0);
                let begun = line.len() - line.trim_start_matches(' ').len();
                prop_assert!(shown_width(line) <= width || begun + longest > width, "{:?}", line);
            }
        }
    }
}
