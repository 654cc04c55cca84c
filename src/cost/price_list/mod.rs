//! Prices of a region as AWS's price list has them now.
//!
//! ```text
//! templates/prices/dimensions.yaml -> queries -> documents -> product -> figure -> Finding
//!                                  -> price files -> offer -> product -> figure -> Finding
//! ```

mod dimensions;
mod figure;
mod offer;
mod product;

use super::book::{BULK, Finding, GET_PRODUCTS, Listed, Origin};
use crate::aws::{PriceFiles, PriceList};
use crate::error::{Error, Result};
use dimensions::{Dimension, Table};
use futures::{StreamExt, TryStreamExt, stream};
use offer::Wanted;
use product::Product;
use std::collections::{BTreeMap, BTreeSet};

/// Requests at once: the API gives an account ten a second or so.
const AT_ONCE: usize = 4;

/// Asks for every figure that has a name in the price list.
///
/// # Errors
/// AWS's; an answer that is not what AWS documents; a region of which the list has nothing at all.
pub(crate) async fn fetch(list: &PriceList, region: &str) -> Result<Listed> {
    let table = Table::bundled();
    let queries: BTreeSet<_> = table.dimensions.values().map(|dimension| dimension.query(region)).collect();
    let answers = stream::iter(queries).map(|query| ask(list, query)).buffer_unordered(AT_ONCE);
    let answers: BTreeMap<_, _> = answers.try_collect().await?;
    let products = |dimension: &'static Dimension| answers.get(&dimension.query(region)).map_or(&[][..], Vec::as_slice);
    listed(region, &products, &GET_PRODUCTS)
}

/// Reads every figure that has a name in the price list from its service's file; and tells which services have none.
///
/// # Errors
/// A file cannot be read, is broken, or of another service or region; there is none at all of this region.
pub(crate) async fn fetch_files(files: &PriceFiles, region: &str) -> Result<(Listed, Vec<&'static str>)> {
    let mut services = BTreeMap::<&str, Vec<&Dimension>>::new();
    for dimension in Table::bundled().dimensions.values() {
        services.entry(&dimension.service).or_default().push(dimension);
    }
    let (mut found, mut absent) = (BTreeMap::new(), vec![]);
    for (service, dimensions) in services {
        match read_file(files, Wanted { service: service.to_owned(), region: region.to_owned(), dimensions }).await? {
            Some(products) => drop(found.insert(service, products)),
            None => absent.push(service),
        }
    }
    if found.is_empty() {
        let first = absent.first().copied().unwrap_or_default();
        let message = format!("there are no price files of `{region}`, such as {}", files.name(first, region));
        return Err(Error::other(message, "check the name of the region, and what `--from-bulk` names"));
    }
    let products = |dimension: &'static Dimension| found.get(&*dimension.service).map_or(&[][..], Vec::as_slice);
    Ok((listed(region, &products, &BULK)?, absent))
}

async fn read_file(files: &PriceFiles, wanted: Wanted) -> Result<Option<Vec<Product>>> {
    let name = files.name(&wanted.service, &wanted.region);
    let Some(contents) = files.open(&wanted.service, &wanted.region).await? else { return Ok(None) };
    // Parsing waits for what comes, and takes seconds of a large file.
    let read = tokio::task::spawn_blocking(move || wanted.of(contents)).await;
    let read = read.unwrap_or_else(|error| Err(error.to_string()));
    read.map(Some).map_err(|why| {
        Error::other(format!("the price file {name} cannot be read: {why}"), "nothing was written; try it again")
    })
}

fn listed<'a>(
    region: &str,
    products: &dyn Fn(&'static Dimension) -> &'a [Product],
    origin: &'static Origin,
) -> Result<Listed> {
    let find = |dimension: &'static Dimension| figure::find(dimension, region, products(dimension), origin);
    let table = Table::bundled();
    let findings: BTreeMap<_, _> =
        table.dimensions.iter().map(|(name, dimension)| (name.as_str(), find(dimension))).collect();
    if findings.values().all(|finding| matches!(finding, Finding::Absent)) {
        return Err(Error::other(
            format!("the AWS price list has no prices of `{region}`"),
            "check the name of the region",
        ));
    }
    Ok(Listed { region: region.to_owned(), findings, origin })
}

type Query = (String, Vec<(String, String)>);

async fn ask(list: &PriceList, query: Query) -> Result<(Query, Vec<Product>)> {
    let documents = list.products(&query.0, &query.1).await?;
    let products = documents.iter().map(|document| Product::read(document)).collect::<std::result::Result<_, _>>();
    let products = products.map_err(|why| {
        Error::other(
            format!("the price list of {} has a document that cannot be read: {why}", query.0),
            "estimate without `--listed-prices`; if AWS has changed the format, a newer pipectl may know it",
        )
    })?;
    Ok((query, products))
}

/// Figures of the book that have no verified name in the price list.
pub(crate) fn not_looked_up() -> &'static [String] {
    &Table::bundled().not_looked_up
}
