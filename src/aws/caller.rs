//! Who the credentials are of: what STS says, and what an access key tells before that.

use super::{Error, Result, read};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::watch::Sender;

pub(super) const OPERATION: &str = "sts:GetCallerIdentity";

/// The largest number of an account: it has twelve digits.
const LAST_ACCOUNT: u64 = 999_999_999_999;

/// Who the credentials are of.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) arn: String,
    pub(crate) account: String,
}

impl Caller {
    pub(super) async fn ask(sts: &aws_sdk_sts::Client) -> Result<Self> {
        let caller = read(OPERATION, || sts.get_caller_identity().send()).await?;
        match (caller.arn, caller.account) {
            (Some(arn), Some(account)) => Ok(Self { arn, account }),
            // Without an account, names would be made that are nobody's.
            _ => Err(Error::new(OPERATION, "NoIdentity", "the answer does not say who the caller is")),
        }
    }

    /// Read from the ARN, so that `aws-cn` and `aws-us-gov` come out right without a list of regions.
    pub(super) fn partition(&self) -> &str {
        self.arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws")
    }
}

/// The account that an access key is of, if it tells: AWS writes it into the keys that it gives since some years, bits 1
/// to 40 of what stands in Base32 behind the four letters, and sets bit 0 of these keys (Sivakumaran, "A bitwise analysis
/// of AWS access key identifiers", WithSecure; AWS documents the API that tells it, `sts:GetAccessKeyInfo`).
pub(super) fn account_of(access_key: &str) -> Option<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let coded = access_key.strip_prefix("AKIA").or_else(|| access_key.strip_prefix("ASIA"))?;
    if coded.len() != 16 {
        return None;
    }
    let digit = |letter: u8| Some(LETTERS.iter().position(|known| *known == letter)? as u64);
    let bits = coded.bytes().take(9).try_fold(0, |bits, letter| Some(bits << 5 | digit(letter)?))?;
    let account = bits >> 4 & ((1 << 40) - 1);
    (bits >> 44 == 1 && account <= LAST_ACCOUNT).then(|| format!("{account:012}"))
}

/// The access key that an `Authorization` header names.
fn access_key(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split('/').next()
}

/// Hears of the key that a request is signed with. Asked for beside the request, credentials would be fetched twice: a
/// role assumed, a `credential_process` started.
#[derive(Debug)]
pub(super) struct SignedWith(pub(super) Sender<Option<String>>);

impl Intercept for SignedWith {
    fn name(&self) -> &'static str {
        "SignedWith"
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let key = context.request().headers().get("authorization").and_then(access_key);
        self.0.send_replace(Some(key.unwrap_or_default().to_owned()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both examples are public: Beery, "A short note on AWS KEY ID".
    #[test]
    fn a_key_tells_its_account() {
        assert_eq!(account_of("ASIAY34FZKBOKMUTVV7A").as_deref(), Some("609629065308"));
        assert_eq!(account_of("ASIAQNZGKIQY56JQ7WML").as_deref(), Some("029608264753"));
        assert_eq!(account_of("AKIAQNZGKIQY5AAAAAAA").as_deref(), Some("029608264753"));
    }

    /// Keys of before, AWS's example in its documentation among them, those of roles and certificates, of emulators.
    #[test]
    fn what_tells_no_account_is_not_guessed_at() {
        let not_so_written = ["AKIAIOSFODNN7EXAMPLE", "AIDAQNZGKIQY56JQ7WML", "asiaqnzgkiqy56jq7wml"];
        let (no_letter, too_short) = ("ASIAQNZGKI1Y56JQ7WML", "ASIAQNZGKIQY56JQ7WM");
        let too_large = "AKIA7777777777777777";
        let others = [no_letter, too_short, too_large, "local", "test", "", "ASIAÄÄÄÄÄÄÄÄ"];
        for key in not_so_written.into_iter().chain(others) {
            assert_eq!(account_of(key), None, "{key}");
        }
    }

    #[test]
    fn the_key_is_in_the_header() {
        let scope = "20261129/us-east-1/sts/aws4_request";
        let header = &format!("AWS4-HMAC-SHA256 Credential=ASIAY34FZKBOKMUTVV7A/{scope}, SignedHeaders=host");
        assert_eq!(access_key(header), Some("ASIAY34FZKBOKMUTVV7A"));
        assert_eq!(access_key("Bearer x"), None);
    }
}
