//! What a plan may cost, for pipelines of CI: the month it leads to, and what comes on top.

use crate::commands::cost_estimate::within_budget;
use crate::commands::session::Session;
use crate::cost::{Amount, Billed, Book, Difference, Inputs, estimate, priceable};
use crate::error::{Code, Error, Result};
use crate::resources::Graph;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CostLimits {
    /// Exit with 4 when a month of what the file asks for costs more, in US dollars.
    #[arg(long, value_name = "AMOUNT", value_parser = crate::commands::cost_estimate::budget)]
    budget: Option<f64>,
    /// Exit with 4 when a month costs this much more than what is there now: `50` US dollars, or `20%`.
    #[arg(long, value_name = "AMOUNT", value_parser = parse_increase)]
    max_increase: Option<Increase>,
}

/// How much more a month may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Increase {
    Dollars(f64),
    Percent(f64),
}

fn parse_increase(text: &str) -> std::result::Result<Increase, String> {
    let (number, increase): (&str, fn(f64) -> Increase) = match text.strip_suffix('%') {
        Some(percent) => (percent, Increase::Percent),
        None => (text, Increase::Dollars),
    };
    let number = number.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.map(increase).ok_or_else(|| "an increase is a number that is not negative, such as 50 or 20%".to_owned())
}

impl CostLimits {
    /// `difference` is that of the plan; `None` where it changes nothing, or nobody knows.
    ///
    /// # Errors
    /// It costs too much, or whether it does is not known: a limit that nobody can check is not kept.
    pub(super) fn hold(&self, session: &Session, graph: &Graph<'_>, difference: Option<&Difference>) -> Result<()> {
        let region = &session.aws.names.region;
        if self.budget.is_none() && self.max_increase.is_none() {
            return Ok(());
        }
        if let Err(why) = priceable(Book::bundled(), region) {
            let message = format!("what a month costs is not known: `{region}` {why}");
            return Err(Error::coded(Code::Unpriced, message, "plan without `--budget` and `--max-increase`"));
        }
        let month = estimate(Book::bundled(), &Billed::wanted(graph), region, Inputs::of(&session.pipeline), false);
        within_budget(&month, self.budget)?;
        match (self.max_increase, difference) {
            (Some(most), Some(difference)) => most.hold(difference),
            _ => Ok(()),
        }
    }
}

/// That a month costs more than `alarms.budget`, by the file's own figures: its address would hear of it each month.
pub(super) fn above_budget(session: &Session, graph: &Graph<'_>) -> Option<String> {
    let budget = session.pipeline.alarms.as_ref()?.budget?;
    let region = &session.aws.names.region;
    priceable(Book::bundled(), region).ok()?;
    let inputs = Inputs::of(&session.pipeline);
    let month = estimate(Book::bundled(), &Billed::wanted(graph), region, inputs, false).total();
    let cents = match month.amount() {
        Amount::Whole(cents) | Amount::AtLeast(cents) => cents,
        Amount::Unknown => return None,
    };
    (cents as f64 / 100.0 > budget).then(|| {
        format!(
            "A month is estimated at ${:.2}, more than `alarms.budget` (${budget:.2}): `pipectl cost-estimate --explain` \
             shows where the money goes.",
            cents as f64 / 100.0
        )
    })
}

impl Increase {
    fn hold(self, difference: &Difference) -> Result<()> {
        let (cents, left_out) = difference.change().compared();
        if !left_out.is_empty() {
            let message = format!("how much more it costs is not known: no price for {}", left_out.join(", "));
            return Err(Error::coded(Code::Unpriced, message, "plan without `--max-increase`"));
        }
        let (most, said) = match (self, difference.before.whole()) {
            (Self::Dollars(dollars), _) => (dollars * 100.0, format!("${dollars}")),
            (Self::Percent(percent), Some(before)) => (before as f64 * percent / 100.0, format!("{percent}%")),
            (Self::Percent(_), None) => {
                let missing = difference.before.missing().join(", ");
                let message = format!("what a month costs now is not known: no price for {missing}");
                return Err(Error::coded(
                    Code::Unpriced,
                    message,
                    "write the increase in US dollars: `--max-increase 50`",
                ));
            }
        };
        if cents as f64 <= most {
            return Ok(());
        }
        let message = format!("a month costs ${:.2} more, and may cost {said} more", cents as f64 / 100.0);
        Err(Error::coded(Code::Budget, message, "`pipectl cost-estimate --explain` shows where the money goes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_increase_is_dollars_or_percent() {
        assert_eq!(parse_increase("50"), Ok(Increase::Dollars(50.0)));
        assert_eq!(parse_increase("12.5 %"), Ok(Increase::Percent(12.5)));
        for text in ["", "-1", "%", "nan", "inf%", "$5"] {
            assert!(parse_increase(text).is_err(), "{text}");
        }
    }
}
