//! What is left on a resource: which attributes were applied last, and which release applied them.

use super::diff::{Attributes, DIGEST_VERSION, UNFINISHED};
use std::fmt;

/// Between the digest and the release. In no digest and in no version, and AWS takes it in a tag.
const BY: char = '@';

/// The value of the tag `pipectl:config`: `v1:4390dce3aa8e6a3cf0ef436c8b9cb6c2@0.1.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    digest: String,
    release: Option<String>,
}

impl Mark {
    /// Reads what a tag holds. Whatever it is, it is a mark: of another kind, if it is none of ours.
    pub fn read(text: &str) -> Self {
        let (digest, release) = text.split_once(BY).map_or((text, None), |(digest, by)| (digest, Some(by.to_owned())));
        Self { digest: digest.to_owned(), release }
    }

    /// That these attributes are applied, by this release.
    pub fn of(attributes: &Attributes, release: &str) -> Self {
        Self { digest: attributes.digest(), release: Some(release.to_owned()) }
    }

    /// Which release applied them, where it has said so.
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    pub fn is_unfinished(&self) -> bool {
        self.digest == UNFINISHED
    }

    /// Whether it was made of these attributes; `None` where it was made in another way, which tells nothing.
    pub(crate) fn is_of(&self, attributes: &Attributes) -> Option<bool> {
        self.digest.starts_with(DIGEST_VERSION).then(|| attributes.digest() == self.digest)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest)?;
        self.release.as_ref().map_or(Ok(()), |release| write!(f, "{BY}{release}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_what_it_says() {
        let attributes = Attributes::new().update("memory", &128_i64);
        let mark = Mark::of(&attributes, "1.2.3-rc.1+build");
        assert_eq!(Mark::read(&mark.to_string()), mark);
        assert_eq!((mark.release(), mark.is_of(&attributes)), (Some("1.2.3-rc.1+build"), Some(true)));
    }

    #[test]
    fn marks_of_before_and_of_others_are_read_too() {
        let attributes = Attributes::new().update("memory", &128_i64);
        let before = Mark::read(&attributes.digest());
        assert_eq!((before.release(), before.is_of(&attributes)), (None, Some(true)));
        assert_eq!(before.is_of(&Attributes::new()), Some(false));
        assert!(Mark::read(UNFINISHED).is_unfinished());
        for other in ["", "v2:abc@0.1.0", "@", "by hand"] {
            assert_eq!(Mark::read(other).is_of(&attributes), None, "{other}");
        }
    }
}
