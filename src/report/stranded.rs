//! Files that nobody has moved.

use super::print::{alert, say};
use crate::resources::Stranded;
use aws_sdk_s3::primitives::DateTimeFormat;
use serde_json::{Value, json};

/// On stderr: it is news beside what was asked for.
pub(crate) fn say_stranded(stranded: &Stranded, prefix: &str) {
    if stranded.is_none() {
        return;
    }
    alert(format_args!(
        "warning: the mover has not moved {stranded}: they lie in `{prefix}`, where no query sees them"
    ));
    say("  hint: the schedule `events.rule.sweep` has them moved within the hour, `pipectl run mover` does it now");
}

/// Bytes are those of the files as they are, compressed or not.
pub(crate) fn stranded_to_json(stranded: &Stranded, prefix: &str) -> Value {
    let Stranded { files, bytes, oldest, more } = stranded;
    let oldest = oldest.and_then(|oldest| oldest.fmt(DateTimeFormat::DateTime).ok());
    json!({"prefix": prefix, "files": files, "bytes": bytes, "oldest": oldest, "more": more})
}
