//! Functions of Trino that are other words for expressions of DataFusion.

/// Functions that DataFusion does not have, by name and number of arguments, as expressions that it has.
pub(in super::super) const REWRITTEN: &[(&str, usize, &str)] = &[
    ("if", 2, "CASE WHEN {0} THEN {1} END"),
    ("if", 3, "CASE WHEN {0} THEN {1} ELSE {2} END"),
    ("count_if", 1, "count(CASE WHEN {0} THEN 1 END)"),
    ("arbitrary", 1, "first_value({0})"),
    ("any_value", 1, "first_value({0})"),
    ("max_by", 2, "first_value({0} ORDER BY {1} DESC NULLS LAST)"),
    ("min_by", 2, "first_value({0} ORDER BY {1} ASC NULLS LAST)"),
    ("approx_percentile", 2, "approx_percentile_cont({0}, {1})"),
];
