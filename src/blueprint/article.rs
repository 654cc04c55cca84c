//! The article's pipeline, for tests of what is rendered from one.

use crate::config::{Overrides, Pipeline, load};
use crate::names::Names;
use std::path::Path;

const ACCOUNT: &str = "123456789012";

pub(super) fn names(partition: &str, region: &str) -> Names {
    let [partition, account, region] = [partition, ACCOUNT, region].map(str::to_owned);
    Names {
        partition,
        account,
        region,
        pipeline: "clickstream".into(),
        stage: "prod".into(),
        ignored: Default::default(),
        role_path: String::new(),
        given: Default::default(),
    }
}

pub(super) fn pipeline() -> Pipeline {
    example("clickstream")
}

/// The same events, kept and converted by less.
pub(super) fn lean() -> Pipeline {
    example("lean")
}

/// With alarms.
pub(super) fn web() -> Pipeline {
    example("web")
}

/// With a dashboard.
pub(super) fn dashboard() -> Pipeline {
    example("dashboard")
}

fn example(name: &str) -> Pipeline {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}/pipeline.yaml"));
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let Ok(pipeline) = load(&path, &overrides) else { panic!("the example has mistakes") };
    pipeline.resolve(ACCOUNT, "us-east-1")
}
