//! What the script of a Glue job says of itself, as far as its text shows.

/// What its source is called, under which its bookmark is kept: `transformation_ctx` of the frame from the catalog.
pub(super) fn bookmark(script: &str) -> Option<String> {
    let call = script.split("from_catalog(").nth(1)?;
    let call = &call[..call.find(')').unwrap_or(call.len())];
    quoted(call.split("transformation_ctx").nth(1)?.trim_start().strip_prefix('=')?)
}

/// The columns of an `ApplyMapping`, with their types, without those of the partitions.
pub(super) fn columns(script: &str) -> Vec<(String, String)> {
    let Some(list) = script.split("mappings").nth(1).and_then(|rest| rest.split_once('[')) else { return vec![] };
    let list = list.1.split(']').next().unwrap_or_default();
    let one = |tuple: &str| {
        let words: Vec<_> = tuple.split(',').filter_map(quoted).collect();
        match <[String; 4]>::try_from(words) {
            Ok([_, _, name, kind]) => Some((name, kind)),
            Err(_) => None,
        }
    };
    list.split('(').filter_map(one).filter(|(name, _)| !["year", "month", "day"].contains(&name.as_str())).collect()
}

/// Where below a bucket it writes, such as `analytics_data/`: the only path of it that no crawler of JSON reads.
pub(super) fn paths(script: &str, bucket: &str) -> Vec<String> {
    let scheme = format!("s3://{bucket}/");
    let below = script.split(&scheme).skip(1).filter_map(|rest| rest.split(['"', '\'', ' ', ',']).next());
    below.map(|path| format!("{}/", path.trim_matches('/'))).filter(|path| path != "/").collect()
}

fn quoted(text: &str) -> Option<String> {
    let from = text.find(['"', '\''])?;
    let sign = text[from..].chars().next()?;
    let inner = &text[from + 1..];
    inner.find(sign).map(|end| inner[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = r#"
datasource0 = glueContext.create_dynamic_frame.from_catalog(database = "db", table_name = "raw", transformation_ctx = "datasource0")
applymapping1 = ApplyMapping.apply(frame = datasource0, mappings = [("event", "string", "event", "string"), ("datetime", "string", "datetime", "timestamp"), ("year", "string", "year", "string")], transformation_ctx = "applymapping1")
datasink4 = glueContext.write_dynamic_frame.from_options(frame = x, connection_options = {"path": "s3://b/analytics_data","partitionKeys":["year"]}, format = "parquet")
"#;

    #[test]
    fn the_articles_script_tells_its_source_its_columns_and_where_it_writes() {
        assert_eq!(bookmark(ARTICLE).as_deref(), Some("datasource0"));
        let columns = columns(ARTICLE);
        let pairs: Vec<_> = columns.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
        assert_eq!(pairs, [("event", "string"), ("datetime", "timestamp")]);
        assert_eq!(paths(ARTICLE, "b"), ["analytics_data/"]);
        assert_eq!(paths(ARTICLE, "other"), [""; 0]);
    }

    #[test]
    fn what_a_script_does_not_say_is_not_made_up() {
        assert_eq!(bookmark("print(1)"), None);
        assert_eq!(bookmark("from_catalog(database='x')\nf(transformation_ctx='y')"), None);
        assert!(columns("mappings = x").is_empty() && columns("").is_empty());
    }
}
