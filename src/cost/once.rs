//! What something costs that is done once.

use super::Book;

/// US dollars at list prices, without what is free, and the figures that the book lacks.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Once {
    pub(crate) dollars: f64,
    pub(crate) missing: Vec<&'static str>,
}

/// Of units of the book's dimensions.
pub(crate) fn once(book: &Book, region: &str, units: &[(&'static str, f64)]) -> Once {
    let mut once = Once::default();
    for (dimension, units) in units.iter().filter(|(_, units)| *units > 0.0) {
        match book.price(region, dimension) {
            Some(price) => once.dollars += price.cost(*units),
            None => once.missing.push(dimension),
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_price_is_named_and_nothing_costs_nothing() {
        let units = [("firehose_ingest_gb", 2.0), ("s3_get_select_1k", 0.0), ("no_such_figure", 1.0)];
        let once = once(Book::bundled(), "us-east-1", &units);
        assert!((once.dollars - 0.058).abs() < 1e-9, "{once:?}");
        assert_eq!(once.missing, ["no_such_figure"]);
    }
}
