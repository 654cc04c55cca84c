//! What is still there under a name that nobody else has: by tags, by the paths of roles, and by the names of logs, which
//! services make by themselves.

use crate::aws::{Aws, Result, pages, write};
use crate::engine::resource::Resource as _;
use crate::resources::LogGroup;

/// How long a log is kept where nobody wants it.
const DRIFTED_DAYS: i32 = 3;

/// A line for each thing.
///
/// # Errors
/// AWS's, where it may not be asked.
pub(crate) async fn leftovers(aws: &Aws) -> Result<Vec<String>> {
    aws.look_anew().await;
    let names = &aws.names;
    let mut left: Vec<_> = aws.tagged("").await?.into_iter().map(|arn| format!("by its tags: {arn}")).collect();
    left.extend(aws.roles().await?.into_iter().map(|role| format!("by its path: iam.role {}", role.name)));
    for log_group in log_groups(aws, &format!("{}-{}", names.pipeline, names.stage)).await? {
        left.push(format!("by its name: {} {log_group}", LogGroup::KIND));
    }
    Ok(left)
}

/// Changes how long the log of the function `track` is kept, as somebody does in the console.
///
/// # Errors
/// AWS's; there is no such log.
pub(crate) async fn drift(aws: &Aws) -> Result<()> {
    let name = format!("/aws/lambda/{}-{}-track", aws.names.pipeline, aws.names.stage);
    write("logs:PutRetentionPolicy", || {
        aws.logs.put_retention_policy().log_group_name(&name).retention_in_days(DRIFTED_DAYS).send()
    })
    .await?;
    Ok(())
}

/// Those of functions and streams, and those that Glue makes.
async fn log_groups(aws: &Aws, name: &str) -> Result<Vec<String>> {
    let mut found = vec![];
    for service in ["lambda", "kinesisfirehose"] {
        let prefix = format!("/aws/{service}/{name}");
        let all = pages(
            "logs:DescribeLogGroups",
            |from| aws.logs.describe_log_groups().log_group_name_prefix(&prefix).set_next_token(from).send(),
            |page| page.next_token(),
        );
        let all = all.await?.into_iter().flat_map(|page| page.log_groups.unwrap_or_default());
        found.extend(all.filter_map(|group| group.log_group_name));
    }
    Ok(found)
}
