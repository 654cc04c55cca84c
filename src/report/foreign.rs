//! Text that somebody else wrote: answers of AWS, events, logs, files. What is in it is shown, and not obeyed.
//!
//! A terminal takes orders in the text that it shows: to move the cursor and write over what stands there, to
//! change the window's title or the clipboard. So whatever is printed goes through [`visible`], in one place
//! (`report::print`), whoever wrote it. Where a line is to stay one line, [`one_line`] is asked as well.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with its control characters spelt out, as JSON does. Lines and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    spelt(text, |c| is_order(c) && !matches!(c, '\n' | '\t'))
}

/// The same, on one line: nobody can add one that looks like ours.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    spelt(text, is_order)
}

/// The same on several lines, of which none but the first begins where our lines do.
pub(crate) fn below(text: &str, indent: usize) -> String {
    let text = text.trim_end().replace("\r\n", "\n");
    text.replace('\n', &format!("\n{:indent$}", ""))
}

/// The same, where a terminal's locale has ASCII alone.
pub(super) fn ascii(text: &str) -> String {
    spelt(text, |c| !c.is_ascii()).into_owned()
}

fn spelt(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if hidden(c) => all.push_str("\\n"),
            '\r' if hidden(c) => all.push_str("\\r"),
            '\t' if hidden(c) => all.push_str("\\t"),
            c if hidden(c) => drop(write!(all, "\\u{:04x}", u32::from(c))),
            c => all.push(c),
        }
    }
    Cow::Owned(all)
}

/// C0, DEL and C1, which terminals obey; the line separators of Unicode; and what turns the direction of writing, by
/// which a text is read otherwise than it is (CVE-2021-42574). The marks that Arabic and Hebrew need stay.
fn is_order(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn orders_are_spelt_out() {
        let cases = [
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007"),
            ("\u{9b}2J", "\\u009b2J"),
            ("100%\r50%", "100%\\r50%"),
            ("a\u{202e}b\u{2066}c", "a\\u202eb\\u2066c"),
            ("naïve — שלום\u{200f} 🙂", "naïve — שלום\u{200f} 🙂"),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible("a\tb\nc"), "a\tb\nc");
        assert_eq!(one_line("a\tb\nc"), "a\\tb\\nc");
    }

    #[test]
    fn only_the_first_line_begins_where_ours_do() {
        assert_eq!(below("one\r\ntwo\nthree\n\n", 2), "one\n  two\n  three");
    }

    proptest! {
        #[test]
        fn nothing_is_left_to_obey(text: String) {
            prop_assert!(!visible(&text).contains(|c| is_order(c) && c != '\n' && c != '\t'));
            prop_assert!(!one_line(&text).contains(is_order));
        }
    }
}
