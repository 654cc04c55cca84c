//! The one price that a figure of the book has in the price list, in the book's unit.

use super::dimensions::{Dimension, FreeBand};
use super::product::{Product, Rate, Term};
use crate::cost::book::{Finding, Origin, Price, Tier};

/// The price that all products agree on which are this figure.
pub(super) fn find(dimension: &Dimension, region: &str, products: &[Product], origin: &Origin) -> Finding {
    let mut found: Vec<(&str, Price)> = vec![];
    for product in products.iter().filter(|product| dimension.is(product, region)) {
        for term in product.terms() {
            match price(dimension, term, origin) {
                Ok(Some(price)) if found.iter().any(|(_, other)| other.same(&price)) => {}
                Ok(Some(price)) => found.push((product.sku(), price)),
                // Nothing but $0 is the row of a free tier.
                Ok(None) => {}
                Err(why) => return Finding::Unclear(format!("product {}: {why}", product.sku())),
            }
        }
    }
    match found.len() {
        0 => Finding::Absent,
        1 => Finding::Price(found.remove(0).1),
        count => {
            let prices = found.iter().map(|(sku, price)| format!("{sku} costs {}", price.tariff()));
            let prices = prices.collect::<Vec<_>>().join(", ");
            Finding::Unclear(format!("ambiguous: {count} prices are `{}`: {prices}", dimension.usage_type))
        }
    }
}

/// `None` where all of it is free.
fn price(dimension: &Dimension, term: &Term, origin: &Origin) -> Result<Option<Price>, String> {
    let mut bands = term.rates().map(|rate| band(dimension, rate)).collect::<Result<Vec<_>, _>>()?;
    bands.sort_by(|one, other| one.from.total_cmp(&other.from));
    joined(&bands)?;
    if bands.iter().all(|band| band.price == 0.0) {
        return Ok(None);
    }
    if dimension.free_band == FreeBand::Drop && bands[0].price == 0.0 {
        bands.remove(0);
        bands[0].from = 0.0;
    }
    bands.dedup_by(|next, kept| {
        let same = next.price == kept.price;
        if same {
            kept.to = next.to;
        }
        same
    });
    let date = term.effective_date.split('T').next().unwrap_or_default();
    Ok(Some(Price::listed(bands, &dimension.unit, origin.key, date)))
}

/// Bands that begin at nothing, follow one another, and have no end.
fn joined(bands: &[Tier]) -> Result<(), String> {
    let gaps = bands.windows(2).any(|pair| pair[0].to != Some(pair[1].from));
    match (bands.first(), bands.last()) {
        (Some(first), Some(last)) if first.from == 0.0 && last.to.is_none() && !gaps => Ok(()),
        (None, _) => Err("it has no price".to_owned()),
        _ => Err("its ranges have gaps or overlap".to_owned()),
    }
}

fn band(dimension: &Dimension, rate: &Rate) -> Result<Tier, String> {
    let per_unit = dimension.per_unit(&rate.unit).ok_or_else(|| format!("its unit `{}` is not known", rate.unit))?;
    let Some(dollars) = rate.price_per_unit.get("USD") else {
        let currencies = rate.price_per_unit.keys().map(String::as_str).collect::<Vec<_>>();
        return Err(format!("it has no price in USD, but in {}", currencies.join(", ")));
    };
    let to = if rate.end_range.eq_ignore_ascii_case("inf") { None } else { Some(number(&rate.end_range)? / per_unit) };
    Ok(Tier { from: number(&rate.begin_range)? / per_unit, to, price: decimal(number(dollars)? * per_unit) })
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| format!("`{text}` is not a number"))
}

/// Without what binary fractions leave behind a product: 0.000005 x 1000 is 0.005. The list has ten decimals.
fn decimal(number: f64) -> f64 {
    format!("{number:.12e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests;
