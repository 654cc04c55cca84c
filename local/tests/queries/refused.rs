//! What is wrong is said in Trino's words: its error's name, mostly with line and column, and nothing of the engine.

use super::statements::aws;

/// A statement, and how the reason of its failure begins.
const WRONG: [(&str, &str); 49] = [
    ("SELECT upper(x -> 'a')", "NOT_SUPPORTED: Local AWS does not have this: Lambda"),
    (
        "SELECT * FROM analytics_data PIVOT (count(*) FOR event IN ('a'))",
        "NOT_SUPPORTED: Local AWS does not have this: Pivot",
    ),
    (
        "SELECT * FROM analytics_data MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS n > 1)",
        "NOT_SUPPORTED: Local AWS does not have MATCH_RECOGNIZE",
    ),
    (
        "SELECT l.m FROM analytics_data e CROSS JOIN LATERAL (SELECT e.n + 1 AS m) l",
        "NOT_SUPPORTED: Local AWS does not have this: a subquery that asks for the rows around it",
    ),
    (
        "SELECT n IN (SELECT n FROM analytics_data x WHERE x.n > e.n ORDER BY n LIMIT 1) FROM analytics_data e",
        "NOT_SUPPORTED: Local AWS does not have this: a subquery that asks for the rows around it below",
    ),
    ("SELECT nope FROM analytics_data", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
    ("SELECT event\nFROM analytics_data\nWHERE a.b = 1", "COLUMN_NOT_FOUND: line 3:7: Column 'a.b' cannot be resolved"),
    ("SELECT \"buy\"", "COLUMN_NOT_FOUND: line 1:8: "),
    ("SELECT 1 FROM nope", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.queries_dev.nope' does not exist"),
    ("SELECT nope(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered"),
    ("SELECT order FROM analytics_data", "SYNTAX_ERROR: line 1:8: mismatched input 'order'"),
    ("SELECT 1 +", "SYNTAX_ERROR: line 1:"),
    ("SELECT FROM analytics_data", "SYNTAX_ERROR: line 1:8: mismatched input 'FROM'"),
    ("SELECT 'A' ILIKE 'a'", "SYNTAX_ERROR: line 1:12: mismatched input 'ILIKE'"),
    ("SELECT '1'::int", "SYNTAX_ERROR: line 1:11: mismatched input '::'"),
    ("SELECT 1 == 1", "SYNTAX_ERROR: line 1:10: mismatched input '=='"),
    ("SELECT `event` FROM analytics_data", "INVALID_IDENTIFIER: line 1:8: backquoted"),
    ("SELECT event e, e FROM analytics_data GROUP BY e", "COLUMN_NOT_FOUND: line 1:"),
    ("SELECT upper(event) AS x FROM analytics_data GROUP BY x", "COLUMN_NOT_FOUND: line 1:55: Column 'x'"),
    ("SELECT event, count(*) AS x FROM analytics_data GROUP BY event HAVING x > 1", "COLUMN_NOT_FOUND: line 1:71: "),
    ("SELECT event, count(*) FROM analytics_data", "EXPRESSION_NOT_AGGREGATE: line 1:8: 'event' must be an aggregate"),
    (
        "SELECT 1 FROM analytics_data WHERE at > '2026-01-31'",
        "TYPE_MISMATCH: line 1:39: Cannot apply operator: timestamp(3) > varchar(10)",
    ),
    (
        "SELECT 1 FROM analytics_data WHERE event = 1",
        "TYPE_MISMATCH: line 1:42: Cannot apply operator: varchar = integer",
    ),
    (
        "SELECT 1 FROM analytics_data WHERE big = '1'",
        "TYPE_MISMATCH: line 1:40: Cannot apply operator: bigint = varchar(1)",
    ),
    (
        "SELECT 1 FROM analytics_data WHERE flag = 1",
        "TYPE_MISMATCH: line 1:41: Cannot apply operator: boolean = integer",
    ),
    (
        "SELECT 1 FROM analytics_data WHERE tags = 'a'",
        "TYPE_MISMATCH: line 1:41: Cannot apply operator: array(varchar) = varchar(1)",
    ),
    (
        "SELECT 1 FROM analytics_data WHERE at BETWEEN 'a' AND 'b'",
        "TYPE_MISMATCH: line 1:39: Cannot check if timestamp(3) is BETWEEN varchar(1) and varchar(1)",
    ),
    ("SELECT 1 FROM analytics_data WHERE month IN (11, 12)", "TYPE_MISMATCH: line 1:42: IN value and list items"),
    ("SELECT 1 FROM analytics_data WHERE on_day IN ('2026-01-31')", "TYPE_MISMATCH: line 1:43: "),
    ("SELECT event + 1 FROM analytics_data", "TYPE_MISMATCH: line 1:14: Cannot apply operator: varchar + integer"),
    ("SELECT at + 1 FROM analytics_data", "TYPE_MISMATCH: line 1:11: Cannot apply operator: timestamp(3) + integer"),
    (
        "SELECT 'x' || 1",
        "FUNCTION_NOT_FOUND: line 1:12: Unexpected parameters (varchar(1), integer) for function concat",
    ),
    ("SELECT 1 AND true", "TYPE_MISMATCH: "),
    ("SELECT 1/0", "DIVISION_BY_ZERO: "),
    ("SELECT 1.5 / 0", "DIVISION_BY_ZERO: "),
    ("SELECT n % 0 FROM analytics_data", "DIVISION_BY_ZERO: "),
    ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
    ("SELECT 9223372036854775807 * 2", "NUMERIC_VALUE_OUT_OF_RANGE: bigint multiplication overflow: "),
    ("SELECT CAST('abc' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INT"),
    ("SELECT CAST(event AS double) FROM analytics_data", "INVALID_CAST_ARGUMENT: Cannot cast 'buy' to DOUBLE"),
    ("SELECT CAST('2026-13-01' AS date)", "INVALID_CAST_ARGUMENT: Value cannot be cast to date: 2026-13-01"),
    ("SELECT CAST(300 AS tinyint)", "INVALID_CAST_ARGUMENT: Out of range for tinyint: 300"),
    (
        "SELECT CAST(tags AS integer) FROM analytics_data",
        "TYPE_MISMATCH: line 1:8: Cannot cast array(varchar) to integer",
    ),
    ("SELECT CAST(1 AS text)", "SYNTAX_ERROR: line 1:18: Unknown type: text"),
    (
        "SELECT x FROM analytics_data CROSS JOIN UNNEST(event) AS t(x)",
        "TYPE_MISMATCH: line 1:41: Cannot unnest type: varchar",
    ),
    ("SELECT x FROM UNNEST(ARRAY[1]) AS t(x, y)", "MISMATCHED_COLUMN_ALIASES: line 1:15: "),
    ("SELECT 1 FROM analytics_data JOIN UNNEST(tags) AS t(x) ON x = 'a'", "NOT_SUPPORTED: INNER JOIN involving UNNEST"),
    (
        "SELECT tags[5] FROM analytics_data WHERE cardinality(tags) = 2",
        "INVALID_FUNCTION_ARGUMENT: Array subscript must be less",
    ),
    ("SELECT 1; SELECT 2", "SYNTAX_ERROR: "),
];

/// Words of the engine, which nobody who knows Athena has heard.
const INNER: [&str; 9] =
    ["DataFusion", "Arrow", "Utf8", "Int64", "Int32", "Float64", "GENERIC_INTERNAL_ERROR", "Candidate", "\u{1}"];

#[test]
fn what_is_wrong_is_said_in_trinos_words() {
    let aws = aws();
    let mut others = vec![];
    for (sql, expected) in WRONG {
        let reason = aws.query(sql).expect_err(sql);
        let is_inner = INNER.iter().any(|word| reason.contains(word));
        if is_inner || reason.contains('\n') || !reason.starts_with(expected) {
            others.push(format!("{sql}\n    {reason}\n    {expected}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}
