//! What one tries first with boto3: roles, functions, schedules. Scripts in `tests/judges` tell what they saw.

use crate::support::{Place, judge};

/// Policies of the account and AWS's own, on roles that users and functions act as.
#[test]
fn managed_policies_and_sessions_of_roles_decide_as_on_aws() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge("identities.py", &[&server.url, &server.token()]);
    assert_eq!(told, include_str!("../golden/identities.txt"));
}

#[test]
fn versions_and_aliases_of_a_function_run_what_was_published() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("lambda_versions.py", &[&server.url]), include_str!("../golden/lambda_versions.txt"));
}
