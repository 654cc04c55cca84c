//! Functions that are called by their URL, judged by boto3 and by raw HTTP.

use crate::support::{Place, judge};

const CALLED: &str = r#"none yet: 404 ResourceNotFoundException: The resource you requested does not exist.
https://ID.lambda-url.us-east-1.on.aws/ 32 NONE BUFFERED False
again: 409 ResourceConflictException: Failed to create function url config for [functionArn = arn:aws:lambda:us-east-1:000000000000:function:f]. Error message:  FunctionUrlConfig exists for this Lambda function
another's: 404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:g
of a version: 400 ValidationException: 1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)
listed: [True]
of no alias: 404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:live
of an alias: ['f', 'f:live']
the alias took it along: 1
nobody may: (403, 'AccessDeniedException', '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https:/')
half of it: (403, 'AccessDeniedException', '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https:/')
wrong way round: 400 InvalidParameterValueException: FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action
FunctionURLAllowPublicAccess * lambda:InvokeFunctionUrl {'StringEquals': {'lambda:FunctionUrlAuthType': 'NONE'}}
FunctionURLAllowInvokeAction * lambda:InvokeFunction {'Bool': {'lambda:InvokedViaFunctionUrl': 'true'}}
both: (200, None)
{"version": "2.0", "routeKey": "$default", "rawPath": "/a/b%20c", "rawQueryString": "x=1&x=2&y=%C3%A4", "isBase64Encoded": false, "cookies": ["a=1", "b=2"], "queryStringParameters": {"x": "1,2", "y": "ä"}, "body": "{\"n\":1}"}
{'x-two': '1', 'cookie': None, 'host': 'ID.lambda-url.us-east-1.on.aws', 'x-forwarded-proto': 'https', 'content-type': 'application/json'}
['accountId', 'apiId', 'authentication', 'domainName', 'domainPrefix', 'http', 'requestId', 'routeKey', 'stage', 'time', 'timeEpoch'] anonymous POST /a/b%20c $default
plain: ['headers', 'isBase64Encoded', 'rawPath', 'rawQueryString', 'requestContext', 'routeKey', 'version'] /by/host
text/plain;charset=UTF-8 False True
application/json False True
application/xml False True
application/javascript False True
application/x-www-form-urlencoded True True
application/octet-stream True True
None True True
not UTF-8: True
(201, 'text/html', ['a=1', 'b=2'], b'<p>')
(200, 'application/json', None, b'hi')
(200, 'application/json', None, b'{"n": 1}') (200, 'application/json', None, b'"hi"')
no JSON: (502, 'application/json', None, b'Internal Server Error')
failed: (502, b'Internal Server Error')
too large: (413, 'RequestEntityTooLargeException', '{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}')
without CORS the function is asked: (200, [], True)
preflight: (200, [('access-control-allow-credentials', 'true'), ('access-control-allow-headers', 'content-type,x-api-key'), ('access-control-allow-methods', 'POST,GET'), ('access-control-allow-origin', 'https://shop.example'), ('access-control-max-age', '600'), ('vary', 'Origin')], False)
of a stranger: (200, [], False)
request: (200, [('access-control-allow-credentials', 'true'), ('access-control-allow-origin', 'https://shop.example'), ('access-control-expose-headers', 'x-id'), ('vary', 'Origin')], True)
without a page: (200, [], True)
both: (200, [('access-control-allow-credentials', 'true'), ('access-control-allow-origin', '*'), ('access-control-allow-origin', 'https://shop.example'), ('access-control-expose-headers', 'x-id'), ('vary', 'Origin')], True)
everybody: (200, [('access-control-allow-methods', '*'), ('access-control-allow-origin', '*')], False)
OPTIONS as a method: 400 ValidationException: 1 val
taken away: False
two at once where one may be: [200, 429]
none may be: (429, 'TooManyRequestsException', '{"Message":"Rate Exceeded."}')
not signed: (403, 'AccessDeniedException', '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https:/')
signed: AKIDEXAMPLE
signed by a page: 403
taken back: 403
gone: (403, 'AccessDeniedException', '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https:/') 404 ResourceNotFoundException: The resource you requested does not exist.
its statement stays: 1
another id: True
a new function has none: 404 ResourceNotFoundException: The resource you requested does not exist.
"#;

#[test]
fn a_function_url_answers_as_awss_do() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("function_urls.py", &[&server.url]), CALLED);
}

const TRACKED: &str = r#"json: 204 ['https://shop.example'] 
beacon: 204 ['https://shop.example'] 
form: 204 ['https://shop.example'] 
packed: 204 ['https://shop.example'] 
no key: 403 ['https://shop.example'] {"message":"Forbidden"}
another key: 403 ['https://shop.example'] {"message":"Forbidden"}
another path: 404 ['https://shop.example'] {"message":"Not Found"}
no event: 400 ['https://shop.example'] {"message":"the body has no events"}
preflight: 200 ['https://shop.example'] 
no digests: 502 None Internal Server Error
"#;

#[test]
fn track_takes_events_behind_a_function_url() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    assert_eq!(judge("track_url.py", &[&server.url, "minimal-dev-track"]), TRACKED);
    place.run(&["local", "tick", "20min"]).exits(0);
    let arrived = place.run(&["events", "--local", "--json"]).exits(0).stdout;
    let arrived: serde_json::Value = serde_json::from_str(&arrived).unwrap();
    assert_eq!(arrived["events"], 4, "{arrived:#}");
}
