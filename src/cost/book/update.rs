//! A price book with the price list's figures in it, and everything else as it was.

use super::listed::{Finding, GET_PRODUCTS, Listed, Origin};
use super::{BOOK, Book, Price, Tier, yaml};
use serde_json::{Map, Value, json};

/// What became of a figure.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) region: String,
    pub(crate) dimension: &'static str,
    pub(crate) unit: String,
    /// Its price in words before; `None` where the region had none of its own.
    pub(crate) before: Option<String>,
    pub(crate) after: String,
}

/// A new text of a book.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) text: String,
    /// New prices, and prices that are not as they were.
    pub(crate) changes: Vec<Change>,
    /// How many prices are as they were, from a newer source.
    pub(crate) confirmed: usize,
    /// Regions and figures of the book that the price list does not have: they stay as they are.
    pub(crate) lacking: Vec<(String, &'static str)>,
}

/// Puts what the list says into a book; without one, into that of this release.
///
/// # Errors
/// Why the text is no book.
pub(crate) fn updated(text: Option<&str>, all: &[Listed], today: &str) -> Result<Update, String> {
    let text = text.unwrap_or(BOOK);
    let book = Book::parse(text)?;
    let mut document: Map<String, Value> =
        serde_saphyr::from_str(text).map_err(|error| format!("is no price book: {}", error.without_snippet()))?;
    let mut update = Update { text: text.to_owned(), changes: vec![], confirmed: 0, lacking: vec![] };
    let before = document.clone();
    for listed in all {
        region(&book, &mut document, listed, &mut update);
    }
    if document != before {
        note_source(&mut document, all.first().map_or(&GET_PRODUCTS, |listed| listed.origin), today);
        let comments = text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n"));
        update.text = comments.collect::<String>() + &yaml::to_yaml(&document);
        Book::parse(&update.text)?;
    }
    Ok(update)
}

fn region(book: &Book, document: &mut Map<String, Value>, listed: &Listed, update: &mut Update) {
    for (dimension, finding) in &listed.findings {
        let old = book.regions.get(&listed.region).and_then(|prices| prices.get(*dimension));
        let new = match finding {
            Finding::Price(new) => new,
            Finding::Absent if old.is_some() => {
                update.lacking.push((listed.region.clone(), *dimension));
                continue;
            }
            Finding::Absent | Finding::Unclear(_) => continue,
        };
        let place = member(member(document, "regions"), &listed.region);
        if old.is_some_and(|old| old.same(new)) {
            update.confirmed += 1;
            confirm(member(place, dimension), new);
            continue;
        }
        place.insert((*dimension).to_owned(), figure(new));
        update.changes.push(Change {
            region: listed.region.clone(),
            dimension,
            unit: new.unit.clone(),
            before: old.map(Price::tariff),
            after: new.tariff(),
        });
    }
}

/// The map below a name, made if it is not there.
fn member<'a>(map: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let entry = map.entry(name.to_owned()).or_insert(Value::Null);
    if !entry.is_object() {
        *entry = Value::Object(Map::new());
    }
    entry.as_object_mut().expect("it was just made one")
}

/// The same price from a newer source. AWS does not round as the maker of a book may have done.
fn confirm(place: &mut Map<String, Value>, new: &Price) {
    place.remove("rounded_down_to");
    place.remove("unverified");
    place.insert("source".to_owned(), json!(new.source));
    place.insert("as_of".to_owned(), json!(new.as_of));
}

fn figure(price: &Price) -> Value {
    let mut map = Map::new();
    match price.value {
        Some(value) => map.insert("value".to_owned(), json!(value)),
        None => map.insert("tiers".to_owned(), price.tiers.iter().map(tier).collect()),
    };
    map.insert("unit".to_owned(), json!(price.unit));
    if price.value.is_none() {
        map.insert("tiers_complete".to_owned(), json!(price.tiers_complete));
    }
    map.insert("source".to_owned(), json!(price.source));
    map.insert("as_of".to_owned(), json!(price.as_of));
    Value::Object(map)
}

fn tier(tier: &Tier) -> Value {
    // Bounds are whole numbers of units, but for those of a unit of a thousand.
    let bound = |bound: f64| if bound.fract() == 0.0 { json!(bound as u64) } else { json!(bound) };
    json!({"from": bound(tier.from), "to": tier.to.map(bound), "price": tier.price})
}

