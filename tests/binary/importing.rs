//! APIs that are made of a document: by boto3, and by pipectl itself.

use crate::support::{Place, judge};
use serde_json::json;

const IMPORTED: &str = r#"{'name': 'imported', 'description': 'of a document', 'version': '7', 'binaryMediaTypes': ['image/png'], 'minimumCompressionSize': 1024, 'apiKeySource': 'HEADER', 'warnings': None, 'types': ['REGIONAL']}
  OPTIONS /a/track NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {'method.response.header.Access-Control-Allow-Origin': "'*'"}}
  POST /a/track NONE True AWS_PROXY POST 29000 WHEN_NO_MATCH {}
  answers: {'DEFAULT_4XX': {'gatewayresponse.header.Access-Control-Allow-Origin': "'*'"}}
['/', '/a', '/a/track']
stage: True
  ANY /things/{id} AWS_IAM False HTTP_PROXY ANY 50 WHEN_NO_MATCH {}
  answers: {}
ignore ['EDGE'] ['/', '/things', '/things/{id}']
  parameters: {'method.request.path.id': True, 'method.request.querystring.page': False}
  ANY /v1/public/things/{id} AWS_IAM False HTTP_PROXY ANY 50 WHEN_NO_MATCH {}
  answers: {}
prepend ['EDGE'] ['/', '/v1', '/v1/public', '/v1/public/things', '/v1/public/things/{id}']
  parameters: {'method.request.path.id': True, 'method.request.querystring.page': False}
  ANY /public/things/{id} AWS_IAM False HTTP_PROXY ANY 50 WHEN_NO_MATCH {}
  answers: {}
split ['EDGE'] ['/', '/public', '/public/things', '/public/things/{id}']
  parameters: {'method.request.path.id': True, 'method.request.querystring.page': False}
  OPTIONS /a/track NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {'method.response.header.Access-Control-Allow-Origin': "'*'"}}
  POST /a/track NONE True AWS_PROXY POST 29000 WHEN_NO_MATCH {}
  GET /other NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {}}
  answers: {'DEFAULT_4XX': {'gatewayresponse.header.Access-Control-Allow-Origin': "'*'"}}
merged: merged ['/', '/a', '/a/track', '/other']
  OPTIONS /a/track NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {'method.response.header.Access-Control-Allow-Origin': "'*'"}}
  POST /a/track NONE True AWS_PROXY POST 29000 WHEN_NO_MATCH {}
  GET /other NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {}}
  answers: {'DEFAULT_4XX': {'gatewayresponse.header.Access-Control-Allow-Origin': "'*'"}}
by default: ['/', '/a', '/a/track', '/other']
  GET /other NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {}}
  answers: {}
overwritten: {'name': 'merged', 'description': 'of a document', 'version': '7', 'binaryMediaTypes': None, 'minimumCompressionSize': None, 'apiKeySource': 'HEADER', 'warnings': None, 'types': ['REGIONAL']} True {'team': 'growth'} ['/', '/other']
its stage stays: True
no document: 400 BadRequestException: 'Invalid OpenAPI input.'
another language: 400 BadRequestException: 'Invalid OpenAPI input.'
no title: 400 BadRequestException: 'Invalid OpenAPI input.'
malformed: 400 BadRequestException: 'Unable to parse API definition because of a malformed integration at path /x.'
undeclared: 400 BadRequestException: "Errors found during import:\n\tUnable to put integration response on 'GET' for resource at path '/x': Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.X]"
without uri: 400 BadRequestException: "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/x': Missing required parameter: uri"
  GET /other NONE False MOCK None 29000 WHEN_NO_MATCH {'204': {}}
  answers: {}
unchanged: ['/', '/other']
unknown answer: 400 BadRequestException: "Errors found during import:\n\tUnable to put gateway response 'TEAPOT': Invalid gateway response type TEAPOT"
warned: 400 BadRequestException: "Warnings found during import:\n\tIgnoring unsupported method 'TRACE' at path '/x'"
warned of: taken, ["Ignoring unsupported method 'TRACE' at path '/x'"]
endpoint: 400 BadRequestException: 'Invalid endpoint configuration type: MOON'
no such API: 404 NotFoundException: 'Invalid API identifier specified 000000000000:nothere'
"#;

#[test]
fn documents_make_apis_as_awss_do() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("import_api.py", &[&server.url]), IMPORTED);
}

/// Five calls make an API and its stage, in place of one for each path, method and answer.
#[test]
fn an_api_is_made_by_one_document() {
    let place = Place::example("clickstream");
    let told = place.run(&["apply", "--local", "--yes", "--timings"]).exits(0).stderr;
    let asked = |operation: &str| told.lines().filter(|line| line.ends_with(&format!("Gateway:{operation}"))).count();
    assert_eq!(["CreateRestApi", "PutRestApi", "CreateDeployment", "UpdateStage"].map(asked), [1; 4], "{told}");
    assert_eq!(["CreateResource", "PutMethod", "PutIntegration", "PutGatewayResponse"].map(asked), [0; 4], "{told}");
    assert!(place.planned(&["--local"]).is_empty(), "what is read back is what was asked for");
}

/// Whoever may not send a document, and an emulator that does not take it, gets there by a call for each part. That the
/// answer of one of those is lost doubles nothing.
#[test]
fn where_no_document_is_taken_the_calls_are_made_one_by_one() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let refused =
        json!({"operation": "apigateway:PutRestApi", "status": 400, "code": "BadRequestException", "times": 9});
    server.admin().fault(&refused);
    let lost = |operation: &str| json!({"operation": format!("apigateway:{operation}"), "status": 500, "code": "InternalFailure", "done": true});
    let parts = ["CreateResource", "PutMethod", "PutIntegration", "PutMethodResponse", "PutIntegrationResponse"];
    parts.map(lost).iter().for_each(|fault| server.admin().fault(fault));
    let told = place.run(&["apply", "--local", "--yes", "--timings"]).exits(0).stderr;
    assert!(told.contains("Gateway:PutMethod"), "{told}");
    assert!(place.planned(&["--local"]).is_empty());
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}
