//! Paths, and which partition of a projection they are in.

use super::*;
use serde_json::json;

fn read(properties: Value, keys: &[&str]) -> Result<Projection, String> {
    let mut parameters = properties;
    parameters["projection.enabled"] = "true".into();
    let table = json!({"Parameters": parameters, "StorageDescriptor": {"Location": "s3://b/data"}});
    let keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
    Ok(Projection::of(&table, "web.events", &keys, "2026-11-26T10:00:00Z".parse().unwrap())?.unwrap())
}

fn values(projection: &Projection, key: &str) -> String {
    projection.values(key).map_or_else(|| "-".to_owned(), |values| values.join(" "))
}

#[test]
fn whole_numbers_have_their_range_steps_and_digits() {
    let days = read(
        json!({"projection.year.type": "integer", "projection.year.range": "2025,2030",
            "projection.month.type": "integer", "projection.month.range": "1,12", "projection.month.digits": "2",
            "projection.hour.type": "integer", "projection.hour.range": "0,23", "projection.hour.interval": "6"}),
        &["year", "month", "hour"],
    )
    .unwrap();
    assert_eq!(days.place(), ("b", "data/year="));
    for (key, expected) in [
        ("data/year=2026/month=02/hour=6/f.parquet", "2026 02 6"),
        ("data/year=2026/month=02/hour=6/deeper/f", "2026 02 6"),
        ("data/year=2026/month=2/hour=6/f", "-"),
        ("data/year=2026/month=13/hour=6/f", "-"),
        ("data/year=2026/month=02/hour=7/f", "-"),
        ("data/year=2024/month=02/hour=6/f", "-"),
        ("data/year=2026/month=02/hour=6/", "-"),
        ("data/f", "-"),
    ] {
        assert_eq!(values(&days, key), expected, "{key}");
    }
}

#[test]
fn dates_go_from_one_to_another_by_the_clock() {
    let of = |properties: Value| read(properties, &["dt"]).unwrap();
    let daily = of(json!({"projection.dt.type": "date", "projection.dt.format": "yyyy/MM/dd",
        "projection.dt.range": "2026/11/01,NOW", "storage.location.template": "s3://b/data/${dt}"}));
    assert_eq!(values(&daily, "data/2026/11/26/f"), "2026/11/26");
    for key in ["data/2026/11/27/f", "data/2026/10/31/f", "data/2026/11/f", "data/2026/11/5/f"] {
        assert_eq!(values(&daily, key), "-", "{key}");
    }
    let hourly = of(json!({"projection.dt.type": "date", "projection.dt.format": "yyyy-MM-dd-HH",
        "projection.dt.range": "NOW-1DAYS,NOW+1DAY", "projection.dt.interval": "2", "projection.dt.interval.unit": "HOURS"}));
    assert_eq!(values(&hourly, "data/dt=2026-11-25-12/f"), "2026-11-25-12");
    assert_eq!(values(&hourly, "data/dt=2026-11-25-13/f"), "-");
    assert_eq!(values(&hourly, "data/dt=2026-11-27-10/f"), "2026-11-27-10");
    let monthly = of(json!({"projection.dt.type": "date", "projection.dt.format": "yyyy-MM",
        "projection.dt.range": "2025-01,NOW", "projection.dt.interval": "3"}));
    assert_eq!(
        (values(&monthly, "data/dt=2026-10/f"), values(&monthly, "data/dt=2026-11/f")),
        ("2026-10".into(), "-".into())
    );
}

#[test]
fn enums_and_what_a_query_injects() {
    let both = read(
        json!({"projection.kind.type": "enum", "projection.kind.values": "a,ab,b c", "projection.user.type": "injected",
            "storage.location.template": "s3://b/${kind}/by/${user}/${kind}/"}),
        &["kind", "user"],
    )
    .unwrap();
    assert_eq!(values(&both, "ab/by/u-1/ab/f"), "ab u-1");
    assert_eq!(values(&both, "b c/by/u-1/b c/f"), "b c u-1");
    assert_eq!(values(&both, "a/by/u-1/ab/f"), "-");
    assert_eq!(values(&both, "c/by/u-1/c/f"), "-");
    assert_eq!(both.injected().collect::<Vec<_>>(), ["user"]);
}

#[test]
fn what_is_missing_or_wrong_is_told() {
    for (properties, why) in [
        (
            json!({}),
            "HIVE_METASTORE_ERROR: Table web.events is configured for partition projection, but the following partition columns are missing projection configuration: [dt]",
        ),
        (json!({"projection.dt.type": "integer"}), "Missing required property: 'range'"),
        (
            json!({"projection.dt.type": "integer", "projection.dt.range": "1"}),
            "'range' needs to be a list of 2 valid values",
        ),
        (
            json!({"projection.dt.type": "integer", "projection.dt.range": "1,x"}),
            "'x' of 'range' is not a valid number",
        ),
        (json!({"projection.dt.type": "year"}), "Unknown projection type: 'year'"),
        (
            json!({"projection.dt.type": "date", "projection.dt.format": "yyyy-bb", "projection.dt.range": "NOW,NOW"}),
            "Unknown pattern letter: b",
        ),
        (
            json!({"projection.dt.type": "date", "projection.dt.format": "yyyy", "projection.dt.range": "2020,NOW"}),
            "'interval.unit' is required",
        ),
        (
            json!({"projection.dt.type": "date", "projection.dt.format": "yyyy-MM-dd", "projection.dt.range": "2020,NOW"}),
            "'2020' of 'range' is neither",
        ),
        (
            json!({"projection.dt.type": "date", "projection.dt.format": "yyyy-MM-dd", "projection.dt.range": "NOW-2MOONS,NOW"}),
            "MOONS is no unit",
        ),
        (json!({"projection.dt.type": "injected", "storage.location.template": "s3://b/data/"}), "lacks ${dt}"),
        (
            json!({"projection.dt.type": "injected", "storage.location.template": "s3://b/${dt}/${x}"}),
            "names x, which is no partition column",
        ),
    ] {
        let error = read(properties, &["dt"]).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}
