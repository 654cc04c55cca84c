//! Distributions and what else statistics has: https://trino.io/docs/current/functions/math.html#statistical-functions

use super::call::{Call, Given, Row, bad};
use super::library::Entry;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::common::Result;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("normal_cdf", "double, double, double -> double", |call| call.each(normal)),
    ("inverse_normal_cdf", "double, double, double -> double", |call| call.each(inverse_normal)),
    ("beta_cdf", "double, double, double -> double", |call| call.each(beta)),
    ("inverse_beta_cdf", "double, double, double -> double", |call| call.each(inverse_beta)),
    ("t_pdf", "double, double -> double", |call| call.each(students_density)),
    ("t_cdf", "double, double -> double", |call| call.each(students)),
    ("wilson_interval_lower", "bigint, bigint, double -> double", |call| wilson(call, -1.0)),
    ("wilson_interval_upper", "bigint, bigint, double -> double", |call| wilson(call, 1.0)),
    ("cosine_similarity", "map(varchar, double), map(varchar, double) -> double", |call| call.each(cosine)),
];

/// Of the standard normal distribution.
fn below(z: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    // The series of the incomplete gamma function of 1/2, and its continued fraction far from the middle.
    let x = z * z / 2.0;
    let upper = if x < 1.5 {
        let (mut term, mut sum) = (2.0, 2.0);
        for n in 1..200 {
            term *= x / (0.5 + f64::from(n));
            sum += term;
        }
        1.0 - sum * x.sqrt() * (-x).exp() / std::f64::consts::PI.sqrt()
    } else if x.is_infinite() {
        0.0
    } else {
        let mut fraction = 0.0;
        for n in (1..400).rev() {
            let n = f64::from(n);
            fraction = n * (n - 0.5) / (x + 2.0 * n + 0.5 - fraction);
        }
        x.sqrt() * (-x).exp() / (x + 0.5 - fraction) / std::f64::consts::PI.sqrt()
    };
    if z < 0.0 { upper / 2.0 } else { 1.0 - upper / 2.0 }
}

fn normal(row: Row<'_>) -> Given<f64> {
    let (mean, deviation, value) = (row.double(0), row.double(1), row.double(2));
    if deviation.is_nan() || deviation <= 0.0 {
        return Err(bad("standardDeviation must be > 0"));
    }
    Ok(Some(if mean.is_infinite() && value.is_finite() {
        if mean > 0.0 { 0.0 } else { 1.0 }
    } else {
        below((value - mean) / deviation)
    }))
}

