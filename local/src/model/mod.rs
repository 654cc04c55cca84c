//! AWS's own models of the services: which operations there are, what a request may hold and what an answer does.
//!
//! `local/models/cut.py` cuts them from botocore. A service's model is parsed when it is first asked for.
//!
//! ```text
//! request -> typed (wrong types, unknown members) -> rules (what is missing, too long, ...) -> operation -> answer
//! ```

mod answer;
mod pattern;
mod rules;
mod times;
mod typed;

pub(crate) use answer::Times;
pub(crate) use typed::Form;

use pattern::Pattern;
use serde::Deserialize;
use serde_json::Number;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// The model of one service, and how the service says that a request breaks it.
pub(crate) struct Model {
    json: &'static str,
    parsed: OnceLock<Document>,
    words: Words,
}

/// A service's way of refusing what its model forbids. Most of them answer as AWS's framework does by itself.
struct Words {
    code: &'static str,
    /// `Value 'x' at 'name'` or, as newer services have it, `Value at 'name'`.
    shows_values: bool,
    /// `putIntegrationInput.type`: API Gateway's members of the body stand under the operation.
    under_operation: bool,
}

const SHOWN: Words = Words { code: "ValidationException", shows_values: true, under_operation: false };

// `BadRequestException` is API Gateway's own; what its model forbids comes as `1 validation error detected: Value 'x' at
// 'putIntegrationInput.type' ...` with this code (recorded at AWS by the tests of localstack#9763).
pub(crate) static APIGATEWAY: Model =
    Model::new(include_str!("../../models/apigateway.json"), Words { under_operation: true, ..SHOWN });
// "InvalidRequestException ... at 'queryString' failed to satisfy constraint: Member must have length less than or
// equal to 262144" (dbt-project-evaluator#457): the one error of a client that Athena has.
pub(crate) static ATHENA: Model =
    Model::new(include_str!("../../models/athena.json"), Words { code: "InvalidRequestException", ..SHOWN });
pub(crate) static BUDGETS: Model = Model::new(include_str!("../../models/budgets.json"), SHOWN);
pub(crate) static CE: Model = Model::new(include_str!("../../models/ce.json"), SHOWN);
pub(crate) static CLOUDTRAIL: Model = Model::new(include_str!("../../models/cloudtrail.json"), SHOWN);
pub(crate) static CLOUDWATCH: Model = Model::new(include_str!("../../models/cloudwatch.json"), QUERY);
pub(crate) static EVENTS: Model = Model::new(include_str!("../../models/events.json"), SHOWN);
// Recorded at AWS: "Value at 'extendedS3DestinationConfiguration.compressionFormat' failed ...".
pub(crate) static FIREHOSE: Model =
    Model::new(include_str!("../../models/firehose.json"), Words { shows_values: false, ..SHOWN });
