//! Rust source as tokens, as far as paths need it: without comments, with strings as what stands in them.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Name(String),
    /// What stands between the quotes.
    Text(String),
    /// `::`
    Path,
    Sign(char),
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

impl Token {
    pub(crate) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }
}

pub(crate) fn read(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source, line: 1, tokens: vec![] };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        let rest = self.rest;
        let Some(first) = rest.chars().next() else { return };
        if rest.starts_with("//") {
            self.take(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.take(comment(rest));
        } else if let Some((prefix, hashes)) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let text = rest[prefix..].find(&end).map_or(rest.len(), |at| prefix + at);
            self.text(&rest[prefix..text], (text + end.len()).min(rest.len()));
        } else if let Some(quote) = ["\"", "b\"", "c\""].iter().find(|quote| rest.starts_with(**quote)) {
            let end = string(&rest[quote.len()..]) + quote.len();
            self.text(&rest[quote.len()..end], (end + 1).min(rest.len()));
        } else if let Some(length) = character(rest) {
            self.take(length);
        } else if first == '\'' {
            // A lifetime, or the name of a loop.
            self.take(1 + name(&rest[1..]));
        } else if first.is_alphanumeric() || first == '_' {
            let name = self.take(name(rest));
            self.push(Kind::Name(name.to_owned()));
        } else if rest.starts_with("::") {
            self.take(2);
            self.push(Kind::Path);
        } else {
            self.take(first.len_utf8());
            if !first.is_whitespace() {
                self.push(Kind::Sign(first));
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line += taken.matches('\n').count();
        taken
    }

    fn text(&mut self, text: &str, length: usize) {
        self.push(Kind::Text(text.to_owned()));
        self.take(length);
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token { line: self.line, kind });
    }
}

/// The length of a comment `/* */`, which may have others in it.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        (depth, at) = match rest {
            [b'/', b'*', ..] => (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth - 1, at + 2),
            _ => (depth, at + 1),
        };
        if depth == 0 {
            break;
        }
    }
    at
}

/// Where the text of `r#"..."#` begins, and how many `#` it has.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let after = ["r", "br", "cr"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| (text.len() - after.len() + hashes + 1, hashes))
}

/// The length of a string up to its closing quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// The length of a character like `'a'`, `'\n'` or `b'"'`.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("b'").or_else(|| text.strip_prefix('\''))?;
    let start = text.len() - inner.len();
    let length = match inner.strip_prefix('\\') {
        Some(escaped) => 1 + escaped.chars().next()?.len_utf8() + escaped.get(1..)?.find('\'')?,
        None => inner.chars().next()?.len_utf8(),
    };
    inner.get(length..)?.starts_with('\'').then_some(start + length + 1)
}

fn name(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

#[test]
fn comments_go_and_strings_are_texts() {
    let source = r##"
        use crate::a; // crate::b
        /* crate::c /* nested */ crate::d */
        let x = ('"', '\'', b'"', "crate::e \" crate::f", r#"crate::"g""#);
        fn h<'a>(x: &'a str) {}
    "##;
    let names: Vec<_> = read(source).iter().filter_map(|token| token.name().map(str::to_owned)).collect();
    assert_eq!(names.join(" "), "use crate a let x fn h x str");
    let texts = read(source).into_iter().filter_map(|token| match token.kind {
        Kind::Text(text) => Some((token.line, text)),
        _ => None,
    });
    assert_eq!(texts.collect::<Vec<_>>(), [(4, r#"crate::e \" crate::f"#.into()), (4, r#"crate::"g""#.into())]);
}
