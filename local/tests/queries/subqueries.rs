//! IN, EXISTS, ANY and ALL as values, wherever one may stand: held to SQL's logic of three values, worked out here.

use super::{Aws, PLENTY};

/// `None` is NULL.
type Truth = Option<bool>;
type Number = Option<i64>;

const VALUES: [Number; 4] = [Some(1), Some(2), Some(3), None];
const SETS: [&[Number]; 6] = [&[], &[Some(2)], &[Some(1), Some(3)], &[Some(2), Some(2)], &[Some(1), None], &[None]];

struct Form {
    /// Of `x` and `{set}`, a query of one column `y`.
    sql: &'static str,
    told: fn(Number, &[Number]) -> Truth,
}

fn both(one: Number, other: Number, holds: fn(i64, i64) -> bool) -> Truth {
    Some(holds(one?, other?))
}

fn any(all: impl Iterator<Item = Truth>) -> Truth {
    let all: Vec<_> = all.collect();
    if all.contains(&Some(true)) {
        Some(true)
    } else if all.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn any_of(x: Number, set: &[Number], holds: fn(i64, i64) -> bool) -> Truth {
    any(set.iter().map(|y| both(x, *y, holds)))
}

fn all_of(x: Number, set: &[Number], fails: fn(i64, i64) -> bool) -> Truth {
    any_of(x, set, fails).map(|any| !any)
}

fn exists(x: Number, set: &[Number], holds: fn(i64, i64) -> bool) -> Truth {
    Some(set.iter().any(|y| both(x, *y, holds) == Some(true)))
}

const FORMS: [Form; 15] = [
    Form { sql: "x IN ({set})", told: |x, set| any_of(x, set, |x, y| x == y) },
    Form { sql: "x NOT IN ({set})", told: |x, set| all_of(x, set, |x, y| x == y) },
    Form { sql: "x = ANY ({set})", told: |x, set| any_of(x, set, |x, y| x == y) },
    Form { sql: "x <> SOME ({set})", told: |x, set| any_of(x, set, |x, y| x != y) },
    Form { sql: "x < ANY ({set})", told: |x, set| any_of(x, set, |x, y| x < y) },
    Form { sql: "x >= ANY ({set})", told: |x, set| any_of(x, set, |x, y| x >= y) },
    Form { sql: "x = ALL ({set})", told: |x, set| all_of(x, set, |x, y| x != y) },
    Form { sql: "x <> ALL ({set})", told: |x, set| all_of(x, set, |x, y| x == y) },
    Form { sql: "x > ALL ({set})", told: |x, set| all_of(x, set, |x, y| x <= y) },
    Form { sql: "x + 1 IN ({set})", told: |x, set| any_of(x, set, |x, y| x + 1 == y) },
    Form { sql: "EXISTS ({set})", told: |_, set| Some(!set.is_empty()) },
    Form {
        sql: "NOT EXISTS (SELECT 1 FROM ({set}) WHERE y = x)",
        told: |x, set| exists(x, set, |x, y| x == y).map(|is| !is),
    },
    Form { sql: "EXISTS (SELECT * FROM ({set}) WHERE y < x)", told: |x, set| exists(x, set, |x, y| y < x) },
    Form { sql: "(x IN ({set})) IN (SELECT true)", told: |x, set| any_of(x, set, |x, y| x == y) },
    Form { sql: "x IN (SELECT y FROM ({set}) WHERE y <= x)", told: |x, set| exists(x, set, |x, y| x == y) },
];

fn rows(set: &[Number]) -> String {
    let text = |number: &Number| number.map_or_else(|| "CAST(NULL AS integer)".to_owned(), |number| number.to_string());
    match set {
        [] => "SELECT y FROM (VALUES 1) s(y) WHERE y > 1".to_owned(),
        set => format!("SELECT y FROM (VALUES {}) s(y)", set.iter().map(text).collect::<Vec<_>>().join(", ")),
    }
}

/// What becomes of the row `n` of the truth, as text, and the statement that shows it of every row in order.
struct Place {
    sql: &'static str,
    shows: fn(Truth) -> String,
}

fn text(truth: Truth) -> String {
    truth.map_or_else(|| "NULL".to_owned(), |truth| truth.to_string())
}

const PLACES: [Place; 7] = [
    Place { sql: "SELECT n, {form} FROM {rows} ORDER BY n", shows: text },
    Place {
        sql: "SELECT n, CASE WHEN {form} THEN 'a' WHEN NOT {form} THEN 'b' ELSE 'c' END FROM {rows} ORDER BY n",
        shows: |truth| truth.map_or("c", |truth| if truth { "a" } else { "b" }).to_owned(),
    },
    Place { sql: "SELECT n, max(CAST({form} AS varchar)) FROM {rows} GROUP BY n ORDER BY n", shows: text },
    Place {
        sql: "SELECT n, count(*) FILTER (WHERE {form}) FROM {rows} GROUP BY n ORDER BY n",
        shows: |truth| i32::from(truth == Some(true)).to_string(),
    },
    Place {
        sql: "SELECT min(n), told FROM (SELECT n, {form} AS told FROM {rows}) GROUP BY n, told ORDER BY 1",
        shows: text,
    },
    Place { sql: "SELECT n, first_value({form}) OVER (PARTITION BY n) FROM {rows} ORDER BY n", shows: text },
    Place {
        sql: "SELECT n, coalesce(u.told, '-') FROM {rows} LEFT JOIN (SELECT n AS m, 'null' AS told FROM {rows} \
              WHERE ({form}) IS NULL UNION ALL SELECT n, 'yes' FROM {rows} WHERE {form}) u ON n = m ORDER BY n",
        shows: |truth| truth.map_or("null", |truth| if truth { "yes" } else { "-" }).to_owned(),
    },
];

#[test]
fn a_subquery_tells_the_same_wherever_it_stands() {
    let aws = Aws::new(PLENTY);
    let given =
        VALUES.iter().enumerate().map(|(n, x)| format!("({n}, {})", x.map_or("NULL".to_owned(), |x| x.to_string())));
    let given = format!("(VALUES {}) t(n, x)", given.collect::<Vec<_>>().join(", "));
    for (form_number, form) in FORMS.iter().enumerate() {
        for (set_number, set) in SETS.iter().enumerate() {
            for (place_number, place) in PLACES.iter().enumerate() {
                // Where it is selected, every one; elsewhere a third of them, each form with some set.
                if place_number != 0 && (form_number + set_number + place_number) % 3 != 0 {
                    continue;
                }
                let sql = place.sql.replace("{form}", &form.sql.replace("{set}", &rows(set))).replace("{rows}", &given);
                let told = VALUES.iter().enumerate();
                let told = told.map(|(n, x)| format!("{n},{}", (place.shows)((form.told)(*x, set))));
                assert_eq!(aws.query(&sql), Ok(told.collect()), "{sql}");
            }
        }
    }
}

#[test]
fn rows_are_put_in_order_by_what_a_subquery_tells() {
    let aws = Aws::new(PLENTY);
    let sql = "SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x IN (SELECT 2) DESC, x DESC";
    assert_eq!(aws.query(sql), Ok(["2", "3", "1"].map(str::to_owned).to_vec()));
    // Columns of marks are nobody's.
    let both = "WITH a AS (SELECT x, x IN (SELECT 1) AS f FROM (VALUES 1, 3) t(x)), \
                b AS (SELECT x, x IN (SELECT 3) AS f FROM (VALUES 1, 3) t(x)) \
                SELECT * FROM a JOIN b ON a.x = b.x ORDER BY 1";
    assert_eq!(aws.query(both), Ok(["1,true,1,false", "3,false,3,true"].map(str::to_owned).to_vec()));
}

type Pair = (i64, i64);
type Holds = fn(Pair, Pair) -> bool;
type Told = fn(Pair, &[i64]) -> Number;

const AROUND: [Pair; 5] = [(1, 1), (1, 2), (2, 9), (3, 1), (3, 1)];
const WITHIN: [Pair; 5] = [(1, 2), (1, 3), (1, 3), (2, 5), (2, 9)];

/// What it asks for, and whether that holds of a row around and one within.
const ASKED: [(&str, Holds); 5] = [
    ("x.u = e.u", |e, x| x.0 == e.0),
    ("x.u = e.u AND x.t > e.t", |e, x| x.0 == e.0 && x.1 > e.1),
    ("x.t < e.t", |e, x| x.1 < e.1),
    ("x.u <> e.u OR x.t = e.t", |e, x| x.0 != e.0 || x.1 == e.1),
    ("x.u + 1 = e.u + 1 AND x.t BETWEEN e.t AND e.t + 2", |e, x| x.0 == e.0 && (e.1..=e.1 + 2).contains(&x.1)),
];

/// A subquery of one value, of the times that it finds, in order.
const SINGLE: [(&str, Told); 8] = [
    ("SELECT count(*) FROM {x}", |_, all| i64::try_from(all.len()).ok()),
    ("SELECT min(x.t) FROM {x}", |_, all| all.first().copied()),
    ("SELECT sum(x.t) + e.t FROM {x}", |e, all| (!all.is_empty()).then(|| all.iter().sum::<i64>() + e.1)),
    ("SELECT sum(x.t * e.t) FROM {x}", |e, all| (!all.is_empty()).then(|| all.iter().sum::<i64>() * e.1)),
    ("SELECT count(DISTINCT x.t) FROM {x}", |_, all| {
        Some(all.iter().collect::<std::collections::BTreeSet<_>>().len() as i64)
    }),
    ("SELECT x.t FROM {x} ORDER BY x.t DESC LIMIT 1", |_, all| all.last().copied()),
    ("SELECT t + 1 FROM (SELECT x.t, x.u FROM {x}) ORDER BY t, u LIMIT 1", |_, all| Some(all.first()? + 1)),
    ("SELECT DISTINCT max(x.t) FROM {x}", |_, all| all.last().copied()),
];

#[test]
fn a_subquery_of_one_value_may_ask_for_the_rows_around_it() {
    let aws = Aws::new(PLENTY);
    let values = |all: &[Pair]| all.iter().map(|(u, t)| format!("({u}, {t})")).collect::<Vec<_>>().join(", ");
    let around = format!("(VALUES {}) e(u, t)", values(&AROUND));
    for (asked, holds) in ASKED {
        for (form, value) in SINGLE {
            let within = format!("(VALUES {}) x(u, t) WHERE {asked}", values(&WITHIN));
            let single = format!("({})", form.replace("{x}", &within));
            let mut told: Vec<_> = AROUND
                .iter()
                .map(|e| {
                    let mut all: Vec<_> = WITHIN.iter().filter(|x| holds(*e, **x)).map(|x| x.1).collect();
                    all.sort_unstable();
                    (e.0, e.1, value(*e, &all))
                })
                .collect();
            told.sort_unstable();
            let text = |number: Number| number.map_or("NULL".to_owned(), |number| number.to_string());
            let rows = |told: &[(i64, i64, Number)]| {
                told.iter().map(|(u, t, value)| format!("{u},{t},{}", text(*value))).collect::<Vec<_>>()
            };
            let sql = format!("SELECT u, t, {single} FROM {around} ORDER BY 1, 2");
            assert_eq!(aws.query(&sql), Ok(rows(&told)), "{sql}");
            let sql = format!("SELECT u, t, {single} FROM {around} WHERE coalesce({single}, 0) > 3 ORDER BY 1, 2");
            told.retain(|(.., value)| value.unwrap_or(0) > 3);
            assert_eq!(aws.query(&sql), Ok(rows(&told)), "{sql}");
        }
    }
    let several = "SELECT (SELECT x.t FROM (VALUES (1, 2), (1, 3)) x(u, t) WHERE x.u = e.u) FROM (VALUES 1) e(u)";
    assert_eq!(
        aws.query(several),
        Err("SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows".to_owned())
    );
    assert_eq!(aws.query(&several.replace("VALUES 1)", "VALUES 2)")), Ok(vec!["NULL".to_owned()]));
}
