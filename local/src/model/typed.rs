//! The types of a request: what cannot be read as AWS's model has it is refused before anything else, and what the
//! model does not know is not read.

use super::{Kind, Member, Model, Shape};
use serde_json::{Map, Value};

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    /// In a path, a query, a header or a form, where a number is text.
    Text,
}

impl Model {
    /// Reads one member of a request's input in place.
    ///
    /// # Errors
    /// AWS's words for a value of another type.
    pub(crate) fn type_member(&self, member: &Member, value: &mut Value, form: Form) -> Result<(), String> {
        self.typed(self.shape(member.shape), value, form)
    }

    /// Reads a whole input in place: every value gets the type of the model, what the model does not know goes.
    ///
    /// # Errors
    /// AWS's words for a value of another type.
    pub(crate) fn type_input(&self, operation: &str, input: &mut Value, form: Form) -> Result<(), String> {
        let shape = self.document().operations.get(operation).and_then(|operation| operation.input);
        if let Some(shape) = shape {
            return self.typed(self.shape(shape), input, form);
        }
        *input = Value::Object(Map::new());
        Ok(())
    }

    fn typed(&self, shape: &Shape, value: &mut Value, form: Form) -> Result<(), String> {
        if value.is_null() || shape.document {
            return Ok(());
        }
        match (shape.kind, &mut *value) {
            (Kind::Structure, Value::Object(fields)) => {
                fields.retain(|name, value| shape.members.contains_key(name.as_str()) && !value.is_null());
                fields.iter_mut().try_for_each(|(name, value)| match shape.members.get(name.as_str()) {
                    Some(member) => self.typed(self.shape(member.shape), value, form),
                    None => Ok(()),
                })
            }
            (Kind::List, Value::Array(items)) => match shape.member.map(|item| self.shape(item)) {
                Some(item) => items.iter_mut().try_for_each(|value| self.typed(item, value, form)),
                None => Ok(()),
            },
            (Kind::Map, Value::Object(entries)) => match shape.value.map(|entry| self.shape(entry)) {
                Some(entry) => entries.values_mut().try_for_each(|value| self.typed(entry, value, form)),
                None => Ok(()),
            },
            // In a form, `Tags=` is an empty list.
            (Kind::List, Value::String(text)) if form == Form::Text && text.is_empty() => {
                *value = Value::Array(vec![]);
                Ok(())
            }
            (Kind::String | Kind::Blob, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => Ok(()),
            (Kind::Integer | Kind::Long, Value::Number(number)) => {
                // A fraction is cut off, as `TruncatingBigNumber` says in AWS's own messages.
                if let (None, Some(fraction)) = (number.as_i64(), number.as_f64()) {
                    *value = (fraction as i64).into();
                }
                Ok(())
            }
            (Kind::Float | Kind::Double | Kind::Timestamp, Value::Number(_)) => Ok(()),
            (Kind::Timestamp, Value::String(text)) if text.parse::<jiff::Timestamp>().is_ok() => Ok(()),
            (kind, given) => {
                let read = given.as_str().filter(|_| form == Form::Text).and_then(|text| parsed(kind, text));
                *given = read.ok_or_else(|| mistyped(kind, given))?;
                Ok(())
            }
        }
    }
}

/// Text as a value of another type.
fn parsed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Boolean => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        Kind::Float | Kind::Double => text.parse::<f64>().ok().map(Value::from),
        Kind::Timestamp => text.parse::<jiff::Timestamp>().ok().map(|_| text.into()),
        _ => None,
    }
}

/// In the words of AWS's parser, as the clients of DynamoDB and Glue quote them.
fn mistyped(wanted: Kind, value: &Value) -> String {
    let wanted = match wanted {
        Kind::Structure | Kind::Map | Kind::List if !value.is_object() => return "Unexpected field type".to_owned(),
        Kind::Structure | Kind::Map | Kind::List => "",
        Kind::String => "String",
        Kind::Blob => "Blob",
        Kind::Boolean => "Boolean",
        Kind::Integer => "Integer",
        Kind::Long => "Long",
        Kind::Float => "Float",
        Kind::Double => "Double",
        Kind::Timestamp => "Timestamp",
    };
    let token = match value {
        Value::Object(_) => return "Start of structure or map found where not expected.".to_owned(),
        Value::Array(_) => return "Start of list found where not expected".to_owned(),
        Value::String(_) => "STRING_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Null => "NULL_VALUE",
    };
    format!("{token} cannot be converted to {wanted}")
}

#[cfg(test)]
mod tests {
    use super::super::{FIREHOSE, GLUE, IAM};
    use super::*;
    use serde_json::json;

    fn read(model: &Model, operation: &str, mut input: Value, form: Form) -> Result<Value, String> {
        model.type_input(operation, &mut input, form).map(|()| input)
    }

    #[test]
    fn a_form_is_text_and_becomes_what_the_model_says() {
        let given = json!({"RoleName": "r", "MaxSessionDuration": "7200", "Tags": "", "Nothing": "x"});
        let expected = json!({"RoleName": "r", "MaxSessionDuration": 7200, "Tags": []});
        assert_eq!(read(&IAM, "CreateRole", given, Form::Text), Ok(expected));
        let given = json!({"RoleName": "r", "MaxSessionDuration": "long"});
        let words = "STRING_VALUE cannot be converted to Integer";
        assert_eq!(read(&IAM, "CreateRole", given, Form::Text), Err(words.to_owned()));
    }

    #[test]
    fn what_the_model_does_not_know_is_not_read() {
        let given = json!({"DeliveryStreamName": "s", "Record": {"Data": "YQ==", "Color": 1}, "Color": null});
        let expected = json!({"DeliveryStreamName": "s", "Record": {"Data": "YQ=="}});
        assert_eq!(read(&FIREHOSE, "PutRecord", given, Form::Json), Ok(expected));
    }

    #[test]
    fn another_type_is_refused_in_the_words_of_the_parser() {
        let words = |given: Value| read(&GLUE, "CreateJob", given, Form::Json).unwrap_err();
        assert_eq!(words(json!({"Name": 1})), "NUMBER_VALUE cannot be converted to String");
        assert_eq!(words(json!({"Timeout": "1"})), "STRING_VALUE cannot be converted to Integer");
        assert_eq!(words(json!({"Command": "glueetl"})), "Unexpected field type");
        assert_eq!(words(json!({"Name": {}})), "Start of structure or map found where not expected.");
        assert_eq!(words(json!({"Name": []})), "Start of list found where not expected");
        let read = read(&GLUE, "CreateJob", json!({"Timeout": 2.5}), Form::Json);
        assert_eq!(read, Ok(json!({"Timeout": 2})));
    }
}
