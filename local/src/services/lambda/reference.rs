//! Which function is meant, and which of its versions: `f`, `f:prod`, `123456789012:function:f:3`, or a whole ARN.

use super::{FUNCTIONS, arn, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::Value;

/// Key: the function's name and the number, in ten digits.
pub(super) const VERSIONS: &str = "lambda.version";
/// Key: the function's name and the alias.
pub(super) const ALIASES: &str = "lambda.alias";

/// What is unpublished, and can be changed.
pub(super) const LATEST: &str = "$LATEST";

/// A function, and what follows its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) qualifier: Option<String>,
}

impl Reference {
    /// From a name or ARN.
    pub(super) fn of(given: &str) -> Self {
        let local = given.rsplit_once("function:").map_or(given, |(_, name)| name);
        let mut parts = local.splitn(2, ':');
        let name = parts.next().unwrap_or_default().to_owned();
        Self { name, qualifier: parts.next().map(str::to_owned) }
    }

    /// From the members `FunctionName` and `Qualifier`.
    ///
    /// # Errors
    /// Two qualifiers that differ.
    pub(super) fn read(input: &Value) -> Result<Self> {
        let mut all = Self::of(input.text("FunctionName")?);
        match (&all.qualifier, input.optional("Qualifier")) {
            (Some(one), Some(other)) if one != other => {
                Err(invalid("The derived qualifier from the function name does not match the specified qualifier."))
            }
            (None, Some(given)) => {
                all.qualifier = Some(given.to_owned());
                Ok(all)
            }
            _ => Ok(all),
        }
    }

    /// The ARN with the qualifier, if there is one.
    pub(super) fn arn(&self, context: &Context<'_>) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", arn(context, &self.name)),
            None => arn(context, &self.name),
        }
    }

    /// As it is written in one word.
    pub(super) fn text(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.name),
            None => self.name.clone(),
        }
    }

    /// Where it is kept: the function, a version of it or an alias.
    pub(super) fn place(&self) -> (&'static str, String) {
        match self.qualifier.as_deref() {
            None | Some(LATEST) => (FUNCTIONS, self.name.clone()),
            Some(number) if is_number(number) => (VERSIONS, version_key(&self.name, number)),
            Some(alias) => (ALIASES, format!("{}:{alias}", self.name)),
        }
    }

    /// What is kept of it: of an alias, the alias.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(super) fn kept(&self, context: &Context<'_>) -> Result<Value> {
        let (collection, key) = self.place();
        let kept = context.get(collection, &key)?;
        kept.ok_or_else(|| not_found(format!("Function not found: {}", self.arn(context))))
    }

    /// The version that runs: of an alias that has two, one by their weights.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(super) fn version(&self, context: &Context<'_>) -> Result<(String, Value)> {
        let kept = self.kept(context)?;
        if self.place().0 != ALIASES {
            let version = kept["version"].as_str().unwrap_or(LATEST).to_owned();
            return Ok((version, kept));
        }
        let version = routed(&kept, rand::random());
        let target = Self { name: self.name.clone(), qualifier: Some(version.clone()) };
        Ok((version, target.kept(context)?))
    }
}

pub(super) fn is_number(qualifier: &str) -> bool {
    !qualifier.is_empty() && qualifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// In the order of their numbers.
pub(super) fn version_key(name: &str, number: &str) -> String {
    format!("{name}:{number:0>10}")
}

/// The version that one invocation of an alias goes to; `chance` is from 0 to 1.
fn routed(kept: &Value, chance: f64) -> String {
    let weights = kept["RoutingConfig"]["AdditionalVersionWeights"].as_object().into_iter().flatten();
    let mut others = weights.filter(|(_, weight)| weight.as_f64().is_some_and(|weight| chance < weight));
    let main = || kept["FunctionVersion"].as_str().unwrap_or(LATEST).to_owned();
    others.next().map_or_else(main, |(version, _)| version.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_alias_shares_by_weight() {
        let kept = json!({"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}});
        assert_eq!([0.0, 0.2499, 0.25, 0.99].map(|chance| routed(&kept, chance)), ["2", "2", "1", "1"]);
        assert_eq!(routed(&json!({"FunctionVersion": "3"}), 0.0), "3");
    }

    #[test]
    fn a_function_is_named_in_many_ways() {
        let named = |name: &str, qualifier: Option<&str>| Reference {
            name: name.into(),
            qualifier: qualifier.map(str::to_owned),
        };
        for (given, expected) in [
            ("f", named("f", None)),
            ("f:prod", named("f", Some("prod"))),
            ("000000000000:function:f:3", named("f", Some("3"))),
            ("arn:aws:lambda:us-east-1:000000000000:function:f", named("f", None)),
            ("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", named("f", Some(LATEST))),
        ] {
            assert_eq!(Reference::of(given), expected, "{given}");
        }
    }
}
