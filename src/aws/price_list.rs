//! AWS's price list, which is asked in three regions for the prices of all.

use super::connect::{self, Manner, Target};
use super::{Class, Error, Result, Timings, read};
use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};
use std::collections::BTreeSet;

const OPERATION: &str = "pricing:GetProducts";
const HINT: &str = "listed prices need credentials that allow `pricing:GetProducts`; the price book needs none";

/// A connection to the price list.
#[derive(Debug)]
pub(crate) struct PriceList {
    client: Client,
    pub(crate) timings: Timings,
}

impl PriceList {
    /// For the prices of a region. Nothing is sent yet.
    ///
    /// # Errors
    /// The AWS configuration cannot be used.
    pub(crate) async fn connect(profile: Option<String>, region: &str, manner: Manner) -> Result<Self> {
        let Manner { timeouts, timings, .. } = manner;
        let target = Target::Account { profile, role: None };
        let loaded = connect::load(target, Some(home(region).to_owned()), timeouts).await?;
        let builder = aws_sdk_pricing::config::Builder::from(&loaded.config).interceptor(timings.clone());
        Ok(Self { client: Client::from_conf(builder.build()), timings })
    }

    /// The documents of all products of a service whose attributes are these, from every page.
    ///
    /// # Errors
    /// AWS's, with what is needed for this where it is credentials or a permission.
    pub(crate) async fn products(&self, service: &str, attributes: &[(String, String)]) -> Result<Vec<String>> {
        let filters = attributes.iter().map(|(field, value)| filter(field, value)).collect::<Result<Vec<_>>>()?;
        let (mut documents, mut token, mut seen) = (vec![], None::<String>, BTreeSet::new());
        loop {
            let request = self.client.get_products().service_code(service).format_version("aws_v1").max_results(100);
            let request = request.set_filters(Some(filters.clone())).set_next_token(token.take());
            let page = read(OPERATION, || request.clone().send()).await.map_err(explained)?;
            documents.extend(page.price_list.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            match &token {
                None => return Ok(documents),
                Some(token) if !seen.insert(token.clone()) => {
                    return Err(Error::new(OPERATION, "NoProgress", "the price list gave the same page token twice"));
                }
                Some(_) => {}
            }
        }
    }
}

fn filter(field: &str, value: &str) -> Result<Filter> {
    let built = Filter::builder().r#type(FilterType::TermMatch).field(field).value(value).build();
    built.map_err(|error| Error::new(OPERATION, "InvalidRequest", &error.to_string()))
}

/// For an endpoint that is not AWS: few emulators have a price list, and Local AWS has none.
const ELSEWHERE: &str =
    "what `AWS_ENDPOINT_URL` names may have no price list; `AWS_ENDPOINT_URL_PRICING` is asked first";

fn explained(error: Error) -> Error {
    match error.class() {
        Class::Credentials | Class::Denied => error.with_hint(HINT),
        Class::Invalid | Class::Absent => error.with_hint(ELSEWHERE),
        // Local AWS, for one, says that it has no such service in words that no service uses.
        Class::Network if error.message().contains("not from AWS") => error.with_hint(ELSEWHERE),
        _ => error,
    }
}

/// The API is in three regions of `aws` and one of `aws-cn`; each has the prices of all of its partition.
fn home(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("eu" | "il" | "me" | "af") => "eu-central-1",
        Some("ap") => "ap-south-1",
        Some("cn") => "cn-northwest-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::home;

    #[test]
    fn a_regions_prices_are_asked_for_where_the_api_is() {
        let asked = ["us-west-2", "eu-west-1", "ap-northeast-1", "sa-east-1", "cn-north-1"].map(home);
        assert_eq!(asked, ["us-east-1", "eu-central-1", "ap-south-1", "us-east-1", "cn-northwest-1"]);
    }
}
