//! What fits and what does not.

mod against;
mod grows;
mod page;

use super::*;
use crate::config::{Overrides, load_text};
use crate::cost::Inputs;
use std::path::Path;

/// A file with a name and a schema before what is given.
fn file(rest: &str) -> Pipeline {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let text = format!("name: clicks\nschema: {{ event: string }}\n{rest}");
    load_text(Path::new("pipeline.yaml"), &text, &overrides).unwrap_or_else(|problems| panic!("{problems}"))
}

fn load(pipeline: &Pipeline, figures: &[&str]) -> Load {
    let mut inputs = Inputs::of(pipeline);
    figures.iter().for_each(|figure| inputs.set(figure).unwrap());
    Load::of(&inputs, pipeline)
}

fn found(pipeline: &Pipeline, region: &str, figures: &[&str]) -> Vec<&'static str> {
    let account = Account::default();
    let subject = Subject { pipeline, region, account: &account };
    check(&subject, &load(pipeline, figures)).iter().map(|finding| finding.id).collect()
}
