//! In what amounts are told, and what of a list price is paid: the price list is in US dollars.

/// Codes of ISO 4217 that money is counted in: no funds, no metals, no tests.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD \
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS \
    VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Those that have nothing below a whole one.
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

/// A currency by its code of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currency(&'static str);

/// A currency, and what an account pays of list prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Money {
    pub(crate) currency: Currency,
    /// How much of it a US dollar is.
    pub(crate) rate: f64,
    /// Of a list price, this many percent are not paid.
    pub(crate) discount: f64,
}

impl Currency {
    pub(crate) const DOLLAR: Self = Self("USD");

    pub(crate) fn of(code: &str) -> Option<Self> {
        CODES.split_ascii_whitespace().find(|known| *known == code).map(Self)
    }

    pub(crate) fn code(self) -> &'static str {
        self.0
    }

    fn has_hundredths(self) -> bool {
        !WHOLE.split_ascii_whitespace().any(|code| code == self.0)
    }
}

impl Default for Money {
    fn default() -> Self {
        Self { currency: Currency::DOLLAR, rate: 1.0, discount: 0.0 }
    }
}

impl Money {
    /// How much of the currency is paid for a US dollar of a list price.
    pub(crate) fn of_a_dollar(self) -> f64 {
        self.exchanged(1.0 - self.discount / 100.0)
    }

    /// US dollars in the currency, where no discount is for them.
    pub(crate) fn exchanged(self, dollars: f64) -> f64 {
        dollars * self.rate
    }

    /// Hundredths that are paid for a list price in US dollars; whole hundreds where the currency has none.
    pub(super) fn cents(self, dollars: f64) -> i64 {
        self.hundredths(dollars * self.of_a_dollar())
    }

    /// Half of one is rounded up, also where binary numbers have a little less than half.
    fn hundredths(self, amount: f64) -> i64 {
        let rounded = |units: f64| (units * (1.0 + 1e-14) + 1e-9).round() as i64;
        if self.currency.has_hundredths() { rounded(amount * 100.0) } else { rounded(amount).saturating_mul(100) }
    }

    /// What stands before an amount: `$`, or the code with a space.
    pub(crate) fn symbol(self) -> String {
        if self.currency == Currency::DOLLAR { "$".to_owned() } else { format!("{} ", self.currency.0) }
    }

    /// `$1,234.50`, `EUR 1,234.50`, `JPY 1,235`; of hundredths that are not negative.
    pub(crate) fn show(self, cents: i64) -> String {
        let whole = grouped(cents / 100);
        let parts = if self.currency.has_hundredths() { format!(".{:02}", cents % 100) } else { String::new() };
        format!("{}{whole}{parts}", self.symbol())
    }

    /// The same of an amount in the currency.
    pub(crate) fn amount(self, amount: f64) -> String {
        self.show(self.hundredths(amount))
    }

    /// Of less than a cent, two digits that say something: `$0.0000056`.
    pub(crate) fn exactly(self, amount: f64) -> String {
        let digits = if amount > 0.0 { (1.0 - amount.log10().floor()).clamp(2.0, 18.0) as usize } else { 2 };
        format!("{}{amount:.digits$}", self.symbol())
    }

    /// `in EUR at 0.92 for a US dollar, after a discount of 10%`; `None` for plain list prices.
    pub(crate) fn terms(self) -> Option<String> {
        let rate = (self.currency != Currency::DOLLAR)
            .then(|| format!("in {} at {} for a US dollar", self.currency.0, self.rate));
        let discount = (self.discount > 0.0).then(|| format!("after a discount of {}%", self.discount));
        let both: Vec<_> = rate.into_iter().chain(discount).collect();
        (!both.is_empty()).then(|| both.join(", "))
    }
}

/// With commas between thousands.
pub(crate) fn grouped(whole: i64) -> String {
    let whole = whole.to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(code: &str, rate: f64, discount: f64) -> Money {
        Money { currency: Currency::of(code).unwrap(), rate, discount }
    }

    #[test]
    fn amounts_are_grouped_and_have_their_currency() {
        let dollars = Money::default();
        assert_eq!([0, 5, 123_456_789].map(|cents| dollars.show(cents)), ["$0.00", "$0.05", "$1,234,567.89"]);
        assert_eq!(money("EUR", 0.5, 0.0).show(150), "EUR 1.50");
        assert_eq!([5.64e-6, 0.0, 2.5].map(|each| dollars.exactly(each)), ["$0.0000056", "$0.00", "$2.50"]);
        assert_eq!(
            (money("JPY", 150.0, 0.0).cents(0.33), money("JPY", 150.0, 0.0).show(5_000)),
            (5_000, "JPY 50".into())
        );
        assert_eq!((Currency::of("EUX"), Currency::of("eur"), Currency::of("")), (None, None, None));
        assert_eq!(CODES.split_ascii_whitespace().filter(|code| code.len() == 3).count(), 155);
        assert!(WHOLE.split_ascii_whitespace().all(|code| Currency::of(code).is_some()));
    }

    #[test]
    fn what_is_paid_is_told_unless_it_is_the_list_price() {
        assert_eq!(Money::default().terms(), None);
        let terms = money("EUR", 0.92, 10.0).terms();
        assert_eq!(terms.as_deref(), Some("in EUR at 0.92 for a US dollar, after a discount of 10%"));
        assert_eq!(money("USD", 1.0, 2.5).terms().as_deref(), Some("after a discount of 2.5%"));
    }

    /// Against whole numbers: every price of a tenth of a cent, at rates and discounts of two places.
    #[test]
    fn every_amount_scales_to_the_cent() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let (mills, rate, discount) = (random.u64(..10_000_000), random.u64(1..30_000), random.u64(..=10_000));
            let money = money("EUR", rate as f64 / 100.0, discount as f64 / 100.0);
            let exact = u128::from(mills) * u128::from(rate) * u128::from(10_000 - discount);
            // Of thousandths, hundredths and ten-thousandths a cent is the ten millionth part.
            let cents = (exact + 5_000_000) / 10_000_000;
            assert_eq!(money.cents(mills as f64 / 1000.0), cents as i64, "{mills} {rate} {discount}");
        }
    }
}
