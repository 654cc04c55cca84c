//! AWS's answers as they came.
//!
//! The SDK's types keep what they know. What a pipeline's resource has beside that, and what AWS returns that this
//! version of the SDK does not know, is read from the answer itself.

use super::{Result, cbor, read};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Map, Value as Json};
use std::sync::{Arc, Mutex, PoisonError};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// An answer as a document, whatever it was written in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Raw(pub(crate) Json);

/// Goes with one request, `.customize().interceptor(keep)`, and keeps what is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keep(Arc<Mutex<Vec<u8>>>);

impl Intercept for Keep {
    fn name(&self) -> &'static str {
        "Keep"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        body.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

impl Keep {
    fn raw(&self) -> Raw {
        Raw::parse(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A read that gives the answer as it came, too.
pub(crate) async fn whole<T, E, F>(operation: &'static str, send: impl Fn(Keep) -> F) -> Result<(T, Raw)>
where
    F: Future<Output = std::result::Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let keep = Keep::default();
    let answer = read(operation, || send(keep.clone())).await?;
    Ok((answer, keep.raw()))
}

/// A list whose pages come with their answers.
pub(crate) async fn whole_pages<T, E, F>(
    operation: &'static str,
    send: impl Fn(Option<String>, Keep) -> F,
    next: impl Fn(&T) -> Option<&str>,
) -> Result<Vec<(T, Raw)>>
where
    F: Future<Output = std::result::Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (mut all, mut from) = (vec![], None::<String>);
    loop {
        let page = whole(operation, |keep| send(from.clone(), keep)).await?;
        from = next(&page.0).filter(|token| !token.is_empty()).map(str::to_owned);
        all.push(page);
        if from.is_none() {
            return Ok(all);
        }
    }
}

impl Raw {
    /// JSON as it is, and CBOR as JSON; of XML the elements by their names. What is none of these is nothing.
    pub(super) fn parse(body: &[u8]) -> Self {
        if cbor::is_map(body) {
            return Self(cbor::read(body).unwrap_or_default());
        }
        let text = String::from_utf8_lossy(body);
        if text.trim_start().starts_with('<') {
            return Self(unwrapped(xml(&text)));
        }
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    /// An answer that is the whole of one member: XML has it without the member's name.
    pub(crate) fn within(self, member: &str) -> Self {
        Self(Json::Object([(member.to_owned(), self.0)].into_iter().collect()))
    }

    /// The items of a list, each as the whole answer would be if it had that item only.
    pub(crate) fn items(&self, list: &str) -> Vec<Self> {
        let items = self.0[list].as_array().into_iter().flatten();
        items.map(|item| Self(item.clone()).within(list)).collect()
    }
}

/// IAM has its answers in an element that is called after the operation.
fn unwrapped(root: Json) -> Json {
    let Json::Object(mut fields) = root else { return root };
    match fields.keys().find(|name| name.ends_with("Result")).cloned() {
        Some(result) => fields.remove(&result).unwrap_or_default(),
        None => Json::Object(fields),
    }
}

/// What is in the root element. Elements that repeat are a list, and so are those that are called `member`.
fn xml(text: &str) -> Json {
    let mut open: Vec<(String, Map<String, Json>, String)> = vec![];
    for token in Tokenizer::from(text) {
        match token {
            Ok(Token::ElementStart { local, .. }) => open.push((local.to_string(), Map::new(), String::new())),
            Ok(Token::Text { text } | Token::Cdata { text, .. }) => {
                if let Some((_, _, content)) = open.last_mut() {
                    content.push_str(&unescaped(&text));
                }
            }
            Ok(Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. }) => {
                let Some((name, fields, content)) = open.pop() else { return Json::Null };
                let value = element(fields, content);
                match open.last_mut() {
                    Some((_, parent, _)) => add(parent, name, value),
                    None => return value,
                }
            }
            Ok(_) => {}
            Err(_) => return Json::Null,
        }
    }
    Json::Null
}

fn element(mut fields: Map<String, Json>, content: String) -> Json {
    match fields.len() {
        0 => Json::String(content.trim().to_owned()),
        1 if fields.contains_key("member") => fields.remove("member").unwrap_or_default(),
        _ => Json::Object(fields),
    }
}

fn add(parent: &mut Map<String, Json>, name: String, value: Json) {
    match parent.get_mut(&name) {
        Some(Json::Array(all)) => all.push(value),
        Some(first) => *first = Json::Array(vec![first.take(), value]),
        None => drop(parent.insert(name, value)),
    }
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&#39;", "'")];
    let text = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn xml_is_read_as_the_document_that_json_would_be() {
        let role = "<?xml version=\"1.0\"?><GetRoleResponse xmlns=\"https://iam\"><GetRoleResult><Role><Path>/a/</Path>\
                    <Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><Empty/></Role></GetRoleResult>\
                    <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetRoleResponse>";
        let read = Raw::parse(role.as_bytes()).0;
        assert_eq!(read, json!({"Role": {"Path": "/a/", "Tags": [{"Key": "a"}, {"Key": "b"}], "Empty": ""}}));
        let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>a&amp;b</AllowedOrigin></CORSRule></CORSConfiguration>";
        assert_eq!(Raw::parse(cors.as_bytes()).0, json!({"CORSRule": {"AllowedOrigin": "a&b"}}));
    }

    #[test]
    fn what_is_no_document_is_nothing() {
        for body in ["", "{", "<a><b></a>", "(text)"] {
            assert_eq!(Raw::parse(body.as_bytes()).0, Json::Null, "{body}");
        }
    }
}
