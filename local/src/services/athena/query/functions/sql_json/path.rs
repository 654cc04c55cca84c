//! The path language of SQL/JSON, read: `lax $.items[*]?(@.price > 10).name`.

pub(super) enum Path {
    /// `$`, `@`, or the name of what is passed.
    Root,
    Current,
    Variable(String),
    Last,
    Number(String),
    Text(String),
    Boolean(bool),
    Null,
    Negative(Box<Path>),
    Reckoned(Box<Path>, char, Box<Path>),
    Step(Box<Path>, Step),
}

pub(super) enum Step {
    Member(String),
    Members,
    Descendants(String),
    /// From and to.
    Items(Vec<(Path, Option<Path>)>),
    AllItems,
    Where(Box<Condition>),
    Method(String),
}

pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Exists(Path),
    Compared(Path, &'static str, Path),
    StartsWith(Path, Path),
}

/// What is wrong, in words like those of Trino's grammar.
type Read<T> = Result<T, String>;

/// What may stand in one another. A condition in brackets is read as one and then as a path, so twice at each level.
const DEEPEST: usize = 12;
/// Whatever looks at a path goes down by calling itself.
const LONGEST: usize = 200;

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    length: usize,
}

/// Whether it is lax, and the path.
///
/// # Errors
/// What is no path.
pub(super) fn parse(text: &str) -> Read<(bool, Path)> {
    let mut reader = Reader { rest: text, depth: 0, length: 0 };
    let word = reader.word();
    let is_lax = match word.as_str() {
        "lax" => true,
        "strict" => false,
        _ => return Err(format!("mismatched input '{word}' expecting {{'lax', 'strict'}}")),
    };
    let path = reader.sum()?;
    reader.space();
    if reader.rest.is_empty() { Ok((is_lax, path)) } else { reader.wrong() }
}