fn note_source(document: &mut Map<String, Value>, origin: &Origin, today: &str) {
    document.insert("collected_on".to_owned(), json!(today));
    let source = json!({
        "what": origin.title,
        "url": origin.url,
        "as_of": today,
        "confidence": "high",
    });
    member(document, "sources").insert(origin.key.to_owned(), source);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn listed(prices: &[(&'static str, Finding)]) -> Listed {
        let findings = prices.iter().cloned().collect();
        Listed { region: "eu-west-1".to_owned(), findings, origin: &GET_PRODUCTS }
    }

    fn flat(price: f64, unit: &str) -> Finding {
        Finding::Price(Price::listed(vec![Tier { from: 0.0, to: None, price }], unit, GET_PRODUCTS.key, "2026-11-01"))
    }

    #[test]
    fn figures_change_and_everything_else_stays() {
        let prices = [
            ("athena_tb_scanned", flat(5.0, "TB scanned")),
            ("cwlogs_ingest_gb", flat(0.6, "GB (standard class)")),
            ("glue_crawler_dpu_hour", flat(0.44, "DPU-hour")),
            ("cwlogs_storage_gb_month", Finding::Absent),
            ("kms_key_month", Finding::Unclear("two prices".to_owned())),
        ];
        let update = updated(None, &[listed(&prices)], "2026-11-24").unwrap();
        let changed: Vec<_> =
            update.changes.iter().map(|one| (one.dimension, one.before.as_deref(), one.after.as_str())).collect();
        assert_eq!(changed, [("cwlogs_ingest_gb", Some("0.57"), "0.6"), ("glue_crawler_dpu_hour", None, "0.44")]);
        assert_eq!((update.confirmed, update.lacking), (1, vec![("eu-west-1".to_owned(), "cwlogs_storage_gb_month")]));
        let (old, new) = (Book::bundled(), Book::parse(&update.text).unwrap());
        let changed = ["cwlogs_ingest_gb", "glue_crawler_dpu_hour", "athena_tb_scanned"];
        for (region, dimension, price) in new.all() {
            if region == "eu-west-1" && changed.contains(&dimension) {
                assert_eq!((price.source.as_str(), price.as_of.as_str()), (GET_PRODUCTS.key, "2026-11-01"));
            } else {
                assert_eq!(format!("{price:?}"), format!("{:?}", old.price(region, dimension).unwrap()));
            }
        }
        assert_eq!(new.all().count(), old.all().count() + 1);
        assert!(update.text.starts_with("# Verified AWS on-demand prices"), "comments at the top stay");
        assert_eq!(format!("{:?}", new.global), format!("{:?}", old.global));
        assert_eq!(format!("{:?}", new.free_tier), format!("{:?}", old.free_tier));
        // A second time there is nothing to do, whatever the day.
        let again = updated(Some(&update.text), &[listed(&prices)], "2026-12-31").unwrap();
        assert_eq!((again.text, again.changes.len()), (update.text, 0));
    }

    #[test]
    fn tiers_are_written_and_read() {
        let bands = vec![
            Tier { from: 0.0, to: Some(333_000_000.0), price: 0.0000035 },
            Tier { from: 333_000_000.0, to: None, price: 0.0000028 },
        ];
        let price = Price::listed(bands, "request", GET_PRODUCTS.key, "2026-11-01");
        let update =
            updated(None, &[listed(&[("apigw_rest_requests", Finding::Price(price.clone()))])], "2026-11-24").unwrap();
        let read = Book::parse(&update.text).unwrap();
        assert!(read.price("eu-west-1", "apigw_rest_requests").unwrap().same(&price));
        assert!(update.text.contains("- {from: 0, to: 333000000, price: 0.0000035}"));
    }

    #[test]
    fn what_is_no_book_is_refused_and_a_new_region_is_added() {
        assert!(updated(Some("a: 1"), &[], "2026-11-24").unwrap_err().contains("no price book"));
        let own = "schema: pipectl-prices/1\nregions: {}\n";
        let update = updated(Some(own), &[listed(&[("athena_tb_scanned", flat(5.0, "TB scanned"))])], "2026-11-24");
        let read = Book::parse(&update.unwrap().text).unwrap();
        assert_eq!(read.regions().collect::<Vec<_>>(), ["eu-west-1"]);
        assert_eq!(read.global.len(), BTreeMap::<String, Price>::new().len());
    }
}