/// Where a function that grows has this value.
fn inverse(wanted: f64, (mut low, mut high): (f64, f64), grows: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if grows(middle) < wanted { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn inverse_normal(row: Row<'_>) -> Given<f64> {
    let (mean, deviation, p) = (row.double(0), row.double(1), row.double(2));
    if !(p > 0.0 && p < 1.0) {
        return Err(bad("p must be 0 > p > 1"));
    }
    if deviation.is_nan() || deviation <= 0.0 {
        return Err(bad("sd must be > 0"));
    }
    Ok(Some(mean + deviation * inverse(p, (-40.0, 40.0), below)))
}

fn ln_gamma(x: f64) -> f64 {
    const PARTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let (x, mut sum) = (x - 1.0, PARTS[0]);
    for (index, part) in (1_u32..).zip(&PARTS[1..]) {
        sum += part / (x + f64::from(index));
    }
    let t = x + 7.5;
    (2.0 * std::f64::consts::PI).sqrt().ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularized incomplete beta function, by Lentz's continued fraction.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let (mut f, mut c, mut d) = (1.0_f64, 1.0_f64, 0.0_f64);
    for step in 0..400 {
        let m = f64::from(step / 2);
        let part = match step {
            0 => 1.0,
            _ if step % 2 == 0 => m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            _ => -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        };
        d = 1.0 / (1.0 + part * d);
        c = 1.0 + part / c;
        f *= c * d;
        if (1.0 - c * d).abs() < 1e-15 {
            break;
        }
    }
    front * (f - 1.0)
}

fn shape(row: Row<'_>) -> Result<(f64, f64)> {
    let (a, b) = (row.double(0), row.double(1));
    if a > 0.0 && b > 0.0 { Ok((a, b)) } else { Err(bad("a, b must be > 0")) }
}

fn beta(row: Row<'_>) -> Given<f64> {
    let ((a, b), value) = (shape(row)?, row.double(2));
    match (0.0..=1.0).contains(&value) {
        true => Ok(Some(incomplete_beta(a, b, value))),
        false => Err(bad("value must be 0 >= v >= 1")),
    }
}

fn inverse_beta(row: Row<'_>) -> Given<f64> {
    let ((a, b), p) = (shape(row)?, row.double(2));
    match (0.0..=1.0).contains(&p) {
        true => Ok(Some(inverse(p, (0.0, 1.0), |x| incomplete_beta(a, b, x)))),
        false => Err(bad("p must be 0 >= p >= 1")),
    }
}

fn freedom(row: Row<'_>) -> Result<f64> {
    let df = row.double(1);
    if df > 0.0 { Ok(df) } else { Err(bad("df must be greater than 0")) }
}

fn students_density(row: Row<'_>) -> Given<f64> {
    let (x, df) = (row.double(0), freedom(row)?);
    let factor = ln_gamma((df + 1.0) / 2.0) - ln_gamma(df / 2.0) - (df * std::f64::consts::PI).ln() / 2.0;
    Ok(Some((factor - (df + 1.0) / 2.0 * (x * x / df).ln_1p()).exp()))
}

fn students(row: Row<'_>) -> Given<f64> {
    let (x, df) = (row.double(0), freedom(row)?);
    let tail = incomplete_beta(df / 2.0, 0.5, df / (df + x * x)) / 2.0;
    Ok(Some(if x > 0.0 { 1.0 - tail } else { tail }))
}

fn wilson(call: &Call, side: f64) -> Result<ArrayRef> {
    call.each(|row| {
        let (successes, trials, z) = (row.long(0), row.long(1), row.double(2));
        let words = match () {
            () if successes < 0 => "number of successes must not be negative",
            () if trials <= 0 => "number of trials must be positive",
            () if successes > trials => "number of successes must not be larger than number of trials",
            () if z < 0.0 => "z-score must not be negative",
            () => "",
        };
        if !words.is_empty() {
            return Err(bad(words));
        }
        let (n, p) = (trials as f64, successes as f64 / trials as f64);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        Ok(Some((p + z * z / (2.0 * n) + side * spread) / (1.0 + z * z / n)))
    })
}

fn cosine(row: Row<'_>) -> Given<f64> {
    let vector = |index: usize| {
        let entries = row.entries(index);
        let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1).as_primitive::<Float64Type>());
        let pair = |at: usize| values.is_valid(at).then(|| (keys.value(at).to_owned(), values.value(at)));
        (0..keys.len()).map(pair).collect::<Option<std::collections::BTreeMap<_, _>>>()
    };
    let (Some(one), Some(other)) = (vector(0), vector(1)) else { return Ok(None) };
    let length =
        |all: &std::collections::BTreeMap<String, f64>| all.values().map(|value| value * value).sum::<f64>().sqrt();
    let product: f64 = one.iter().filter_map(|(key, value)| Some(value * other.get(key)?)).sum();
    match length(&one) * length(&other) {
        0.0 => Ok(None),
        // The sum of nothing is -0.
        lengths => Ok(Some(product / lengths + 0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_what_tables_have() {
        for (z, p) in [(0.0, 0.5), (1.96, 0.975_002_104_851_779_6), (-3.0, 0.001_349_898_031_630_103_5)] {
            assert!((below(z) - p).abs() < 1e-14, "{z}: {}", below(z));
        }
        for (x, p) in [(0.3, 0.217_648_099_976_799_38), (0.9, 0.997_250_288_161_155_1)] {
            let made = incomplete_beta(3.0, 3.6, x);
            assert!((made - p).abs() < 1e-12, "{x}: {made}");
        }
    }
}
