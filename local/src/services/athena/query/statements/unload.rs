//! UNLOAD: the rows of a query as files, without a table.

use super::super::Answer;
use super::Asked;
use super::ctas::{check_keys, columns};
use super::properties::Properties;
use super::words::Words;
use super::written::{Target, check_empty, may_write, write};
use std::collections::BTreeMap;

/// `UNLOAD (query) TO 's3://...' WITH (format = ...)`
pub(super) async fn unload(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let sql = words.brackets()?;
    words.expect("TO")?;
    let location = format!("{}/", words.text()?.trim_end_matches('/'));
    let properties = Properties::of_unload(&mut words)?;
    words.end()?;
    if !location.starts_with("s3://") {
        return Err(format!("INVALID_FUNCTION_ARGUMENT: {location} is no location of S3"));
    }
    let encoding = properties.encoding()?;
    asked.catalog(|context| {
        may_write(asked, context, &location)?;
        check_empty(context, "unload", &location)
    })?;
    let (session, frame) = asked.reader.frame(sql, asked.database).await?;
    let columns = columns(&frame.schema().as_arrow().clone().into())?;
    let keys = properties.names("partitioned_by");
    check_keys(&columns, &keys)?;
    let target = Target { location: &location, encoding, columns, keys: keys.len(), places: BTreeMap::new() };
    let written = write(asked, (session, frame), &target).await?;
    let (rows, files) = written.keep(asked, |_, _| Ok(()))?;
    Ok(Answer::written(rows, files))
}
