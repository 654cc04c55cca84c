//! What an analysis or a dashboard is made of, against the data sets that it names.

use super::kinds::DATA_SET;
use super::{invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of each data set that is declared, by the identifier that the definition calls it.
struct Declared {
    /// Of a set that is not there: nothing.
    sets: BTreeMap<String, (String, Option<Vec<Value>>)>,
    /// Identifier and name of each calculated field.
    calculated: BTreeSet<(String, String)>,
}

/// "Either a SourceEntity or a Definition must be provided."
///
/// # Errors
/// Both, neither, a template, or what [`check`] refuses.
pub(super) fn given(input: &Value) -> Result<&Value> {
    match (&input["Definition"], &input["SourceEntity"]) {
        (Value::Null, Value::Null) => Err(invalid("Either a SourceEntity or a Definition must be provided")),
        (given, Value::Null) => check(given).map(|()| given),
        (Value::Null, source) => {
            let arn = source["SourceTemplate"].optional("Arn").unwrap_or_default();
            Err(not_found(format!("Template {arn} is not found: Local AWS has no templates")))
        }
        _ => Err(invalid("Either a SourceEntity or a Definition must be provided, not both")),
    }
}

/// The ARNs of the data sets that a definition names.
pub(super) fn data_set_arns(definition: &Value) -> Vec<&str> {
    let declared = definition["DataSetIdentifierDeclarations"].as_array().into_iter().flatten();
    declared.filter_map(|one| one.optional("DataSetArn")).collect()
}

/// The sheets of a definition, as they are listed.
pub(super) fn sheets(definition: &Value) -> Vec<Value> {
    let sheets = definition["Sheets"].as_array().into_iter().flatten();
    sheets.map(|sheet| json!({"SheetId": sheet["SheetId"], "Name": sheet["Name"]})).collect()
}

/// What a definition says twice or of nothing, which AWS refuses at once: ids of fields, visuals and sheets are unique,
/// identifiers are declared, and a layout places what is on its sheet.
///
/// # Errors
/// `InvalidParameterValueException`.
fn check(definition: &Value) -> Result<()> {
    for (member, noun) in [("FieldId", "field"), ("VisualId", "visual"), ("SheetId", "sheet")] {
        let mut known = BTreeSet::new();
        let twice = declared_ids(definition, member).into_iter().find(|id| !known.insert(id.to_owned()));
        if let Some(id) = twice {
            return Err(invalid(format!("The id of each {noun} has to be its own: {id} is there twice")));
        }
    }
    let declared: BTreeSet<_> = identifiers(definition).map(|(identifier, _)| identifier).collect();
    for (column, path) in columns_in(definition) {
        let identifier = column.optional("DataSetIdentifier").unwrap_or_default();
        if !declared.contains(identifier) {
            return Err(invalid(format!("{path} names the data set {identifier}, which is not declared")));
        }
    }
    definition["Sheets"].as_array().into_iter().flatten().try_for_each(check_layout)
}

fn identifiers(definition: &Value) -> impl Iterator<Item = (&str, &str)> {
    let declared = definition["DataSetIdentifierDeclarations"].as_array().into_iter().flatten();
    declared.filter_map(|one| one.optional("Identifier").zip(one.optional("DataSetArn")))
}

/// Where ids are given: those of fields in field wells, since sorting and formats name them again.
fn declared_ids<'a>(definition: &'a Value, member: &str) -> Vec<&'a str> {
    let mut found = vec![];
    each_object(definition, &mut |value, path| {
        let is_given = member != "FieldId" || path.iter().any(|step| step == "FieldWells");
        // Of sheets and visuals, what has a part names them; what refers to them stands elsewhere.
        let is_given = is_given && (member != "SheetId" || path.len() == 2 && path[0] == "Sheets");
        let is_given = is_given && (member != "VisualId" || path.len() == 5 && path[2] == "Visuals");
        found.extend(value.optional(member).filter(|_| is_given));
    });
    found
}

