//! The tags that a bucket is created with. S3 takes them since 2025; the types of `s3s` do not have them, and what
//! is not read would be lost in silence.

use s3s::dto::Tag;
use s3s::xml::{DeResult, Deserialize, Deserializer};

/// No configuration with fifty tags is as long.
const LONGEST: usize = 64 << 10;

struct Tags(Vec<Tag>);

impl<'xml> Deserialize<'xml> for Tags {
    fn deserialize(xml: &mut Deserializer<'xml>) -> DeResult<Self> {
        xml.named_element("CreateBucketConfiguration", |xml| {
            let mut tags = vec![];
            // Only `Tags` has children of this name; the others are passed over.
            xml.for_each_element(|xml, _| {
                tags.extend(xml.list_content::<Tag>("Tag")?);
                Ok(())
            })?;
            Ok(Self(tags))
        })
    }
}

/// None, where the body is something else.
pub(super) fn tags(body: &[u8]) -> Vec<Tag> {
    if body.len() > LONGEST || !body.starts_with(b"<") {
        return vec![];
    }
    Tags::deserialize(&mut Deserializer::new(body)).map(|tags| tags.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn tags_are_read_from_among_other_elements() {
        let body = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                    <LocationConstraint>eu-west-1</LocationConstraint>\
                    <Tags><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></Tags>\
                    </CreateBucketConfiguration>";
        let read: Vec<_> =
            tags(body.as_bytes()).into_iter().map(|tag| (tag.key.unwrap(), tag.value.unwrap())).collect();
        assert_eq!(read, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert!(tags(b"<Tagging><TagSet/></Tagging>").is_empty() && tags(b"").is_empty());
    }
}
