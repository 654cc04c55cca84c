//! The headers of a request that `track` looks at. A browser sends a dozen others, which are most of an event: to keep them costs
//! more than to check a key.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    pub(crate) origin: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// REST APIs pass names on in the case that the client wrote.
enum Name {
    Origin,
    ApiKey,
    UserAgent,
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a header")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
                Ok(match name {
                    _ if name.eq_ignore_ascii_case("origin") => Name::Origin,
                    // As API Gateway calls it.
                    _ if name.eq_ignore_ascii_case("x-api-key") => Name::ApiKey,
                    _ if name.eq_ignore_ascii_case("user-agent") => Name::UserAgent,
                    _ => Name::Other,
                })
            }
        }
        deserializer.deserialize_identifier(Reader)
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("headers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers = Headers::default();
                while let Some(name) = map.next_key()? {
                    match name {
                        Name::Origin => headers.origin = map.next_value()?,
                        Name::ApiKey => headers.api_key = map.next_value()?,
                        Name::UserAgent => headers.user_agent = map.next_value()?,
                        Name::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(headers)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_the_rest_is_left() {
        let read = |json| serde_json::from_str::<Headers>(json).unwrap();
        let both = Headers { origin: Some("o".to_owned()), api_key: Some("k".to_owned()), user_agent: None };
        assert_eq!(read(r#"{"ORIGIN":"o","a":{"b":[1]},"X-Api-Key":"k","c":null}"#), both);
        assert_eq!(read(r#"{"\u006frigin":"o","x-api-key":"k"}"#), both);
        assert_eq!(read(r#"{"origin":null,"x-api-keys":"k"}"#), Headers::default());
    }
}
