//! Lambda function, its code included.
//!
//! VPC, layers, tracing and the like are not managed: updates leave out what they do not change, and plans show what
//! somebody set.

mod code;
mod logging;
mod usual;

pub(crate) use logging::Logging;

use self::code::{Upload, running};
use super::fields::GET_FUNCTION;
use super::function_settle::{failed, gone, idle, settled};
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::role::id_of;
use super::tags::{Stamp, Tags};
use super::trust::explain_role;
use crate::artifact::Code;
use crate::aws::{Aws, Error, Expect as _, Patience, Result, call, whole, write};
use crate::config::Architecture;
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical, Pending, Secret, Value};
use crate::names::Names;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{self as sdk, Environment, FunctionCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The tag that tells planning which code runs: `<digest of the code>:<CodeSha256>`.
const TAG_CODE: &str = "pipectl:code";
/// The tag with [`Function::role_id`].
const TAG_ROLE: &str = "pipectl:role";

/// Code that Lambda runs when it is called: it is billed by calls and by time, and by nothing while it waits.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Function {
    #[fixed]
    pub(crate) name: String,
    #[sent(Configuration)]
    pub(crate) description: String,
    /// What it becomes while it runs.
    #[sent(Configuration)]
    pub(crate) role_arn: String,
    /// IAM's id of that role, by which Lambda lets it use the environment's key: after the role was made anew, calls fail
    /// with KMSAccessDeniedException until the function is told of it (terraform-provider-aws#6352).
    #[renewed(Configuration)]
    pub(crate) role_id: Option<Pending<String>>,
    /// The operating system without a language: the functions are executables.
    #[sent(Configuration)]
    pub(crate) runtime: String,
    /// What that runtime starts, whatever this says; the field must not be empty.
    #[sent(Configuration)]
    pub(crate) handler: String,
    /// Belongs to the code: one without the other would not start.
    #[sent(Code)]
    pub(crate) architecture: Architecture,
    /// How much a call has: 128 to 10,240 MiB, which Lambda calls MB. Its share of a CPU follows from that.
    #[sent(Configuration)]
    pub(crate) memory_mb: i32,
    /// After how long a call is given up: 1 to 900 s.
    #[sent(Configuration)]
    pub(crate) timeout_s: i32,
    /// `None`: shares the concurrency of the account. Zero stops the function.
    #[sent(Concurrency)]
    pub(crate) reserved_concurrency: Option<i32>,
    /// What it is told of the pipeline: the stream, the bucket, prefixes. Values are not shown.
    #[sent(Configuration)]
    pub(crate) environment: BTreeMap<String, Variable>,
    /// The ARN of the key that the environment is encrypted with. `None`: Lambda's own.
    #[sent(Configuration)]
    pub(crate) kms_key: Option<Pending<String>>,
    /// Exists before the function: Lambda would make it without retention and tags.
    #[sent(Configuration)]
    pub(crate) log_group: String,
    #[flat]
    pub(crate) logging: Logging,
    /// Digest of what runs: it is sent anew when the digest is another.
    #[sent(Code)]
    pub(crate) code: Code,
    #[tags]
    pub(crate) tags: Tags,
}

/// The value of a variable of the environment, which may be known only once something else is made.
pub(crate) type Variable = Pending<Secret<String>>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Configuration,
    Code,
    Concurrency,
}

impl Canonical for Architecture {
    fn canonical(&self) -> Value {
        self.as_str().canonical()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FunctionOutputs {
    pub(crate) name: String,
    pub(crate) arn: String,
}

impl Function {
    /// A variable of the environment, with a value that is known.
    pub(crate) fn variable(name: &str, value: impl Into<String>) -> (String, Variable) {
        (name.to_owned(), Pending::Known(Secret(value.into())))
    }

    /// The operating system without a language.
    pub(crate) const RUNTIME: &'static str = "provided.al2023";
    /// What that runtime starts whatever this says; the field must not be empty.
    pub(crate) const HANDLER: &'static str = "bootstrap";
    /// What helps where an account has too few calls at once.
    pub(super) const CONCURRENCY_HINT: &'static str = "lower `reserved_concurrency` or leave it out, or ask for a higher \
        quota `Concurrent executions`: Lambda keeps part of it unreserved, which in a new account is all of it";

    async fn upload(&self) -> Result<Upload> {
        let zip = self.code.zip().await?;
        let sha256 = STANDARD.encode(Sha256::digest(&zip));
        Ok(Upload { zip, sha256 })
    }

    fn code_tag(&self, sha256: &str) -> String {
        format!("{}:{sha256}", self.code.digest())
    }

    fn role_tag(&self) -> Option<(String, String)> {
        self.role_id.as_ref().map(|id| (TAG_ROLE.to_owned(), id.known().clone()))
    }

    async fn record_code(&self, aws: &Aws, sha256: &str) -> Result<()> {
        self.tag(aws, [(TAG_CODE.to_owned(), self.code_tag(sha256))].into(), vec![]).await
    }

    fn variables(&self) -> Environment {
        let variables = self.environment.iter().map(|(name, value)| (name.clone(), value.known().0.clone())).collect();
        Environment::builder().set_variables(Some(variables)).build()
    }

    fn architecture(&self) -> sdk::Architecture {
        self.architecture.as_str().into()
    }

    async fn put_configuration(&self, aws: &Aws) -> Result<()> {
        // Somebody else's update, or ours that was cut off (cargo-lambda#268).
        idle(aws, &self.name).await?;
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
                .kms_key_arn(self.kms_key.as_ref().map_or("", |key| key.known()))
                .logging_config(self.logging.said(&self.log_group))
                .send()
        });
        match sent.await {
            Ok(_) => settled(aws, "lambda:UpdateFunctionConfiguration", &self.name).await,
            Err(error) => Err(self.explain(aws, error).await),
        }
    }

