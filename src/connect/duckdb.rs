//! DuckDB reads the Parquet files where they lie.

use super::Place;

/// Text as SQL has it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// <https://duckdb.org/docs/stable/core_extensions/httpfs/s3api>: a secret that AWS's own chain fills is of the extension
/// `aws`; one for another endpoint wants its address without a scheme, and the bucket in the path.
pub(super) fn statements(place: &Place) -> Option<String> {
    let (table, url) = place.parquet.as_ref()?;
    let scope = quoted(&format!("s3://{}/", place.bucket));
    let region = quoted(&place.region);
    let secret = match place.endpoint.as_deref().and_then(|url| url.split_once("://")) {
        // Local AWS takes any key.
        Some((scheme, host)) => format!(
            "INSTALL httpfs;\nLOAD httpfs;\nCREATE OR REPLACE SECRET pipectl (\n  TYPE s3, KEY_ID 'local', SECRET 'local', REGION {region}, \
             SCOPE {scope},\n  ENDPOINT {}, URL_STYLE 'path', USE_SSL {}\n);\n",
            quoted(host.trim_end_matches('/')),
            scheme == "https"
        ),
        None => format!(
            "INSTALL httpfs;\nLOAD httpfs;\nINSTALL aws;\nLOAD aws;\n\
             CREATE OR REPLACE SECRET pipectl (\n  TYPE s3, PROVIDER credential_chain, REGION {region}, SCOPE {scope}\n);\n"
        ),
    };
    let name = format!("\"{}\"", table.replace('"', "\"\""));
    // Partitions are text in the catalog's table, and columns that came later are missing in older files.
    Some(format!(
        "{secret}CREATE OR REPLACE VIEW {name} AS\n  SELECT * FROM read_parquet({},\n    \
         hive_partitioning = true, hive_types_autocast = false, union_by_name = true);\n",
        quoted(&format!("{}**/*.parquet", url))
    ))
}
