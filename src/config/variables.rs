//! What of the file the function `track` is told in its variables, for which Lambda has 4 KB.

use super::pipeline::Pipeline;
use std::collections::BTreeMap;

/// Bytes of the variable with the columns. All of a function's variables may have 4 KB together.
const MOST_COLUMNS: usize = 3000;
/// Bytes for the columns and what people write: the rest is names, and the stream's.
const MOST_WRITTEN: usize = 3700;
/// Bytes of a key's digest, with its comma.
const DIGEST: usize = 65;

impl Pipeline {
    /// The table's columns with their types, as JSON; none where there is no room for them.
    pub(crate) fn columns_in_room(&self) -> Option<String> {
        let columns: BTreeMap<_, _> =
            self.schema.iter().map(|column| (&column.name, column.column_type.to_string())).collect();
        let json = serde_json::to_string(&columns).ok()?;
        let ingest = &self.ingest;
        let origins: usize = ingest.cors.origins.iter().map(|origin| origin.len() + 1).sum();
        let others = ingest.api_keys.len() * DIGEST + origins + ingest.path.len();
        (json.len() <= MOST_COLUMNS && json.len() + others <= MOST_WRITTEN).then_some(json)
    }
}