    /// The tag that tells which code runs follows at once.
    async fn put_code(&self, aws: &Aws) -> Result<()> {
        idle(aws, &self.name).await?;
        let upload = self.upload().await?;
        let sent = call("lambda:UpdateFunctionCode", Patience::LAMBDA, || {
            aws.lambda
                .update_function_code()
                .function_name(&self.name)
                .architectures(self.architecture())
                .zip_file(Blob::new(upload.zip.clone()))
                .customize()
                .config_override(upload.unhurried(aws))
                .send()
        });
        let sha256 = sent.await?.code_sha256.unwrap_or(upload.sha256);
        settled(aws, "lambda:UpdateFunctionCode", &self.name).await?;
        self.record_code(aws, &sha256).await
    }

    async fn put_concurrency(&self, aws: &Aws) -> Result<()> {
        let Some(reserved) = self.reserved_concurrency else {
            let sent = call("lambda:DeleteFunctionConcurrency", Patience::LAMBDA, || {
                aws.lambda.delete_function_concurrency().function_name(&self.name).send()
            });
            return sent.await.map(drop);
        };
        let sent = call("lambda:PutFunctionConcurrency", Patience::LAMBDA, || {
            let request = aws.lambda.put_function_concurrency().function_name(&self.name);
            request.reserved_concurrent_executions(reserved).send()
        });
        sent.await.map(drop).map_err(|error| match error.message().contains("UnreservedConcurrentExecution") {
            true => error.with_hint(Self::CONCURRENCY_HINT),
            false => error,
        })
    }

    async fn explain(&self, aws: &Aws, error: Error) -> Error {
        explain_role(aws, error, &self.role_arn, "lambda.amazonaws.com").await
    }

    /// `None` if AWS described no function.
    fn from_output(output: GetFunctionOutput, names: &Names) -> Option<(Self, Stamp)> {
        let stamp = Stamp::read(names, output.tags.unwrap_or_default());
        let live = output.configuration?;
        let name = live.function_name?;
        let variables = live.environment.and_then(|environment| environment.variables).unwrap_or_default();
        let log_group = live.logging_config.as_ref().and_then(|logging| logging.log_group.clone());
        let arm = live.architectures.unwrap_or_default().contains(&sdk::Architecture::Arm64);
        let resource = Self {
            description: live.description.unwrap_or_default(),
            role_arn: live.role.unwrap_or_default(),
            role_id: stamp.ours.get(TAG_ROLE).cloned().map(Pending::Known),
            runtime: live.runtime.map(|runtime| runtime.to_string()).unwrap_or_default(),
            handler: live.handler.unwrap_or_default(),
            architecture: if arm { Architecture::Arm64 } else { Architecture::X86_64 },
            memory_mb: live.memory_size.unwrap_or_default(),
            timeout_s: live.timeout.unwrap_or_default(),
            reserved_concurrency: output.concurrency.and_then(|reserved| reserved.reserved_concurrent_executions),
            environment: variables.into_iter().map(|(name, value)| (name, Pending::Known(Secret(value)))).collect(),
            kms_key: live.kms_key_arn.filter(|key| !key.is_empty()).map(Pending::Known),
            log_group: log_group.unwrap_or_else(|| format!("/aws/lambda/{name}")),
            logging: Logging::read(live.logging_config.as_ref()),
            code: Code::live(running(stamp.ours.get(TAG_CODE), &live.code_sha256.unwrap_or_default())),
            tags: stamp.tags.clone(),
            name,
        };
        Some((resource, stamp))
    }
}

