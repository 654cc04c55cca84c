//! Keys.

use super::{Answer, extra, ignored, managed};

const MADE: &str = "fixed when it was made, and what pipectl makes";

pub(crate) const DESCRIBE_KEY: Answer = Answer {
    operation: "kms:DescribeKey",
    at: "KeyMetadata",
    fields: &[
        ignored("KeyMetadata.AWSAccountId", "the account's"),
        ignored("KeyMetadata.KeyId", "AWS's own; the alias stands for it"),
        ignored("KeyMetadata.Arn", "follows from the id"),
        ignored("KeyMetadata.CreationDate", "when, not what"),
        ignored("KeyMetadata.Enabled", "follows from the state"),
        managed("KeyMetadata.Description", "description"),
        extra("KeyMetadata.KeyUsage", "not for encryption").unless("ENCRYPT_DECRYPT").by_hand(),
        managed("KeyMetadata.KeyState", "enabled"),
        ignored("KeyMetadata.DeletionDate", "follows from the state"),
        extra("KeyMetadata.ValidTo", "when its material ends").by_hand(),
        extra("KeyMetadata.Origin", "its material is from elsewhere").unless("AWS_KMS").by_hand(),
        extra("KeyMetadata.CustomKeyStoreId", "its material is in a store of the account's own").by_hand(),
        extra("KeyMetadata.CloudHsmClusterId", "its material is in a cluster of the account's own").by_hand(),
        extra("KeyMetadata.ExpirationModel", "whether its material ends").by_hand(),
        ignored("KeyMetadata.KeyManager", MADE),
        ignored("KeyMetadata.CustomerMasterKeySpec", "the old name of KeySpec"),
        extra("KeyMetadata.KeySpec", "which services cannot encrypt with").unless("SYMMETRIC_DEFAULT").by_hand(),
        ignored("KeyMetadata.EncryptionAlgorithms", "follows from KeySpec"),
        ignored("KeyMetadata.SigningAlgorithms", "follows from KeySpec"),
        ignored("KeyMetadata.KeyAgreementAlgorithms", "follows from KeySpec"),
        extra("KeyMetadata.MultiRegion", "copies of it may be in other regions").by_hand(),
        ignored("KeyMetadata.MultiRegionConfiguration", "follows from MultiRegion"),
        ignored("KeyMetadata.PendingDeletionWindowInDays", "of keys of several regions"),
        ignored("KeyMetadata.MacAlgorithms", "follows from KeySpec"),
        extra("KeyMetadata.XksKeyConfiguration", "its material is outside of AWS").by_hand(),
        ignored("KeyMetadata.CurrentKeyMaterialId", "changes with each rotation"),
    ],
};
