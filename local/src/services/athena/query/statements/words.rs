//! The words of a statement, one after the other. In DDL names stand in back quotes or in double quotes, and a text may stand
//! in double quotes too, as in Hive.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

#[derive(Clone, Debug)]
struct Word {
    token: Token,
    /// Where it stands in the text, in bytes, and on which line and column.
    start: usize,
    end: usize,
    place: Location,
}

#[derive(Clone, Debug)]
pub(in super::super) struct Words<'a> {
    sql: &'a str,
    all: Vec<Word>,
    at: usize,
}

/// Each place of a text as the number of bytes before it, for places that come in their order.
struct Walk<'a> {
    letters: std::iter::Peekable<std::str::CharIndices<'a>>,
    length: usize,
    line: u64,
    column: u64,
}

impl Walk<'_> {
    fn bytes(&mut self, to: Location) -> usize {
        while (self.line, self.column) < (to.line, to.column) {
            match self.letters.next() {
                Some((_, '\n')) => (self.line, self.column) = (self.line + 1, 1),
                Some(_) => self.column += 1,
                None => break,
            }
        }
        self.letters.peek().map_or(self.length, |(at, _)| *at)
    }
}

impl<'a> Words<'a> {
    /// `None` where it is not made of words at all.
    pub(in super::super) fn of(sql: &'a str) -> Option<Self> {
        let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().ok()?;
        let mut walk = Walk { letters: sql.char_indices().peekable(), length: sql.len(), line: 1, column: 1 };
        let mut all = vec![];
        for token in tokens {
            let (start, end) = (walk.bytes(token.span.start), walk.bytes(token.span.end));
            if !matches!(token.token, Token::Whitespace(_)) {
                all.push(Word { token: token.token, start, end, place: token.span.start });
            }
        }
        while matches!(all.last(), Some(Word { token: Token::SemiColon, .. })) {
            all.pop();
        }
        Some(Self { sql, all, at: 0 })
    }

