//! What sends events to a pipeline from elsewhere: modules to put into a page, an app or a server, and single requests.

mod generate;
mod snippet;
mod types;

pub(crate) use generate::Generator;
pub(crate) use snippet::{Door, Key, Language, VARIABLE, snippet};

use crate::config::Pipeline;

/// The module for pages, as it is read; what is written has no comments, for the visitors' sake.
const PAGE: &str = include_str!("../../templates/client/pipectl.js");
const SERVER: &str = include_str!("../../templates/client/pipectl_client.py");
const TYPES: &str = include_str!("../../templates/client/types.ts");

/// The line of [`PAGE`] that types are put into, in its parts.
const UNTYPED: [&str; 3] = ["function connect(endpoint, {", "} = {}) {", "function uuid() {"];
const TYPED: [&str; 3] = [
    "function connect<E extends object = Event>(endpoint: string, {",
    "}: Options = {}): Client<E> {",
    "function uuid(): string {",
];

/// An ES module without dependencies, for browsers, Node and bundlers.
pub(crate) fn javascript() -> String {
    packed(PAGE)
}

/// The same in TypeScript, with the type of the pipeline's events.
pub(crate) fn typescript(pipeline: &Pipeline) -> String {
    let typed =
        UNTYPED.iter().zip(TYPED).fold(PAGE.to_owned(), |text, (untyped, typed)| text.replacen(untyped, typed, 1));
    // The module's own lines are not for the compiler; what it exports is.
    let module = packed(&typed);
    let (first, rest) = module.split_once('\n').unwrap_or(("", &module));
    format!("{}\n// @ts-nocheck\n{}{TYPES}\n{rest}", first.replace("--js", "--ts"), types::event(pipeline))
}

/// A module of Python's standard library alone, for servers.
pub(crate) fn python() -> String {
    SERVER.to_owned()
}

/// Without the comments but the first one's line, and without what a line begins with.
fn packed(module: &str) -> String {
    let (first, rest) = module.split_once('\n').unwrap_or((module, ""));
    let code = rest.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    std::iter::once(first).chain(code).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_that_gets_types_is_there_once() {
        for line in UNTYPED {
            assert_eq!(PAGE.matches(line).count(), 1, "{line}");
        }
    }

    #[test]
    fn what_a_page_loads_has_no_comment_but_the_first() {
        let module = javascript();
        assert!(module.starts_with("// "));
        assert!(!module.lines().skip(1).any(|line| line.starts_with("//")), "{module}");
    }
}
