//! `alarms`: who is told of what goes wrong.

use super::Group;
use crate::config::described::Form;
use crate::config::pipeline::Alarms;
use crate::config::units::Percent;
use crate::config::values;
use std::time::Duration;

pub(super) fn alarms(at: Group<'_, '_, '_>) -> Alarms {
    Alarms {
        email: at.optional("email", "Who is told; AWS asks there first, by mail.", Form::Text, values::email),
        freshness: at.time(
            "freshness",
            "Events that wait longer than this in Firehose are late.",
            Duration::from_secs(30 * 60),
            values::seconds(60, 86_400),
        ),
        errors: at
            .value(
                "errors",
                "The share of calls and requests that may fail, such as `1 %`.",
                Form::Text,
                Percent(1.0),
                values::percent,
            )
            .0,
        budget: at.optional(
            "budget",
            "What the pipeline may cost in a month, such as `50 USD`: `email` hears of 80 % and 100 % of it.",
            Form::Text,
            dollars,
        ),
    }
}

/// A budget is in the account's currency, which of almost all accounts is this one.
fn dollars(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix("USD").map(|number| number.trim().parse::<f64>());
    let whole_cents = |number: f64| (number * 100.0 - (number * 100.0).round()).abs() < 1e-6;
    match number {
        Some(Ok(number)) if (0.01..=1e9).contains(&number) && whole_cents(number) => Ok(number),
        Some(Ok(_)) => {
            Err(format!("`{text}` is no budget: write an amount of more than 0 in whole cents, such as `50 USD`"))
        }
        _ => Err(format!("`{text}` is no budget: write US dollars a month, such as `50 USD`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_positive_amount_of_us_dollars() {
        for (text, expected) in [("50 USD", Some(50.0)), ("12.5USD", Some(12.5)), ("0.01 USD", Some(0.01))] {
            assert_eq!(dollars(text).ok(), expected, "{text}");
        }
        for text in
            ["50", "0 USD", "-5 USD", "50 EUR", "USD", "NaN USD", "inf USD", "0.001 USD", "12.345 USD", "5 usd a"]
        {
            assert!(dollars(text).is_err_and(|why| why.contains("such as `50 USD`")), "{text}");
        }
    }
}