    fn is_at(&self, at: usize, keyword: &str) -> bool {
        match self.all.get(at).map(|word| &word.token) {
            Some(Token::Word(word)) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword),
            _ => false,
        }
    }

    /// Whether these keywords, which are parted by blanks, come next.
    pub(in super::super) fn are(&self, keywords: &str) -> bool {
        keywords.split(' ').enumerate().all(|(index, keyword)| self.is_at(self.at + index, keyword))
    }

    /// Passes over keywords, if they come next.
    pub(in super::super) fn pass(&mut self, keywords: &str) -> bool {
        let are = self.are(keywords);
        if are {
            self.at += keywords.split(' ').count();
        }
        are
    }

    pub(in super::super) fn pass_one_of(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.pass(keyword))
    }

    fn is_symbol(&self, symbol: &Token) -> bool {
        self.all.get(self.at).is_some_and(|word| word.token == *symbol)
    }

    pub(in super::super) fn pass_symbol(&mut self, symbol: &Token) -> bool {
        let is = self.is_symbol(symbol);
        self.at += usize::from(is);
        is
    }

    /// # Errors
    /// Something else comes.
    pub(in super::super) fn expect(&mut self, keywords: &str) -> Result<(), String> {
        if self.pass(keywords) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// # Errors
    /// Something else comes.
    pub(in super::super) fn expect_symbol(&mut self, symbol: &Token) -> Result<(), String> {
        if self.pass_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(in super::super) fn is_over(&self) -> bool {
        self.at >= self.all.len()
    }

    /// # Errors
    /// Something is left.
    pub(in super::super) fn end(&self) -> Result<(), String> {
        if self.is_over() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// What Hive's parser says of the word that comes next.
    pub(in super::super) fn unexpected(&self) -> String {
        let at = self.all.get(self.at).or(self.all.last());
        let (line, column) = at.map_or((1, 0), |word| (word.place.line, word.place.column.saturating_sub(1)));
        let near = |index: usize| {
            let word = self.all.get(self.at + index);
            format!("'{}'", word.map_or("<EOF>", |word| &self.sql[word.start..word.end]))
        };
        format!(
            "FAILED: ParseException line {line}:{column} cannot recognize input near {} {} {}",
            near(0),
            near(1),
            near(2)
        )
    }

    /// A name, in small letters.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn name(&mut self) -> Result<String, String> {
        match self.all.get(self.at).map(|word| &word.token) {
            Some(Token::Word(word)) => {
                let name = word.value.to_lowercase();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Database and name: `t`, `d.t` or `awsdatacatalog.d.t`; in quotes as they like, also around the whole.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn table(&mut self, database: &str) -> Result<(String, String), String> {
        let mut parts = vec![self.name()?];
        while self.pass_symbol(&Token::Period) {
            parts.push(self.name()?);
        }
        let last = parts.pop().unwrap_or_default();
        let quoted = last.split_once('.').map(|(database, name)| (database.to_owned(), name.to_owned()));
        Ok(match (parts.pop(), quoted) {
            (Some(database), _) => (database, last),
            (None, Some(both)) => both,
            (None, None) => (database.to_owned(), last),
        })
    }

    /// Names in brackets.
    pub(in super::super) fn names(&mut self) -> Result<Vec<String>, String> {
        self.list(Self::name)
    }

    /// What stands in brackets, parted by commas.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.expect_symbol(&Token::LParen)?;
        let mut items = vec![];
        loop {
            items.push(item(self)?);
            if !self.pass_symbol(&Token::Comma) {
                self.expect_symbol(&Token::RParen)?;
                return Ok(items);
            }
        }
    }

    /// A text, without its quotes.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn text(&mut self) -> Result<String, String> {
        let text = match self.all.get(self.at).map(|word| &word.token) {
            Some(Token::SingleQuotedString(text) | Token::DoubleQuotedString(text)) => unescaped(text),
            Some(Token::Word(word)) if word.quote_style == Some('"') => unescaped(&word.value),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(text)
    }

    /// A value of a partition or of a property: a text, or a word or a number as it stands.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn value(&mut self) -> Result<String, String> {
        if let Ok(text) = self.text() {
            return Ok(text);
        }
        let is_negative = self.pass_symbol(&Token::Minus);
        match self.all.get(self.at) {
            Some(Word { token: Token::Word(_) | Token::Number(..), start, end, .. }) => {
                self.at += 1;
                Ok(format!("{}{}", if is_negative { "-" } else { "" }, &self.sql[*start..*end]))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `('a'='b', 'c'='d')`
    pub(in super::super) fn properties(&mut self) -> Result<Vec<(String, String)>, String> {
        self.list(|words| {
            let key = words.text()?;
            words.expect_symbol(&Token::Eq)?;
            Ok((key, words.text()?))
        })
    }

    /// A type as Hive writes it: `array<struct<a:int>>`, without blanks and in small letters.
    ///
    /// # Errors
    /// Something else comes.
    pub(in super::super) fn hive_type(&mut self) -> Result<String, String> {
        let mut text = self.name()?;
        let mut depth = 0;
        while let Some(word) = self.all.get(self.at) {
            depth += match word.token {
                Token::Lt | Token::LParen => 1,
                Token::Gt => -1,
                Token::ShiftRight => -2,
                Token::RParen if depth > 0 => -1,
                _ if depth == 0 => break,
                _ => 0,
            };
            text.push_str(&self.sql[word.start..word.end].replace(['`', '"'], "").to_lowercase());
            self.at += 1;
            if depth <= 0 {
                break;
            }
        }
        Ok(text)
    }

    /// What is in the next pair of brackets, or the word before which one stands, as it is written.
    ///
    /// # Errors
    /// No bracket, or one that does not end.
    pub(in super::super) fn brackets(&mut self) -> Result<&'a str, String> {
        let before = self.clone();
        let start = self.all.get(self.at).map_or(self.sql.len(), |word| word.end);
        self.expect_symbol(&Token::LParen)?;
        let mut depth = 1;
        while let Some(word) = self.all.get(self.at) {
            self.at += 1;
            match word.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(self.sql[start..word.start].trim());
            }
        }
        Err(before.unexpected())
    }

    /// All that is left, as it is written.
    pub(in super::super) fn rest(&self) -> &'a str {
        let start = self.all.get(self.at).map_or(self.sql.len(), |word| word.start);
        let end = self.all.last().map_or(start, |word| word.end);
        self.sql.get(start..end).unwrap_or_default()
    }

    /// `['a', 'b']`
    pub(in super::super) fn array(&mut self) -> Result<Vec<String>, String> {
        self.expect_symbol(&Token::LBracket)?;
        let mut items = vec![];
        while !self.pass_symbol(&Token::RBracket) {
            items.push(self.value()?);
            self.pass_symbol(&Token::Comma);
        }
        Ok(items)
    }

    /// Takes keywords off the end, if they are there.
    pub(in super::super) fn cut(&mut self, keywords: &str) -> bool {
        let count = keywords.split(' ').count();
        let first = self.all.len().saturating_sub(count).max(self.at);
        let are = keywords.split(' ').enumerate().all(|(index, keyword)| self.is_at(first + index, keyword));
        if are {
            self.all.truncate(first);
        }
        are
    }

    /// Where the question marks of parameters stand, in bytes.
    pub(in super::super) fn placeholders(&self) -> Vec<std::ops::Range<usize>> {
        let is = |word: &&Word| matches!(&word.token, Token::Placeholder(text) if text == "?");
        self.all.iter().filter(is).map(|word| word.start..word.end).collect()
    }

    /// Passes over brackets that open.
    pub(in super::super) fn pass_brackets(&mut self) {
        while self.pass_symbol(&Token::LParen) {}
    }

    /// The next words that have no quotes, in large letters.
    pub(in super::super) fn keywords(&self, count: usize) -> Vec<String> {
        let words = self.all.iter().skip(self.at).map_while(|word| match &word.token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_uppercase()),
            _ => None,
        });
        words.take(count).collect()
    }
}

