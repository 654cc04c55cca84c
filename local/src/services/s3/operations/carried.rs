//! What requests and answers carry beside an object's bytes, each set of it in one place.

/// Headers of an object that a request may set.
macro_rules! headers {
    ($input:expr) => {{
        let given = [
            ("cache-control", $input.cache_control.clone()),
            ("content-disposition", $input.content_disposition.clone()),
            ("content-encoding", $input.content_encoding.clone()),
            ("content-language", $input.content_language.clone()),
            ("content-type", $input.content_type.as_ref().map(ToString::to_string)),
            ("storage-class", $input.storage_class.as_ref().map(|class| class.as_str().to_owned())),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        given.collect::<std::collections::BTreeMap<String, String>>()
    }};
}

/// The checksums that a request carries.
macro_rules! checksums {
    ($input:expr) => {{
        let given = [
            ("crc32", $input.checksum_crc32.as_ref()),
            ("crc32c", $input.checksum_crc32c.as_ref()),
            ("crc64nvme", $input.checksum_crc64nvme.as_ref()),
            ("sha1", $input.checksum_sha1.as_ref()),
            ("sha256", $input.checksum_sha256.as_ref()),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
        given.collect::<std::collections::BTreeMap<String, String>>()
    }};
}

/// Puts checksums into an answer.
macro_rules! carry_checksums {
    ($output:expr, $checksums:expr) => {{
        let sum = |name: &str| $checksums.get(name).cloned();
        $output.checksum_crc32 = sum("crc32");
        $output.checksum_crc32c = sum("crc32c");
        $output.checksum_crc64nvme = sum("crc64nvme");
        $output.checksum_sha1 = sum("sha1");
        $output.checksum_sha256 = sum("sha256");
    }};
}

/// What describes an object, in the answers of GetObject and HeadObject.
macro_rules! describe {
    ($output:ident, $version:expr) => {{
        let version = $version;
        let header = |name: &str| version.headers.get(name).cloned();
        $output.accept_ranges = Some("bytes".to_owned());
        $output.cache_control = header("cache-control");
        $output.content_disposition = header("content-disposition");
        $output.content_encoding = header("content-encoding");
        $output.content_language = header("content-language");
        let kind = header("content-type").unwrap_or_else(|| "binary/octet-stream".to_owned());
        $output.content_type = Some(kind.parse().unwrap_or_default());
        $output.e_tag = quoted(&version.etag);
        $output.last_modified = Some(timestamp(version.modified));
        $output.metadata = Some(version.metadata.clone().into_iter().collect());
        $output.version_id = shown(version);
        $output.server_side_encryption = encrypted();
        $output.storage_class = header("storage-class").filter(|class| class != "STANDARD").map(StorageClass::from);
    }};
}

pub(super) use {carry_checksums, checksums, describe, headers};
