//! Athena: what queries scan.

use super::{Meter, Month};

/// A workgroup that somebody has disabled refuses every query.
pub(super) fn scanned(month: &Month<'_>) -> Option<Meter> {
    let workgroup = month.billed.workgroup.as_ref()?;
    let (tb, how) =
        if workgroup.enabled { (month.get("athena_tb"), "athena_tb") } else { (0.0, "the workgroup is disabled") };
    let kind = ("DataScannedInTB", "athena_tb_scanned");
    Some(Meter::new("query", "Athena data scanned", kind, tb, how).from(&["athena_tb"]))
}
