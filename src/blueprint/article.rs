//! The article's pipeline, for tests of what is rendered from one.

use crate::config::{Overrides, Pipeline, load};
use crate::names::Names;
use std::path::Path;

pub(super) fn names(partition: &str, region: &str) -> Names {
    let [partition, account, region] = [partition, "123456789012", region].map(str::to_owned);
    Names { partition, account, region, pipeline: "clickstream".into(), stage: "prod".into() }
}

pub(super) fn pipeline() -> Pipeline {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/init/from_article.yaml");
    let overrides = Overrides { stage: None, region: None, env: &|_| None };
    let mut pipeline = load(&path, &overrides).expect("the template is valid").resolve("123456789012", "us-east-1");
    pipeline.bucket.name = "acme-clickstream".into();
    pipeline.catalog.database = "clickstream".into();
    pipeline
}