/// Hive's escapes: `\t`, `\001`, `\\`.
fn unescaped(text: &str) -> String {
    let (mut done, mut letters) = (String::new(), text.chars().peekable());
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            done.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => done.push('\n'),
            Some('t') => done.push('\t'),
            Some('r') => done.push('\r'),
            Some('u') => done.push(digits(&mut letters, 4, 16, 0)),
            Some(digit @ '0'..='7') => done.push(digits(&mut letters, 2, 8, digit.to_digit(8).unwrap_or(0))),
            Some(other) => done.push(other),
            None => done.push('\\'),
        }
    }
    done
}

fn digits(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize, base: u32, mut value: u32) -> char {
    for _ in 0..most {
        let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(base)) else { break };
        value = value * base + digit;
        letters.next();
    }
    char::from_u32(value).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_word_by_word() {
        let mut words = Words::of(
            "-- no\ncreate  TABLE `D`.\"t\" (x ARRAY< struct<`A`:Map<int, string>>>, y decimal(3, 1)) AS SELECT 'ä' ;",
        )
        .unwrap();
        assert!(words.pass("CREATE TABLE"));
        assert_eq!(words.table("other").unwrap(), ("d".to_owned(), "t".to_owned()));
        let columns = words.list(|words| Ok((words.name()?, words.hive_type()?))).unwrap();
        assert_eq!(columns[0].1, "array<struct<a:map<int,string>>>");
        assert_eq!(columns[1].1, "decimal(3,1)");
        assert!(words.pass("AS"));
        assert_eq!(words.rest(), "SELECT 'ä'");
    }

    #[test]
    fn what_is_unexpected_is_told_with_its_place() {
        let mut words = Words::of("DROP\n TABEL x").unwrap();
        assert!(words.pass("DROP"));
        let wrong = words.expect("TABLE").unwrap_err();
        assert_eq!(wrong, "FAILED: ParseException line 2:1 cannot recognize input near 'TABEL' 'x' '<EOF>'");
    }

    #[test]
    fn escapes_of_hive_are_letters() {
        for (text, letters) in [(r"\t", "\t"), (r"\001", "\u{1}"), (r"\\|", "\\|"), ("\\u0041", "A"), (r"\'", "'")] {
            assert_eq!(unescaped(text), letters);
        }
    }
}
