use super::*;
use crate::cost::book::GET_PRODUCTS;
use crate::cost::price_list::dimensions::Table;
use serde_json::{Value, json};

/// As the price list has a product of us-west-2, with one term.
fn product(sku: &str, attributes: &[(&str, &str)], rates: &[(&str, &str, &str, &str)]) -> Product {
    let mut all = serde_json::Map::new();
    all.insert("regionCode".to_owned(), json!("us-west-2"));
    all.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    let rate = |(number, (unit, begin, end, price)): (usize, &(&str, &str, &str, &str))| {
        let rate = json!({"unit": unit, "beginRange": begin, "endRange": end, "description": "", "appliesTo": [],
            "rateCode": format!("{sku}.JRTCKXETXF.{number}"), "pricePerUnit": {"USD": price}});
        (format!("{sku}.JRTCKXETXF.{number}"), rate)
    };
    let rates: serde_json::Map<String, Value> = rates.iter().enumerate().map(rate).collect();
    let term = json!({"sku": sku, "offerTermCode": "JRTCKXETXF", "effectiveDate": "2026-10-01T00:00:00Z",
        "termAttributes": {}, "priceDimensions": rates});
    let terms = json!({"OnDemand": {(format!("{sku}.JRTCKXETXF")): term}});
    let family = if attributes.iter().any(|(name, _)| *name == "volumeType") { "Storage" } else { "" };
    let document = json!({"product": {"productFamily": family, "sku": sku, "attributes": all}, "terms": terms});
    Product::read(&document.to_string()).unwrap()
}

fn found(dimension: &str, products: &[Product]) -> Finding {
    find(&Table::bundled().dimensions[dimension], "us-west-2", products, &GET_PRODUCTS)
}

