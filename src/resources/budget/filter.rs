//! What a budget counts: everything that fits all of these, each `key: values`.
//!
//! "Either FilterExpression and Metrics or CostFilters and CostTypes, not both" (CreateBudget). The older CostFilters have
//! one key for all tags, `TagKeyValue`, and what stands under one key is taken together with *or*: a pipeline *and* a stage
//! cannot be said with them. An expression's `Tags` are Cost Explorer's, by the tag's own key; the `user:` in front of it
//! belongs to CostFilters (terraform-provider-aws#39850).

use aws_sdk_budgets::types::{Dimension, Expression, ExpressionDimensionValues, TagValues};
use std::collections::{BTreeMap, BTreeSet};

/// `REGION: [us-east-1]`, `tag pipectl:stage: [prod]`, `not RECORD_TYPE: [Credit]`.
pub(crate) type Terms = BTreeMap<String, BTreeSet<String>>;

const TAG: &str = "tag ";
const NOT: &str = "not ";
/// What this program writes no expression of.
const OTHER: &str = "other";

/// Of a budget, as it is sent.
///
/// # Errors
/// What the SDK's builder says.
pub(super) fn written(terms: &Terms) -> Result<Expression, String> {
    let all: Result<Vec<_>, _> = terms.iter().map(|(key, values)| term(key, values)).collect();
    Ok(Expression::builder().set_and(Some(all?)).build())
}

fn term(key: &str, values: &BTreeSet<String>) -> Result<Expression, String> {
    if let Some(key) = key.strip_prefix(NOT) {
        return Ok(Expression::builder().not(term(key, values)?).build());
    }
    let values = Some(values.iter().cloned().collect());
    if let Some(key) = key.strip_prefix(TAG) {
        return Ok(Expression::builder().tags(TagValues::builder().key(key).set_values(values).build()).build());
    }
    let dimension = ExpressionDimensionValues::builder().key(Dimension::from(key)).set_values(values).build();
    Ok(Expression::builder().dimensions(dimension.map_err(|error| error.to_string())?).build())
}

/// Of what is live. What cannot be said in terms stands under a key that nobody asks for.
pub(super) fn read(expression: &Expression) -> Terms {
    let mut terms = Terms::new();
    gather(expression, "", &mut terms);
    terms
}

fn gather(expression: &Expression, before: &str, terms: &mut Terms) {
    let Expression { or, and, not, dimensions, tags, cost_categories, .. } = expression;
    let mut add = |key: String, values: Vec<String>| terms.entry(key).or_default().extend(values);
    match (or, and, not, dimensions, tags, cost_categories) {
        (None, Some(all), None, None, None, None) if before.is_empty() => {
            all.iter().for_each(|one| gather(one, before, terms));
        }
        (None, None, Some(one), None, None, None) if before.is_empty() => gather(one, NOT, terms),
        (None, None, None, Some(one), None, None) if usual(one.match_options()) => {
            add(format!("{before}{}", one.key().as_str()), one.values().to_vec());
        }
        (None, None, None, None, Some(one), None) if usual(one.match_options()) => {
            add(format!("{before}{TAG}{}", one.key().unwrap_or_default()), one.values().to_vec());
        }
        _ => add(OTHER.to_owned(), vec![format!("{before}{expression:?}")]),
    }
}

/// AWS may write out what is meant where nothing is written.
fn usual(options: &[aws_sdk_budgets::types::MatchOption]) -> bool {
    options.iter().all(|option| matches!(option.as_str(), "EQUALS" | "CASE_SENSITIVE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_budgets::types::MatchOption;

    fn terms(all: &[(&str, &[&str])]) -> Terms {
        let one = |(key, values): &(&str, &[&str])| {
            ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        };
        all.iter().map(one).collect()
    }

    fn tag(key: &str, value: &str, options: &[&str]) -> Expression {
        let options = options.iter().map(|option| MatchOption::from(*option)).collect();
        let tag = TagValues::builder().key(key).values(value).set_match_options(Some(options));
        Expression::builder().tags(tag.build()).build()
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let all = terms(&[
            ("REGION", &["us-east-1"]),
            ("not RECORD_TYPE", &["Credit", "Tax"]),
            ("tag pipectl:pipeline", &["clicks"]),
            ("tag pipectl:stage", &["prod"]),
        ]);
        assert_eq!(read(&written(&all).unwrap()), all);
    }

    #[test]
    fn spellings_of_the_same_are_the_same_and_others_are_not() {
        let and = |all: Vec<Expression>| Expression::builder().set_and(Some(all)).build();
        let (a, b) = (tag("a", "1", &[]), tag("b", "2", &[]));
        let same = terms(&[("tag a", &["1"]), ("tag b", &["2"])]);
        for spelling in [
            and(vec![a.clone(), b.clone()]),
            and(vec![b.clone(), a.clone()]),
            and(vec![and(vec![a.clone()]), b.clone()]),
            and(vec![tag("a", "1", &["EQUALS"]), tag("b", "2", &["EQUALS", "CASE_SENSITIVE"])]),
        ] {
            assert_eq!(read(&spelling), same, "{spelling:?}");
        }
        let or = Expression::builder().set_or(Some(vec![a.clone(), b.clone()])).build();
        for other in [or, and(vec![tag("a", "1", &["STARTS_WITH"]), b.clone()]), a, Expression::builder().build()] {
            assert_ne!(read(&other), same, "{other:?}");
        }
    }
}
