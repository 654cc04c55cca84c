//! `alarms`: who is told of what goes wrong.

use super::Group;
use crate::config::described::Form;
use crate::config::pipeline::Alarms;
use crate::config::units::Percent;
use crate::config::values;
use std::time::Duration;

pub(super) fn alarms(at: Group<'_, '_, '_>) -> Alarms {
    Alarms {
        email: at.optional("email", "Who is told; AWS asks there first, by mail.", Form::Text, values::email),
        freshness: at.time(
            "freshness",
            "Events that wait longer than this in Firehose are late.",
            Duration::from_secs(30 * 60),
            values::seconds(60, 86_400),
        ),
        errors: at
            .value(
                "errors",
                "The share of calls and requests that may fail, such as `1 %`.",
                Form::Text,
                Percent(1.0),
                values::percent,
            )
            .0,
    }
}
