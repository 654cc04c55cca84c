//! Lists of every form, beside what a few lines make of S3's rules.

use super::Aws;
use std::collections::BTreeMap;

/// What a list of these parts is, page by page: S3 takes keys in the order of their bytes, versions of one key from the newest,
/// and what shares a prefix up to the delimiter once.
#[tokio::test]
async fn pages_of_every_size_make_up_the_list_that_is_asked_for() {
    let aws = Aws::new();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below
    };
    // The last character of Unicode is one of a key, too.
    let letters = ["a", "b", "/", "-", "é", "\u{10ffff}"];
    for bucket in ["plain", "versioned"] {
        aws.put(&format!("/{bucket}"), "").await.ok();
        if bucket == "versioned" {
            let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            aws.put(&format!("/{bucket}?versioning"), enabled).await.ok();
        }
        let mut kept: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        for _ in 0..60 {
            let key: String = (0..=draw(4)).map(|_| letters[draw(letters.len())]).collect();
            let is_gone = draw(4) == 0;
            let method = if is_gone { "DELETE" } else { "PUT" };
            let answer = aws.send(&format!("{method} /{bucket}/{}", encoded(&key)), &[], "").await;
            assert!(answer.status.is_success(), "{key}: {answer:?}");
            let versions = kept.entry(key).or_default();
            match (bucket, is_gone) {
                ("versioned", _) => versions.insert(0, is_gone),
                (_, gone) => *versions = if gone { vec![] } else { vec![false] },
            }
        }
        kept.retain(|_, versions| !versions.is_empty());
        for prefix in ["", "a", "a/", "/", "é", "-b"] {
            for delimiter in ["", "/", "a", "-\u{10ffff}"] {
                for most in [1, 2, 3, 7, 1000] {
                    for versions in [false, true] {
                        let asked = Asked { bucket, prefix, delimiter, most, versions };
                        assert_eq!(asked.pages(&aws).await, asked.expected(&kept), "{asked:?} of {kept:?}");
                    }
                }
            }
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[derive(Debug)]
struct Asked<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: &'a str,
    most: usize,
    versions: bool,
}

impl Asked<'_> {
    /// Keys, each as often as it has versions in the list, and prefixes.
    fn expected(&self, kept: &BTreeMap<String, Vec<bool>>) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut prefixes) = (vec![], vec![]);
        for (key, versions) in kept.iter().filter(|(key, _)| key.starts_with(self.prefix)) {
            let count = if self.versions { versions.len() } else { usize::from(!versions[0]) };
            let rest = &key[self.prefix.len()..];
            match rest.split_once(self.delimiter).filter(|_| !self.delimiter.is_empty()) {
                Some((before, _)) if count > 0 => prefixes.push(format!("{}{before}{}", self.prefix, self.delimiter)),
                Some(_) => {}
                None => keys.extend(std::iter::repeat_n(key.clone(), count)),
            }
        }
        prefixes.dedup();
        (self.sorted(keys), prefixes)
    }

    /// A page has its versions first and then the marks of deletions.
    fn sorted(&self, mut keys: Vec<String>) -> Vec<String> {
        if self.versions {
            keys.sort();
        }
        keys
    }

    async fn pages(&self, aws: &Aws) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut prefixes) = (vec![], vec![]);
        let kind = if self.versions { "versions" } else { "list-type=2" };
        let (prefix, delimiter) = (encoded(self.prefix), encoded(self.delimiter));
        let asked = format!("/{}?{kind}&prefix={prefix}&delimiter={delimiter}&max-keys={}", self.bucket, self.most);
        let mut next = String::new();
        loop {
            let page = aws.get(&format!("{asked}{next}")).await.ok();
            let (here, shared): (Vec<_>, Vec<_>) = (page.all("Key"), page.all("CommonPrefixes"));
            let is_last = page.one("IsTruncated") == "false";
            let count = here.len() + shared.len();
            assert!(count <= self.most && (is_last || count == self.most), "{self:?}{next}: {}", page.body);
            keys.extend(here.into_iter().map(str::to_owned));
            prefixes.extend(shared.iter().map(|one| one.replace("<Prefix>", "").replace("</Prefix>", "")));
            if is_last {
                return (self.sorted(keys), prefixes);
            }
            next = match self.versions {
                false => format!("&continuation-token={}", encoded(page.one("NextContinuationToken"))),
                true => {
                    let id = page
                        .all("NextVersionIdMarker")
                        .first()
                        .map_or(String::new(), |id| format!("&version-id-marker={}", encoded(id)));
                    format!("&key-marker={}{id}", encoded(page.one("NextKeyMarker")))
                }
            };
        }
    }
}
