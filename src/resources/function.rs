//! Lambda function, its code included.
//!
//! VPC, layers, tracing and destinations are not managed: updates leave out what they do not change.

use super::function_settle::{failed, gone, idle, settled};
use crate::aws::{Aws, Code, Error, Expect as _, Patience, Result, Sort, Stamp, Tags, call, read, write};
use crate::config::Architecture;
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::engine::value::Secret;
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{self as sdk, Environment, FunctionCode, LoggingConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The tag that tells planning which code runs: `<digest of the code>:<CodeSha256>`.
const TAG_CODE: &str = "pipectl:code";

/// The attributes that `UpdateFunctionConfiguration` sets.
const CONFIGURATION: &[&str] =
    &["description", "role_arn", "runtime", "handler", "memory_mb", "timeout_s", "environment", "log_group"];

/// Those that `UpdateFunctionCode` sets.
const CODE: &[&str] = &["architecture", "code"];

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) role_arn: String,
    /// [`Function::RUNTIME`].
    pub(crate) runtime: String,
    /// [`Function::HANDLER`].
    pub(crate) handler: String,
    pub(crate) architecture: Architecture,
    /// MiB, which Lambda calls MB: 128 to 10,240.
    pub(crate) memory_mb: i32,
    /// 1 to 900 s.
    pub(crate) timeout_s: i32,
    /// `None`: shares the concurrency of the account. Zero stops the function.
    pub(crate) reserved_concurrency: Option<i32>,
    pub(crate) environment: BTreeMap<String, Secret<String>>,
    /// Exists before the function: Lambda would make it without retention and tags.
    pub(crate) log_group: String,
    pub(crate) code: Code,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct FunctionOutputs {
    pub(crate) name: String,
    pub(crate) arn: String,
}

/// Code on its way to Lambda.
struct Upload {
    zip: Bytes,
    /// As Lambda spells it: base64.
    sha256: String,
}

impl Function {
    /// The operating system without a language: our code is an executable.
    pub(crate) const RUNTIME: &'static str = "provided.al2023";
    /// What that runtime starts whatever this says; the field must not be empty.
    pub(crate) const HANDLER: &'static str = "bootstrap";

    fn outputs(&self, names: &Names) -> FunctionOutputs {
        FunctionOutputs { name: self.name.clone(), arn: arn(names, &self.name) }
    }

    async fn upload(&self) -> Result<Upload> {
        let zip = self.code.zip().await?;
        let sha256 = STANDARD.encode(Sha256::digest(&zip));
        Ok(Upload { zip, sha256 })
    }

    fn code_tag(&self, sha256: &str) -> String {
        format!("{}:{sha256}", self.code.digest())
    }

    fn variables(&self) -> Environment {
        let variables = self.environment.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect();
        Environment::builder().set_variables(Some(variables)).build()
    }

    fn logging(&self) -> LoggingConfig {
        LoggingConfig::builder().log_group(&self.log_group).build()
    }

    fn architecture(&self) -> sdk::Architecture {
        self.architecture.as_str().into()
    }

    /// The code's tag goes with the request: it would take one more call afterwards.
    async fn request(&self, aws: &Aws, name: &str, upload: &Upload) -> Result<Option<String>> {
        let mut tags = self.tags.stamped(aws, name, &self.attributes());
        tags.insert(TAG_CODE.to_owned(), self.code_tag(&upload.sha256));
        let created = call("lambda:CreateFunction", Patience::LAMBDA, || {
            aws.lambda
                .create_function()
                .function_name(&self.name)
                .description(&self.description)
                .role(&self.role_arn)
                .runtime(self.runtime.as_str().into())
                .handler(&self.handler)
                .architectures(self.architecture())
                .memory_size(self.memory_mb)
                .timeout(self.timeout_s)
                .environment(self.variables())
                .logging_config(self.logging())
                .code(FunctionCode::builder().zip_file(Blob::new(upload.zip.clone())).build())
                .set_tags(Some(tags.clone().into_iter().collect()))
                .send()
        });
        match created.await {
            Ok(created) => Ok(created.code_sha256),
            Err(error) => Err(self.explain(aws, error).await),
        }
    }

