//! Addresses that stand for AWS's own: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`, `endpoint_url` of a profile.

use super::{Error, Result};

/// Refuses what is no address before anything is sent there.
///
/// # Errors
/// One is no URL, or none that HTTP knows.
pub(super) fn check(configured: Option<&str>) -> Result<()> {
    if let Some(url) = configured {
        check_one("`endpoint_url` of the profile", url)?;
    }
    let variables = std::env::vars_os().filter_map(|(name, url)| Some((name.into_string().ok()?, url)));
    for (name, url) in variables.filter(|(name, url)| name.starts_with("AWS_ENDPOINT_URL") && !url.is_empty()) {
        check_one(&format!("`{name}`"), &url.to_string_lossy())?;
    }
    Ok(())
}

fn check_one(name: &str, url: &str) -> Result<()> {
    let uri = url.parse::<http::Uri>().ok();
    let good = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    if good {
        return Ok(());
    }
    let bare = url.trim_start_matches("//");
    let hint = match format!("http://{bare}").parse::<http::Uri>() {
        Ok(_) if !bare.contains("://") => format!("write `http://{bare}` or `https://{bare}`"),
        _ => "write a URL such as `http://127.0.0.1:4566`".to_owned(),
    };
    Err(Error::new("sts:GetCallerIdentity", "NoEndpoint", &format!("{name} is `{url}`, which is no URL"))
        .with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::check_one;

    #[test]
    fn an_address_without_a_scheme_is_told_with_one() {
        for good in ["http://127.0.0.1:4566", "https://localhost", "http://[::1]:4566/x"] {
            assert!(check_one("X", good).is_ok(), "{good}");
        }
        for bad in ["127.0.0.1:4566", "localhost:4566", "localhost", "//localhost"] {
            let hint = check_one("X", bad).unwrap_err().hint().unwrap();
            assert!(hint.starts_with("write `http://") && hint.contains("or `https://"), "{bad}: {hint}");
        }
        for bad in ["ftp://x", "http://", "http:// x"] {
            assert!(check_one("X", bad).is_err(), "{bad}");
        }
    }
}