impl Reader<'_> {
    fn wrong<T>(&self) -> Read<T> {
        let at = self.rest.chars().take(20).collect::<String>();
        Err(format!("mismatched input '{}'", if at.is_empty() { "<EOF>" } else { &at }))
    }

    /// One more in what is read.
    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            return Err("the path holds too much in itself".to_owned());
        }
        self.depth += 1;
        let done = read(self);
        self.depth -= 1;
        done
    }

    fn one_more(&mut self) -> Read<()> {
        self.length += 1;
        if self.length > LONGEST { Err("the path has too many parts".to_owned()) } else { Ok(()) }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn want(&mut self, token: &str) -> Read<()> {
        if self.take(token) { Ok(()) } else { self.wrong() }
    }

    fn word(&mut self) -> String {
        self.space();
        let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let before = self.rest;
        let is_it = self.word() == word;
        self.rest = if is_it { self.rest } else { before };
        is_it
    }

    fn text(&mut self) -> Read<String> {
        let (mut all, mut letters) = (String::new(), self.rest[1..].char_indices());
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 2..];
                    return Ok(all);
                }
                '\\' => all.extend(letters.next().map(|(_, next)| next)),
                letter => all.push(letter),
            }
        }
        self.wrong()
    }

    fn sum(&mut self) -> Read<Path> {
        let mut left = self.product()?;
        while let Some(operator) = ['+', '-'].into_iter().find(|operator| self.take(&operator.to_string())) {
            self.one_more()?;
            left = Path::Reckoned(Box::new(left), operator, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Read<Path> {
        let mut left = self.signed()?;
        while let Some(operator) = ['*', '/', '%'].into_iter().find(|operator| self.take(&operator.to_string())) {
            self.one_more()?;
            left = Path::Reckoned(Box::new(left), operator, Box::new(self.signed()?));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Read<Path> {
        if self.take("-") {
            return self.within(|reader| Ok(Path::Negative(Box::new(reader.signed()?))));
        }
        let _ = self.take("+");
        self.within(Self::steps)
    }

    fn first(&mut self) -> Read<Path> {
        self.space();
        match self.rest.chars().next() {
            Some('(') => {
                self.want("(")?;
                let inner = self.sum()?;
                self.want(")").map(|()| inner)
            }
            Some('@') => self.want("@").map(|()| Path::Current),
            Some('$') => {
                self.want("$")?;
                let is_name = self.rest.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
                Ok(if is_name { Path::Variable(self.word()) } else { Path::Root })
            }
            Some('"') => self.text().map(Path::Text),
            Some(digit) if digit.is_ascii_digit() => {
                let end = self.rest.find(|letter: char| !letter.is_ascii_digit() && !".eE".contains(letter));
                let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                Ok(Path::Number(number.to_owned()))
            }
            _ => match self.word().as_str() {
                "true" => Ok(Path::Boolean(true)),
                "false" => Ok(Path::Boolean(false)),
                "null" => Ok(Path::Null),
                "last" => Ok(Path::Last),
                _ => self.wrong(),
            },
        }
    }

    fn steps(&mut self) -> Read<Path> {
        let mut path = self.first()?;
        loop {
            let step = if self.take("..") {
                Step::Descendants(self.name()?)
            } else if self.take(".*") {
                Step::Members
            } else if self.take(".") {
                let name = self.name()?;
                if self.take("()") { Step::Method(name) } else { Step::Member(name) }
            } else if self.take("[*]") {
                Step::AllItems
            } else if self.take("[") {
                Step::Items(self.places()?)
            } else if self.take("?") {
                self.want("(")?;
                let condition = self.any()?;
                self.want(")")?;
                Step::Where(Box::new(condition))
            } else {
                return Ok(path);
            };
            self.one_more()?;
            path = Path::Step(Box::new(path), step);
        }
    }

    fn name(&mut self) -> Read<String> {
        self.space();
        if self.rest.starts_with('"') {
            return self.text();
        }
        let name = self.word();
        if name.is_empty() { self.wrong() } else { Ok(name) }
    }

    fn places(&mut self) -> Read<Vec<(Path, Option<Path>)>> {
        let mut all = vec![];
        loop {
            let from = self.sum()?;
            let to = if self.takes_word("to") { Some(self.sum()?) } else { None };
            all.push((from, to));
            if !self.take(",") {
                return self.want("]").map(|()| all);
            }
        }
    }

    fn any(&mut self) -> Read<Condition> {
        let mut left = self.all()?;
        while self.take("||") {
            self.one_more()?;
            left = Condition::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Read<Condition> {
        let mut left = self.one()?;
        while self.take("&&") {
            self.one_more()?;
            left = Condition::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Read<Condition> {
        if self.take("!") {
            return self.within(|reader| Ok(Condition::Not(Box::new(reader.one()?))));
        }
        if self.takes_word("exists") {
            self.want("(")?;
            let path = self.sum()?;
            return self.want(")").map(|()| Condition::Exists(path));
        }
        // `(@.a > 1 && ...)`, or a path in brackets.
        let before = self.rest;
        if self.take("(")
            && let Ok(inner) = self.within(Self::any)
            && self.take(")")
        {
            return Ok(inner);
        }
        self.rest = before;
        let left = self.sum()?;
        if self.takes_word("starts") {
            if !self.takes_word("with") {
                return self.wrong();
            }
            return Ok(Condition::StartsWith(left, self.sum()?));
        }
        let operators = ["==", "!=", "<>", "<=", ">=", "<", ">", "="];
        match operators.into_iter().find(|operator| self.take(operator)) {
            Some(operator) => Ok(Condition::Compared(left, operator, self.sum()?)),
            None => self.wrong(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_whole_or_refused() {
        for path in ["lax $", "strict $.a[0, 2 to last].\"b c\"?(@.x > 1 && !(@.y == \"z\")).size()", "lax -$v * 2 + 1"]
        {
            assert!(parse(path).is_ok(), "{path}");
        }
        for path in ["", "$.a", "lax", "lax $.", "lax $[1", "lax $ x", "lax $?(@)", "lax \"a"] {
            assert!(parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_holds_itself_too_often_is_refused_at_once() {
        let long = |open: &str, middle: &str, close: &str| {
            format!("lax {}{middle}{}", open.repeat(20_000), close.repeat(20_000))
        };
        for path in [
            long("(", "1", ")"),
            long("-", "1", ""),
            long("$?(", "@ > 1", ")"),
            format!("lax $?{}@ > 1{}", "(".repeat(20_000), ")".repeat(20_000)),
            format!("lax $?({}@ > 1)", "!".repeat(20_000)),
            format!("lax ${}", ".a".repeat(20_000)),
            format!("lax 1{}", "+1".repeat(20_000)),
        ] {
            assert!(parse(&path).is_err(), "{}", &path[..20]);
        }
    }
}
