//! The checksums that S3 keeps beside an object.

use super::refuse;
use crate::api_error::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use std::collections::BTreeMap;

/// By algorithm: `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`. In base64.
pub(crate) type Checksums = BTreeMap<String, String>;

/// What S3 computes where the client asks for nothing.
pub(super) const DEFAULT: &str = "crc64nvme";

fn hasher(algorithm: &str) -> Option<ChecksumHasher> {
    let mut hasher = ChecksumHasher::default();
    match algorithm {
        "crc32" => hasher.crc32 = Some(Crc32::new()),
        "crc32c" => hasher.crc32c = Some(Crc32c::new()),
        "crc64nvme" => hasher.crc64nvme = Some(Crc64Nvme::new()),
        "sha1" => hasher.sha1 = Some(Sha1::new()),
        "sha256" => hasher.sha256 = Some(Sha256::new()),
        _ => return None,
    }
    Some(hasher)
}

fn sum(hasher: ChecksumHasher) -> Option<String> {
    let sums = hasher.finalize();
    let crcs = sums.checksum_crc32.or(sums.checksum_crc32c).or(sums.checksum_crc64nvme);
    crcs.or(sums.checksum_sha1).or(sums.checksum_sha256)
}

fn checksum(algorithm: &str, bytes: &[u8]) -> Option<String> {
    let mut hasher = hasher(algorithm)?;
    hasher.update(bytes);
    sum(hasher)
}

/// The default checksum of bytes that come one after the other.
pub(super) struct Running(Option<ChecksumHasher>);

impl Running {
    pub(super) fn new() -> Self {
        Self(hasher(DEFAULT))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.0 {
            hasher.update(bytes);
        }
    }

    pub(super) fn finish(self) -> Checksums {
        self.0.and_then(sum).map(|sum| (DEFAULT.to_owned(), sum)).into_iter().collect()
    }
}

/// The checksums of `bytes` by one algorithm.
pub(super) fn of(algorithm: &str, bytes: &[u8]) -> Checksums {
    checksum(algorithm, bytes).map(|sum| (algorithm.to_owned(), sum)).into_iter().collect()
}

/// Checks what the client gives, and completes it by what it asks for.
///
/// # Errors
/// `BadDigest`: the bytes are not those that the client sent.
pub(super) fn verify(given: &Checksums, asked: Option<&str>, bytes: &[u8]) -> Result<Checksums> {
    for (algorithm, sum) in given {
        if checksum(algorithm, bytes).is_some_and(|right| right != *sum) {
            let name = algorithm.to_uppercase();
            let message = format!("The {name} you specified did not match the calculated checksum.");
            return Err(refuse("BadDigest", 400, message));
        }
    }
    match given.is_empty() {
        true => Ok(of(&asked.unwrap_or(DEFAULT).to_lowercase(), bytes)),
        false => Ok(given.clone()),
    }
}

/// Checks a `Content-MD5`.
pub(super) fn verify_md5(given: Option<&str>, bytes: &[u8]) -> Result<()> {
    let Some(given) = given else { return Ok(()) };
    let digest = STANDARD.decode(given).ok().filter(|digest| digest.len() == 16);
    let digest = digest.ok_or_else(|| refuse("InvalidDigest", 400, "The Content-MD5 you specified is not valid."))?;
    if digest != Md5::digest(bytes).as_slice() {
        let message = "The Content-MD5 you specified did not match what we received.";
        return Err(refuse("BadDigest", 400, message));
    }
    Ok(())
}

/// The checksum of an object made of parts: that of the parts' checksums, and how many they are.
pub(super) fn composite<'a>(algorithm: &str, parts: impl Iterator<Item = &'a Checksums>) -> Checksums {
    let (mut all, mut count) = (vec![], 0);
    for part in parts {
        let Some(Ok(sum)) = part.get(algorithm).map(|sum| STANDARD.decode(sum)) else { return Checksums::new() };
        all.extend(sum);
        count += 1;
    }
    checksum(algorithm, &all).map(|sum| (algorithm.to_owned(), format!("{sum}-{count}"))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of parametrised CRC algorithms, and of FIPS 180.
    #[test]
    fn every_algorithm_gives_its_check_value() {
        let digits = b"123456789";
        let hex = |algorithm| hex::encode(STANDARD.decode(checksum(algorithm, digits).unwrap()).unwrap());
        assert_eq!(hex("crc32"), "cbf43926");
        assert_eq!(hex("crc32c"), "e3069283");
        assert_eq!(hex("crc64nvme"), "ae8b14860a799888");
        assert_eq!(hex("sha1"), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        assert_eq!(hex("sha256"), "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
        assert_eq!(checksum("md4", digits), None);
    }

    #[test]
    fn a_wrong_checksum_is_refused_and_a_missing_one_made() {
        let wrong = Checksums::from([("crc32".to_owned(), "AAAAAA==".to_owned())]);
        assert_eq!(verify(&wrong, None, b"x").unwrap_err().code, "BadDigest");
        assert_eq!(verify(&Checksums::new(), Some("SHA256"), b"x").unwrap(), of("sha256", b"x"));
        assert_eq!(verify(&Checksums::new(), None, b"x").unwrap(), of("crc64nvme", b"x"));
        assert_eq!(verify_md5(Some("AAAA"), b"x").unwrap_err().code, "InvalidDigest");
    }
}
