//! One row for each message of the retry tables in the field's best-known sources.

use super::*;

const ROWS: &[(&str, &str, Class)] = &[
    ("InvalidArgumentException", "Access was denied when calling Glue", Class::Propagating),
    (
        "InvalidArgumentException",
        "Role arn:aws:iam::1:role/x is not authorized to perform: glue:GetTable",
        Class::Propagating,
    ),
    ("ResourceInUseException", "Firehose clicks under accountId 123456789012 already exists", Class::Exists),
    ("ResourceInUseException", "Firehose clicks is not in ACTIVE state", Class::Busy),
    ("InvalidArgumentException", "Firehose is unable to assume role arn:aws:iam::1:role/x", Class::Propagating),
    ("InvalidArgumentException", "Verify that the IAM role has access to the bucket", Class::Propagating),
    (
        "InvalidArgumentException",
        "The security token included in the request is invalid. Ensure that the provided IAM role associated with firehose is not deleted.",
        Class::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
        Class::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call X",
        Class::Propagating,
    ),
    (
        "InvalidParameterValueException",
        "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant",
        Class::Propagating,
    ),
    ("InvalidParameterValueException", "Your request has been throttled by EC2", Class::Busy),
    (
        "InvalidParameterValueException",
        "Lambda was unable to delete x because it is a replicated function.",
        Class::Busy,
    ),
    (
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress",
        Class::Busy,
    ),
    ("ResourceConflictException", "The statement id (s3) provided already exists.", Class::Exists),
    (
        "ResourceConflictException",
        "Failed to create function url config for [functionArn = arn:aws:lambda:us-east-1:1:function:f]. Error message:  \
         FunctionUrlConfig exists for this Lambda function",
        Class::Exists,
    ),
    (
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        Class::Busy,
    ),
    ("InvalidArgument", "Unable to validate the following destination configurations", Class::Propagating),
    ("InvalidInputException", "Insufficient Lake Formation permission(s) on x", Class::Propagating),
    (
        "InvalidInputException",
        "Service is unable to assume provided role. Please verify role's TrustPolicy",
        Class::Propagating,
    ),
    ("InvalidInputException", "Service is unable to assume the role arn:aws:iam::1:role/x", Class::Propagating),
    (
        "InvalidInputException",
        "The security token included in the request is invalid. (Service: AWSGlueJobExecutor; Status Code: 403)",
        Class::Propagating,
    ),
    (
        "InvalidInputException",
        "Cannot update Crawler while running. Please stop crawl or wait until it completes to update.",
        Class::Running,
    ),
    ("CrawlerRunningException", "Crawler with name x is currently running", Class::Running),
    (
        "InvalidInputException",
        "Tags created previously on a crawler of the same name are in deleting state. Please retry after some time.",
        Class::Busy,
    ),
    ("ConcurrentModificationException", "Workflow x was modified while adding trigger y", Class::Busy),
    ("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"", Class::Propagating),
    ("MalformedPolicyDocument", "Syntax errors in policy.", Class::Invalid),
    ("DeleteConflict", "Cannot delete entity, must detach all policies first.", Class::Busy),
    ("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", Class::Invalid),
    (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
        Class::Busy,
    ),
    ("ConflictException", "Another resource with the same parent already has this name: track", Class::Exists),
    ("ConflictException", "Usage Plan already contains key abc", Class::Exists),
    ("BucketAlreadyExists", "The requested bucket name is not available.", Class::Taken),
    ("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded.", Class::Exists),
    ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", Class::Outdated),
    ("ConditionalRequestConflict", "The conditional request cannot succeed due to a conflict.", Class::Busy),
    ("BucketNotEmpty", "The bucket you tried to delete is not empty", Class::NotEmpty),
    ("PermanentRedirect", "The bucket must be addressed using the specified endpoint.", Class::Elsewhere),
    ("IllegalLocationConstraintException", "The eu-west-1 location constraint is incompatible", Class::Elsewhere),
    ("SchedulerRunningException", "Scheduler for crawler x is already running", Class::Already),
    ("CrawlerNotRunningException", "Crawler with name x isn't running", Class::Already),
    ("CrawlerStoppingException", "Crawler with name x is stopping", Class::Running),
    ("ConcurrentRunsExceededException", "Concurrent runs exceeded for x", Class::Running),
    ("BadRequestException", "The role ARN does not have required permissions configured.", Class::Propagating),
    (
        "BadRequestException",
        "Active stages with canary settings pointing to this deployment must be moved or deleted",
        Class::Busy,
    ),
    ("LimitExceededException", "The maximum number of Usage Plans has been reached.", Class::Quota),
    ("CreationLimitExceededException", "Maximum number of notifications exceeded.", Class::Quota),
    ("ServiceQuotaExceededException", "You have reached the limit of budgets.", Class::Quota),
    ("DuplicateRecordException", "Error creating budget: x - the budget already exists.", Class::Exists),
    ("TooManyRequestsException", "Too Many Requests", Class::Throttled),
    ("ThrottlingException", "Rate exceeded", Class::Throttled),
    ("InvalidRequestException", "WorkGroup clickstream is not found.", Class::Absent),
    ("InvalidRequestException", "WorkGroup x is not empty", Class::Invalid),
    ("NoSuchEntity", "The role with name x cannot be found.", Class::Absent),
    ("NoSuchResourceException", "The request failed because the specified quota does not exist.", Class::Absent),
    ("EntityNotFoundException", "Crawler with name x does not exist", Class::Absent),
    ("ExpiredTokenException", "The security token included in the request is expired", Class::Credentials),
    ("ExpiredToken", "The provided token has expired.", Class::Credentials),
    ("InvalidClientTokenId", "The security token included in the request is invalid.", Class::Credentials),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", Class::Credentials),
    ("AccessDenied", "User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole", Class::Denied),
    ("AccessDeniedException", "User: me is not authorized to perform: firehose:CreateDeliveryStream", Class::Denied),
];

#[test]
fn every_known_answer_has_its_class() {
    for (code, message, expected) in ROWS {
        assert_eq!(Error::new("x:Y", code, message).class(), *expected, "{code}: {message}");
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
fn an_answer_without_a_body_is_classed_by_its_status() {
    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    for (status, class) in [(403, Class::Denied), (404, Class::Absent)] {
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        let error = SdkError::service_error(HeadObjectError::unhandled("no body"), response);
        assert_eq!(Error::from_sdk("s3:GetObject", &error).class(), class, "{status}");
    }
}

/// What says that it is whole and is not would be success, or the absence of what is there.
#[test]
fn half_an_answer_is_asked_for_again() {
    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    for status in [200, 201, 400, 403, 404] {
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from("<Error><Co"));
        let error = SdkError::service_error(HeadObjectError::unhandled("unexpected EOF"), response);
        let read = Error::from_sdk("s3:GetObject", &error);
        assert_eq!((read.class(), read.code()), (Class::Busy, "BrokenAnswer"), "{status}");
    }
}
