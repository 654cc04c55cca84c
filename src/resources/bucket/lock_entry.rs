//! What is written into the lock, as JSON: for the next run, and for whoever looks into the bucket.

use crate::engine::lock::{Entry, Holder, Lease};
use serde_json::{Value, json};

pub(in crate::resources) fn to_json(entry: &Entry) -> String {
    let lease = entry.lease.as_ref().map(|lease| {
        let Lease { id, holder: Holder { operation, who, run, process }, since, until } = lease;
        json!({
            "id": id,
            "operation": operation,
            "who": who,
            "run": run,
            "process": process,
            "since": since,
            "until": until,
        })
    });
    format!("{:#}\n", json!({"schema": SCHEMA, "by": entry.by, "at": entry.at, "lease": lease}))
}

/// Fields are added, never renamed.
const SCHEMA: &str = "pipectl-lock/1";

pub(in crate::resources) fn from_json(text: &[u8]) -> Option<Entry> {
    let json: Value = serde_json::from_slice(text).ok().filter(|json: &Value| json["schema"] == SCHEMA)?;
    let lease = match &json["lease"] {
        Value::Null => None,
        lease => Some(self::lease(lease)?),
    };
    Some(Entry { by: self::text(&json["by"])?, at: json["at"].as_u64()?, lease })
}

fn text(json: &Value) -> Option<String> {
    json.as_str().map(str::to_owned)
}

fn lease(json: &Value) -> Option<Lease> {
    let holder = Holder {
        operation: text(&json["operation"])?,
        who: text(&json["who"])?,
        run: text(&json["run"]),
        process: text(&json["process"]),
    };
    let (since, until) = (json["since"].as_u64()?, json["until"].as_u64()?);
    Some(Lease { id: text(&json["id"])?, holder, since, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let holder = Holder { operation: "apply".into(), who: "me@here".into(), run: None, process: Some("p".into()) };
        let lease = Lease { id: "a".into(), holder, since: 10, until: 70 };
        for lease in [None, Some(lease)] {
            let entry = Entry { by: "a".into(), at: 10, lease };
            assert_eq!(from_json(to_json(&entry).as_bytes()), Some(entry));
        }
        assert_eq!(from_json(b"{}"), None);
        assert_eq!(from_json(b"hello"), None);
    }
}
