//! Function URLs: how they are made, and what callers of one meet.

mod answer;
mod configuration;
mod cors;
mod event;
mod front;

pub(super) use configuration::{
    create_function_url_config, delete_function_url_config, forget, get_function_url_config, list_function_url_configs,
    remove, update_function_url_config,
};
pub(crate) use front::{respond, url_request};
