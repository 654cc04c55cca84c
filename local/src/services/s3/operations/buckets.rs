//! Buckets as such.

use super::super::{Front, buckets, configurations, error, multipart, timestamp, versions};
use s3s::S3Result;
use s3s::dto::*;

/// A page of ListBuckets, unless the request asks for less.
const MOST_BUCKETS: i32 = 10_000;

impl Front {
    pub(super) fn create_bucket(&self, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
        let constraint = input.create_bucket_configuration.and_then(|all| all.location_constraint);
        let constraint = constraint.map(|region| region.as_str().to_owned());
        let ownership = input.object_ownership.as_ref().map(ObjectOwnership::as_str);
        self.run(|context| {
            let is_new = buckets::create(context, &input.bucket, constraint.as_deref(), ownership)?;
            match is_new && !self.tags.is_empty() {
                true => configurations::put_tags(context, &input.bucket, self.tags.clone()),
                false => Ok(()),
            }
        })?;
        Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
    }

    pub(super) fn head_bucket(&self, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
        let found = self.run(|context| buckets::existing(context, &input.bucket))?;
        Ok(HeadBucketOutput { bucket_region: found["region"].as_str().map(str::to_owned), ..Default::default() })
    }

    pub(super) fn delete_bucket(&self, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
        self.run(|context| {
            let anything = multipart::any(context, &input.bucket)? || versions::any(context, &input.bucket)?;
            buckets::delete(context, &input.bucket, !anything)
        })?;
        Ok(DeleteBucketOutput::default())
    }

    pub(super) fn list_buckets(&self, input: ListBucketsInput) -> S3Result<ListBucketsOutput> {
        let prefix = input.prefix.clone().unwrap_or_default();
        let most = input.max_buckets.unwrap_or(MOST_BUCKETS);
        if !(1..=MOST_BUCKETS).contains(&most) {
            return Err(error("InvalidArgument", 400, "Argument max-buckets must be an integer between 1 and 10000"));
        }
        let after = match input.continuation_token.as_deref().map(hex::decode) {
            None => vec![],
            Some(Ok(after)) => after,
            Some(Err(_)) => return Err(error("InvalidArgument", 400, "The continuation token provided is incorrect")),
        };
        let in_region =
            |bucket: &serde_json::Value| input.bucket_region.as_deref().is_none_or(|asked| bucket["region"] == asked);
        let all = self.run(buckets::all)?.into_iter();
        let mut all =
            all.filter(|(name, bucket)| name.starts_with(&prefix) && name.as_bytes() > &*after && in_region(bucket));
        let page: Vec<_> = all.by_ref().take(usize::try_from(most).unwrap_or_default()).collect();
        let more = all.next().and_then(|_| page.last().map(|(name, _)| hex::encode(name)));
        let page = page.into_iter().map(|(name, bucket)| Bucket {
            bucket_region: bucket["region"].as_str().map(str::to_owned),
            creation_date: Some(timestamp(bucket["created"].as_i64().unwrap_or_default())),
            name: Some(name),
        });
        Ok(ListBucketsOutput {
            buckets: Some(page.collect()),
            continuation_token: more,
            owner: self.owner(),
            prefix: input.prefix,
        })
    }

    pub(super) fn get_bucket_location(&self, input: GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
        let found = self.run(|context| buckets::existing(context, &input.bucket))?;
        let region = found["region"].as_str().filter(|region| *region != "us-east-1");
        let location_constraint = region.map(|region| BucketLocationConstraint::from(region.to_owned()));
        Ok(GetBucketLocationOutput { location_constraint })
    }

    pub(super) fn get_bucket_acl(&self, input: GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
        self.run(|context| buckets::existing(context, &input.bucket))?;
        let grantee = Grantee {
            display_name: Some("local".to_owned()),
            email_address: None,
            id: Some(self.core.account.to_string()),
            type_: Type::from_static(Type::CANONICAL_USER),
            uri: None,
        };
        let grant =
            Grant { grantee: Some(grantee), permission: Some(Permission::from_static(Permission::FULL_CONTROL)) };
        Ok(GetBucketAclOutput { grants: Some(vec![grant]), owner: self.owner() })
    }
}
