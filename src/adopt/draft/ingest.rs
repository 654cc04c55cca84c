//! The API, its usage plan and keys, and the function behind it.

use super::Draft;
use crate::adopt::chain::{Chain, Door};
use crate::aws::Aws;
use aws_sdk_apigateway::types::{UsagePlan, UsagePlanKey};

impl Draft {
    pub(super) fn ingest(&mut self, chain: &Chain<'_>, aws: &Aws) {
        if let Some(track) = chain.track {
            self.function_stays(chain, track, "the API calls that from one deployment on");
            self.lines.set("ingest.function.memory", format!("{} MB", track.memory_size().unwrap_or(128)));
            // API Gateway gives up after 29 s.
            self.lines.set("ingest.function.timeout", format!("{} s", track.timeout().unwrap_or(5).min(29)));
        }
        let Some(door) = &chain.door else { return };
        let arn =
            |what: &str, id: &str| format!("arn:{}:apigateway:{}::/{what}/{id}", aws.names.partition, aws.names.region);
        let (id, name) = (door.api.api.id().unwrap_or_default(), door.api.api.name().unwrap_or_default());
        let of_api = arn("restapis", id);
        if let Some(why) = self.not_taken(door) {
            let reason = format!(
                "{why}: a new API is made beside it, with another URL and keys of its own; clients of this one go on as before"
            );
            self.stay(chain, format!("API {name} ({id})"), &of_api, reason);
            return;
        }
        self.take(chain, "apigateway.rest_api.ingest", name, &of_api);
        self.lines.text("ingest.path", &door.path);
        let methods = &door.api.methods[&door.path];
        let origins = match methods.get("OPTIONS") {
            Some(options) => format!("[{}]", serde_json::Value::from(options.origin.as_deref().unwrap_or("*"))),
            None => "[]".to_owned(),
        };
        self.lines.set("ingest.cors.origins", origins);
        match chain.plan {
            Some((plan, keys)) => self.plan(chain, (plan, keys), &arn),
            None if methods.get("POST").is_some_and(|post| post.asks_for_key) => {}
            None => self.lines.set("ingest.api_keys", "[]"),
        }
    }

    /// Why taking an API over would end something of it.
    fn not_taken(&self, door: &Door<'_>) -> Option<String> {
        let ours = |path: &String, verb: &String| *path == door.path && ["POST", "OPTIONS"].contains(&verb.as_str());
        let all = door.api.methods.iter().flat_map(|(path, methods)| methods.keys().map(move |verb| (path, verb)));
        let others: Vec<_> =
            all.filter(|(path, verb)| !ours(path, verb)).map(|(path, verb)| format!("{verb} {path}")).collect();
        let post = door.api.methods.get(&door.path).is_some_and(|methods| methods.contains_key("POST"));
        let stage = door.stage.as_deref();
        match () {
            () if !others.is_empty() => Some(format!("it has more methods, which would end: {}", others.join(", "))),
            () if !post => Some("it has no POST method, which events are sent by".to_owned()),
            () if stage != Some(self.stage.as_str()) => Some(format!(
                "its stage is `{}` and the pipeline's is `{}`, by which the URL ends",
                stage.unwrap_or("(none)"),
                self.stage
            )),
            () => None,
        }
    }

    fn plan(
        &mut self,
        chain: &Chain<'_>,
        (plan, keys): (&UsagePlan, &[UsagePlanKey]),
        arn: &dyn Fn(&str, &str) -> String,
    ) {
        let (id, name) = (plan.id().unwrap_or_default(), plan.name().unwrap_or_default());
        if plan.api_stages().len() > 1 {
            let reason = "it is for other stages, too, which would be cut off: a new plan is made beside it";
            self.stay(chain, format!("usage plan {name} ({id})"), &arn("usageplans", id), reason);
        } else {
            self.take(chain, "apigateway.usage_plan.ingest", name, &arn("usageplans", id));
        }
        let mut names = vec![];
        for key in keys {
            let (id, name) = (key.id().unwrap_or_default(), key.name().unwrap_or_default());
            let short = short(name, &self.stage);
            if name.is_empty() || names.contains(&short) {
                let reason = "two keys of one name cannot be told apart: its clients lose access to the plan, unless it is renamed first";
                self.stay(chain, format!("API key {name} ({id})"), &arn("apikeys", id), reason);
                continue;
            }
            self.take(chain, &format!("apigateway.api_key.{short}"), name, &arn("apikeys", id));
            names.push(short);
        }
        self.lines.set("ingest.api_keys", format!("[{}]", names.join(", ")));
        if let Some(throttle) = plan.throttle() {
            self.lines.set("ingest.throttle.rate", format!("{}/s", throttle.rate_limit()));
            self.lines.set("ingest.throttle.burst", throttle.burst_limit().to_string());
        }
        if plan.throttle().is_none() {
            self.notes.push(
                "nothing limits how fast the API takes requests: under pipectl it takes 1000 a second, and 2000 at once. \
                 `ingest.throttle` says otherwise"
                    .to_owned(),
            );
        }
        if let Some((quota, period)) = plan.quota().and_then(|quota| Some((quota, quota.period()?))) {
            self.lines.set("ingest.quota.requests", quota.limit().to_string());
            self.lines.set("ingest.quota.per", period.as_str().to_lowercase());
        }
    }
}

/// What a key is called in the file: without the stage, which the name ends with.
fn short(name: &str, stage: &str) -> String {
    let name = name.strip_suffix(stage).map_or(name, |rest| rest.trim_end_matches(['-', '_']));
    let sign = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let short: String = name.chars().map(sign).take(64).collect();
    let short = short.trim_matches('-').to_owned();
    if short.is_empty() { "client".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn keys_are_called_without_their_stage() {
        for (name, expected) in
            [("ClientAPIKey-dev", "ClientAPIKey"), ("web key", "web-key"), ("dev", "client"), ("mobile", "mobile")]
        {
            assert_eq!(short(name, "dev"), expected, "{name}");
        }
    }
}