    async fn put_configuration(&self, aws: &Aws) -> Result<()> {
        let sent = call("lambda:UpdateFunctionConfiguration", Patience::LAMBDA, || {
            aws.lambda
                .update_function_configuration()
                .function_name(&self.name)
                .description(&self.description)
                .role(&self.role_arn)
                .runtime(self.runtime.as_str().into())
                .handler(&self.handler)
                .memory_size(self.memory_mb)
                .timeout(self.timeout_s)
                .environment(self.variables())
                .logging_config(self.logging())
                .send()
        });
        match sent.await {
            Ok(_) => settled(aws, "lambda:UpdateFunctionConfiguration", &self.name).await,
            Err(error) => Err(self.explain(aws, error).await),
        }
    }

    /// The architecture belongs to the code: one without the other would not start.
    async fn put_code(&self, aws: &Aws) -> Result<String> {
        let upload = self.upload().await?;
        let sent = call("lambda:UpdateFunctionCode", Patience::LAMBDA, || {
            aws.lambda
                .update_function_code()
                .function_name(&self.name)
                .architectures(self.architecture())
                .zip_file(Blob::new(upload.zip.clone()))
                .send()
        });
        let sha256 = sent.await?.code_sha256.unwrap_or(upload.sha256);
        settled(aws, "lambda:UpdateFunctionCode", &self.name).await?;
        Ok(sha256)
    }

    async fn put_concurrency(&self, aws: &Aws) -> Result<()> {
        let Some(reserved) = self.reserved_concurrency else {
            let sent = call("lambda:DeleteFunctionConcurrency", Patience::LAMBDA, || {
                aws.lambda.delete_function_concurrency().function_name(&self.name).send()
            });
            return sent.await.map(|_| ());
        };
        let sent = call("lambda:PutFunctionConcurrency", Patience::LAMBDA, || {
            let request = aws.lambda.put_function_concurrency().function_name(&self.name);
            request.reserved_concurrent_executions(reserved).send()
        });
        sent.await.map(|_| ()).map_err(|error| match error.message().contains("UnreservedConcurrentExecution") {
            true => error.with_hint(
                "lower `reserved_concurrency` or leave it out, or ask for a higher quota `Concurrent executions`: \
                 Lambda keeps part of it unreserved, which in a new account is all of it",
            ),
            false => error,
        })
    }

