//! Prices of a region as AWS's price list has them now.
//!
//! ```text
//! templates/prices/dimensions.yaml -> queries -> documents -> product -> figure -> Finding
//! ```

mod dimensions;
mod figure;
mod product;

use super::book::{Finding, Listed};
use crate::aws::PriceList;
use crate::error::{Error, Result};
use dimensions::{Dimension, Table};
use futures::{StreamExt, TryStreamExt, stream};
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
    let find = |dimension: &Dimension| {
        let products = answers.get(&dimension.query(region)).map_or(&[][..], Vec::as_slice);
        figure::find(dimension, region, products)
    };
    let findings: BTreeMap<_, _> =
        table.dimensions.iter().map(|(name, dimension)| (name.as_str(), find(dimension))).collect();
    if findings.values().all(|finding| matches!(finding, Finding::Absent)) {
        return Err(Error::other(
            format!("the AWS price list has no prices of `{region}`"),
            "check the name of the region",
        ));
    }
    Ok(Listed { region: region.to_owned(), findings })
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
