//! Floating numbers beside constants: what a comparison says does not depend on how it is written.

use super::{Aws, PLENTY};

/// Both NaNs that processors make, both zeros, both infinities.
const NUMBERS: [&str; 9] =
    ["nan()", "-nan()", "-infinity()", "-1.5e0", "DOUBLE '-0.0'", "0e0", "1.5e0", "infinity()", "NULL"];

fn values() -> String {
    let rows: Vec<_> = NUMBERS.iter().enumerate().map(|(place, number)| format!("({place}, {number})")).collect();
    format!("(VALUES {})", rows.join(", "))
}

/// Constants as people write them: with a point, without, as a product, of either side.
fn constants() -> Vec<(usize, Vec<String>)> {
    let more = |place| match NUMBERS[place] {
        "-1.5e0" => vec!["-1.5", "REAL '-1.5'", "CAST('-1.5' AS double)"],
        "DOUBLE '-0.0'" | "0e0" => vec!["0", "0.0", "-0.0", "-0e0"],
        "1.5e0" => vec!["1.5", "DECIMAL '1.50'"],
        _ => vec![],
    };
    let all = |place| [vec![NUMBERS[place]], more(place)].concat().into_iter().map(str::to_owned).collect();
    (0..NUMBERS.len()).map(|place| (place, all(place))).collect()
}

#[test]
fn a_comparison_with_a_constant_says_what_one_with_a_column_does() {
    let aws = Aws::new(PLENTY);
    let one = |kind: &str, compared: &str| {
        let cast = format!("(SELECT n, CAST(x AS {kind}) AS x FROM {} AS v(n, x))", values());
        format!("SELECT p.n, {compared} FROM {cast} AS p, {cast} AS q WHERE q.n = ")
    };
    let all = |one: &str, other: &str| {
        let ops = ["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM"];
        let both = ops.map(|op| format!("{one} {op} {other}, {other} {op} {one}")).join(", ");
        format!("{both}, {one} IN ({other}, 7), {one} BETWEEN {other} AND 2, nullif({one}, {other})")
    };
    for kind in ["double", "real"] {
        for (place, written) in constants() {
            let expected = aws.query(&format!("{}{place} ORDER BY p.n", one(kind, &all("p.x", "q.x")))).unwrap();
            for constant in written {
                let found = aws.query(&format!("{}{place} ORDER BY p.n", one(kind, &all("p.x", &constant))));
                assert_eq!(found, Ok(expected.clone()), "{kind} and {constant}");
            }
        }
    }
}

/// A type, and a wider one that has all of its values, as Trino sees them.
const KINDS: [[&str; 2]; 8] = [
    ["integer", "bigint"],
    ["integer", "decimal(12,4)"],
    ["bigint", "real"],
    ["integer", "double"],
    ["decimal(12,4)", "real"],
    ["decimal(12,4)", "double"],
    ["decimal(30,15)", "double"],
    ["real", "double"],
];

/// What has one type for `{a}` and `{b}`, each in a list, a comparison or a set of rows.
const PLACES: [&str; 21] = [
    "SELECT {a} AS x UNION ALL SELECT {b} ORDER BY x",
    "SELECT {a} AS x UNION SELECT {b} UNION SELECT {a} ORDER BY x",
    "SELECT x FROM (VALUES {a}, {b}, NULL) t(x) ORDER BY x",
    "SELECT x + 1, x * 2, -x FROM (SELECT {a} AS x UNION ALL SELECT {b}) ORDER BY 1",
    "SELECT sum(x), avg(x), max(x) FROM (VALUES {a}, {b}) t(x)",
    "SELECT {a} INTERSECT SELECT {b}",
    "SELECT {a} EXCEPT SELECT {b}",
    "SELECT count(*) FROM (VALUES {a}) t(x) JOIN (VALUES {b}) u(x) USING (x)",
    "SELECT count(*) FROM (VALUES {a}) t(x) JOIN (VALUES {b}) u(y) ON x = y",
    "SELECT {a} = {b}, {a} < {b}, {a} IS DISTINCT FROM {b}, {a} IN ({b}, 7), {a} BETWEEN {b} AND 9",
    "SELECT {a} IN (SELECT {b}), {a} = ANY (SELECT {b}), {a} >= ALL (SELECT {b})",
    "SELECT 1 WHERE {a} IN (SELECT {b})",
    "SELECT CASE {a} WHEN {b} THEN 1 ELSE 2 END, CASE WHEN {a} > 1 THEN {a} ELSE {b} END",
    "SELECT coalesce({a}, {b}), nullif({a}, {b}), if({a} > 1, {a}, {b}), greatest({a}, {b}), least({a}, {b})",
    "SELECT ARRAY[{a}, {b}], ARRAY[ARRAY[{a}], ARRAY[{b}]]",
    "SELECT ARRAY[{a}] || ARRAY[{b}], ARRAY[{a}] || {b}, {a} || ARRAY[{b}]",
    "SELECT contains(ARRAY[{a}], {b}), array_position(ARRAY[{a}], {b})",
    "SELECT ARRAY[{a}] = ARRAY[{b}], ROW({a}, 1) = ROW({b}, 1), MAP(ARRAY[1], ARRAY[{a}]) = MAP(ARRAY[1], ARRAY[{b}])",
    "SELECT MAP(ARRAY['a', 'b'], ARRAY[{a}, {b}])",
    "SELECT x FROM (VALUES (1, {a}), (2, {b})) t(n, x) ORDER BY n",
    "SELECT lag(x, 1, {b}) OVER (ORDER BY x) FROM (VALUES {a}) t(x)",
];

#[test]
fn numbers_of_two_types_are_of_the_wider_one_wherever_they_stand() {
    let aws = Aws::new(PLENTY);
    for (kind, [narrow, wide]) in KINDS.into_iter().enumerate() {
        for (place, sql) in PLACES.iter().enumerate() {
            // One to a statement: each place and each pair meets both.
            let number = if (kind + place / 2) % 2 == 0 { "1e-20" } else { "3000000000.5" };
            let wide_number = format!("CAST({number} AS {wide})");
            // What the wider type has not, no statement can be about.
            if aws.query(&format!("SELECT {wide_number}")).is_err() {
                continue;
            }
            let with = |narrow: &str| {
                let pair = if place % 2 == 0 { [&*wide_number, narrow] } else { [narrow, &*wide_number] };
                sql.replace("{a}", pair[0]).replace("{b}", pair[1])
            };
            let as_it_is = with(&format!("CAST(2 AS {narrow})"));
            let cast = with(&format!("CAST(CAST(2 AS {narrow}) AS {wide})"));
            assert_eq!(aws.query(&as_it_is), aws.query(&cast), "{as_it_is}");
        }
    }
}
