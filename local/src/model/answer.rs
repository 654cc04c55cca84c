//! Answers as AWS's models have them. A wrong one is a fault of Local AWS, and is looked for wherever it is tested.

use super::{Kind, Location, Model, Shape};
use serde_json::Value;

/// How an answer writes times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Seconds since 1970.
    Epoch,
    /// `2026-11-23T19:56:30Z`
    Iso,
}

/// Values that AWS answers and its model does not list.
const UNLISTED: &[(&str, &str)] = &[(".LastUpdateStatusReasonCode", "Creating")];

impl Model {
    /// Checks an answer, named as it is written, against the model of its operation.
    ///
    /// # Errors
    /// What the model has otherwise.
    pub(crate) fn check_answer(&self, operation: &str, answer: &Value, times: Times) -> Result<(), String> {
        let output = self.document().operations.get(operation).and_then(|operation| operation.output);
        match (output, answer) {
            (_, Value::Null) => Ok(()),
            (None, Value::Object(fields)) if fields.is_empty() => Ok(()),
            (None, _) => Err(format!("{operation} answers nothing, not {answer}")),
            (Some(output), _) => self.fits(self.shape(output), answer, operation, times),
        }
    }

    fn fits(&self, shape: &Shape, value: &Value, path: &str, times: Times) -> Result<(), String> {
        match (shape.kind, value) {
            _ if shape.document => Ok(()),
            (Kind::Structure, Value::Object(fields)) => {
                let wire = |name: &'static str| shape.members[name].wire.unwrap_or(name);
                let in_body = |name: &&'static str| shape.members[name].location != Some(Location::StatusCode);
                for name in shape.required.iter().copied().filter(in_body) {
                    if fields.get(wire(name)).is_none_or(Value::is_null) {
                        return Err(format!("{path}.{name} is missing"));
                    }
                }
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    let known = shape.members.keys().copied().find(|known| wire(known) == name);
                    let known = known.ok_or_else(|| format!("{path}.{name} is no member"))?;
                    self.fits(self.shape(shape.members[known].shape), value, &format!("{path}.{name}"), times)?;
                }
                Ok(())
            }
            (Kind::List, Value::Array(items)) => {
                let item = shape.member.map(|item| self.shape(item));
                items
                    .iter()
                    .zip(item.iter().cycle())
                    .enumerate()
                    .try_for_each(|(index, (value, item))| self.fits(item, value, &format!("{path}[{index}]"), times))
            }
            (Kind::Map, Value::Object(entries)) => {
                let entry = shape.value.map(|entry| self.shape(entry));
                let set = entries.iter().filter(|(_, value)| !value.is_null());
                set.zip(entry.iter().cycle())
                    .try_for_each(|((key, value), entry)| self.fits(entry, value, &format!("{path}[{key}]"), times))
            }
            (Kind::String, Value::String(text)) => {
                let is_listed = shape.values.is_empty() || shape.values.contains(&text.as_str());
                let is_known = is_listed || UNLISTED.iter().any(|(end, value)| path.ends_with(end) && text == value);
                is_known.then_some(()).ok_or_else(|| format!("{path} is none of {:?}: {text}", shape.values))
            }
            (Kind::Blob, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => Ok(()),
            (Kind::Integer | Kind::Long, Value::Number(number)) if !number.is_f64() => Ok(()),
            (Kind::Float | Kind::Double, Value::Number(_)) => Ok(()),
            (Kind::Timestamp, value) => {
                let iso = times == Times::Iso || shape.time == Some("iso8601");
                let fits = if iso { value.is_string() } else { value.is_number() };
                fits.then_some(()).ok_or_else(|| format!("{path} is a time written otherwise: {value}"))
            }
            _ => Err(format!("{path} has another type: {value}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{APIGATEWAY, GLUE, IAM};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_answer_is_named() {
        let wrong = |answer: Value| GLUE.check_answer("GetDatabase", &answer, Times::Epoch).unwrap_err();
        assert_eq!(wrong(json!({"Database": {}})), "GetDatabase.Database.Name is missing");
        assert_eq!(wrong(json!({"Database": {"Name": 1}})), "GetDatabase.Database.Name has another type: 1");
        assert_eq!(wrong(json!({"Database": {"Name": "d", "Color": 1}})), "GetDatabase.Database.Color is no member");
        let time = json!({"Database": {"Name": "d", "CreateTime": "2026-11-23T19:56:30Z"}});
        assert!(wrong(time).starts_with("GetDatabase.Database.CreateTime is a time written otherwise"));
        let state = GLUE.check_answer("GetCrawler", &json!({"Crawler": {"State": "IDLE"}}), Times::Epoch);
        assert!(state.unwrap_err().starts_with("GetCrawler.Crawler.State is none of"));
        assert!(GLUE.check_answer("DeleteDatabase", &json!({}), Times::Epoch).is_ok());
    }

    #[test]
    fn members_go_by_the_names_that_are_written() {
        assert_eq!(APIGATEWAY.check_answer("GetRestApis", &json!({"item": []}), Times::Epoch), Ok(()));
        assert!(APIGATEWAY.check_answer("GetRestApis", &json!({"items": []}), Times::Epoch).is_err());
        let listed = json!({"Tags": [{"Key": "a", "Value": "b"}], "IsTruncated": false});
        assert_eq!(IAM.check_answer("ListRoleTags", &listed, Times::Iso), Ok(()));
    }
}
