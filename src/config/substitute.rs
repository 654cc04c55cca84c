//! `${env:NAME}`, `${stage}` and the other placeholders of strings.

/// What a placeholder may stand for.
pub(super) struct Placeholders<'a> {
    /// `None` while the stage itself is read.
    pub(super) stage: Option<&'a str>,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
}

/// A string with its placeholders filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Whether some of it came from the environment.
    from_env: bool,
}

impl Filled {
    /// What may be said of the text `written`: values of the environment can be secret, and a message can
    /// hold parts of them in other spellings.
    pub(super) fn conceal(&self, written: &str, message: String) -> String {
        if self.from_env { format!("what `{written}` stands for cannot be used here") } else { message }
    }
}

impl Placeholders<'_> {
    /// Fills in what is known now. `later` are the names that are filled in elsewhere and stay as they are.
    pub(super) fn fill(&self, text: &str, later: &[&str]) -> Result<Filled, (String, String)> {
        let mut filled = Filled { text: String::new(), from_env: false };
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
            Some(variable) => self.fill_variable(variable, filled)?,
            None if name == "stage" && self.stage.is_some() => filled.text.extend(self.stage),
            None if later.contains(&name) => filled.text.push_str(&format!("${{{name}}}")),
            None => {
                let stage = self.stage.map(|_| "stage");
                let known = stage.iter().chain(&["env:NAME"]).chain(later);
                let known: Vec<_> = known.map(|name| format!("`${{{name}}}`")).collect();
                return Err((
                    format!("`${{{name}}}` cannot be used here"),
                    format!("here you can write {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }

    /// `NAME`, or as in a shell `NAME:-default`: the default stands where the variable is not set, or empty.
    fn fill_variable(&self, text: &str, filled: &mut Filled) -> Result<(), (String, String)> {
        let (variable, default) = text.split_once(":-").map_or((text, None), |(name, value)| (name, Some(value)));
        let value = (self.env)(variable);
        match (value, default) {
            (None, None) => {
                let hint =
                    format!("set it, as in `{variable}=value pipectl plan`, or write `${{env:{variable}:-default}}`");
                return Err((format!("the environment variable `{variable}` is not set"), hint));
            }
            (value, Some(default)) if value.as_ref().is_none_or(String::is_empty) => filled.text.push_str(default),
            (value, _) => {
                filled.text.extend(value);
                filled.from_env = true;
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
        Placeholders { stage: Some("prod"), env: &env }.fill(text, &["account"])
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
    fn a_default_stands_where_nothing_is_set() {
        let env =
            |name: &str| [("SET", "set"), ("EMPTY", "")].iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        let fill = |text: &str| Placeholders { stage: None, env: &env }.fill(text, &[]).unwrap().text;
        let texts = ["${env:SET:-x}", "${env:EMPTY:-x}", "${env:NOPE:-x y}", "${env:NOPE:-}", "${env:EMPTY}"];
        assert_eq!(texts.map(fill), ["set", "x", "x y", "", ""]);
    }

    #[test]
    fn values_of_the_environment_are_not_shown() {
        let filled = fill("x${env:TEAM}").unwrap();
        let message = filled.conceal("x${env:TEAM}", "`xhunter2` is wrong".to_owned());
        assert_eq!(message, "what `x${env:TEAM}` stands for cannot be used here");
        let filled = fill("x${stage}").unwrap();
        assert_eq!(filled.conceal("x${stage}", "`xprod` is wrong".to_owned()), "`xprod` is wrong");
    }
}
