//! Making a live API what is desired. One call after the other: API Gateway refuses changes to one API that
//! overlap (terraform-provider-aws#776).

use super::RestApi;
use super::observe::{DEPLOYED, deployments, gateway_responses, resources};
use super::patch::replace;
use super::routes::{Headers, Integration, Method, Routes};
use crate::aws::{Aws, Class, Expect, Patience, Result, call, read, write};
use aws_sdk_apigateway::primitives::Blob;
use aws_sdk_apigateway::types::{GatewayResponseType, IntegrationType, PutMode};
use std::collections::BTreeMap;

impl RestApi {
    pub(super) async fn rename(&self, aws: &Aws, id: &str) -> Result<()> {
        let patch = vec![replace("/name", &self.name), replace("/description", &self.description)];
        write("apigateway:UpdateRestApi", || {
            aws.apigateway.update_rest_api().rest_api_id(id).set_patch_operations(Some(patch.clone())).send()
        })
        .await
        .map(drop)
    }

    /// Writes what differs between the API with this id and what it is to be.
    pub(super) async fn converge(&self, aws: &Aws, id: &str, live: &Self) -> Result<()> {
        let _lane = aws.lane(&format!("apigateway:{id}")).await;
        let api = Api { aws, id };
        let whole = if live.routes.is_empty() { Some(self.put_whole(&api, live).await?) } else { None };
        let live = whole.as_ref().unwrap_or(live);
        let mut ids = live.resource_ids.clone();
        for (path, methods) in &self.routes.methods {
            let resource = api.resource(&mut ids, path).await?;
            let before = live.routes.methods.get(path);
            for (name, method) in methods {
                let before = before.and_then(|methods| methods.get(name));
                if before == Some(method) {
                    continue;
                }
                if before.is_some() {
                    api.delete_method(&resource, name).await?;
                }
                api.put_method(&resource, name, method).await?;
            }
        }
        self.remove_others(&api, live).await?;
        self.put_gateway_responses(&api, live).await?;
        if self.deployment != live.deployment {
            api.deploy(&self.stage, &self.deployment).await?;
        }
        if (self.rate, self.burst) != (live.rate, live.burst) {
            api.throttle(&self.stage, self.rate, self.burst).await?;
        }
        Ok(())
    }

    /// Makes all that an API without routes lacks, of one document, and its stage. Gives what is there then: where the
    /// document is not taken (whoever may not send it, and emulators), the calls are made one by one.
    ///
    /// What has routes keeps what others put beside them, which a document would take away.
    async fn put_whole(&self, api: &Api<'_>, live: &Self) -> Result<Self> {
        let refused = |class| matches!(class, Class::Invalid | Class::Absent | Class::Denied | Class::Busy);
        let taken = match api.put_rest_api(&self.definition()).await {
            Err(error) if refused(error.class()) => false,
            put => put.map(|()| true)?,
        };
        let deployed = async { if taken { api.deploy(&self.stage, &self.deployment).await } else { Ok(()) } };
        // Emulators read less in it than API Gateway, or stop halfway: looking takes no time beside the deployment.
        let (resources, responses) = (resources(api.aws, api.id), gateway_responses(api.aws, api.id));
        let (deployed, resources, responses) = futures::join!(deployed, resources, responses);
        let (methods, resource_ids) = resources?;
        let routes = Routes { methods, gateway_responses: responses? };
        let mut deployment = String::new();
        if taken && routes == self.routes {
            deployed?;
            deployment.clone_from(&self.deployment);
        }
        Ok(Self { routes, deployment, resource_ids, ..live.clone() })
    }

    /// Takes away the methods and paths that are not asked for.
    async fn remove_others(&self, api: &Api<'_>, live: &Self) -> Result<()> {
        for (path, methods) in &live.routes.methods {
            let kept = self.routes.methods.get(path);
            let gone = methods.keys().filter(|name| kept.is_none_or(|kept| !kept.contains_key(*name)));
            for name in gone {
                api.delete_method(&live.resource_ids[path], name).await?;
            }
        }
        // Children go with their parent, so that the deepest go first and none is asked for twice.
        let is_needed =
            |path: &str| self.routes.methods.keys().any(|kept| format!("{kept}/").starts_with(&format!("{path}/")));
        for (_, id) in live.resource_ids.iter().rev().filter(|(path, _)| *path != "/" && !is_needed(path)) {
            api.delete_resource(id).await?;
        }
        Ok(())
    }

