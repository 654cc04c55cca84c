//! The `bootstrap` of Local AWS: it starts the handlers that are part of this executable.

use std::path::Path;

/// A shell script that becomes `<executable> function <function>`.
pub(super) fn bootstrap(executable: &Path, function: &str) -> Vec<u8> {
    let mut script = b"#!/bin/sh\nexec ".to_vec();
    script.extend(quoted(executable.as_os_str().as_encoded_bytes()));
    script.extend(format!(" function {function}\n").into_bytes());
    script
}

/// One word for a POSIX shell. Between single quotes nothing is special but the single quote.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => quoted.extend(br"'\''"),
            other => quoted.push(*other),
        }
    }
    quoted.push(b'\'');
    quoted
}