impl Resource for Function {
    type World = Aws;
    type Outputs = FunctionOutputs;
    const KIND: &'static str = "lambda.function";
    /// One that outlives its log group makes it again with its last words.
    const USES: &'static [&'static str] = &["kms.key", "s3.bucket", "iam.role", "logs.log_group", "apigateway.api_key"];
    ladders!();
}

impl Named for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, names: &Names) -> FunctionOutputs {
        FunctionOutputs { name: self.name.clone(), arn: Self::arn(names, &self.name) }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("lambda", &format!("function:{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let found = whole("lambda:GetFunction", |keep| {
            aws.lambda.get_function().function_name(name).customize().interceptor(keep).send()
        });
        let Some((found, raw)) = found.await.absent()? else { return Ok(None) };
        if let Some(error) = &found.tags_error {
            // Without its tags a function of ours would look like somebody else's.
            return Err(Error::new("lambda:GetFunction", error.error_code(), error.message()));
        }
        let failed = found.configuration.as_ref().is_some_and(failed);
        let extras = GET_FUNCTION.extras(&raw);
        let Some((mut resource, stamp)) = Self::from_output(found, &aws.names) else { return Ok(None) };
        // Made before this was kept, or by somebody else: the role is taken for the one that it was told of.
        if resource.role_id.is_none() {
            resource.role_id = id_of(aws, &resource.role_arn).await?.map(Pending::Known);
        }
        Ok(Some(Found { failed, extras, ..Found::new(resource, stamp) }))
    }

    /// The code's tag goes with the request: it would take one more call afterwards.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let upload = self.upload().await?;
        let mut tags = tags.clone();
        tags.insert(TAG_CODE.to_owned(), self.code_tag(&upload.sha256));
        tags.extend(self.role_tag());
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
                .set_kms_key_arn(self.kms_key.as_ref().map(|key| key.known().clone()))
                .logging_config(self.logging.said(&self.log_group))
                .code(FunctionCode::builder().zip_file(Blob::new(upload.zip.clone())).build())
                .set_tags(Some(tags.clone().into_iter().collect()))
                .customize()
                .config_override(upload.unhurried(aws))
                .send()
        });
        let created = match created.await {
            Ok(created) => created,
            Err(error) => return Err(self.explain(aws, error).await),
        };
        match created.code_sha256 {
            // Lambda signs or packs the code again in some accounts: record what it runs.
            Some(sha256) if sha256 != upload.sha256 => self.record_code(aws, &sha256).await,
            _ => Ok(()),
        }
    }

    fn made(&self) -> Self {
        Self { reserved_concurrency: None, ..self.clone() }
    }

    /// Permissions, a URL and what calls it are taken while it is still pending.
    async fn settle(&self, aws: &Aws) -> Result<()> {
        settled(aws, "lambda:CreateFunction", &self.name).await
    }

    fn is_late(&self, call: Call) -> bool {
        matches!(call, Call::Concurrency)
    }

    /// One that a request made whose answer was lost may not be ready yet.
    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() && found.failed => gone(aws, &self.name).await.map(|()| true),
            Some(found) if found.is_ours() => settled(aws, "lambda:CreateFunction", &self.name).await.map(|()| false),
            _ => Ok(false),
        }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Configuration => self.put_configuration(aws).await,
            Call::Code => self.put_code(aws).await,
            Call::Concurrency => self.put_concurrency(aws).await,
        }
    }

    async fn put_back(&self, aws: &Aws, _: &Self, extras: &[&Extra]) -> Result<()> {
        idle(aws, &self.name).await?;
        call("lambda:UpdateFunctionConfiguration", Patience::LAMBDA, || {
            let update = aws.lambda.update_function_configuration().function_name(&self.name);
            extras.iter().fold(update, |update, extra| usual::set(update, &extra.name)).send()
        })
        .await?;
        settled(aws, "lambda:UpdateFunctionConfiguration", &self.name).await
    }

    /// The role's tag is among them, but for those that are put on before the configuration is sent.
    async fn tag(&self, aws: &Aws, mut tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        if !Tags::are_begun(&tags) {
            tags.extend(self.role_tag());
        }
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("lambda:UntagResource", || {
                aws.lambda.untag_resource().resource(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        write("lambda:TagResource", || {
            aws.lambda.tag_resource().resource(&arn).set_tags(Some(tags.clone().into_iter().collect())).send()
        })
        .await
        .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        gone(aws, &self.name).await
    }
}

#[cfg(test)]
mod tests;