/// Calls `look` with every object of a value and the way to it.
fn each_object<'a>(value: &'a Value, look: &mut impl FnMut(&'a Value, &[String])) {
    fn below<'a>(value: &'a Value, path: &mut Vec<String>, look: &mut impl FnMut(&'a Value, &[String])) {
        match value {
            Value::Object(members) => {
                look(value, path);
                for (name, member) in members {
                    path.push(name.clone());
                    below(member, path, look);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    below(item, path, look);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    below(value, &mut vec![], look);
}

/// Every column that is named, and where.
fn columns_in(definition: &Value) -> Vec<(&Value, String)> {
    let mut found = vec![];
    each_object(definition, &mut |value, path| {
        if !value["ColumnName"].is_null() && !value["DataSetIdentifier"].is_null() {
            found.push((value, path.join("/")));
        }
    });
    found
}

/// "Elements have to be on the sheet": visuals, text boxes, images and controls.
fn check_layout(sheet: &Value) -> Result<()> {
    let mut ids = BTreeSet::new();
    each_object(sheet, &mut |value, path| {
        if path.first().is_some_and(|first| first != "Layouts") {
            let members = ["VisualId", "SheetTextBoxId", "SheetImageId", "FilterControlId", "ParameterControlId"];
            ids.extend(members.iter().filter_map(|member| value.optional(member)));
        }
    });
    let mut wrong = None;
    each_object(&sheet["Layouts"], &mut |element, _| {
        let Some(id) = element.optional("ElementId") else { return };
        let end = element.number("ColumnIndex").unwrap_or(0) + element.number("ColumnSpan").unwrap_or(0);
        if !ids.contains(id) {
            wrong = Some(format!("A layout places {id}, which is not on the sheet"));
        } else if end > 36 {
            wrong = Some(format!("{id} reaches over the 36 columns of the grid"));
        }
    });
    wrong.map_or(Ok(()), |message| Err(invalid(message)))
}

/// What is wrong with a definition, as a version's errors tell it once it has failed. Where a data set or a column is
/// missing or of another type, AWS makes the version all the same.
pub(super) fn errors(context: &Context<'_>, definition: &Value, strategy: &Value) -> Result<Vec<Value>> {
    // "LENIENT skips the validation step for specific errors"; which ones, AWS does not say.
    if strategy["Mode"] == "LENIENT" {
        return Ok(vec![]);
    }
    let declared = Declared::read(context, definition)?;
    let missing = declared.sets.values().filter(|(_, columns)| columns.is_none());
    let mut errors: Vec<_> = missing
        .map(|(arn, _)| json!({"Type": "DATA_SET_NOT_FOUND", "Message": format!("Data set '{arn}' is not found")}))
        .collect();
    for (column, path) in columns_in(definition) {
        errors.extend(declared.error(column, &path));
    }
    Ok(errors)
}

impl Declared {
    fn read(context: &Context<'_>, definition: &Value) -> Result<Self> {
        let mut sets = BTreeMap::new();
        for (identifier, arn) in identifiers(definition) {
            let columns = DATA_SET.find(context, arn)?;
            let columns = columns.map(|set| set["OutputColumns"].as_array().cloned().unwrap_or_default());
            sets.insert(identifier.to_owned(), (arn.to_owned(), columns));
        }
        let fields = definition["CalculatedFields"].as_array().into_iter().flatten();
        let text = |field: &Value, member: &str| field.optional(member).unwrap_or_default().to_owned();
        let calculated = fields.map(|field| (text(field, "DataSetIdentifier"), text(field, "Name"))).collect();
        Ok(Self { sets, calculated })
    }

    /// What is wrong with a column that a definition names.
    fn error(&self, column: &Value, path: &str) -> Option<Value> {
        let (identifier, name) = (column.optional("DataSetIdentifier")?, column.optional("ColumnName")?);
        let (arn, columns) = self.sets.get(identifier)?;
        let columns = columns.as_ref()?;
        let error = |kind: &str, message: String| json!({"Type": kind, "Message": message, "ViolatedEntities": [{"Path": path}]});
        if self.calculated.contains(&(identifier.to_owned(), name.to_owned())) {
            return None;
        }
        let Some(found) = columns.iter().find(|known| known["Name"] == name) else {
            // The type and the words are recorded of a dashboard from a template (aws-well-architected-labs#294). The
            // model has no COLUMN_NOT_FOUND.
            let message = format!("Required column '{name}' is missing in data set '{arn}'");
            return Some(error("COLUMN_REPLACEMENT_MISSING", message));
        };
        let kind = found.optional("Type").filter(|_| found["formula"].is_null())?;
        let wanted = wanted(path)?;
        let message = format!("Column '{name}' of data set '{arn}' is {kind}, not {}", wanted.join(" or "));
        (!wanted.contains(&kind)).then(|| error("COLUMN_TYPE_MISMATCH", message))
    }
}

/// The types of the column of a field, by where it stands.
fn wanted(path: &str) -> Option<&'static [&'static str]> {
    let kind = path.strip_suffix("/Column")?.rsplit('/').next()?;
    match kind {
        "DateDimensionField" | "DateMeasureField" => Some(&["DATETIME"]),
        "NumericalDimensionField" | "NumericalMeasureField" => Some(&["INTEGER", "DECIMAL"]),
        "CategoricalDimensionField" | "CategoricalMeasureField" => Some(&["STRING"]),
        _ => None,
    }
}
