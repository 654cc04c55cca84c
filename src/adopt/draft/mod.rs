//! What becomes of what was found: taken over under its name, or left with the reason; and the file that says so.

mod data;
mod ingest;
mod transform;

use super::chain::Chain;
use super::maker::{is_of_a_tool, maker, stack};
use super::yaml::Lines;
use crate::aws::Aws;
use crate::engine::resource::Address;
use aws_sdk_lambda::types::FunctionConfiguration;
use std::collections::BTreeMap;

const BUCKET: &str = "s3.bucket.data";

/// Something that the file takes over.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) address: String,
    /// What AWS calls it.
    pub(crate) name: String,
    pub(crate) maker: String,
    /// The CloudFormation stack that it says it is of.
    pub(crate) stack: Option<String>,
}

/// Something that stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    /// `function serverless-analytics-dev-track`.
    pub(crate) what: String,
    pub(crate) maker: String,
    pub(crate) reason: String,
}

/// A file, and what it does to what is there.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) stage: String,
    pub(crate) taken: Vec<Taken>,
    pub(crate) left: Vec<Left>,
    /// What the user has to know before an apply.
    pub(crate) notes: Vec<String>,
    names: BTreeMap<String, String>,
    lines: Lines,
}

impl Draft {
    /// `named`: what the command line calls pipeline and stage.
    pub(crate) fn of(chain: &Chain<'_>, aws: &Aws, named: (Option<&str>, Option<&str>)) -> Self {
        let stage = chain.door.as_ref().and_then(|door| door.stage.clone()).filter(|stage| is_stage(stage));
        let stage = named.1.map(str::to_owned).or(stage).unwrap_or_else(|| "dev".to_owned());
        let name = named.0.map_or_else(|| name_of(chain, &stage), str::to_owned);
        let mut draft = Self { name, stage, ..Self::default() };
        draft.lines.set("name", draft.name.clone());
        draft.lines.set("stage", draft.stage.clone());
        draft.lines.set("region", aws.names.region.clone());
        draft.data(chain, aws);
        draft.ingest(chain, aws);
        draft.transform(chain, aws);
        draft.tools(chain);
        draft
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let mut names = Lines::default();
        for (address, name) in &self.names {
            names.entry("names", address, name);
        }
        let head = "# What was found, as `pipectl adopt` wrote it: docs/adopt.md. `pipectl plan` shows what it would take over.\n";
        format!("{head}{}{}", self.lines.write(), names.write())
    }

    /// Makes one anew, beside what was to be taken over.
    pub(crate) fn leave(&mut self, address: &str, reason: String) -> bool {
        let Some(name) = self.names.remove(address) else { return false };
        let taken = self.taken.iter().position(|one| one.address == address).map(|at| self.taken.remove(at));
        let maker = taken.map(|one| one.maker).unwrap_or_default();
        self.left.push(Left { what: format!("{address} ({name})"), maker, reason });
        true
    }

    /// The bucket, if that is among what AWS does not have.
    pub(crate) fn absent(&self, missing: &[Address]) -> Option<&str> {
        let bucket = self.taken.iter().find(|one| one.address == BUCKET)?;
        missing.iter().any(|address| address.to_string() == BUCKET).then_some(bucket.name.as_str())
    }

    /// Takes something over under the name that it has.
    fn take(&mut self, chain: &Chain<'_>, address: &str, name: &str, arn: &str) {
        self.names.insert(address.to_owned(), name.to_owned());
        self.take_named(chain, address, name, arn);
    }

    /// The same, where another key of the file has its name.
    fn take_named(&mut self, chain: &Chain<'_>, address: &str, name: &str, arn: &str) {
        let tags = chain.region.tags(arn);
        let stack = stack(&tags).map(str::to_owned);
        let (address, name) = (address.to_owned(), name.to_owned());
        self.taken.push(Taken { address, name, maker: maker(&tags), stack });
    }

    fn stay(&mut self, chain: &Chain<'_>, what: String, arn: &str, reason: impl Into<String>) {
        let maker = maker(&chain.region.tags(arn));
        self.left.push(Left { what, maker, reason: reason.into() });
    }

    fn role_stays(&mut self, arn: &str, of: &str) {
        let Some(name) = arn.rsplit('/').next().filter(|name| !name.is_empty()) else { return };
        let what = format!("role {name}");
        if self.left.iter().all(|left| left.what != what) {
            let reason = format!("{of}: a new role of fewer rights is taken; a role's path cannot be changed");
            self.left.push(Left { what, maker: "tags of roles are not read".to_owned(), reason });
        }
    }

