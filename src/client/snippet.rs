//! One request in a language, that works as it stands.

use clap::ValueEnum;

/// What a request is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Curl,
    Js,
    Python,
    Go,
    Swift,
    Kotlin,
}

/// Where an event is posted to.
pub(crate) struct Door<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) key: Option<Key<'a>>,
}

/// The API key that opens it.
pub(crate) enum Key<'a> {
    /// To be written into the request.
    Value(&'a str),
    /// The shell command that prints it; other languages read the variable [`VARIABLE`].
    From(&'a str),
}

/// What a key is read from that is not written into a request.
pub(crate) const VARIABLE: &str = "PIPECTL_KEY";

impl Language {
    /// The request. A line with `{key}` falls away where none is needed.
    const fn template(self) -> &'static str {
        match self {
            Self::Curl => include_str!("../../templates/snippets/curl.sh"),
            Self::Js => include_str!("../../templates/snippets/js.mjs"),
            Self::Python => include_str!("../../templates/snippets/python.py"),
            Self::Go => include_str!("../../templates/snippets/go.go"),
            Self::Swift => include_str!("../../templates/snippets/swift.swift"),
            Self::Kotlin => include_str!("../../templates/snippets/kotlin.kt"),
        }
    }

    /// The key, as an expression.
    fn key(self, key: &Key<'_>) -> String {
        match (self, key) {
            (Self::Curl, Key::Value(value)) => (*value).to_owned(),
            (Self::Curl, Key::From(command)) => format!("$({command})"),
            (_, Key::Value(value)) => format!("\"{value}\""),
            (Self::Js, Key::From(_)) => format!("process.env.{VARIABLE}"),
            (Self::Python, Key::From(_)) => format!("os.environ[\"{VARIABLE}\"]"),
            (Self::Go, Key::From(_)) => format!("os.Getenv(\"{VARIABLE}\")"),
            (Self::Swift, Key::From(_)) => format!("ProcessInfo.processInfo.environment[\"{VARIABLE}\"]"),
            (Self::Kotlin, Key::From(_)) => format!("System.getenv(\"{VARIABLE}\")"),
        }
    }
}

/// A request that posts an event: one JSON object, in which there is no `'`, no backquote and no `"#`.
pub(crate) fn snippet(language: Language, door: &Door<'_>, event: &str) -> String {
    let key = door.key.as_ref().map(|key| language.key(key));
    let lines = language.template().lines().filter(|line| key.is_some() || !line.contains("{key}"));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.replace("{key}", &key.unwrap_or_default()).replace("{endpoint}", door.endpoint).replace("{event}", event)
}