    async fn put_gateway_responses(&self, api: &Api<'_>, live: &Self) -> Result<()> {
        let (wanted, found) = (&self.routes.gateway_responses, &live.routes.gateway_responses);
        for (kind, headers) in wanted.iter().filter(|(kind, headers)| found.get(*kind) != Some(headers)) {
            api.put_gateway_response(kind, headers).await?;
        }
        for kind in found.keys().filter(|kind| !wanted.contains_key(*kind)) {
            api.delete_gateway_response(kind).await?;
        }
        Ok(())
    }
}

/// The calls about one API.
struct Api<'a> {
    aws: &'a Aws,
    id: &'a str,
}

impl Api<'_> {
    /// The id of a path's resource, which is made with those above it where they are missing.
    async fn resource(&self, ids: &mut BTreeMap<String, String>, path: &str) -> Result<String> {
        let (mut at, mut parent) = (String::new(), ids.get("/").cloned().unwrap_or_default());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = format!("{at}/{part}");
            parent = match ids.get(&at) {
                Some(id) => id.clone(),
                None => self.create_resource(&parent, &at, part).await?,
            };
            ids.insert(at.clone(), parent.clone());
        }
        Ok(parent)
    }

    /// One that is there already is ours: its creation was answered, and the answer lost.
    async fn create_resource(&self, parent: &str, path: &str, part: &str) -> Result<String> {
        let made = write("apigateway:CreateResource", || {
            let request = self.aws.apigateway.create_resource().rest_api_id(self.id);
            request.parent_id(parent).path_part(part).send()
        });
        match made.await {
            Err(error) if error.class() == Class::Exists => {
                let (_, ids) = resources(self.aws, self.id).await?;
                ids.get(path).cloned().ok_or(error)
            }
            made => Ok(made?.id.unwrap_or_default()),
        }
    }

    async fn put_method(&self, resource: &str, name: &str, method: &Method) -> Result<()> {
        let put = || async {
            write("apigateway:PutMethod", || {
                self.aws
                    .apigateway
                    .put_method()
                    .rest_api_id(self.id)
                    .resource_id(resource)
                    .http_method(name)
                    .authorization_type(&method.authorization)
                    .api_key_required(method.api_key_required)
                    .send()
            })
            .await
        };
        match put().await {
            // Whoever made it meanwhile, and we may have: it is to be as it is asked for.
            Err(error) if error.class() == Class::Exists => {
                self.delete_method(resource, name).await?;
                put().await?;
            }
            put => drop(put?),
        }
        match &method.integration {
            Integration::Function { uri } => self.put_function(resource, name, uri).await,
            Integration::Mock { status, headers } => self.put_mock(resource, name, status, headers).await,
            Integration::Other(_) => Ok(()),
        }
    }

    async fn put_function(&self, resource: &str, name: &str, uri: &str) -> Result<()> {
        write("apigateway:PutIntegration", || {
            self.aws
                .apigateway
                .put_integration()
                .rest_api_id(self.id)
                .resource_id(resource)
                .http_method(name)
                .r#type(IntegrationType::AwsProxy)
                // Lambda is called with POST, whatever the caller's method is.
                .integration_http_method("POST")
                .uri(uri)
                .send()
        })
        .await
        .map(drop)
    }

    async fn put_mock(&self, resource: &str, name: &str, status: &str, headers: &Headers) -> Result<()> {
        let gateway = &self.aws.apigateway;
        write("apigateway:PutIntegration", || {
            gateway
                .put_integration()
                .rest_api_id(self.id)
                .resource_id(resource)
                .http_method(name)
                .r#type(IntegrationType::Mock)
                .request_templates("application/json", format!("{{\"statusCode\": {status}}}"))
                .send()
        })
        .await?;
        let named = || headers.iter().map(|(name, value)| (format!("method.response.header.{name}"), value.clone()));
        write("apigateway:PutMethodResponse", || {
            let declared = named().map(|(name, _)| (name, false)).collect();
            gateway
                .put_method_response()
                .rest_api_id(self.id)
                .resource_id(resource)
                .http_method(name)
                .status_code(status)
                .set_response_parameters(Some(declared))
                .send()
        })
        .await
        .map(drop)
        .or_else(|error| if error.class() == Class::Exists { Ok(()) } else { Err(error) })?;
        write("apigateway:PutIntegrationResponse", || {
            gateway
                .put_integration_response()
                .rest_api_id(self.id)
                .resource_id(resource)
                .http_method(name)
                .status_code(status)
                .set_response_parameters(Some(named().collect()))
                .send()
        })
        .await
        .map(drop)
    }

    /// What the document does not say stays as it is.
    async fn put_rest_api(&self, definition: &str) -> Result<()> {
        // moto answers 500 to every one: it is not worth a long wait, as there is another way.
        call("apigateway:PutRestApi", Patience::READING, || {
            self.aws
                .apigateway
                .put_rest_api()
                .rest_api_id(self.id)
                .mode(PutMode::Merge)
                .parameters("endpointConfigurationTypes", "REGIONAL")
                .body(Blob::new(definition))
                .send()
        })
        .await
        .map(drop)
    }

    async fn delete_method(&self, resource: &str, name: &str) -> Result<()> {
        write("apigateway:DeleteMethod", || {
            let request = self.aws.apigateway.delete_method().rest_api_id(self.id);
            request.resource_id(resource).http_method(name).send()
        })
        .await
        .gone()
    }

    async fn delete_resource(&self, resource: &str) -> Result<()> {
        write("apigateway:DeleteResource", || {
            self.aws.apigateway.delete_resource().rest_api_id(self.id).resource_id(resource).send()
        })
        .await
        .gone()
    }

    async fn put_gateway_response(&self, kind: &str, headers: &Headers) -> Result<()> {
        let named = headers.iter().map(|(name, value)| (format!("gatewayresponse.header.{name}"), value.clone()));
        let parameters = named.collect::<std::collections::HashMap<_, _>>();
        write("apigateway:PutGatewayResponse", || {
            self.aws
                .apigateway
                .put_gateway_response()
                .rest_api_id(self.id)
                .response_type(GatewayResponseType::from(kind))
                .set_response_parameters(Some(parameters.clone()))
                .send()
        })
        .await
        .map(drop)
    }

    async fn delete_gateway_response(&self, kind: &str) -> Result<()> {
        write("apigateway:DeleteGatewayResponse", || {
            let request = self.aws.apigateway.delete_gateway_response().rest_api_id(self.id);
            request.response_type(GatewayResponseType::from(kind)).send()
        })
        .await
        .gone()
    }

    /// Makes a deployment and, in the same call, has the stage show it.
    async fn deploy(&self, stage: &str, digest: &str) -> Result<()> {
        write("apigateway:CreateDeployment", || {
            self.aws
                .apigateway
                .create_deployment()
                .rest_api_id(self.id)
                .stage_name(stage)
                .description(format!("{DEPLOYED}{digest}"))
                .send()
        })
        .await
        .map(drop)
    }

    async fn throttle(&self, stage: &str, rate: f64, burst: i32) -> Result<()> {
        let patch = vec![
            replace("/*/*/throttling/rateLimit", rate.to_string()),
            replace("/*/*/throttling/burstLimit", burst.to_string()),
        ];
        write("apigateway:UpdateStage", || {
            self.aws
                .apigateway
                .update_stage()
                .rest_api_id(self.id)
                .stage_name(stage)
                .set_patch_operations(Some(patch.clone()))
                .send()
        })
        .await
        .map(drop)
    }
}

/// Deployments of ours that no stage shows any more: an API may have 300.
pub(super) async fn remove_old_deployments(aws: &Aws, id: &str) -> Result<()> {
    let stages = read("apigateway:GetStages", || aws.apigateway.get_stages().rest_api_id(id).send()).await?;
    let shown: Vec<_> = stages.item.unwrap_or_default().into_iter().filter_map(|stage| stage.deployment_id).collect();
    let all = deployments(aws, id).await?.into_iter();
    let ours = all.filter(|one| one.description.as_deref().is_some_and(|text| text.starts_with(DEPLOYED)));
    let old: Vec<_> = ours.filter_map(|one| one.id).filter(|one| !shown.contains(one)).collect();
    let _lane = aws.lane(&format!("apigateway:{id}")).await;
    for deployment in old {
        write("apigateway:DeleteDeployment", || {
            aws.apigateway.delete_deployment().rest_api_id(id).deployment_id(&deployment).send()
        })
        .await
        .gone()?;
    }
    Ok(())
}
