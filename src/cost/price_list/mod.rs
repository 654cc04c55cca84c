//! Prices of a region as AWS's price list has them now.
//!
//! ```text
//! templates/prices/dimensions.yaml -> queries -> documents -> product -> figure -> Finding
//! ```

mod dimensions;
mod figure;
mod product;

use super::book::{Book, Price};
use crate::aws::PriceList;
use crate::error::{Error, Result};
use dimensions::{Dimension, Table};
use futures::{StreamExt, TryStreamExt, stream};
use product::Product;
use std::collections::{BTreeMap, BTreeSet};

/// Where prices that are fetched say they are from.
pub(super) const SOURCE: &str = "AWS Price List API";
/// Requests at once: the API gives an account ten a second or so.
const AT_ONCE: usize = 4;

/// What the price list says of one figure of the book.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    Price(Price),
    /// It has no such product in this region, or only what is free.
    Absent,
    /// It has something, but not one price that this could be; in words.
    Unclear(String),
}

/// What the price list says of a region.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) region: String,
    pub(crate) findings: BTreeMap<&'static str, Finding>,
}

/// A figure of the book beside the price list's.
#[derive(Debug)]
pub(crate) struct Beside<'a> {
    pub(crate) dimension: &'static str,
    pub(crate) book: Option<&'a Price>,
    pub(crate) listed: &'a Finding,
}

impl Beside<'_> {
    /// Whether both have the same price.
    pub(crate) fn agrees(&self) -> bool {
        matches!((self.book, self.listed), (Some(book), Finding::Price(listed)) if book.same(listed))
    }
}

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

/// A book of these prices and no others. What is free for an account is no price: it stays as this release has it.
pub(crate) fn book_of(all: &[Listed]) -> Book {
    let price = |(name, finding): (&&str, &Finding)| match finding {
        Finding::Price(price) => Some(((*name).to_owned(), price.clone())),
        Finding::Absent | Finding::Unclear(_) => None,
    };
    let prices = |listed: &Listed| (listed.region.clone(), listed.findings.iter().filter_map(price).collect());
    Book::bundled().only(all.iter().map(prices).collect())
}

impl Listed {
    /// Every figure beside that of a book.
    pub(crate) fn beside<'a>(&'a self, book: &'a Book) -> impl Iterator<Item = Beside<'a>> {
        self.findings.iter().map(|(dimension, listed)| Beside {
            dimension,
            book: book.price(&self.region, dimension),
            listed,
        })
    }

    /// Why figures are not clear: name and words.
    pub(crate) fn unclear(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.findings.iter().filter_map(|(name, finding)| match finding {
            Finding::Unclear(why) => Some((*name, why.as_str())),
            Finding::Price(_) | Finding::Absent => None,
        })
    }
}
