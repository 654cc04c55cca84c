//! What an API answers, as data: its routes, and the headers of the answers that it makes itself.

use crate::engine::value::{Canonical, Value};
use std::collections::BTreeMap;

/// Which pages may call the API.
#[derive(Clone, Debug)]
pub(crate) enum Cors {
    /// None: there is no `OPTIONS` method.
    None,
    /// One origin, or `*`: API Gateway answers preflight requests itself.
    One(String),
    /// Several: only code can tell which of them asks, so that the function answers.
    Several,
}

/// Who answers a browser that asks whether it may post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preflights {
    /// There is no `OPTIONS` method.
    Nobody,
    Gateway,
    Function,
}

/// Methods by path, and gateway responses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Routes {
    /// Path, then method.
    pub(super) methods: BTreeMap<String, BTreeMap<String, Method>>,
    /// Headers by the kind of an answer that API Gateway gives by itself (a refused key, a throttled call).
    pub(super) gateway_responses: BTreeMap<String, Headers>,
}

/// Values of headers, quoted as API Gateway wants constants: `'*'`.
pub(super) type Headers = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Method {
    /// `NONE`, unless somebody changes it.
    pub(super) authorization: String,
    pub(super) api_key_required: bool,
    pub(super) integration: Integration,
    /// What somebody set on it beside that, by its place in AWS's answer; nothing in ours.
    pub(super) other: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Integration {
    /// The function answers.
    Function { uri: String },
    /// API Gateway answers, with these headers.
    Mock { status: String, headers: Headers },
    /// Something that pipectl does not make.
    Other(String),
}

/// For how long a browser may remember that it is allowed: the longest that any of them does.
const MAX_AGE_SECONDS: u32 = 7200;

/// What a page may send: a key, and what an AWS client signs with. The function says the same.
const ALLOWED_HEADERS: &str = "Content-Type,Content-Encoding,X-Api-Key,X-Amz-Date,Authorization,X-Amz-Security-Token";

impl Routes {
    pub(super) fn is_empty(&self) -> bool {
        self.methods.is_empty() && self.gateway_responses.is_empty()
    }

    pub(crate) fn preflights(&self) -> Preflights {
        match self.methods.values().find_map(|methods| methods.get("OPTIONS")).map(|options| &options.integration) {
            None => Preflights::Nobody,
            Some(Integration::Function { .. }) => Preflights::Function,
            Some(Integration::Mock { .. } | Integration::Other(_)) => Preflights::Gateway,
        }
    }

    /// Whether a page has to ask before it posts: a key is a header that no page may send unasked.
    pub(crate) fn browsers_ask_first(&self) -> bool {
        let keys = self.methods.values().filter_map(|methods| methods.get("POST")).any(|post| post.api_key_required);
        keys && self.preflights() != Preflights::Nobody
    }

    /// `POST path` goes to the function; `OPTIONS path` answers browsers.
    pub(crate) fn of_function(path: &str, uri: &str, api_key_required: bool, cors: &Cors) -> Self {
        let method = |api_key_required, integration| {
            let (authorization, other) = ("NONE".to_owned(), BTreeMap::new());
            Method { authorization, api_key_required, integration, other }
        };
        let function = || Integration::Function { uri: uri.to_owned() };
        let mut methods = BTreeMap::from([("POST".to_owned(), method(api_key_required, function()))]);
        // A browser sends no key with a preflight request.
        let options = match cors {
            Cors::None => None,
            Cors::One(origin) => Some(Integration::Mock { status: "204".to_owned(), headers: preflight(origin) }),
            Cors::Several => Some(function()),
        };
        methods.extend(options.map(|options| ("OPTIONS".to_owned(), method(false, options))));
        // Without the header, a page learns of no error but that there was one.
        let origin = match cors {
            Cors::None => None,
            Cors::One(origin) => Some(origin.as_str()),
            Cors::Several => Some("*"),
        };
        let errors = origin.map(|origin| Headers::from([("Access-Control-Allow-Origin".to_owned(), quoted(origin))]));
        let kinds = ["DEFAULT_4XX", "DEFAULT_5XX"];
        let gateway_responses =
            errors.map(|headers| kinds.map(|kind| (kind.to_owned(), headers.clone())).into()).unwrap_or_default();
        Self { methods: [(path.to_owned(), methods)].into(), gateway_responses }
    }
}

fn preflight(origin: &str) -> Headers {
    let headers = [
        ("Access-Control-Allow-Headers", ALLOWED_HEADERS.to_owned()),
        ("Access-Control-Allow-Methods", "OPTIONS,POST".to_owned()),
        ("Access-Control-Allow-Origin", origin.to_owned()),
        ("Access-Control-Max-Age", MAX_AGE_SECONDS.to_string()),
    ];
    // `sendBeacon` sends a JSON Blob with credentials, whatever the page wants; no browser takes that for `*`.
    let credentials = (origin != "*").then(|| ("Access-Control-Allow-Credentials", "true".to_owned()));
    headers.into_iter().chain(credentials).map(|(name, value)| (name.to_owned(), quoted(&value))).collect()
}

fn quoted(value: &str) -> String {
    format!("'{value}'")
}

impl Canonical for Method {
    fn canonical(&self) -> Value {
        let Self { authorization, api_key_required, integration, other } = self;
        let fields = BTreeMap::from([
            ("authorization".to_owned(), authorization.canonical()),
            ("api_key_required".to_owned(), api_key_required.canonical()),
            ("answered_by".to_owned(), integration.canonical()),
        ]);
        Value::Map(fields.into_iter().chain(other.clone()).collect())
    }
}

impl Canonical for Integration {
    fn canonical(&self) -> Value {
        match self {
            Self::Function { uri } => uri.canonical(),
            Self::Mock { status, headers } => {
                let mut fields = headers.clone();
                fields.insert("status".to_owned(), status.clone());
                fields.canonical()
            }
            Self::Other(what) => what.canonical(),
        }
    }
}

/// `POST /track` and so on, each by its name, so that a plan shows the one that differs.
impl Canonical for Routes {
    fn canonical(&self) -> Value {
        let Self { methods, gateway_responses } = self;
        let routes = methods.iter().flat_map(|(path, methods)| {
            methods.iter().map(move |(name, method)| (format!("{name} {path}"), method.canonical()))
        });
        let responses = gateway_responses.iter().map(|(kind, headers)| (kind.clone(), headers.canonical()));
        Value::Map(routes.chain(responses).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:track/invocations";

    #[test]
    fn one_origin_is_answered_by_the_gateway_and_several_by_the_function() {
        let options = |cors| Routes::of_function("/track", URI, true, &cors).methods["/track"].get("OPTIONS").cloned();
        assert!(options(Cors::None).is_none());
        let one = options(Cors::One("https://a.example".into())).unwrap();
        assert!(!one.api_key_required);
        let Integration::Mock { headers, .. } = one.integration else { panic!("{one:?}") };
        assert_eq!(headers["Access-Control-Allow-Origin"], "'https://a.example'");
        assert_eq!(headers["Access-Control-Allow-Credentials"], "'true'");
        let any = options(Cors::One("*".into())).unwrap().integration;
        assert!(
            matches!(any, Integration::Mock { headers, .. } if !headers.contains_key("Access-Control-Allow-Credentials"))
        );
        assert_eq!(options(Cors::Several).unwrap().integration, Integration::Function { uri: URI.into() });
    }

    #[test]
    fn any_change_of_a_route_is_another_deployment() {
        let digest = |path, key, cors| super::super::deployment(&Routes::of_function(path, URI, key, &cors));
        let all = [
            digest("/track", true, Cors::None),
            digest("/events", true, Cors::None),
            digest("/track", false, Cors::None),
            digest("/track", true, Cors::One("*".into())),
            digest("/track", true, Cors::Several),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(all[0], digest("/track", true, Cors::None));
    }
}
