//! Functions of Trino that are other words for expressions of DataFusion.

/// Functions that DataFusion does not have, by name and number of arguments, as expressions that it has.
pub(in super::super) const REWRITTEN: &[(&str, usize, &str)] = &[
    ("if", 2, "CASE WHEN {0} THEN {1} END"),
    ("if", 3, "CASE WHEN {0} THEN {1} ELSE {2} END"),
    ("mod", 2, "{0} % {1}"),
    ("map", 0, "map(ARRAY[], ARRAY[])"),
];
