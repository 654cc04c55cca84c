//! Whose everything in a Local AWS is.

use crate::store::Store;
use serde_json::json;

/// Where a directory keeps whose it is.
const ACCOUNT: (&str, &str) = ("local", "account");
/// The account of a directory that nobody gave another one.
const DEFAULT: &str = "000000000000";

/// The id of an AWS account: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account(String);

impl Account {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Account {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for Account {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| Self(text.to_owned())).ok_or_else(|| "an account id is twelve digits".to_owned())
    }
}

/// The account of a directory, which it keeps: ARNs that are stored in it name the account. A directory from before
/// that was so is the default's.
///
/// # Errors
/// Whose it is and who asks, where these are two.
pub(crate) fn of(store: &Store, asked: Option<Account>) -> Result<Account, (Account, Account)> {
    let kept = store.read(ACCOUNT.0, ACCOUNT.1).ok().flatten();
    let kept = kept.as_ref().and_then(|kept| kept.as_str()?.parse().ok());
    let is_used = !store.is_empty().unwrap_or_default();
    match (kept.or_else(|| is_used.then(Account::default)), asked) {
        (Some(has), Some(asked)) if has != asked => Err((has, asked)),
        (Some(has), _) => Ok(has),
        (None, asked) => {
            let account = asked.unwrap_or_default();
            // Should it fail, so does everything that follows.
            let _ = store.transact(|documents| documents.put(ACCOUNT.0, ACCOUNT.1, &json!(account.0)));
            Ok(account)
        }
    }
}
