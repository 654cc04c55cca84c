//! What differs between two schemas, column by column.

use super::readable::reads_as;
use crate::config::{Column, ColumnType};

/// One column, or one field inside of it, that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `ctx.os.version`; `tags[]` is what an array holds, `counts{}` the values of a map, `counts{key}` its keys.
    pub(crate) path: String,
    pub(crate) what: What,
    /// What it may be a new name of.
    pub(crate) renamed_from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Added(ColumnType),
    Removed(ColumnType),
    Retyped { before: ColumnType, after: ColumnType },
}

impl Difference {
    fn new(path: &str, what: What) -> Self {
        Self { path: path.to_owned(), what, renamed_from: None }
    }

    /// Whether queries of the column fail on files that were written before.
    pub(crate) fn breaks_files(&self) -> bool {
        matches!(&self.what, What::Retyped { before, after } if !reads_as(before, after))
    }
}

/// Everything that differs but the order, on which nothing depends: Athena reads Parquet by name. What is new comes
/// first, in the order of the file.
pub(crate) fn differences(before: &[Column], after: &[Column]) -> Vec<Difference> {
    let pairs = |columns: &[Column]| {
        columns.iter().map(|column| (column.name.clone(), column.column_type.clone())).collect::<Vec<_>>()
    };
    let mut all = vec![];
    named("", &pairs(before), &pairs(after), &mut all);
    mark_rename(&mut all);
    all
}

fn named(path: &str, before: &[(String, ColumnType)], after: &[(String, ColumnType)], all: &mut Vec<Difference>) {
    let path = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let find = |list: &'_ [(String, ColumnType)], name: &str| list.iter().find(|(other, _)| other == name).cloned();
    for (name, kind) in after.iter().filter(|(name, _)| find(before, name).is_none()) {
        all.push(Difference::new(&path(name), What::Added(kind.clone())));
    }
    for (name, old) in before {
        match find(after, name) {
            Some((_, new)) => types(&path(name), old, &new, all),
            None => all.push(Difference::new(&path(name), What::Removed(old.clone()))),
        }
    }
}

fn types(path: &str, before: &ColumnType, after: &ColumnType, all: &mut Vec<Difference>) {
    match (before, after) {
        _ if before == after => {}
        (ColumnType::Struct(old), ColumnType::Struct(new)) => named(path, old, new, all),
        (ColumnType::Array(old), ColumnType::Array(new)) => types(&format!("{path}[]"), old, new, all),
        (ColumnType::Map(old_key, old), ColumnType::Map(new_key, new)) => {
            types(&format!("{path}{{key}}"), old_key, new_key, all);
            types(&format!("{path}{{}}"), old, new, all);
        }
        _ => all.push(Difference::new(path, What::Retyped { before: before.clone(), after: after.clone() })),
    }
}

/// One gone and one new, of the same type and at the same place, may be one that was renamed.
fn mark_rename(all: &mut [Difference]) {
    let of = |added: bool| {
        let mut found = all.iter().enumerate().filter_map(move |(index, one)| match &one.what {
            What::Added(kind) if added => Some((index, one.path.clone(), kind.clone())),
            What::Removed(kind) if !added => Some((index, one.path.clone(), kind.clone())),
            _ => None,
        });
        found.next().filter(|_| found.next().is_none())
    };
    let (Some((index, new, kind)), Some((_, old, gone))) = (of(true), of(false)) else { return };
    let parent = |path: &str| path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
    if kind == gone && parent(&new) == parent(&old) {
        all[index].renamed_from = Some(old);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Vec<Column> {
        let all = text.split("; ").filter(|part| !part.is_empty());
        all.map(|part| {
            let (name, kind) = part.split_once(' ').unwrap();
            Column { name: name.to_owned(), column_type: ColumnType::parse(kind).unwrap() }
        })
        .collect()
    }

    fn shown(before: &str, after: &str) -> Vec<String> {
        let all = differences(&schema(before), &schema(after)).into_iter();
        all.map(|one| {
            let renamed = one.renamed_from.map_or_else(String::new, |old| format!(", once {old}"));
            match one.what {
                What::Added(kind) => format!("+ {} {kind}{renamed}", one.path),
                What::Removed(kind) => format!("- {} {kind}", one.path),
                What::Retyped { before, after } => format!("~ {} {before} -> {after}", one.path),
            }
        })
        .collect()
    }

    #[test]
    fn columns_come_go_and_change() {
        assert_eq!(
            shown("a int; b string; c date", "d bigint; a string; b string"),
            ["+ d bigint", "~ a int -> string", "- c date"]
        );
    }

    #[test]
    fn order_alone_is_no_difference() {
        assert!(shown("a int; b struct<x:int,y:int>", "b struct<y:int,x:int>; a int").is_empty());
    }

    #[test]
    fn what_is_inside_is_named_by_its_path() {
        let before = "ctx struct<os:struct<name:string,version:int>,n:int>; tags array<int>; m map<string,float>";
        let after = "ctx struct<os:struct<version:string,name:string,arch:string>>; tags array<struct<a:int>>; m map<int,double>";
        assert_eq!(
            shown(before, after),
            [
                "+ ctx.os.arch string",
                "~ ctx.os.version int -> string",
                "- ctx.n int",
                "~ tags[] int -> struct<a:int>",
                "~ m{key} string -> int",
                "~ m{} float -> double",
            ]
        );
    }

    #[test]
    fn one_gone_and_one_new_of_a_type_may_be_a_rename() {
        assert_eq!(shown("a int; b string", "a int; c string"), ["+ c string, once b", "- b string"]);
        assert_eq!(shown("a int; b string", "a int; c date"), ["+ c date", "- b string"]);
        assert_eq!(
            shown("a int; b string", "c string; d string"),
            ["+ c string", "+ d string", "- a int", "- b string"]
        );
        let moved = shown("ctx struct<a:int,x:int>; b int", "ctx struct<a:int>; b int; x int");
        assert_eq!(moved, ["+ x int", "- ctx.x int"]);
    }
}
