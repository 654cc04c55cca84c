//! Hive types, as people write them.

use super::column::{Column, ColumnType};
use super::values::{PARTITIONS, catalog_name};

const SIMPLE: &[(&str, ColumnType)] = &[
    ("boolean", ColumnType::Boolean),
    ("tinyint", ColumnType::Tinyint),
    ("smallint", ColumnType::Smallint),
    ("int", ColumnType::Int),
    ("integer", ColumnType::Int),
    ("bigint", ColumnType::Bigint),
    ("long", ColumnType::Bigint),
    ("float", ColumnType::Float),
    ("double", ColumnType::Double),
    ("string", ColumnType::String),
    ("binary", ColumnType::Binary),
    ("date", ColumnType::Date),
    ("timestamp", ColumnType::Timestamp),
];

/// Types nest this deep at most.
const DEEPEST: usize = 16;

impl Column {
    /// Whether a column can be called so.
    pub(crate) fn takes(name: &str) -> bool {
        ColumnType::takes_field(name) && !PARTITIONS.contains(&name)
    }
}

impl ColumnType {
    /// Whether a field of a struct can be called so.
    pub(crate) fn takes_field(name: &str) -> bool {
        // What stands for the account is no name.
        !name.contains('$') && catalog_name(name).is_ok()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse(&close_up(&text.to_lowercase()), 0)
    }
}

/// Without the blanks that stand beside a bracket, comma or colon; those within a word make it another word.
fn close_up(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let joins = |c: Option<char>| c.is_none_or(|c| "<>(),:".contains(c));
    words.iter().fold(String::new(), |mut all, word| {
        if !joins(all.chars().next_back()) && !joins(word.chars().next()) {
            all.push(' ');
        }
        all.push_str(word);
        all
    })
}

fn parse(text: &str, depth: usize) -> Result<ColumnType, String> {
    if depth > DEEPEST {
        return Err(format!("types nest deeper than {DEEPEST}"));
    }
    if let Some((_, simple)) = SIMPLE.iter().find(|(name, _)| *name == text) {
        return Ok(simple.clone());
    }
    if let Some(inner) = within(text, "array<", '>') {
        return Ok(ColumnType::Array(Box::new(parse(inner, depth + 1)?)));
    }
    if let Some(inner) = within(text, "map<", '>') {
        let [key, value] = split(inner)[..] else { return Err(format!("`{text}` needs a key and a value type")) };
        let key = parse(key, depth + 1)?;
        if matches!(key, ColumnType::Array(_) | ColumnType::Map(..) | ColumnType::Struct(_)) {
            return Err(format!("`{text}`: the key of a map is one value: write a simple type, such as `string`"));
        }
        return Ok(ColumnType::Map(Box::new(key), Box::new(parse(value, depth + 1)?)));
    }
    if let Some(inner) = within(text, "struct<", '>') {
        return fields(inner, depth + 1).map(ColumnType::Struct);
    }
    sized(text)
}

fn fields(text: &str, depth: usize) -> Result<Vec<(String, ColumnType)>, String> {
    let mut fields: Vec<(String, ColumnType)> = vec![];
    for field in split(text) {
        let (name, kind) = field
            .split_once(':')
            .ok_or_else(|| format!("`{field}` is no field: write `name:type`, as in `struct<a:int>`"))?;
        let name = catalog_name(name)?;
        if fields.iter().any(|(other, _)| *other == name) {
            return Err(format!("the field `{name}` is there twice: write another name"));
        }
        fields.push((name, parse(kind, depth)?));
    }
    Ok(fields)
}

/// `decimal(p,s)`, `char(n)` and `varchar(n)`.
fn sized(text: &str) -> Result<ColumnType, String> {
    if text == "decimal" {
        return Ok(ColumnType::Decimal { precision: 10, scale: 0 });
    }
    if let Some(inner) = within(text, "decimal(", ')') {
        let numbers: Vec<u8> = inner.split(',').map_while(|number| number.parse().ok()).collect();
        return match (numbers[..].first(), numbers.get(1).copied().unwrap_or(0), inner.split(',').count()) {
            (Some(&precision @ 1..=38), scale, count @ 1..=2) if scale <= precision && numbers.len() == count => {
                Ok(ColumnType::Decimal { precision, scale })
            }
            _ => Err(format!("`{text}` is not a decimal: write `decimal(p,s)` with p up to 38 and s up to p")),
        };
    }
    if let Some(inner) = within(text, "varchar(", ')') {
        let length = inner.parse().ok().filter(|length| (1..=65_535).contains(length));
        return length.map(ColumnType::Varchar).ok_or_else(|| format!("`{text}`: the length is 1 to 65535"));
    }
    if let Some(inner) = within(text, "char(", ')') {
        let length = inner.parse().ok().filter(|length| *length >= 1);
        return length.map(ColumnType::Char).ok_or_else(|| format!("`{text}`: the length is 1 to 255"));
    }
    let near = SIMPLE.iter().map(|(name, _)| (strsim::jaro_winkler(name, text), name));
    match near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.75) {
        Some((_, name)) => Err(format!("unknown type `{text}`: write `{name}`, perhaps")),
        None => Err(format!(
            "unknown type `{text}`: write a type of Athena, such as `string`, `bigint`, `double`, `timestamp` or `array<string>`"
        )),
    }
}

fn within<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

/// At the commas that are in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (vec![], 0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_reads_back_what_it_prints() {
        for text in [
            "bigint",
            "decimal(10,2)",
            "varchar(20)",
            "array<string>",
            "map<string,array<int>>",
            "struct<a:int,b:struct<c:decimal(5,1)>>",
        ] {
            assert_eq!(ColumnType::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(ColumnType::parse(" Map < String , INT > ").unwrap().to_string(), "map<string,int>");
        assert_eq!(ColumnType::parse("struct< a : decimal( 5 , 1 ) >").unwrap().to_string(), "struct<a:decimal(5,1)>");
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in [
            "strng",
            "",
            "array<>",
            "map<string>",
            "struct<a>",
            "struct<>",
            "struct<a b:int>",
            "big int",
            "map<array<int>,int>",
            "decimal(40,1)",
            "decimal(2,3)",
            "char(0)",
            "decimal(1,x)",
        ] {
            assert!(ColumnType::parse(text).is_err(), "{text}");
        }
        let deep = format!("{}int{}", "array<".repeat(40), ">".repeat(40));
        assert!(ColumnType::parse(&deep).is_err());
    }
}
