//! Names mean the same in any case, and are shown as they were written.

use super::{Aws, PLENTY};
use serde_json::json;

/// A statement, the names of its columns and its first row. Tools write names in quotes, with capitals and blanks.
const STATEMENTS: [(&str, &str, &str); 26] = [
    (r#"SELECT 1 AS FooBar"#, "FooBar", "1"),
    (r#"SELECT 1 AS "Foo Bar" ORDER BY "Foo Bar""#, "Foo Bar", "1"),
    (r#"SELECT x AS "Events" FROM {t} ORDER BY "Events" DESC"#, "Events", "2"),
    (r#"SELECT x AS "Events" FROM {t} ORDER BY events DESC"#, "Events", "2"),
    (r#"SELECT x AS Events FROM {t} ORDER BY "EVENTS" DESC"#, "Events", "2"),
    (r#"SELECT x AS "A", x + 1 AS "a b" FROM {t} ORDER BY "a b" DESC, "A" + 1"#, "A|a b", "2,3"),
    (
        r#"SELECT x AS "Day", count(*) AS "Events" FROM {t} GROUP BY x ORDER BY "Events" DESC, "Day""#,
        "Day|Events",
        "1,1",
    ),
    (r#"SELECT "X" FROM {t} ORDER BY "t"."X""#, "X", "1"),
    (r#"SELECT T.X FROM {t} ORDER BY 1"#, "X", "1"),
    (r#"SELECT "Day" FROM (SELECT x AS "day" FROM {t}) ORDER BY "DAY""#, "Day", "1"),
    (r#"SELECT * FROM (SELECT x AS "Day" FROM {t}) ORDER BY day"#, "Day", "1"),
    (r#"SELECT d.* FROM (SELECT x AS "Day" FROM {t}) AS "D" WHERE "d"."DAY" > 1"#, "Day", "2"),
    (r#"SELECT day FROM (SELECT x AS "Day" FROM {t}) ORDER BY 1"#, "day", "1"),
    (r#"WITH "Daily" AS (SELECT x AS "Day" FROM {t}) SELECT * FROM daily ORDER BY "DAILY"."day""#, "Day", "1"),
    (r#"WITH "Daily"("Day") AS (SELECT x FROM {t}) SELECT * FROM "Daily" d ORDER BY "D"."Day""#, "Day", "1"),
    (r#"WITH a AS (SELECT x AS "Day" FROM {t}), b AS (SELECT * FROM a) SELECT * FROM b ORDER BY 1"#, "Day", "1"),
    (r#"SELECT * FROM (VALUES 1, 2) "T"("X") ORDER BY "t"."x""#, "X", "1"),
    (r#"SELECT "N", "V" FROM (VALUES 7) CROSS JOIN UNNEST(ARRAY['a']) WITH ORDINALITY AS "U"("V", "N")"#, "N|V", "1,a"),
    (r#"SELECT x AS "A" FROM {t} UNION ALL SELECT x AS "B" FROM {t} ORDER BY "A""#, "A", "1"),
    (
        r#"SELECT * FROM (SELECT x AS "K" FROM {t}) "L" JOIN (SELECT x AS "k", 'v' AS "V" FROM {t}) "R" USING ("K") ORDER BY 1"#,
        "K|V",
        "1,v",
    ),
    (
        r#"SELECT "L"."K", "R"."V" FROM (SELECT x AS "K" FROM {t}) "L" JOIN (SELECT x AS "K", 'v' AS "V" FROM {t}) "R" ON "L"."K" = "R"."K" ORDER BY 1"#,
        "K|V",
        "1,v",
    ),
    (r#"SELECT sum("X") OVER "W" AS "S" FROM {t} WINDOW "W" AS (ORDER BY "x") ORDER BY "S""#, "S", "1"),
    (r#"SELECT transform(ARRAY[1], "E" -> "e" + 1) AS "Made""#, "Made", "[2]"),
    (r#"SELECT x AS "a", x + 1 AS "A" FROM {t} ORDER BY x"#, "A|A", "1,2"),
    (r#"SELECT (SELECT max("Y") AS "M" FROM (SELECT x AS "y" FROM {t})) AS "Most""#, "Most", "2"),
    (
        r#"SELECT CASE WHEN "X" > 1 THEN 'many' ELSE 'one' END AS "How Many", count(*) FROM {t} GROUP BY CASE WHEN x > 1 THEN 'many' ELSE 'one' END ORDER BY "How Many""#,
        "How Many|_col1",
        "many,1",
    ),
];

#[test]
fn a_name_is_found_in_any_case_and_shown_as_it_was_written() {
    let aws = Aws::new(PLENTY);
    for (sql, names, first) in STATEMENTS {
        let sql = sql.replace("{t}", "(VALUES 1, 2) t(x)");
        let id = aws.start(&sql);
        let rows = aws.end(&id).unwrap_or_else(|why| panic!("{sql}: {why}"));
        assert_eq!(rows[0], first, "{sql}");
        let answer = aws.athena("GetQueryResults", &id);
        let columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"].as_array().unwrap().clone();
        let shown: Vec<_> = columns.iter().map(|column| column["Name"].as_str().unwrap()).collect();
        assert_eq!(shown.join("|"), names, "{sql}");
        let header = &answer["ResultSet"]["Rows"][0]["Data"];
        assert_eq!(header[0], json!({"VarCharValue": shown[0]}), "{sql}");
    }
}
