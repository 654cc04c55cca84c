//! The values that a key may have, each with AWS's own limits.

use super::pipeline::Function;
use super::units::{ByteSize, Days, Percent, parse_count, parse_duration, show_duration};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

/// The partitions of both tables.
pub(super) const PARTITIONS: [&str; 3] = ["year", "month", "day"];
/// The length of a named query, in bytes.
const LONGEST_SQL: usize = 262_144;
/// The days of a lifecycle rule are a signed number of 32 bits.
const MOST_DAYS: u32 = i32::MAX.unsigned_abs();

/// Names of pipelines and stages become parts of the names of everything.
pub(super) fn name(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = (3..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(inner)
        && !text.ends_with('-')
        && !text.contains("--");
    if good {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` cannot be a name: write 3 to 32 small letters, digits and single hyphens, beginning with a letter"
    ))
}

pub(super) fn stage(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if (1..=16).contains(&text.len()) && text.chars().all(inner) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` cannot be a stage: write up to 16 small letters and digits, such as `prod`"))
}

pub(super) fn region(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('-').collect();
    let good = (3..=4).contains(&parts.len())
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
        && parts.last().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
    if good { Ok(text.to_owned()) } else { Err(format!("`{text}` is not a region: write one such as `us-east-1`")) }
}

pub(super) fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not an account: write its 12 digits in quotes, such as `\"123456789012\"`"))
}

pub(super) fn role(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let good = matches!(parts[..], ["arn", partition, "iam", "", account, role]
        if !partition.is_empty() && self::account(account).is_ok() && role.len() > 5 && role.starts_with("role/"));
    if good {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not the ARN of a role: write one such as `arn:aws:iam::123456789012:role/deploy`"))
}

/// A key by its ARN: an alias is looked up in the account of whoever asks, which need not be the key's.
pub(super) fn kms_key(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let good = matches!(parts[..], ["arn", partition, "kms", region, account, key]
        if !partition.is_empty() && !region.is_empty() && self::account(account).is_ok()
            && key.strip_prefix("key/").is_some_and(|id| !id.is_empty()));
    if good {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not the ARN of a key: write one such as \
         `arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`"
    ))
}

/// STS, AssumeRole: 2 to 1,224 letters, digits and these.
pub(super) fn external_id(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if (2..=1224).contains(&text.len()) && text.chars().all(inner) {
        return Ok(text.to_owned());
    }
    Err("STS takes no such external id: write 2 to 1224 letters, digits and `_+=,.@:/-`".to_owned())
}

/// A bucket's name, in which `${account}` and `${region}` may still stand.
pub(super) fn bucket(text: &str) -> Result<String, String> {
    let shown = placed(text);
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let how = "write 3 to 63 small letters, digits and hyphens";
    if !(3..=63).contains(&shown.len())
        || !shown.chars().all(inner)
        || !shown.starts_with(ends)
        || !shown.ends_with(ends)
    {
        return Err(format!("S3 takes no bucket called `{text}`: {how}"));
    }
    // A dot in the name breaks TLS to virtual-host addresses.
    if shown.contains('.') {
        return Err(format!("`{text}` has a dot, which breaks TLS to the bucket: {how}"));
    }
    let reserved = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| shown.starts_with(prefix))
        || ["-s3alias", "--ol-s3", "--x-s3"].iter().any(|suffix| shown.ends_with(suffix));
    if reserved {
        Err(format!("`{text}` begins or ends with what S3 keeps for itself: {how}"))
    } else {
        Ok(text.to_owned())
    }
}

/// Where objects go: ends with `/`.
pub(super) fn prefix(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    // `=` would make a part of it a partition in the eyes of crawlers and Spark, `.` is a path in those of clients.
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let good = |part: &str| !part.is_empty() && !part.chars().all(|c| c == '.') && part.chars().all(inner);
    if !text.split('/').all(good) {
        return Err(format!(
            "`{text}` cannot be a prefix: write letters, digits, `_`, `-` and `/`, such as `analytics_raw/`"
        ));
    }
    let text = format!("{text}/");
    if text.len() > 200 {
        return Err("a prefix has at most 200 characters".to_owned());
    }
    if text.starts_with("_pipectl/") {
        return Err("`_pipectl/` is where pipectl keeps its own files: write another prefix".to_owned());
    }
    Ok(text)
}

pub(super) fn path(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let parts = text.strip_prefix('/').map(|rest| rest.split('/').collect::<Vec<_>>()).unwrap_or_default();
    if parts.is_empty() || parts.iter().any(|part| part.is_empty() || !part.chars().all(inner)) || text.len() > 200 {
        return Err(format!("`{text}` is not a path: write one such as `/track`"));
    }
    if parts == ["ping"] || parts == ["sping"] {
        return Err(format!("API Gateway keeps `{text}` for itself: write another path"));
    }
    Ok(text.to_owned())
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = host
        .is_some_and(|host| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c)));
    if text == "*" || good {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not an origin: write `*`, or scheme and host such as `https://example.com`"))
}

