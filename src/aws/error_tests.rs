//! One row for each message of the retry tables in the field's best-known sources.

use super::*;

const ROWS: &[(&str, &str, Sort)] = &[
    ("InvalidArgumentException", "Access was denied when calling Glue", Sort::Propagating),
    (
        "InvalidArgumentException",
        "Role arn:aws:iam::1:role/x is not authorized to perform: glue:GetTable",
        Sort::Propagating,
    ),
    ("ResourceInUseException", "Firehose clicks under accountId 123456789012 already exists", Sort::Exists),
    ("ResourceInUseException", "Firehose clicks is not in ACTIVE state", Sort::Busy),
    ("InvalidArgumentException", "Firehose is unable to assume role arn:aws:iam::1:role/x", Sort::Propagating),
    ("InvalidArgumentException", "Verify that the IAM role has access to the bucket", Sort::Propagating),
    (
        "InvalidArgumentException",
        "The security token included in the request is invalid. Ensure that the provided IAM role associated with firehose is not deleted.",
        Sort::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
        Sort::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call X",
        Sort::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant",
        Sort::Propagating,
    ),
    ("InvalidParameterValueException", "Your request has been throttled by EC2", Sort::Busy),
    (
        "InvalidParameterValueException",
        "Lambda was unable to delete x because it is a replicated function.",
        Sort::Busy,
    ),
    (
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress",
        Sort::Busy,
    ),
    ("ResourceConflictException", "The statement id (s3) provided already exists.", Sort::Exists),
    (
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        Sort::Busy,
    ),
    ("InvalidArgument", "Unable to validate the following destination configurations", Sort::Propagating),
    ("InvalidInputException", "Insufficient Lake Formation permission(s) on x", Sort::Propagating),
    (
        "InvalidInputException",
        "Service is unable to assume provided role. Please verify role's TrustPolicy",
        Sort::Propagating,
    ),
    ("InvalidInputException", "Service is unable to assume the role arn:aws:iam::1:role/x", Sort::Propagating),
    (
        "InvalidInputException",
        "The security token included in the request is invalid. (Service: AWSGlueJobExecutor; Status Code: 403)",
        Sort::Propagating,
    ),
    (
        "InvalidInputException",
        "Cannot update Crawler while running. Please stop crawl or wait until it completes to update.",
        Sort::CrawlerRunning,
    ),
    ("CrawlerRunningException", "Crawler with name x is currently running", Sort::CrawlerRunning),
    (
        "InvalidInputException",
        "Tags created previously on a crawler of the same name are in deleting state. Please retry after some time.",
        Sort::Busy,
    ),
    ("ConcurrentModificationException", "Workflow x was modified while adding trigger y", Sort::Busy),
    ("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"", Sort::Propagating),
    ("MalformedPolicyDocument", "Syntax errors in policy.", Sort::Invalid),
    ("DeleteConflict", "Cannot delete entity, must detach all policies first.", Sort::Busy),
    (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
        Sort::Busy,
    ),
    ("BadRequestException", "The role ARN does not have required permissions configured.", Sort::Propagating),
    (
        "BadRequestException",
        "Active stages with canary settings pointing to this deployment must be moved or deleted",
        Sort::Busy,
    ),
    ("LimitExceededException", "The maximum number of Usage Plans has been reached.", Sort::Quota),
    ("TooManyRequestsException", "Too Many Requests", Sort::Throttled),
    ("ThrottlingException", "Rate exceeded", Sort::Throttled),
    ("InvalidRequestException", "WorkGroup clickstream is not found.", Sort::Absent),
    ("InvalidRequestException", "WorkGroup x is not empty", Sort::Invalid),
    ("NoSuchEntity", "The role with name x cannot be found.", Sort::Absent),
    ("EntityNotFoundException", "Crawler with name x does not exist", Sort::Absent),
    ("ExpiredTokenException", "The security token included in the request is expired", Sort::Credentials),
    ("ExpiredToken", "The provided token has expired.", Sort::Credentials),
    ("InvalidClientTokenId", "The security token included in the request is invalid.", Sort::Credentials),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", Sort::Credentials),
    ("AccessDenied", "User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole", Sort::Denied),
    ("AccessDeniedException", "User: me is not authorized to perform: firehose:CreateDeliveryStream", Sort::Denied),
];

#[test]
fn every_known_answer_is_sorted() {
    for (code, message, expected) in ROWS {
        assert_eq!(Error::new("x:Y", code, message).sort(), *expected, "{code}: {message}");
    }
}

#[test]
fn an_error_names_operation_code_message_and_the_time_waited() {
    let error =
        Error::new("firehose:CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role x")
            .waited(Duration::from_secs(120));
    assert_eq!(
        error.to_string(),
        "firehose:CreateDeliveryStream: InvalidArgumentException: Firehose is unable to assume role x, after 120 s of waiting"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("trust policy")));
}

#[test]
fn an_answer_without_a_body_is_sorted_by_its_status() {
    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    for (status, sort) in [(403, Sort::Denied), (404, Sort::Absent)] {
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        let error = SdkError::service_error(HeadObjectError::unhandled("no body"), response);
        assert_eq!(Error::from_sdk("s3:GetObject", &error).sort(), sort, "{status}");
    }
}
