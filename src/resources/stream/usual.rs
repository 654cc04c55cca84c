//! What a stream's settings are where nobody sets them.

use crate::engine::extra::Extra;
use aws_sdk_firehose::types::{
    DataFormatConversionConfiguration, EncryptionConfiguration, ExtendedS3DestinationUpdate, NoEncryptionConfig,
    ProcessingConfiguration,
};

/// The update, with each of these as it is where nobody sets it.
pub(super) fn without(mut update: ExtendedS3DestinationUpdate, extras: &[&Extra]) -> ExtendedS3DestinationUpdate {
    for extra in extras {
        match extra.name.as_ref() {
            "EncryptionConfiguration.KMSEncryptionConfig" => {
                let none = EncryptionConfiguration::builder().no_encryption_config(NoEncryptionConfig::NoEncryption);
                update.encryption_configuration = Some(none.build());
            }
            "ProcessingConfiguration" => {
                let off = ProcessingConfiguration::builder().enabled(false).set_processors(Some(vec![]));
                update.processing_configuration = Some(off.build());
            }
            "DataFormatConversionConfiguration.Enabled" => {
                let off = DataFormatConversionConfiguration::builder().enabled(false);
                update.data_format_conversion_configuration = Some(off.build());
            }
            // Firehose merges: an empty text is the way to nothing.
            "FileExtension" => update.file_extension = Some(String::new()),
            "CustomTimeZone" => update.custom_time_zone = Some("UTC".to_owned()),
            _ => {}
        }
    }
    update
}
