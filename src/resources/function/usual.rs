//! What a function's settings are where nobody sets them.

use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder as Update;
use aws_sdk_lambda::types as sdk;

/// An update that sets one thing to what it is where nobody sets it.
pub(super) fn set(update: Update, name: &str) -> Update {
    match name {
        "VpcConfig" => {
            let none = sdk::VpcConfig::builder().set_subnet_ids(Some(vec![])).set_security_group_ids(Some(vec![]));
            update.vpc_config(none.build())
        }
        "DeadLetterConfig.TargetArn" => {
            update.dead_letter_config(sdk::DeadLetterConfig::builder().target_arn("").build())
        }
        "TracingConfig.Mode" => {
            update.tracing_config(sdk::TracingConfig::builder().mode(sdk::TracingMode::PassThrough).build())
        }
        "Layers.Arn" => update.set_layers(Some(vec![])),
        "FileSystemConfigs" => update.set_file_system_configs(Some(vec![])),
        "EphemeralStorage.Size" => {
            let usual = sdk::EphemeralStorage::builder().size(512).build();
            update.set_ephemeral_storage(usual.ok())
        }
        "SnapStart.ApplyOn" => {
            update.snap_start(sdk::SnapStart::builder().apply_on(sdk::SnapStartApplyOn::None).build())
        }
        _ => update,
    }
}
