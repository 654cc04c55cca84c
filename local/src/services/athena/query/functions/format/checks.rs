//! What Java refuses of a format, in its words.

use super::Directive;
use datafusion::arrow::datatypes::DataType;

/// # Errors
/// A directive that contradicts itself.
pub(super) fn check(directive: &Directive, own: &str) -> Result<(), String> {
    let flags = directive.flags.as_str();
    let mut letters = flags.chars();
    if let Some(twice) = letters.by_ref().find(|letter| flags.matches(*letter).count() > 1) {
        return Err(format!("DuplicateFormatFlags: Flags = '{twice}'"));
    }
    if directive.letter == 'n' {
        return match directive.width {
            0 => Ok(()),
            width => Err(format!("IllegalFormatWidth: {width}")),
        };
    }
    if directive.width == 0 && flags.contains(['-', '0']) {
        return Err(format!("MissingFormatWidth: {own}"));
    }
    if flags.contains('-') && flags.contains('0') || flags.contains('+') && flags.contains(' ') {
        return Err(format!("IllegalFormatFlags: Flags = '{flags}'"));
    }
    let numbers: &[char] = &['+', ' ', '0', ',', '('];
    if matches!(directive.letter, 's' | 'S' | 'b' | 'B') && flags.contains(numbers) {
        let letter = directive.letter.to_ascii_lowercase();
        return Err(format!("FormatFlagsConversionMismatch: Conversion = {letter}, Flags = {flags}"));
    }
    match directive.precision {
        Some(precision) if matches!(directive.letter, 'd' | 'x' | 'X' | 'o' | 'c' | 't' | 'T') => {
            Err(format!("IllegalFormatPrecision: {precision}"))
        }
        _ => Ok(()),
    }
}

/// What a value is in Java.
pub(super) fn class(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean => "lang.Boolean",
        DataType::Float32 => "lang.Float",
        DataType::Float64 => "lang.Double",
        DataType::Decimal128(..) => "math.BigDecimal",
        DataType::Date32 => "time.LocalDate",
        DataType::Time64(_) => "time.LocalTime",
        DataType::Timestamp(_, None) => "time.LocalDateTime",
        DataType::Timestamp(..) => "time.ZonedDateTime",
        kind if kind.is_integer() => "lang.Long",
        _ => "lang.String",
    }
}
