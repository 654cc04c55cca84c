//! `${env:NAME}`, `${stage}` and the other placeholders of strings.

/// What a placeholder may stand for.
pub(super) struct Placeholders<'a> {
    pub(super) stage: &'a str,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
}

/// A string with its placeholders filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Values that came from the environment, with the names of their variables: an error shows the names.
    pub(super) from_env: Vec<(String, String)>,
}

impl Filled {
    /// Takes values of the environment out of a message: they may be secret.
    pub(super) fn conceal(&self, message: &str) -> String {
        let values = self.from_env.iter().filter(|(_, value)| !value.is_empty());
        values.fold(message.to_owned(), |message, (name, value)| message.replace(value, &format!("${{env:{name}}}")))
    }
}

impl Placeholders<'_> {
    /// Fills in what is known now. `later` are the names that are filled in elsewhere and stay as they are.
    pub(super) fn fill(&self, text: &str, later: &[&str]) -> Result<Filled, (String, String)> {
        let mut filled = Filled { text: String::new(), from_env: vec![] };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            filled.text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                return Err((
                    format!("`${{` without its `}}` in `{text}`"),
                    "write `${stage}`, for example".to_owned(),
                ));
            };
            self.fill_one(name, later, &mut filled)?;
            rest = behind;
        }
        filled.text.push_str(rest);
        Ok(filled)
    }

    fn fill_one(&self, name: &str, later: &[&str], filled: &mut Filled) -> Result<(), (String, String)> {
        match name.strip_prefix("env:") {
            Some(variable) => {
                let value = (self.env)(variable).ok_or_else(|| {
                    let hint = format!("set it, as in `{variable}=value pipectl plan`");
                    (format!("the environment variable `{variable}` is not set"), hint)
                })?;
                filled.text.push_str(&value);
                filled.from_env.push((variable.to_owned(), value));
            }
            None if name == "stage" => filled.text.push_str(self.stage),
            None if later.contains(&name) => filled.text.push_str(&format!("${{{name}}}")),
            None => {
                let known: Vec<_> =
                    ["stage", "env:NAME"].iter().chain(later).map(|name| format!("`${{{name}}}`")).collect();
                return Err((
                    format!("`${{{name}}}` cannot be used here"),
                    format!("here you can write {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<Filled, (String, String)> {
        let env = |name: &str| (name == "TEAM").then(|| "hunter2".to_owned());
        Placeholders { stage: "prod", env: &env }.fill(text, &["account"])
    }

    #[test]
    fn known_ones_are_filled_in_and_later_ones_stay() {
        assert_eq!(fill("a-${stage}-${account}-${env:TEAM}").unwrap().text, "a-prod-${account}-hunter2");
        assert_eq!(fill("$5 {x}").unwrap().text, "$5 {x}");
    }

    #[test]
    fn unknown_and_unset_ones_are_errors() {
        assert!(fill("${regoin}").unwrap_err().0.contains("`${regoin}`"));
        assert!(fill("${env:NOPE}").unwrap_err().0.contains("`NOPE` is not set"));
        assert!(fill("${stage").unwrap_err().0.contains("without its"));
    }

    #[test]
    fn values_of_the_environment_are_not_shown() {
        let filled = fill("x${env:TEAM}").unwrap();
        assert_eq!(filled.conceal("`xhunter2` is wrong"), "`x${env:TEAM}` is wrong");
    }
}
