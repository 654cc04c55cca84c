//! On what terms prices are taken, and what a month may cost: a currency, a discount, another region, a budget.

use super::CostArgs;
use crate::cost::{Amount, Book, Currency, Estimate, Money, Unpriceable, priceable};
use crate::error::{Code, Error, Exit, Result};
use crate::report::told;

/// Beyond these no two currencies are apart.
const RATES: std::ops::RangeInclusive<f64> = 1e-6..=1e9;

/// What the options say.
///
/// # Errors
/// A currency without its rate, and a rate for the dollar.
pub(super) fn money(args: &CostArgs) -> Result<Money> {
    let (currency, discount) = (args.currency.unwrap_or(Currency::DOLLAR), args.discount.unwrap_or(0.0));
    let rate = match args.rate {
        Some(rate) if currency == Currency::DOLLAR && rate != 1.0 => {
            let message = format!("a US dollar is one US dollar, and not {rate}");
            return Err(Error::usage(message, "`--rate` is for another `--currency`"));
        }
        None if currency != Currency::DOLLAR => {
            let message = format!("`--currency {}` needs its rate", currency.code());
            return Err(Error::usage(message, "`--rate 0.92` says how much of it a US dollar is"));
        }
        rate => rate.unwrap_or(1.0),
    };
    Ok(Money { currency, rate, discount })
}

/// The book with a region that stands in for others.
///
/// # Errors
/// The book has none of its prices.
pub(super) fn assuming(book: &Book, from: &str) -> Result<Book> {
    book.assuming(from).map_err(|known| {
        let message = format!("the price book has no prices of `{from}`, which `--assume-region-prices` names");
        let hint = match priceable(book, from) {
            Err(Unpriceable::Unknown { like: Some(like) }) => format!("did you mean `{like}`?"),
            _ => format!("it has those of {}", known.join(", ")),
        };
        Error::usage(message, hint)
    })
}

pub(super) fn currency(text: &str) -> std::result::Result<Currency, String> {
    Currency::of(text).ok_or_else(|| "no currency of ISO 4217 has this code: write it as in `EUR`".to_owned())
}

pub(super) fn rate(text: &str) -> std::result::Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| RATES.contains(rate));
    rate.ok_or_else(|| "a rate is a number from 0.000001 to 1000000000, such as 0.92".to_owned())
}

/// In percent.
pub(super) fn discount(text: &str) -> std::result::Result<f64, String> {
    let percent = text.strip_suffix('%').and_then(|percent| percent.trim().parse().ok());
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "a discount is 0% to 100%, such as 10%".to_owned())
}

/// Nothing is more than what is no number.
pub(crate) fn budget(text: &str) -> std::result::Result<f64, String> {
    let budget = text.parse::<f64>().ok().filter(|dollars| dollars.is_finite() && *dollars >= 0.0);
    budget.ok_or_else(|| "a budget is a number that is not negative, such as 500".to_owned())
}

/// # Errors
/// It costs more, or nobody knows.
pub(crate) fn within_budget(month: &Estimate, budget: Option<f64>) -> Result<Exit> {
    let Some(budget) = budget else { return Ok(Exit::Done) };
    let total = month.total();
    match total.amount() {
        Amount::Whole(cents) | Amount::AtLeast(cents) if cents as f64 / 100.0 > budget => {
            let (money, costs) = (month.money, told(month.money, &total));
            let message = format!("a month costs {costs}, more than the budget of {}{budget}", money.symbol());
            Err(Error::coded(Code::Budget, message, "`pipectl cost-estimate --explain` shows where the money goes"))
        }
        Amount::Whole(_) => Ok(Exit::Done),
        Amount::AtLeast(_) | Amount::Unknown => {
            let missing = total.missing().join(", ");
            let message = format!("whether it fits the budget is not known: no price for {missing}");
            Err(Error::coded(
                Code::Unpriced,
                message,
                "estimate for a region whose prices are known, or without `--budget`",
            ))
        }
    }
}
