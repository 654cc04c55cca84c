//! What is sent of a table, which takes the place of all that is there.

use super::format::TABLE_TYPE;
use super::{Table, partitions};
use crate::aws::{Aws, Error, Result};
use crate::engine::extra::Extra;
use aws_sdk_glue::types::builders::TableInputBuilder;
use aws_sdk_glue::types::{SerDeInfo, StorageDescriptor, Table as Description, TableInput};
use std::collections::HashMap;

/// What our parameters begin with.
pub(super) const OURS: &str = "pipectl:";
/// The crawler that made a table or changed it last.
pub(super) const CRAWLER: &str = "UPDATED_BY_CRAWLER";

/// What a crawler says of the files that it has seen. It is not true any more when the next file is there.
const CRAWLED: [&str; 11] = [
    "CrawlerSchemaDeserializerVersion",
    "CrawlerSchemaSerializerVersion",
    CRAWLER,
    "averageRecordSize",
    "compressionType",
    "exclusions",
    "objectCount",
    "partition_filtering.enabled",
    "recordCount",
    "sizeKey",
    "typeOfData",
];

impl Table {
    /// This table in place of the live one, if there is one, of which what is other people's is repeated, but for what is
    /// named in `gone`.
    pub(super) fn input(
        &self,
        aws: &Aws,
        name: &str,
        live: Option<&Description>,
        first: i32,
        gone: &[&Extra],
    ) -> Result<TableInput> {
        let classes = self.format.classes().ok_or_else(|| refused("the format is not one that pipectl writes"))?;
        let mut parameters = live.and_then(|live| live.parameters().cloned()).unwrap_or_default();
        parameters.retain(|name, _| !is_replaced(name));
        parameters.extend(partitions::projected(&self.location, first));
        parameters.extend(self.mark(&aws.names, name));
        parameters.insert("EXTERNAL".to_owned(), "TRUE".to_owned());
        parameters.insert("classification".to_owned(), classes.classification.to_owned());
        if self.since.0.is_some() {
            parameters.insert(partitions::SINCE.to_owned(), "file".to_owned());
        }
        let begun = live.map_or_else(TableInput::builder, repeated);
        let input = begun
            .name(&self.name)
            .description(&self.description)
            .storage_descriptor(self.storage(live, gone))
            .set_partition_keys(Some(self.partitions.keys()))
            .table_type(TABLE_TYPE)
            .set_parameters(Some(parameters));
        input.build().map_err(|error| refused(&error.to_string()))
    }

    fn storage(&self, live: Option<&Description>, gone: &[&Extra]) -> StorageDescriptor {
        let goes = |name: &str| gone.iter().any(|extra| extra.name == format!("StorageDescriptor.{name}"));
        let live = live.and_then(|live| live.storage_descriptor());
        let mut storage = live.cloned().unwrap_or_else(|| StorageDescriptor::builder().build());
        let columns = self.columns.declared(storage.columns());
        storage.columns = Some(columns);
        storage.location = Some(self.location.clone());
        if let Some(parameters) = &mut storage.parameters {
            parameters.retain(|name, _| !is_replaced(name));
        }
        if let Some(classes) = self.format.classes() {
            storage.input_format = Some(classes.input.to_owned());
            storage.output_format = Some(classes.output.to_owned());
            let serde = SerDeInfo::builder().serialization_library(classes.library);
            storage.serde_info = Some(serde.set_parameters(Some(classes.parameters())).build());
        }
        if goes("AdditionalLocations") {
            storage.additional_locations = None;
        }
        if goes("BucketColumns") {
            (storage.bucket_columns, storage.number_of_buckets) = (None, 0);
        }
        if goes("SkewedInfo") {
            storage.skewed_info = None;
        }
        if goes("SchemaReference") {
            storage.schema_reference = None;
        }
        storage
    }
}

/// The table without our mark, as a crawler's that has changed it last: it is the crawler's from its next run on.
pub(super) fn handed_over(live: &Description, crawler: &str) -> Result<TableInput> {
    let mut parameters = live.parameters().cloned().unwrap_or_default();
    parameters.retain(|name, _| !name.starts_with(OURS));
    parameters.insert(CRAWLER.to_owned(), crawler.to_owned());
    repeated(live).set_parameters(Some(parameters)).build().map_err(|error| refused(&error.to_string()))
}

/// Whether a parameter of the live table is ours to set, or one that only its crawler could keep true.
fn is_replaced(name: &str) -> bool {
    name.starts_with(OURS) || partitions::is_projection(name) || CRAWLED.contains(&name)
}

/// All of a table that can be sent.
fn repeated(live: &Description) -> TableInputBuilder {
    let live = live.clone();
    let parameters: Option<HashMap<_, _>> = live.parameters;
    TableInput::builder()
        .name(live.name)
        .set_description(live.description)
        .set_owner(live.owner)
        .set_last_access_time(live.last_access_time)
        .set_last_analyzed_time(live.last_analyzed_time)
        .retention(live.retention)
        .set_storage_descriptor(live.storage_descriptor)
        .set_partition_keys(live.partition_keys)
        .set_view_original_text(live.view_original_text)
        .set_view_expanded_text(live.view_expanded_text)
        .set_table_type(live.table_type)
        .set_parameters(parameters)
        .set_target_table(live.target_table)
}

fn refused(why: &str) -> Error {
    Error::new("glue:UpdateTable", "InvalidRequest", why)
}
