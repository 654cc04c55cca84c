//! Events after a template: JSON with placeholders such as `{{int 1 100}}`.

use fastrand::Rng;
use jiff::Timestamp;

/// A template, and what its placeholders draw from.
#[derive(Debug)]
pub(super) struct Template {
    text: String,
    random: Rng,
    sequence: u64,
}

impl Template {
    /// # Errors
    /// A placeholder that is not known, or a text that is no JSON object once they are filled in.
    pub(super) fn new(text: &str, seed: u64) -> Result<Self, String> {
        // An event is one line.
        let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned();
        let first = Self { text: text.clone(), random: Rng::with_seed(seed), sequence: 0 }.fill()?;
        match serde_json::from_str::<serde_json::Value>(&first) {
            Ok(value) if value.is_object() => Ok(Self { text, random: Rng::with_seed(seed), sequence: 0 }),
            Ok(_) => Err(format!("an event is a JSON object, and not {first}")),
            Err(error) => Err(format!("the template gives no JSON ({error}): {first}")),
        }
    }

    pub(super) fn event(&mut self) -> String {
        self.fill().expect("every placeholder was tried when the template was read")
    }

    fn fill(&mut self) -> Result<String, String> {
        let template = std::mem::take(&mut self.text);
        let filled = self.fill_in(&template);
        self.text = template;
        self.sequence += 1;
        filled
    }

    fn fill_in(&mut self, template: &str) -> Result<String, String> {
        let mut parts = template.split("{{");
        let mut event = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (placeholder, rest) = part.split_once("}}").ok_or_else(|| "a `{{` has no `}}`".to_owned())?;
            event.push_str(&self.value(placeholder.trim())?);
            event.push_str(rest);
        }
        Ok(event)
    }

    fn value(&mut self, placeholder: &str) -> Result<String, String> {
        let words: Vec<_> = placeholder.split_whitespace().collect();
        match words.as_slice() {
            ["uuid"] => {
                let id = format!("{:032x}", self.random.u128(..));
                Ok(format!("{}-{}-4{}-a{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..]))
            }
            ["now"] => Ok(Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            ["seq"] => Ok(self.sequence.to_string()),
            ["int", least, most] => {
                let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`{text}` is not a whole number"));
                let (least, most) = (number(least)?, number(most)?);
                match least <= most {
                    true => Ok(self.random.i64(least..=most).to_string()),
                    false => Err(format!("`{{{{{placeholder}}}}}`: the first number is the smaller one")),
                }
            }
            ["choice", choices @ ..] if !choices.is_empty() => {
                Ok(choices[self.random.usize(..choices.len())].to_owned())
            }
            _ => Err(format!(
                "`{{{{{placeholder}}}}}` is none of uuid, now, seq, `int LEAST MOST` and `choice ONE OTHER ...`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn placeholders_are_filled_in() {
        let text = "{\n \"n\": {{int 1 3}}, \"id\": \"{{uuid}}\", \"seq\": {{seq}},\n \"event\": \"{{choice a b}}\", \"at\": \"{{now}}\"}";
        let mut template = Template::new(text, 1).unwrap();
        for sequence in 0..20 {
            let event = template.event();
            assert!(!event.contains('\n'));
            let event: Value = serde_json::from_str(&event).unwrap();
            assert_eq!(event["seq"], sequence);
            assert!((1..=3).contains(&event["n"].as_i64().unwrap()));
            assert_eq!(event["id"].as_str().unwrap().len(), 36);
        }
    }

    #[test]
    fn a_template_that_gives_no_event_is_refused() {
        for (text, words) in [
            ("[1]", "a JSON object"),
            ("{\"a\": {{nope}}}", "is none of"),
            ("{\"a\": {{int 3 1}}}", "the smaller one"),
            ("{\"a\": {{seq}", "has no `}}`"),
            ("{\"a\": }", "no JSON"),
        ] {
            assert!(Template::new(text, 1).unwrap_err().contains(words), "{text}");
        }
    }
}
