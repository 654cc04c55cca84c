//! Foreign text in Markdown, for a comment that others read: it can neither be formatted nor end what it stands in,
//! and nobody is called and nothing linked by it.

use super::foreign::one_line;

/// Code, also in a cell of a table: the one place where Markdown, and what GitHub makes of `@name`, `#1` and URLs,
/// leaves a text alone.
///
/// A row is cut at its `|` before code is looked for, unless a backslash stands before it
/// (<https://github.github.com/gfm/#example-200>). Where the text itself has that backslash, parsers do not agree on
/// whose it is, so such a `|` is spelt out.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text).replace("\\|", "\\\\u007c").replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space on both sides is taken off again. Without, the text's own backticks would belong to the fence.
    let apart = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty();
    let space = if apart { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text that is ours as a rule: words as they are, anything else as code.
pub(crate) fn words(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '(' | ')' | '-' | '/');
    if text.chars().all(plain) { text.to_owned() } else { code(text) }
}

/// Lines as they are. The fence is longer than any that is in them, which would end it.
pub(super) fn block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    /// What a parser makes of the second of three cells: its code, and how many events there are beside it.
    fn parsed(markdown: &str) -> (Vec<String>, usize) {
        let mut code = vec![];
        let mut others = 0;
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Code(text) => code.push(text.into_string()),
                Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell) | Event::End(_) => {}
                _ => others += 1,
            }
        }
        (code, others)
    }

    fn in_a_table(text: &str) -> String {
        format!("| a | b | c |\n|---|---|---|\n| one | {} | three |\n", code(text))
    }

    /// What a reader sees of a text.
    fn seen(text: &str) -> String {
        one_line(text).replace("\\|", "\\\\u007c")
    }

    #[test]
    fn lines_stay_lines_whatever_fence_is_in_them() {
        for text in ["a: 1\n  b: `c`", "```\n@all\n```", "~~~~\n# h", "````text\n</details>\n`````"] {
            let markdown = block(text);
            let events: Vec<_> = Parser::new(&markdown).collect();
            let inside: String = events
                .iter()
                .filter_map(|event| if let Event::Text(text) = event { Some(&**text) } else { None })
                .collect();
            assert_eq!(inside.trim_end(), text);
            let blocks = events.iter().filter(|event| matches!(event, Event::Start(_))).count();
            assert_eq!(blocks, 1, "{markdown}");
        }
    }

    #[test]
    fn what_breaks_out_of_code_does_not() {
        let hostile = [
            "`",
            "``",
            "``` ",
            " `x` ",
            "a|b",
            "a\\|b",
            "a\\\\|b",
            "|",
            "\\",
            "`|`|",
            "@octocat",
            "#1",
            "<!-- x",
            "<script>",
            "</code>",
            "![x](http://x.example/y)",
            "http://x.example",
            "a@b.example",
            "a\n\nb",
            "\n| x | y |",
            "-->",
            "",
            " ",
            "  ",
            "*x*",
            "~~x~~",
            "\\`",
            "`\\",
            "&#124;",
            "\u{1b}[2J",
            "\u{202e}",
        ];
        for text in hostile {
            let (found, others) = parsed(&in_a_table(text));
            assert_eq!(others, 5, "{text:?}: {}", in_a_table(text));
            let [found] = &found[..] else { panic!("{text:?}: {found:?}") };
            assert_eq!(found.trim(), seen(text).trim(), "{text:?}");
        }
    }

    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[`|\\\\ ]{1,4}",
            "[@#<>&*_~\\[\\]()!-]{1,3}",
            "[a-z0-9.:/]{1,4}",
            Just("\n".to_owned()),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_foreign_text_is_one_piece_of_code(text in hostile()) {
            let (found, others) = parsed(&in_a_table(&text));
            prop_assert_eq!(others, 5, "{}", in_a_table(&text));
            prop_assert_eq!(found.len(), 1);
            let seen = seen(&text);
            prop_assert_eq!(found[0].trim(), seen.trim());
        }
    }
}
