//! Where prices are: the regions of AWS's partitions, and in what they are billed.

use super::Book;

/// Regions of the partition `aws`, as botocore's list of endpoints has them; all are billed in US dollars.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
/// Of other partitions that are billed in US dollars, each with a price list of its own.
const APART: &[&str] = &["us-gov-east-1", "us-gov-west-1"];
/// Billed by other companies, in yuan (CNY), by the price list of their partition.
const IN_YUAN: &[&str] = &["cn-north-1", "cn-northwest-1"];
/// Below this, two names have little in common.
const NEAR: f64 = 0.85;

/// Why nothing in US dollars can be said of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unpriceable {
    /// AWS China bills in CNY.
    InYuan,
    /// Neither the book nor a partition has it; what its name is like.
    Unknown { like: Option<String> },
}

/// Whether a region's bill is in US dollars. Some of its prices may be missing, or all of them.
///
/// # Errors
/// Why it is not.
pub(crate) fn priceable(book: &Book, region: &str) -> Result<(), Unpriceable> {
    let known = || REGIONS.iter().chain(APART).copied().chain(book.regions());
    if IN_YUAN.contains(&region) {
        return Err(Unpriceable::InYuan);
    }
    if known().any(|known| known == region) {
        return Ok(());
    }
    let near = known().chain(IN_YUAN.iter().copied()).map(|known| (strsim::jaro_winkler(known, region), known));
    let nearest = near.filter(|(near, _)| *near >= NEAR).max_by(|(one, _), (other, _)| one.total_cmp(other));
    Err(Unpriceable::Unknown { like: nearest.map(|(_, region)| region.to_owned()) })
}

impl std::fmt::Display for Unpriceable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InYuan => f.write_str(
                "is of AWS China, another partition with a price list of its own, and billed in CNY: nothing in US \
                 dollars can be said of it",
            ),
            Self::Unknown { .. } => {
                f.write_str("is no region of AWS that is known here, and the price book has none such")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_known_billed_in_yuan_or_like_another() {
        let book = Book::bundled();
        let all = REGIONS.iter().chain(APART).copied().chain(book.regions());
        all.for_each(|region| assert_eq!(priceable(book, region), Ok(()), "{region}"));
        assert!(book.regions().all(|region| REGIONS.contains(&region)));
        IN_YUAN.iter().for_each(|region| assert_eq!(priceable(book, region), Err(Unpriceable::InYuan)));
        let like = |region| match priceable(book, region) {
            Err(Unpriceable::Unknown { like }) => like,
            other => panic!("{region}: {other:?}"),
        };
        assert_eq!(like("eu-wset-1").as_deref(), Some("eu-west-1"));
        assert_eq!(like("us-east1").as_deref(), Some("us-east-1"));
        assert_eq!(like("mars"), None);
    }
}
