//! The API, its usage plan and keys, and the function behind it.

use super::Draft;
use crate::adopt::chain::{Chain, Door};
use crate::aws::Aws;
use aws_sdk_apigateway::types::{UsagePlan, UsagePlanKey};

impl Draft {
    pub(super) fn ingest(&mut self, chain: &Chain<'_>, aws: &Aws) {
        let why = chain.door.as_ref().and_then(|door| self.not_taken(chain, door));
        if let Some(track) = chain.track {
            match why {
                Some(_) => self.function_goes_on(chain, track),
                None => self.function_stays(chain, track, "the API calls that from one deployment on"),
            }
            self.lines.set("ingest.function.memory", format!("{} MB", track.memory_size().unwrap_or(128)));
            // API Gateway gives up after 29 s.
            self.lines.set("ingest.function.timeout", format!("{} s", track.timeout().unwrap_or(5).min(29)));
        }
        let Some(door) = &chain.door else { return };
        let arn =
            |what: &str, id: &str| format!("arn:{}:apigateway:{}::/{what}/{id}", aws.names.partition, aws.names.region);
        let (id, name) = (door.api.api.id().unwrap_or_default(), door.api.api.name().unwrap_or_default());
        let of_api = arn("restapis", id);
        if let Some(why) = why {
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
    fn not_taken(&self, chain: &Chain<'_>, door: &Door<'_>) -> Option<String> {
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
            () => shared(chain, door),
        }
    }

    fn plan(
        &mut self,
        chain: &Chain<'_>,
        (plan, keys): (&UsagePlan, &[UsagePlanKey]),
        arn: &dyn Fn(&str, &str) -> String,
    ) {
        let (id, name) = (plan.id().unwrap_or_default(), plan.name().unwrap_or_default());
        self.take(chain, "apigateway.usage_plan.ingest", name, &arn("usageplans", id));
        let mut names = vec![];
        for key in keys {
            let (id, name) = (key.id().unwrap_or_default(), key.name().unwrap_or_default());
            let short = apart(short(name, &self.stage), &names);
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

/// What of an API others have a part in: names are all by which it is found before it carries tags, and a key is in one usage
/// plan of a stage.
fn shared(chain: &Chain<'_>, door: &Door<'_>) -> Option<String> {
    let name = door.api.api.name();
    if chain.region.apis.iter().filter(|other| other.api.name() == name).count() > 1 {
        return Some("another API has the same name".to_owned());
    }
    let (plan, keys) = chain.plan?;
    let called = plan.name().unwrap_or_default();
    if plan.api_stages().len() > 1 {
        return Some(format!("its usage plan `{called}` is for other stages, too, which would be cut off"));
    }
    if chain.region.plans.iter().filter(|(other, _)| other.name() == plan.name()).count() > 1 {
        return Some(format!("another usage plan is called `{called}`, too"));
    }
    let named = |name: &str| chain.region.keys.iter().filter(|other| *other == name).count();
    let same = keys.iter().filter_map(UsagePlanKey::name).find(|name| named(name) > 1);
    let nameless = keys.iter().any(|key| key.name().is_none_or(str::is_empty));
    match same {
        Some(same) => {
            Some(format!("several API keys are called `{same}`: rename one of them, then it can be taken over"))
        }
        None => nameless.then(|| "one of its API keys has no name: give it one, then it can be taken over".to_owned()),
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

/// The same with a number behind it, where another key is called so already.
fn apart(short: String, taken: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{short}{number}"));
    let mut all = std::iter::once(short.clone()).chain(numbered);
    all.find(|name| !taken.contains(name)).unwrap_or(short)
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
