//! S3 object: the script of the Glue job, under a key that names its content.
//!
//! A changed script is another object, so that a run that has begun keeps the script it began with. The one
//! before is removed once the job points to the new one.

use super::bucket::{OWN_PREFIX, explain};
use super::managed::Managed;
use crate::aws::{Aws, Expect, Patience, Result, call, read, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Canonical, Value, digest};
use crate::names::Names;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::try_join_all;
use std::collections::BTreeSet;

/// The metadata that keeps the digest, so that an object need not be read to be compared.
const DIGEST: &str = "pipectl-digest";

/// A file of pipectl's own in the bucket, such as the script of the job.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Object {
    /// Where it lies.
    #[fixed]
    pub(crate) bucket: String,
    /// Its path in the bucket.
    #[fixed]
    pub(crate) key: String,
    /// Digest of what is in it.
    #[sent]
    pub(crate) content: Content,
}

/// Text, compared by its digest.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    digest: String,
    text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct ObjectOutputs {
    /// `s3://bucket/key`.
    pub(crate) uri: String,
}

impl Content {
    fn live(digest: &str) -> Self {
        Self { digest: digest.to_owned(), text: String::new() }
    }
}

impl Canonical for Content {
    fn canonical(&self) -> Value {
        self.digest.canonical()
    }
}

impl Object {
    /// A script in the bucket's own corner. Scripts with one `meaning` are the same, and need not be replaced.
    pub(crate) fn script(bucket: &str, text: String, meaning: &str) -> Self {
        let content = Content { digest: digest(meaning), text };
        Self { bucket: bucket.to_owned(), key: format!("{}{}.py", prefix(), content.digest), content }
    }

    pub(super) fn text(&self) -> &str {
        &self.content.text
    }

    fn outputs(&self) -> ObjectOutputs {
        ObjectOutputs { uri: format!("s3://{}/{}", self.bucket, self.key) }
    }

    async fn put(&self, aws: &Aws) -> Result<()> {
        call("s3:PutObject", Patience::NEW_BUCKET, || {
            aws.s3
                .put_object()
                .bucket(&self.bucket)
                .key(&self.key)
                .content_type("text/x-python")
                .metadata(DIGEST, &self.content.digest)
                .body(ByteStream::from(self.content.text.clone().into_bytes()))
                .send()
        })
        .await
        .map(drop)
    }
}

fn prefix() -> String {
    format!("{OWN_PREFIX}etl/")
}

impl Resource for Object {
    type World = Aws;
    type Outputs = ObjectOutputs;
    const KIND: &'static str = "s3.object";
    const USES: &'static [&'static str] = &["s3.bucket"];

    fn id(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, _: &Names, _: &str) -> ObjectOutputs {
        self.outputs()
    }

    /// The wanted ones, and whatever scripts are left in our buckets from before.
    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let arns = aws.names.s3_arn("");
        let split =
            |wanted: &Wanted| wanted.id.split_once('/').map(|(bucket, key)| (bucket.to_owned(), key.to_owned()));
        let heads = try_join_all(wanted.iter().filter_map(|wanted| Some((wanted.name.clone(), split(wanted)?))).map(
            |(name, (bucket, key))| async move {
                Ok::<_, crate::aws::Error>(head(aws, &bucket, &key).await?.map(|object| contained(name, object)))
            },
        ));
        let mut buckets: BTreeSet<_> = wanted.iter().filter_map(split).map(|(bucket, _)| bucket).collect();
        let known = try_join_all(buckets.iter().map(|bucket| keys(aws, bucket)));
        let (heads, known, tagged) = futures::try_join!(heads, known, aws.tagged(&arns))?;
        let tagged: Vec<_> = tagged.into_iter().filter(|bucket| buckets.insert(bucket.clone())).collect();
        let others = try_join_all(tagged.iter().map(|bucket| keys(aws, bucket))).await?;
        let left = known.into_iter().chain(others).flatten();
        let left = left.filter(|object| wanted.iter().all(|wanted| wanted.id != object.id()));
        Ok(heads.into_iter().flatten().chain(left.map(|object| contained(object.key.clone(), object))).collect())
    }

    async fn create(&self, aws: &Aws, _: &str) -> Result<ObjectOutputs> {
        self.put(aws).await?;
        Ok(self.outputs())
    }

    async fn update(&self, aws: &Aws, _: &Live<Self>, _: &[Change]) -> Result<ObjectOutputs> {
        self.put(aws).await?;
        Ok(self.outputs())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let Self { bucket, key, .. } = &live.resource;
        write("s3:DeleteObject", || aws.s3.delete_object().bucket(bucket).key(key).send()).await.gone()
    }
}

fn contained(name: String, object: Object) -> Live<Object> {
    let outputs = object.outputs();
    Live::contained(name, object, outputs)
}

async fn head(aws: &Aws, bucket: &str, key: &str) -> Result<Option<Object>> {
    let found = read("s3:GetObject", || aws.s3.head_object().bucket(bucket).key(key).send());
    let found = found.await.map_err(|error| explain(error, bucket)).absent()?;
    Ok(found.map(|found| {
        let digest = found.metadata().and_then(|all| all.get(DIGEST)).map_or("", String::as_str);
        Object { bucket: bucket.to_owned(), key: key.to_owned(), content: Content::live(digest) }
    }))
}

/// The scripts in a bucket. A thousand are more than there ever are.
async fn keys(aws: &Aws, bucket: &str) -> Result<Vec<Object>> {
    let page = read("s3:ListBucket", || aws.s3.list_objects_v2().bucket(bucket).prefix(prefix()).send());
    let found =
        page.await.map_err(|error| explain(error, bucket)).absent()?.and_then(|page| page.contents).unwrap_or_default();
    let object = |key: String| Object { bucket: bucket.to_owned(), key, content: Content::live("") };
    Ok(found.into_iter().filter_map(|found| found.key).map(object).collect())
}
