//! What Cost Explorer tells. Each request costs, so none is made twice.

use super::Days;
use crate::aws::{Aws, Class, Error, Result, pages, read};
use aws_sdk_costexplorer::types::{
    CostAllocationTagStatus, CostAllocationTagStatusEntry, DateInterval, Dimension, DimensionValues, Expression,
    Granularity, GroupDefinition, GroupDefinitionType, ResultByTime, TagValues,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

const ASK: &str = "ce:GetCostAndUsage";
const NOT_ALLOWED: &str = "`pipectl bill` needs `ce:GetCostAndUsage` and `ce:ListCostAllocationTags`; in an organisation, the \
     management account has to let members see their costs (Billing, Cost Management preferences)";
const NOT_THERE: &str = "Cost Explorer is turned on by opening it once in the console (Billing and Cost Management); its first \
     data come within 24 hours";

/// What was billed of one usage type.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Charge {
    pub(crate) quantity: f64,
    pub(crate) unit: String,
    /// US dollars. `None`: Local AWS, where nobody has verified the price.
    pub(crate) dollars: Option<f64>,
}

/// By service and usage type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Charges {
    pub(crate) all: BTreeMap<(String, String), Charge>,
    /// The first day on which there is anything.
    pub(crate) first: Option<Date>,
    /// How often Cost Explorer was asked.
    pub(crate) requests: usize,
    /// Whether the month is still open.
    pub(crate) estimated: bool,
}

/// What is charged for what carries our tags.
///
/// # Errors
/// AWS's, with what is needed.
pub(crate) async fn charges(aws: &Aws, days: Days) -> Result<Charges> {
    let period = DateInterval::builder().start(days.first.to_string()).end(days.end.to_string()).build();
    let period = period.map_err(|error| Error::new(ASK, "InvalidRequest", &error.to_string()))?;
    let group = |key: &str| GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(key).build();
    let ask = |from: Option<String>| {
        let request = aws.costs.get_cost_and_usage().time_period(period.clone()).granularity(Granularity::Daily);
        let request = request.metrics("UsageQuantity").metrics("UnblendedCost").filter(ours(aws));
        request.group_by(group("SERVICE")).group_by(group("USAGE_TYPE")).set_next_page_token(from).send()
    };
    let answers = pages(ASK, ask, |page| page.next_page_token()).await.map_err(explained)?;
    let mut charges = Charges { requests: answers.len(), ..Charges::default() };
    answers.iter().flat_map(|page| page.results_by_time()).for_each(|result| charges.add(result));
    Ok(charges)
}

impl Charges {
    /// The quantities of a service's usage types whose names have this in them, in the bill's unit.
    pub(super) fn of(&self, service: &str, usage: &str) -> f64 {
        let is_asked = |(of, kind): &(String, String)| of.contains(service) && kind.contains(usage);
        // A sum of nothing is -0.
        self.all.iter().filter(|(key, _)| is_asked(key)).map(|(_, charge)| charge.quantity).sum::<f64>() + 0.0
    }

    fn add(&mut self, result: &ResultByTime) {
        self.estimated |= result.estimated;
        let day = result.time_period().and_then(|period| period.start().parse::<Date>().ok());
        for group in result.groups() {
            let ([service, usage_type], Some(metrics)) = (group.keys(), group.metrics()) else { continue };
            let amount = |name: &str| metrics.get(name)?.amount()?.parse::<f64>().ok();
            let quantity = amount("UsageQuantity").unwrap_or_default();
            if quantity == 0.0 {
                continue;
            }
            self.first = [self.first, day].into_iter().flatten().min();
            let unit = metrics.get("UsageQuantity").and_then(|value| value.unit()).unwrap_or_default();
            let dollars = amount("UnblendedCost");
            let new = Charge { quantity: 0.0, unit: unit.to_owned(), dollars: Some(0.0) };
            let charge = self.all.entry((service.clone(), usage_type.clone())).or_insert(new);
            charge.quantity += quantity;
            charge.dollars = charge.dollars.zip(dollars).map(|(before, more)| before + more);
        }
    }
}

/// What carries the pipeline's tags, in its region; credits, refunds and taxes are no usage.
fn ours(aws: &Aws) -> Expression {
    let dimension = |key: Dimension, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Expression::builder().dimensions(DimensionValues::builder().key(key).set_values(Some(values)).build()).build()
    };
    let mut all = Expression::builder().and(dimension(Dimension::Region, &[&aws.names.region]));
    for (key, value) in aws.names.owner_tags() {
        let tag = TagValues::builder().key(key).values(value).build();
        all = all.and(Expression::builder().tags(tag).build());
    }
    let beside = dimension(Dimension::RecordType, &["Credit", "Refund", "Tax"]);
    all.and(Expression::builder().not(beside).build()).build()
}

fn explained(error: Error) -> Error {
    match error.class() {
        Class::Denied => error.with_hint(NOT_ALLOWED),
        Class::Absent => error.with_hint(NOT_THERE),
        Class::Quota => error.with_hint("Cost Explorer takes a few requests in a second: try again later"),
        _ => error,
    }
}

/// One of our tags, and whether bills know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagStatus {
    pub(crate) key: String,
    /// `None`: AWS's billing has not seen it yet.
    pub(crate) active: Option<bool>,
}

/// Whether bills know our tags.
///
/// # Errors
/// AWS's, with what is needed.
pub(crate) async fn tags(aws: &Aws) -> Result<Vec<TagStatus>> {
    let keys: Vec<_> = aws.names.owner_tags().into_keys().collect();
    let ask = || aws.costs.list_cost_allocation_tags().set_tag_keys(Some(keys.clone())).send();
    let known = read("ce:ListCostAllocationTags", ask).await.map_err(explained)?;
    let status = |key: &String| {
        let found = known.cost_allocation_tags().iter().find(|tag| tag.tag_key() == key);
        TagStatus { key: key.clone(), active: found.map(|tag| *tag.status() == CostAllocationTagStatus::Active) }
    };
    Ok(keys.iter().map(status).collect())
}

/// Makes our tags known to bills, from now on. Gives those that AWS's billing has not seen yet.
///
/// # Errors
/// AWS's, with what is needed.
pub(crate) async fn activate(aws: &Aws) -> Result<Vec<String>> {
    const ACTIVATE: &str = "ce:UpdateCostAllocationTagsStatus";
    let wanted = |key: String| {
        let entry = CostAllocationTagStatusEntry::builder().tag_key(key).status(CostAllocationTagStatus::Active);
        entry.build().map_err(|error| Error::new(ACTIVATE, "InvalidRequest", &error.to_string()))
    };
    let wanted = aws.names.owner_tags().into_keys().map(wanted).collect::<Result<Vec<_>>>()?;
    let ask =
        || aws.costs.update_cost_allocation_tags_status().set_cost_allocation_tags_status(Some(wanted.clone())).send();
    let answer = read(ACTIVATE, ask).await.map_err(|error| match error.class() {
        Class::Denied => error.with_hint("only the management account of an organisation activates tags"),
        _ => error,
    })?;
    Ok(answer.errors().iter().filter_map(|error| error.tag_key().map(str::to_owned)).collect())
}