    async fn put_tags(&self, aws: &Aws, name: &str, live: &Tags, code_tag: Option<String>) -> Result<()> {
        let arn = arn(&aws.names, &self.name);
        let removed = self.tags.removed_from(live);
        if !removed.is_empty() {
            write("lambda:UntagResource", || {
                aws.lambda.untag_resource().resource(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let mut tags = self.tags.stamped(aws, name, &self.attributes());
        tags.extend(code_tag.map(|value| (TAG_CODE.to_owned(), value)));
        write("lambda:TagResource", || {
            aws.lambda.tag_resource().resource(&arn).set_tags(Some(tags.clone().into_iter().collect())).send()
        })
        .await
        .map(|_| ())
    }

    async fn explain(&self, aws: &Aws, error: Error) -> Error {
        aws.explain_role(error, &self.role_arn, "lambda.amazonaws.com").await
    }

    /// `None` if AWS described no function.
    fn read(output: GetFunctionOutput, names: &Names) -> Option<(Self, Stamp)> {
        let stamp = Stamp::read(names, output.tags.unwrap_or_default());
        let live = output.configuration?;
        let name = live.function_name?;
        let variables = live.environment.and_then(|environment| environment.variables).unwrap_or_default();
        let log_group = live.logging_config.and_then(|logging| logging.log_group);
        let arm = live.architectures.unwrap_or_default().contains(&sdk::Architecture::Arm64);
        let resource = Self {
            description: live.description.unwrap_or_default(),
            role_arn: live.role.unwrap_or_default(),
            runtime: live.runtime.map(|runtime| runtime.to_string()).unwrap_or_default(),
            handler: live.handler.unwrap_or_default(),
            architecture: if arm { Architecture::Arm64 } else { Architecture::X86_64 },
            memory_mb: live.memory_size.unwrap_or_default(),
            timeout_s: live.timeout.unwrap_or_default(),
            reserved_concurrency: output.concurrency.and_then(|reserved| reserved.reserved_concurrent_executions),
            environment: variables.into_iter().map(|(name, value)| (name, Secret(value))).collect(),
            log_group: log_group.unwrap_or_else(|| format!("/aws/lambda/{name}")),
            code: Code::live(running(stamp.ours.get(TAG_CODE), &live.code_sha256.unwrap_or_default())),
            tags: stamp.tags.clone(),
            name,
        };
        Some((resource, stamp))
    }
}

/// The digest of the code that runs, if it is the code that was recorded when it was put there.
fn running(recorded: Option<&String>, sha256: &str) -> String {
    match recorded.and_then(|recorded| recorded.split_once(':')) {
        Some((digest, of)) if of == sha256 => digest.to_owned(),
        Some(_) => format!("changed outside pipectl (sha256 {sha256})"),
        None => format!("not from pipectl (sha256 {sha256})"),
    }
}

impl Resource for Function {
    type World = Aws;
    const KIND: &'static str = "lambda.function";
    /// One that outlives its log group makes it again with its last words.
    const USES: &'static [&'static str] = &["iam.role", "logs.log_group", "s3.bucket"];
    type Outputs = FunctionOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self {
            name,
            description,
            role_arn,
            runtime,
            handler,
            architecture,
            memory_mb,
            timeout_s,
            reserved_concurrency,
            environment,
            log_group,
            code,
            tags,
        } = self;
        Attributes::new()
            .replace("name", name)
            .update("description", description)
            .update("role_arn", role_arn)
            .update("runtime", runtime)
            .update("handler", handler)
            .update("architecture", architecture.as_str())
            .update("memory_mb", memory_mb)
            .update("timeout_s", timeout_s)
            .update("reserved_concurrency", reserved_concurrency)
            .update("environment", environment)
            .update("log_group", log_group)
            .update("code", code)
            .update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> FunctionOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = arn(&aws.names, "");
        // One that failed for good cannot be repaired: where it is wanted it counts as missing, and
        // `create` clears it away; where it is not, it is an orphan like any other.
        let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted.id == name);
        by_id(aws, wanted, &prefix, async |name: String| {
            let found = observe_one(aws, &name).await?;
            Ok(found.filter(|(_, failed)| !(*failed && is_wanted(&name))).map(|(found, _)| found))
        })
        .await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<FunctionOutputs> {
        let upload = self.upload().await?;
        let sha256 = match self.request(aws, name, &upload).await {
            Err(error) if error.sort() == Sort::Exists => match observe_one(aws, &self.name).await? {
                Some((found, true)) if found.stamp.owner == Owner::Us => {
                    gone(aws, &self.name).await?;
                    self.request(aws, name, &upload).await?
                }
                found => return resume(self, aws, name, found.map(|(found, _)| found), error).await,
            },
            sent => sent?,
        };
        let sha256 = sha256.unwrap_or_else(|| upload.sha256.clone());
        settled(aws, "lambda:CreateFunction", &self.name).await?;
        if self.reserved_concurrency.is_some() {
            self.put_concurrency(aws).await?;
        }
        if sha256 != upload.sha256 {
            // Lambda signs or packs the code again in some accounts: record what it runs.
            self.put_tags(aws, name, &self.tags, Some(self.code_tag(&sha256))).await?;
        }
        Ok(self.outputs(&aws.names))
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<FunctionOutputs> {
        let (configuration, code) = (changes.touch(CONFIGURATION), changes.touch(CODE));
        if configuration || code {
            // Somebody else's update, or ours that was cut off (cargo-lambda#268).
            idle(aws, &self.name).await?;
        }
        if configuration {
            self.put_configuration(aws).await?;
        }
        let code_tag = match code {
            true => Some(self.code_tag(&self.put_code(aws).await?)),
            false => None,
        };
        if changes.touch(&["reserved_concurrency"]) {
            self.put_concurrency(aws).await?;
        }
        self.put_tags(aws, &live.name, &live.resource.tags, code_tag).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        gone(aws, &live.resource.name).await
    }
}

/// The function, and whether it failed for good.
async fn observe_one(aws: &Aws, name: &str) -> Result<Option<(Found<Function>, bool)>> {
    let found = read("lambda:GetFunction", || aws.lambda.get_function().function_name(name).send()).await;
    let Some(found) = found.absent()? else { return Ok(None) };
    if let Some(error) = &found.tags_error {
        // Without its tags a function of ours would look like somebody else's.
        return Err(Error::new("lambda:GetFunction", error.error_code(), error.message()));
    }
    let failed = found.configuration.as_ref().is_some_and(failed);
    Ok(Function::read(found, &aws.names).map(|(resource, stamp)| {
        let outputs = resource.outputs(&aws.names);
        (Found { resource, outputs, stamp, data: String::new() }, failed)
    }))
}

fn arn(names: &Names, function: &str) -> String {
    names.arn("lambda", &format!("function:{function}"))
}

#[cfg(test)]
#[path = "function_tests.rs"]
mod tests;
