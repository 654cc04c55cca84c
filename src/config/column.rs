//! Columns of an event and their types, as Athena and the Glue catalog know them.

use std::fmt;

/// One column of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// In lower case: the catalog folds names, and so does the job that writes Parquet.
    pub(crate) name: String,
    pub(crate) column_type: ColumnType,
}

/// A Hive type. Prints as the Glue catalog spells it: in lower case and without blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Boolean,
    Tinyint,
    Smallint,
    Int,
    Bigint,
    Float,
    Double,
    /// At most 38 digits, of which `scale` after the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    String,
    /// 1 to 255 characters.
    Char(u8),
    /// 1 to 65535 characters.
    Varchar(u16),
    Binary,
    Date,
    Timestamp,
    Array(Box<ColumnType>),
    Map(Box<ColumnType>, Box<ColumnType>),
    Struct(Vec<(String, ColumnType)>),
}

impl ColumnType {
    /// With the fields of every struct in the alphabet's order.
    pub(crate) fn sorted(&self) -> Self {
        match self {
            Self::Array(item) => Self::Array(Box::new(item.sorted())),
            Self::Map(key, value) => Self::Map(key.clone(), Box::new(value.sorted())),
            Self::Struct(fields) => {
                let mut fields: Vec<_> = fields.iter().map(|(name, field)| (name.clone(), field.sorted())).collect();
                fields.sort_by(|(one, _), (other, _)| one.cmp(other));
                Self::Struct(fields)
            }
            simple => simple.clone(),
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Tinyint => f.write_str("tinyint"),
            Self::Smallint => f.write_str("smallint"),
            Self::Int => f.write_str("int"),
            Self::Bigint => f.write_str("bigint"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::String => f.write_str("string"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::Varchar(length) => write!(f, "varchar({length})"),
            Self::Binary => f.write_str("binary"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Array(item) => write!(f, "array<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, (name, field)) in fields.iter().enumerate() {
                    write!(f, "{}{name}:{field}", if index == 0 { "" } else { "," })?;
                }
                f.write_str(">")
            }
        }
    }
}
