//! What a stream's settings are where nobody sets them.

use crate::engine::extra::Extra;
use aws_sdk_firehose::types::{
    EncryptionConfiguration, ExtendedS3DestinationUpdate, NoEncryptionConfig, ProcessingConfiguration,
};

/// The update, with each of these as it is where nobody sets it.
pub(super) fn without(mut update: ExtendedS3DestinationUpdate, extras: &[&Extra]) -> ExtendedS3DestinationUpdate {
    for extra in extras {
        match extra.name.as_ref() {
            "EncryptionConfiguration.KMSEncryptionConfig" => {
                update.encryption_configuration = Some(unencrypted());
            }
            "ProcessingConfiguration" => {
                let off = ProcessingConfiguration::builder().enabled(false).set_processors(Some(vec![]));
                update.processing_configuration = Some(off.build());
            }
            "S3BackupDescription.EncryptionConfiguration.KMSEncryptionConfig" => {
                if let Some(backup) = &mut update.s3_backup_update {
                    backup.encryption_configuration = Some(unencrypted());
                }
            }
            // Firehose merges: an empty text is the way to nothing.
            "FileExtension" => update.file_extension = Some(String::new()),
            "CustomTimeZone" => update.custom_time_zone = Some("UTC".to_owned()),
            _ => {}
        }
    }
    update
}

fn unencrypted() -> EncryptionConfiguration {
    EncryptionConfiguration::builder().no_encryption_config(NoEncryptionConfig::NoEncryption).build()
}