    /// The old function, and its logs.
    fn function_stays(&mut self, chain: &Chain<'_>, function: &FunctionConfiguration, turned: &str) {
        let name = function.function_name().unwrap_or_default();
        if taken_in_place(chain, &self.name, &self.stage).contains(&name) {
            self.notes.push(format!(
                "the function {name} has the name that follows from `name`: it is changed in place, and fails between its new \
                 settings and its new code. Under another `--name` a new one is made beside it"
            ));
            return;
        }
        let reason = format!(
            "a new one is made beside it and {turned}, so that no request meets half of a change; after the apply nothing calls this one"
        );
        self.stay(chain, format!("function {name}"), function.function_arn().unwrap_or_default(), reason);
        self.role_stays(function.role().unwrap_or_default(), "the new function");
    }

    /// One that an API calls which stays.
    fn function_goes_on(&mut self, chain: &Chain<'_>, function: &FunctionConfiguration) {
        let name = function.function_name().unwrap_or_default();
        let reason = "the API that stays calls it: its events go into the same stream";
        self.stay(chain, format!("function {name}"), function.function_arn().unwrap_or_default(), reason);
    }

    /// What other tools have in the region that may write what the pipeline has.
    fn tools(&mut self, chain: &Chain<'_>) {
        for function in &chain.region.functions {
            let name = function.function_name().unwrap_or_default();
            if is_of_a_tool(name) {
                let reason =
                    "its tool writes notifications, log retention or account settings by it; it goes with its stack";
                self.stay(chain, format!("function {name}"), function.function_arn().unwrap_or_default(), reason);
            }
        }
        let mut stacks: Vec<_> = self.taken.iter().filter_map(|one| one.stack.clone()).collect();
        stacks.sort();
        stacks.dedup();
        for stack in stacks {
            self.notes.push(format!(
                "the CloudFormation stack {stack} made some of it, and deletes that with itself, whoever owns it by then \
                 (`sls remove`, `cdk destroy`): deploy it once with `DeletionPolicy: Retain` on all of it, delete the stack, \
                 and then apply"
            ));
        }
    }
}

fn is_stage(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// What the stream is called, or the bucket, or what stands before the stage in the function's name: the first by which no
/// function is called already. One of the same name would be changed in place.
fn name_of(chain: &Chain<'_>, stage: &str) -> String {
    let function = chain.track.and_then(|track| track.function_name()).unwrap_or_default();
    let service = function.split_once(&format!("-{stage}-")).map(|(service, _)| service);
    let stream = chain.stream.map(|stream| stream.delivery_stream_name());
    let bucket = (!chain.bucket.is_empty()).then_some(chain.bucket.as_str());
    let words = [stream, bucket, service, Some("analytics"), Some("events")];
    let mut all = words.into_iter().flatten().filter_map(fitting);
    all.find(|name| taken_in_place(chain, name, stage).is_empty()).unwrap_or_else(|| "pipeline".to_owned())
}

/// Functions that have the names which a pipeline's would get.
fn taken_in_place<'a>(chain: &Chain<'a>, name: &str, stage: &str) -> Vec<&'a str> {
    let ours = ["track", "mover"].map(|function| format!("{name}-{stage}-{function}"));
    let all = chain.region.functions.iter().filter_map(FunctionConfiguration::function_name);
    all.filter(|function| ours.iter().any(|own| own == function)).collect()
}

/// As the name of a pipeline may be.
fn fitting(text: &str) -> Option<String> {
    let small = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = text.chars().map(small).collect();
    let words: Vec<_> = words.split('-').filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    let short = name.get(..name.len().min(24)).unwrap_or_default().trim_end_matches('-').to_owned();
    (short.len() >= 3 && short.starts_with(|c: char| c.is_ascii_lowercase())).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_pipeline_is_made_of_what_is_there() {
        for (text, name) in [
            ("serverless-analytics", Some("serverless-analytics")),
            ("Acme_Events", Some("acme-events")),
            ("a--b__c", Some("a-b-c")),
            ("9lives", None),
            ("ab", None),
            ("a-name-that-is-longer-than-thirty-two-signs", Some("a-name-that-is-longer-th")),
        ] {
            assert_eq!(fitting(text).as_deref(), name, "{text}");
        }
    }
}