pub(super) fn api_key(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=64).contains(&text.len()) && text.chars().all(inner) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` cannot name a key: write letters, digits, `-` and `_`"))
}

/// A number of something, within bounds.
pub(super) fn count(least: u64, most: u64) -> impl Fn(&str) -> Result<u32, String> {
    move |text| {
        let count = parse_count(text)?;
        let bounded = within(count, least, most, |count| count.to_string())?;
        u32::try_from(bounded).map_err(|_| format!("`{text}` is too large"))
    }
}

/// A year of a partition.
pub(super) fn year(text: &str) -> Result<i32, String> {
    let year = count(1970, 2999)(text)?;
    i32::try_from(year).map_err(|_| format!("`{text}` is too large"))
}

fn within<T: PartialOrd + Copy>(value: T, least: T, most: T, show: impl Fn(T) -> String) -> Result<T, String> {
    if value < least || value > most {
        return Err(format!("{} is out of bounds: write {} to {}", show(value), show(least), show(most)));
    }
    Ok(value)
}

/// Whole mebibytes.
pub(super) fn mebibytes(least: u64, most: u64) -> impl Fn(&str) -> Result<ByteSize, String> {
    move |text| {
        let size = ByteSize::parse(text)?;
        if size != ByteSize::mib(size.as_mib()) {
            return Err(format!("{size} is not a whole number of MB"));
        }
        within(size, ByteSize::mib(least), ByteSize::mib(most), |size| size.to_string())
    }
}

pub(super) fn seconds(least: u64, most: u64) -> impl Fn(&str) -> Result<Duration, String> {
    move |text| {
        let time = parse_duration(text)?;
        within(time, Duration::from_secs(least), Duration::from_secs(most), show_duration)
    }
}

/// `1 %`, as people write it.
pub(super) fn percent(text: &str) -> Result<Percent, String> {
    let number = text.trim().strip_suffix('%').map(|number| number.trim().parse::<f64>());
    match number {
        Some(Ok(number)) if number > 0.0 && number < 100.0 => Ok(Percent(number)),
        _ => Err(format!("`{text}` is no share: write more than 0 and less than 100 percent, such as `1 %`")),
    }
}

/// As far as SNS looks at one.
pub(super) fn email(text: &str) -> Result<String, String> {
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control()) && text.len() <= 254;
    match text.split_once('@') {
        Some((name, host)) if plain && !name.is_empty() && host.contains('.') => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is no address such as `team@example.org`")),
    }
}

pub(super) fn minutes(least: u64, most: u64) -> impl Fn(&str) -> Result<Duration, String> {
    move |text| {
        let time = seconds(least * 60, most * 60)(text)?;
        if time.as_secs() % 60 == 0 { Ok(time) } else { Err(format!("{} is not whole minutes", show_duration(time))) }
    }
}

/// What a lifecycle rule takes.
pub(super) fn expiry(text: &str) -> Result<Days, String> {
    let days = Days::parse(text)?;
    match days.0 {
        0 => Err("objects live at least 1 day: write 1 day or more".to_owned()),
        1..=MOST_DAYS => Ok(days),
        _ => Err(format!("a lifecycle rule counts up to {MOST_DAYS} days: leave the key out to keep them for ever")),
    }
}

/// Days for which CloudWatch Logs can keep a log.
const RETENTIONS: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn retention(text: &str) -> Result<Days, String> {
    let days = Days::parse(text)?;
    if RETENTIONS.contains(&days.0) {
        return Ok(days);
    }
    let near = RETENTIONS.iter().min_by_key(|kept| kept.abs_diff(days.0)).copied().unwrap_or(14);
    Err(format!("CloudWatch Logs cannot keep a log for {days}: write {}, the nearest that it can", Days(near)))
}

/// One of the spellings of an enumeration.
pub(super) fn one_of<T: Copy + Display>(all: &'static [T]) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let found = all.iter().find(|value| value.to_string().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| {
            let spelled: Vec<_> = all.iter().map(|value| format!("`{value}`")).collect();
            format!("`{text}` is none of them: write {}", spelled.join(", "))
        })
    }
}

/// The limits of Lambda, and of who waits for the function.
pub(super) struct FunctionLimits {
    pub(super) default: Function,
    pub(super) longest_seconds: u64,
}

const TAG_LETTERS: &str = "letters, digits, blanks and `_.:/=+-@`";

fn tag_letters(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
}

/// The key of a tag. IAM, alone of all, does not tell `Team` from `team`, and refuses a role that has both.
pub(super) fn tag_key(key: &str, taken: &mut BTreeSet<String>) -> Result<String, String> {
    let lower = key.to_lowercase();
    if lower.starts_with("aws:") || lower.starts_with("pipectl:") {
        return Err(format!("the tag `{key}` begins with a name that is taken: write another one"));
    }
    if key.is_empty() || key.chars().count() > 128 || !tag_letters(key) {
        return Err(format!("`{key}` cannot be the key of a tag: write up to 128 {TAG_LETTERS}"));
    }
    if !taken.insert(lower) {
        return Err(format!("the tag `{key}` is there twice, since IAM does not tell capital letters apart"));
    }
    Ok(key.to_owned())
}

/// A managed policy: its ARN, or its path and name in the account.
pub(super) fn managed_policy(text: &str) -> Result<String, String> {
    let name = match text.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "iam", "", account, policy]
            if !partition.is_empty() && (account == "aws" || self::account(account).is_ok()) =>
        {
            policy.strip_prefix("policy/").unwrap_or_default()
        }
        [name] => name.trim_start_matches('/'),
        _ => "",
    };
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c)) {
        return Ok(text.trim_start_matches('/').to_owned());
    }
    Err(format!(
        "`{text}` is not a managed policy: write its name, or an ARN such as `arn:aws:iam::123456789012:policy/x`"
    ))
}

/// What the path of a role begins with: IAM takes 512 characters, of which ours are the last.
pub(super) fn role_path(text: &str) -> Result<String, String> {
    let visible = |c: char| ('!'..='~').contains(&c);
    if text.starts_with('/') && text.len() <= 400 && text.chars().all(visible) && !text.contains("//") {
        return Ok(format!("{}/", text.trim_end_matches('/')));
    }
    Err(format!("`{text}` cannot begin the path of a role: write one such as `/teams/growth/`"))
}

/// The key of a tag that is not ours, or what such keys begin with.
pub(super) fn ignored_tag(key: &str) -> Result<String, String> {
    if key.is_empty() || key.chars().count() > 128 || !tag_letters(key) {
        return Err(format!("`{key}` cannot begin the key of a tag: write up to 128 {TAG_LETTERS}"));
    }
    if "pipectl:".starts_with(key) || key.starts_with("pipectl:") {
        return Err(format!("`{key}` would hide the tags by which pipectl knows what is its own"));
    }
    Ok(key.to_owned())
}

pub(super) fn tag_value(value: &str) -> Result<String, String> {
    let shown = placed(value);
    if shown.chars().count() > 256 || !tag_letters(&shown) {
        return Err(format!("`{value}` cannot be the value of a tag: write up to 256 {TAG_LETTERS}"));
    }
    Ok(value.to_owned())
}

/// A column's name, in lower case. The partitions' names are not free, and two columns cannot share one.
pub(super) fn column(name: &str, taken: &mut BTreeSet<String>) -> Result<String, String> {
    let name = catalog_name(&name.to_lowercase())?;
    if PARTITIONS.contains(&name.as_str()) {
        return Err(format!("the column `{name}` would hide the partition of that name: write another name"));
    }
    if !taken.insert(name.clone()) {
        return Err(format!(
            "the column `{name}` is there twice, since the catalog does not tell capital letters apart: write another name"
        ));
    }
    Ok(name)
}

pub(super) fn query_name(name: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_- ".contains(c);
    if (1..=128).contains(&name.len()) && name.chars().all(inner) && name.trim() == name {
        return Ok(name.to_owned());
    }
    Err(format!("`{name}` cannot name a query: write up to 128 letters, digits, `_` and `-`"))
}

pub(super) fn sql(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("this query is empty: write SQL".to_owned()),
        sql if sql.len() > LONGEST_SQL => Err(format!("Athena keeps no query of more than {LONGEST_SQL} bytes")),
        sql => Ok(sql.to_owned()),
    }
}

/// What Athena takes as the bytes that a query may scan.
pub(super) fn scan_limit(text: &str) -> Result<ByteSize, String> {
    let limit = ByteSize::parse(text)?;
    if limit < ByteSize(10_000_000) {
        return Err("Athena takes no limit below 10 MB: write more".to_owned());
    }
    if limit > ByteSize(7 << 60) {
        return Err("Athena takes no limit above 7168 PB: write less".to_owned());
    }
    Ok(limit)
}

/// Text as it may look once AWS has filled in the placeholders; the region is one of the longest.
fn placed(text: &str) -> String {
    text.replace("${account}", "123456789012").replace("${region}", "ap-southeast-1")
}

/// A name in the catalog, of a database or a column.
pub(super) fn catalog_name(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let shown = text.replace("${account}", "123456789012").replace("${region}", "r");
    if (1..=255).contains(&shown.len()) && shown.chars().all(inner) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` cannot be a name in the catalog: write small letters, digits and `_`"))
}
