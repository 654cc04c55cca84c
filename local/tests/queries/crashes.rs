//! Every construct of the grammar that may hold itself, as deep as 256 KB allow.

use crate::{Aws, LONGEST, PLENTY};
use std::time::{Duration, Instant};

/// What comes before, in the middle and behind, so many times.
type Nest = (&'static str, &'static str, &'static str);

/// In `SELECT ...`.
const EXPRESSIONS: &[Nest] = &[
    ("(", "1", ")"),
    ("NOT ", "true", ""),
    ("- ", "1", ""),
    ("+ ", "1", ""),
    ("~ ", "1", ""),
    ("! ", "1", ""),
    ("@ ", "1", ""),
    ("", "1", "+1"),
    ("", "1", "-1"),
    ("", "1", "*1/1"),
    ("", "1", "%1"),
    ("", "1", "&1"),
    ("", "1", "||'a'"),
    ("", "1", "=1"),
    ("", "true", " AND true"),
    ("", "true", " OR true"),
    ("", "true", " OR true AND true"),
    ("(true AND ", "true", " OR true)"),
    ("", "1", " IS NULL"),
    ("", "1", " IS NOT TRUE"),
    ("", "'a'", " LIKE 'a'"),
    ("1 BETWEEN 0 AND ", "1", ""),
    ("", "1", " IN (1)"),
    ("1 IN (", "1", ")"),
    ("", "1", "::int"),
    ("", "ARRAY[1]", "[1]"),
    ("ARRAY[", "1", "]"),
    ("[", "1", "]"),
    ("{'a': ", "1", "}"),
    ("abs(", "1", ")"),
    ("coalesce(1, ", "1", ")"),
    ("if(true, ", "1", ", 2)"),
    ("concat('a', ", "'a'", ")"),
    ("CAST(", "1", " AS int)"),
    ("TRY_CAST(", "1", " AS int)"),
    ("CASE WHEN true THEN ", "1", " END"),
    ("CASE WHEN ", "true", " THEN true END"),
    ("CASE ", "1", " WHEN 1 THEN 1 END"),
    ("CASE WHEN false THEN 1 ELSE ", "1", " END"),
    ("(SELECT ", "1", ")"),
    ("EXISTS (SELECT ", "1", ")"),
    ("1 IN (SELECT ", "1", ")"),
    ("", "now()", " AT TIME ZONE 'UTC'"),
    ("", "'a'", " COLLATE x"),
    ("INTERVAL ", "'1'", " DAY"),
    ("DATE ", "'2020-01-01'", ""),
    ("EXTRACT(year FROM ", "now()", ")"),
    ("SUBSTRING(", "'a'", " FROM 1)"),
    ("TRIM(BOTH 'a' FROM ", "'a'", ")"),
    ("POSITION('a' IN ", "'a'", ")"),
    ("ROW(", "1", ")"),
    ("x -> ", "1", ""),
    ("", "a", ".a"),
    ("", "a", "->'b'"),
    ("sum(1) OVER (ORDER BY ", "1", ")"),
    ("CAST(NULL AS ", "1", ")"),
    ("PRIOR ", "1", ""),
    ("json_value(", "'1'", ", 'lax $')"),
    ("json_value(", "'1'", ", 'lax $' RETURNING json)"),
    ("INTERVAL ", "'1'", " DAY TO SECOND"),
    ("/* ", "1", " */"),
];

/// In `SELECT CAST(NULL AS ...)`.
const TYPES: &[Nest] = &[
    ("ARRAY<", "int", ">"),
    ("ARRAY(", "int", ")"),
    ("MAP<int, ", "int", ">"),
    ("MAP(int, ", "int", ")"),
    ("ROW(a ", "int", ")"),
    ("STRUCT<a ", "int", ">"),
    ("", "int", "[]"),
    ("Nullable(", "int", ")"),
];

/// Whole statements.
const STATEMENTS: &[Nest] = &[
    ("", "SELECT 1", " UNION ALL SELECT 1"),
    ("", "SELECT 1", " UNION SELECT 1"),
    ("", "SELECT 1", " INTERSECT SELECT 1"),
    ("", "SELECT 1", " EXCEPT SELECT 2"),
    ("", "SELECT 1", " UNION ALL SELECT 1 UNION SELECT 1"),
    ("(SELECT 1 UNION ALL ", "SELECT 1", ")"),
    ("(", "SELECT 1", ")"),
    ("SELECT * FROM (", "SELECT 1", ")"),
    ("SELECT * FROM (", "SELECT 1 AS a", ") AS t"),
    ("WITH t AS (", "SELECT 1", ") SELECT * FROM t"),
    ("", "SELECT 1 FROM (SELECT 1) AS t", ", (SELECT 1) AS t"),
    ("", "SELECT 1 FROM (SELECT 1) AS t", " CROSS JOIN (SELECT 1) AS u"),
    ("", "SELECT 1 FROM t", " JOIN t"),
    ("", "SELECT 1 FROM t", " JOIN t ON true"),
    ("", "SELECT 1 FROM t", ", t"),
    ("", "SELECT 1 FROM t", ", UNNEST(ARRAY[1])"),
    ("EXPLAIN ", "SELECT 1", ""),
    ("EXPLAIN ANALYZE ", "SELECT 1", ""),
    ("", "VALUES (1)", ", (1)"),
    ("", "SELECT 1 GROUP BY 1", ", 1"),
    ("", "SELECT 1 ORDER BY 1", ", 1"),
    ("", "SELECT 1", ";"),
    ("", "SELECT 1", ", 1"),
    ("", "SELECT 1", "\n"),
    ("", "SELECT 1 -- ", "-- "),
    ("", "SELECT", ""),
    ("", "", "("),
    ("", "", ")"),
    ("", "", "'"),
    ("", "", "\""),
    ("", "", "["),
    ("", "", "CASE "),
    ("", "", "SELECT "),
    ("", "", "NOT "),
    ("", "", "WITH a AS ("),
    ("", "", "FROM "),
    ("", "", "\u{1f600}"),
];

/// Text of the WITHs that each name the one before twice, and once.
fn named(count: usize, again: &str) -> String {
    let mut sql = "WITH a0 AS (SELECT 1 AS x)".to_owned();
    for index in 1..count {
        sql.push_str(&format!(
            ", a{index} AS (SELECT p.x FROM a{0} AS p{1})",
            index - 1,
            again.replace('#', &(index - 1).to_string())
        ));
    }
    format!("{sql} SELECT count(*) FROM a{}", count - 1)
}

fn statements() -> Vec<String> {
    let nests = [(EXPRESSIONS, "SELECT ", ""), (TYPES, "SELECT CAST(NULL AS ", ")"), (STATEMENTS, "", "")];
    let mut all = vec![];
    for (nests, before, behind) in nests {
        for (open, middle, close) in nests {
            let most = (LONGEST - 100) / (open.len() + close.len()).max(1);
            for depth in [150, 600, most] {
                let depth = depth.min(most);
                all.push(format!("{before}{}{middle}{}{behind}", open.repeat(depth), close.repeat(depth)));
            }
        }
    }
    for count in [10, 30, 190, 4000] {
        all.extend([named(count, ""), named(count, ", a# AS q"), named(count, " JOIN a# AS q ON true")]);
    }
    all.retain(|sql| !sql.is_empty() && sql.len() <= LONGEST);
    all.dedup();
    all
}

/// The most memory that the process has had; none where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
#[ignore = "takes a minute: `.ci/run` runs it"]
fn nothing_that_holds_itself_takes_local_aws_down() {
    let aws = Aws::new(PLENTY);
    let (mut well, mut slowest) = (0, (Duration::ZERO, String::new()));
    let statements = statements();
    for sql in &statements {
        let shown = sql.chars().take(60).collect::<String>();
        if std::env::var_os("SHOW_STATEMENTS").is_some() {
            println!("{} {shown}", sql.len());
        }
        let began = Instant::now();
        let ended = aws.query(sql);
        if began.elapsed() > Duration::from_secs(1) {
            println!("{:?}: {} bytes of {shown}", began.elapsed(), sql.len());
        }
        slowest = slowest.max((began.elapsed(), format!("{} bytes of {shown}", sql.len())));
        match ended {
            Ok(_) => well += 1,
            Err(reason) => assert!(!reason.contains("panick"), "{shown}: {reason}"),
        }
    }
    let used = peak();
    println!(
        "{} statements, {well} ran, the slowest: {slowest:?}, the most memory: {} MB",
        statements.len(),
        used >> 20
    );
    assert!(used < 4 * PLENTY, "{used} bytes");
    assert!(well > statements.len() / 8, "{well} of {}", statements.len());
    assert!(slowest.0 < Duration::from_secs(100), "{slowest:?}");
    assert_eq!(aws.query("SELECT 1"), Ok(vec!["1".to_owned()]));
}