pub(crate) static GLUE: Model = Model::new(include_str!("../../models/glue.json"), SHOWN);
// Recorded at AWS: "Value at 'tags.1.member.value' failed ...". Services of the query protocol call it an error.
pub(crate) static IAM: Model = Model::new(include_str!("../../models/iam.json"), QUERY);
pub(crate) static KMS: Model = Model::new(include_str!("../../models/kms.json"), SHOWN);
// "ValidationException: 4 validation errors detected: Value '...' at 'definition.sheets.2.member...' failed to satisfy
// constraint: ..." (terraform-provider-aws#39715).
pub(crate) static QUICKSIGHT: Model = Model::new(include_str!("../../models/quicksight.json"), SHOWN);
pub(crate) static SNS: Model = Model::new(include_str!("../../models/sns.json"), QUERY);
/// `s3s` knows S3's model, and reads requests by it.
pub(crate) static S3: Model = Model::new(r#"{"operations": {}, "shapes": {}}"#, SHOWN);
pub(crate) static SERVICE_QUOTAS: Model = Model::new(include_str!("../../models/servicequotas.json"), SHOWN);
pub(crate) static STS: Model = Model::new(include_str!("../../models/sts.json"), QUERY);
const QUERY: Words = Words { code: "ValidationError", shows_values: false, ..SHOWN };
pub(crate) static LAMBDA: Model = Model::new(include_str!("../../models/lambda.json"), SHOWN);
// fluent-plugin-cloudwatch-logs#223 quotes it, two violations in one message.
pub(crate) static LOGS: Model =
    Model::new(include_str!("../../models/logs.json"), Words { code: "InvalidParameterException", ..SHOWN });
// "A parameter is missing or a malformed string or invalid or out-of-range value was supplied."
pub(crate) static TAGGING: Model =
    Model::new(include_str!("../../models/tagging.json"), Words { code: "InvalidParameterException", ..SHOWN });

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Document {
    operations: BTreeMap<&'static str, Operation>,
    shapes: HashMap<&'static str, Shape>,
}

/// What a model says of an operation.
#[derive(Deserialize)]
pub(crate) struct Operation {
    /// Method, path and status, of services that are spoken to in REST.
    pub(crate) http: Option<(&'static str, &'static str, u16)>,
    input: Option<&'static str>,
    output: Option<&'static str>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    members: BTreeMap<&'static str, Member>,
    #[serde(default)]
    required: Vec<&'static str>,
    /// The member that is the whole body of a request or an answer.
    payload: Option<&'static str>,
    /// Of a list.
    member: Option<&'static str>,
    /// Of a map.
    key: Option<&'static str>,
    value: Option<&'static str>,
    /// Of the number, or of the length.
    min: Option<Number>,
    max: Option<Number>,
    pattern: Option<Pattern>,
    #[serde(default, rename = "enum")]
    values: Vec<&'static str>,
    /// Its values are secret.
    #[serde(default)]
    sensitive: bool,
    /// Any JSON.
    #[serde(default)]
    document: bool,
    #[serde(default, rename = "timestampFormat")]
    time: Option<&'static str>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Structure,
    List,
    Map,
    String,
    Blob,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Timestamp,
}

/// A member of a structure, and where it stands in a request or an answer.
#[derive(Deserialize)]
pub(crate) struct Member {
    shape: &'static str,
    /// In the body, where none is named.
    pub(crate) location: Option<Location>,
    #[serde(rename = "locationName")]
    wire: Option<&'static str>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Location {
    Uri,
    #[serde(rename = "querystring")]
    Query,
    Header,
    StatusCode,
}

impl Model {
    const fn new(json: &'static str, words: Words) -> Self {
        Self { json, parsed: OnceLock::new(), words }
    }

    fn document(&self) -> &Document {
        self.parsed.get_or_init(|| serde_json::from_str(self.json).expect("cut.py writes what is read here"))
    }

    /// Every operation that is served, in the order of names.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&'static str, &Operation)> {
        self.document().operations.iter().map(|(name, operation)| (*name, operation))
    }

    /// The members of an operation's input: their names here, their names in a request, and where they stand there.
    pub(crate) fn placed(&self, operation: &str) -> impl Iterator<Item = (&'static str, &'static str, &Member)> {
        let input = self.document().operations.get(operation).and_then(|operation| operation.input);
        let members = input.into_iter().flat_map(|input| &self.shape(input).members);
        members.map(|(name, member)| (*name, member.wire.unwrap_or(name), member))
    }

    /// The member of an operation's input that is the body of its request, as it stands there.
    pub(crate) fn payload(&self, operation: &str) -> Option<&'static str> {
        let input = self.shape(self.document().operations.get(operation)?.input?);
        let payload = input.payload?;
        let member = input.members.get(payload)?;
        (self.shape(member.shape).kind == Kind::Blob).then_some(payload)
    }

    /// Whether a member is a map, which has all of a query that no other member is called.
    pub(crate) fn is_map(&self, member: &Member) -> bool {
        self.shape(member.shape).kind == Kind::Map
    }

    /// Whether a member is a list, which stands in a query once for each item.
    pub(crate) fn is_list(&self, member: &Member) -> bool {
        self.shape(member.shape).kind == Kind::List
    }

    /// The member of an operation's output that is the status of its answer.
    pub(crate) fn status_member(&self, operation: &str) -> Option<&'static str> {
        let output = self.document().operations.get(operation)?.output?;
        let mut members = self.shape(output).members.iter();
        members.find(|(_, member)| member.location == Some(Location::StatusCode)).map(|(name, _)| *name)
    }

    fn shape(&self, name: &str) -> &Shape {
        self.document().shapes.get(name).expect("cut.py takes every shape that another one names")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &Model); 14] = [
        ("apigateway", &APIGATEWAY),
        ("athena", &ATHENA),
        ("ce", &CE),
        ("cloudtrail", &CLOUDTRAIL),
        ("cloudwatch", &CLOUDWATCH),
        ("firehose", &FIREHOSE),
        ("glue", &GLUE),
        ("iam", &IAM),
        ("lambda", &LAMBDA),
        ("logs", &LOGS),
        ("quicksight", &QUICKSIGHT),
        ("servicequotas", &SERVICE_QUOTAS),
        ("sts", &STS),
        ("tagging", &TAGGING),
    ];

    /// Patterns that look behind themselves. What they add to the rest is checked nowhere.
    const UNCHECKED: &[(&str, &str)] = &[
        ("ce", "CostCategoryName"),     // of cost categories, which Local AWS does not filter by
        ("firehose", "ClusterJDBCURL"), // of Redshift, which Local AWS does not deliver to
        ("iam", "accountAliasType"),    // of answers; there are no aliases
    ];

    #[test]
    fn every_pattern_but_the_listed_ones_is_checked() {
        let mut unchecked = vec![];
        for (service, model) in ALL {
            for (name, shape) in &model.document().shapes {
                if shape.pattern.as_ref().is_some_and(|pattern| !pattern.is_checked()) {
                    unchecked.push((service, *name));
                }
            }
        }
        unchecked.sort_unstable();
        assert_eq!(unchecked, UNCHECKED);
    }
}
