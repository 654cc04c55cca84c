//! What AWS's price list says, figure by figure, beside a book.

use super::{Book, Price};
use std::collections::BTreeMap;

/// Where prices that are fetched say they are from.
#[derive(Debug, PartialEq)]
pub(in crate::cost) struct Origin {
    /// In a book.
    pub(in crate::cost) key: &'static str,
    pub(in crate::cost) title: &'static str,
    pub(in crate::cost) url: &'static str,
}

pub(in crate::cost) const GET_PRODUCTS: Origin = Origin {
    key: "AWS Price List API",
    title: "AWS Price List API, pricing:GetProducts; a figure's date is that from which its price is effective",
    url: "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html",
};
pub(in crate::cost) const BULK: Origin = Origin {
    key: "AWS price files",
    title: "AWS price list files; a figure's date is that from which its price is effective",
    url: "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json",
};

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
    pub(in crate::cost) origin: &'static Origin,
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

/// A book of these prices and no others. What is free for an account is no price: it stays as this release has it.
pub(crate) fn book_of(all: &[Listed]) -> Book {
    let price = |(name, finding): (&&str, &Finding)| match finding {
        Finding::Price(price) => Some(((*name).to_owned(), price.clone())),
        Finding::Absent | Finding::Unclear(_) => None,
    };
    let prices = |listed: &Listed| (listed.region.clone(), listed.findings.iter().filter_map(price).collect());
    let origin = all.first().map_or(&GET_PRODUCTS, |listed| listed.origin);
    Book::bundled().only(all.iter().map(prices).collect(), origin)
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