#[track_caller]
fn tariff(finding: &Finding) -> String {
    match finding {
        Finding::Price(price) => price.tariff(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn unclear(finding: Finding) -> String {
    match finding {
        Finding::Unclear(why) => why,
        other => panic!("{other:?}"),
    }
}

const PUT: [(&str, &str); 2] = [("usagetype", "USW2-Requests-Tier1"), ("group", "S3-API-Tier1")];
const REST: [(&str, &str); 2] = [("usagetype", "USW2-ApiGatewayRequest"), ("operation", "ApiGatewayRequest")];

#[test]
fn a_price_of_one_request_becomes_that_of_a_thousand() {
    let put = product("PUT", &PUT, &[("Requests", "0", "Inf", "0.0000050000")]);
    let Finding::Price(price) = found("s3_put_copy_post_list_1k", &[put]) else { panic!() };
    assert_eq!((price.cost(1.0), price.as_of.as_str(), price.source.as_str()), (0.005, "2026-10-01", GET_PRODUCTS.key));
    let tiers = product("PUT", &PUT, &[("Requests", "0", "5000", "0.000005"), ("Requests", "5000", "Inf", "0.000004")]);
    assert_eq!(tariff(&found("s3_put_copy_post_list_1k", &[tiers])), "0.005 up to 5, then 0.004");
}

#[test]
fn tiers_come_in_any_order_and_join() {
    let rates = [
        ("Requests", "333000000", "1000000000", "0.0000028"),
        ("Requests", "0", "333000000", "0.0000035"),
        ("Requests", "1000000000", "Inf", "0.0000028"),
    ];
    let tiers = found("apigw_rest_requests", &[product("A", &REST, &rates)]);
    assert_eq!(tariff(&tiers), "0.0000035 up to 333000000, then 0.0000028");
    let gap = [("Requests", "0", "100", "0.1"), ("Requests", "200", "Inf", "0.2")];
    assert!(unclear(found("apigw_rest_requests", &[product("A", &REST, &gap)])).contains("gaps"));
    let open = [("Requests", "0", "100", "0.1")];
    assert!(unclear(found("apigw_rest_requests", &[product("A", &REST, &open)])).contains("gaps"));
}

#[test]
fn what_is_free_first_is_taken_off_once() {
    let catalog = [("usagetype", "USW2-Catalog-Request"), ("operation", "Request")];
    let rates = [("Requests", "0", "1000000", "0"), ("Requests", "1000000", "Inf", "0.000001")];
    let kept = found("glue_catalog_request", &[product("A", &catalog, &rates)]);
    assert_eq!(tariff(&kept), "0 up to 1000000, then 0.000001");
    let storage = [("usagetype", "USW2-TimedStorage-ByteHrs"), ("volumeType", "Standard")];
    let rates = [("GB-Mo", "0", "5", "0"), ("GB-Mo", "5", "51200", "0.023"), ("GB-Mo", "51200", "Inf", "0.022")];
    let dropped = found("s3_standard_gb_month", &[product("A", &storage, &rates)]);
    assert_eq!(tariff(&dropped), "0.023 up to 51200, then 0.022");
    // A row of nothing but $0 is somebody's free tier and no price.
    let free = product("A", &REST, &[("Requests", "0", "Inf", "0.0000000000")]);
    assert!(matches!(found("apigw_rest_requests", &[free]), Finding::Absent));
}

#[test]
fn products_that_agree_are_one_price_and_those_that_do_not_are_ambiguous() {
    let record = |sku, operation, price| {
        let attributes = [("usagetype", "USW2-BilledBytes"), ("operation", operation)];
        product(sku, &attributes, &[("GB", "0", "Inf", price)])
    };
    let (one, same) = (record("A", "PutRecord", "0.0290"), record("B", "PutRecordBatch", "0.029"));
    let other = record("C", "PutRecordBatch", "0.031");
    assert_eq!(tariff(&found("firehose_ingest_gb", &[one, same])), "0.029");
    let why = unclear(found("firehose_ingest_gb", &[record("A", "PutRecord", "0.0290"), other]));
    assert!(why.contains("ambiguous") && why.contains("A costs 0.029") && why.contains("C costs 0.031"), "{why}");
    assert!(matches!(found("firehose_ingest_gb", &[record("D", "SourceMSK", "0.05")]), Finding::Absent));
}

#[test]
fn what_is_not_the_figure_is_left_out() {
    let overhead = [("usagetype", "USW2-TimedStorage-ByteHrs"), ("volumeType", "INTAAS3ObjectOverhead")];
    let overhead = product("A", &overhead, &[("GB-Mo", "0", "Inf", "0.021")]);
    assert!(matches!(found("s3_standard_gb_month", &[overhead]), Finding::Absent));
    let elsewhere = [REST[0], REST[1], ("regionCode", "eu-west-1")];
    let elsewhere = product("A", &elsewhere, &[("Requests", "0", "Inf", "0.1")]);
    assert!(matches!(found("apigw_rest_requests", &[elsewhere]), Finding::Absent));
}

#[test]
fn a_unit_or_currency_that_is_not_known_is_not_guessed() {
    let hours = product("A", &REST, &[("Hours", "0", "Inf", "0.1")]);
    assert!(unclear(found("apigw_rest_requests", &[hours])).contains("its unit `Hours` is not known"));
    let document = json!({"product": {"sku": "A", "attributes": {"regionCode": "us-west-2", "usagetype": "ApiGatewayRequest",
        "operation": "ApiGatewayRequest"}}, "terms": {"OnDemand": {"A.B": {"effectiveDate": "2026-10-01T00:00:00Z",
        "priceDimensions": {"A.B.C": {"unit": "Requests", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"CNY": "1"}}}}}}});
    let yuan = Product::read(&document.to_string()).unwrap();
    assert!(unclear(found("apigw_rest_requests", &[yuan])).contains("no price in USD, but in CNY"));
    let dear = product("A", &REST, &[("Requests", "0", "Inf", "-1")]);
    assert!(unclear(found("apigw_rest_requests", &[dear])).contains("`-1` is not a number"));
    assert!(Product::read("{\"product\": {}}").is_err());
}
