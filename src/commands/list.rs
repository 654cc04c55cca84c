//! `pipectl list`: the pipelines of the account, from tags and roles. It needs no pipeline.yaml.

use super::manner::manner;
use super::session::target_of_no_file;
use crate::aws::{Aws, Class, connect};
use crate::commands::Global;
use crate::cost::Book;
use crate::error::{Exit, Result};
use crate::report::{Listed, alert, data, document, list_to_json, list_to_text, say};
use clap::Args;
use futures::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Ask every region that the price book has, and those in which roles of pipelines are.
    #[arg(long)]
    all_regions: bool,
}

pub(crate) async fn run(global: &Global, args: &ListArgs) -> Result<Exit> {
    let aws = connect(target_of_no_file(global).await?, global.region.clone(), "", "", manner(global)).await?;
    let found = look(&aws, args.all_regions).await?;
    document(list_to_json(&aws.names.account, &found));
    if found.is_empty() {
        let everywhere = if args.all_regions { "" } else { "; `--all-regions` asks the others" };
        say(format_args!("no pipeline is in {}{everywhere}", aws.names.region));
    } else {
        data(list_to_text(&found));
    }
    if global.timings {
        alert(&aws.timings);
    }
    Ok(Exit::Done)
}

/// One entry for each pipeline, stage and region, in their order.
async fn look(aws: &Aws, everywhere: bool) -> Result<Vec<Listed>> {
    let mut all = BTreeMap::new();
    let roles = aws.roles_everywhere().await?;
    let mut regions = BTreeSet::from([aws.names.region.as_str()]);
    if everywhere {
        regions.extend(roles.keys().filter_map(|(_, region)| region.as_deref()));
        regions.extend(Book::bundled().regions().filter(|region| partition(region) == aws.names.partition));
    }
    let asked = join_all(regions.iter().map(|region| async move { (*region, aws.deployed_in(region).await) })).await;
    for (region, found) in asked {
        match found {
            Ok(found) => {
                all.extend(found.into_iter().map(|(name, there)| ((name, Some(region.to_owned())), there.resources)))
            }
            // A region that the account has not enabled knows none of its credentials.
            Err(error) if region != aws.names.region && error.class() == Class::Credentials => {
                say(format_args!("{region} was not asked: it is not enabled for this account"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    for (place, count) in &roles {
        if place.1.as_deref().is_none_or(|region| regions.contains(region)) {
            *all.entry(place.clone()).or_default() += *count;
        }
    }
    let listed = |(((pipeline, stage), region), resources)| Listed { pipeline, stage, region, resources };
    Ok(all.into_iter().map(listed).collect())
}

/// Of a region of the price book, which has no other way to say it.
fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
