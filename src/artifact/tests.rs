use super::*;
use crate::aws::Error as AwsError;
use std::cell::Cell;
use std::fs;
use std::io::{Cursor, Write as _};

fn crate_with(lib: &str) -> Sources {
    Sources::new("pipectl-track", &[("Cargo.toml", "[package]"), ("src/lib.rs", lib)])
}

fn written(name: &str, mode: u32) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(mode);
    archive.start_file(name, options).unwrap();
    archive.write_all(b"#!/bin/sh\n").unwrap();
    archive.finish().unwrap().into_inner()
}

fn prebuilt(contents: Option<&[u8]>) -> Result<Code, AwsError> {
    let directory = tempfile::tempdir().unwrap();
    if let Some(contents) = contents {
        fs::write(directory.path().join("track.zip"), contents).unwrap();
    }
    Artifacts::new(Some(directory.path()), false).unwrap().code("track", Architecture::Arm64)
}

#[test]
fn the_same_bootstrap_gives_the_same_zip() {
    let first = package::zip(b"code").unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&first)).unwrap();
    assert_eq!(archive.by_index(0).unwrap().last_modified(), Some(zip::DateTime::DEFAULT));
    assert_eq!(first, package::zip(b"code").unwrap());
    assert_ne!(first, package::zip(b"other code").unwrap());
    assert_eq!(package::runnable(&first), Ok(()));
}

#[test]
fn the_digest_follows_sources_and_architecture() {
    let one = build::digest(&crate_with("fn a() {}"), Architecture::Arm64);
    assert_eq!(one, build::digest(&crate_with("fn a() {}"), Architecture::Arm64));
    assert_ne!(one, build::digest(&crate_with("fn b() {}"), Architecture::Arm64));
    assert_ne!(one, build::digest(&crate_with("fn a() {}"), Architecture::X86_64));
}

#[test]
fn no_content_passes_for_another_file() {
    let two = Sources::new("p", &[("a", "1"), ("b", "2")]);
    let one = Sources::new("p", &[("a", "1\nb 1\n2")]);
    assert_ne!(two.digest(), one.digest());
}

#[test]
fn the_bundled_crates_stand_alone() {
    for function in ["track", "mover"] {
        let sources = Sources::bundled(function).unwrap();
        let manifest = sources.text("Cargo.toml");
        assert!(manifest.contains(&format!("name = \"pipectl-{function}\"")), "{manifest}");
        assert!(!manifest.contains("workspace = true"), "{manifest}");
        assert!(manifest.contains("\n[workspace]\n"), "{manifest}");
        let lock = sources.text("Cargo.lock");
        assert!(lock.contains("name = \"lambda_runtime\"") && !lock.contains("name = \"clap\""));
        assert!(sources.text("src/main.rs").len() > 1);
    }
    let error = AwsError::from(Sources::bundled("other").unwrap_err());
    assert!(error.message().contains("`other`"), "{error}");
}

#[test]
fn a_prebuilt_zip_is_taken_as_it_is() {
    let zip = written("bootstrap", 0o755);
    let code = prebuilt(Some(&zip)).unwrap();
    assert_eq!(code.digest(), digest(&zip));
    assert!(!format!("{code:?}").contains("bin/sh"));
}

#[test]
fn a_prebuilt_zip_that_lambda_could_not_run_is_refused() {
    let cases: [(Option<Vec<u8>>, &str); 4] = [
        (None, "track.zip: No such file"),
        (Some(b"not a zip".to_vec()), "not a zip"),
        (Some(written("main", 0o755)), "no file `bootstrap`"),
        (Some(written("bootstrap", 0o644)), "not executable"),
    ];
    for (contents, expected) in cases {
        let error = prebuilt(contents.as_deref()).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert!(error.hint().unwrap().contains("--lambda-dir"), "{error}");
    }
}

#[test]
fn a_zip_over_the_direct_upload_limit_is_refused_before_it_is_sent() {
    assert!(package::check_size(&vec![0; 50 * 1024 * 1024].into()).is_ok());
    assert!(package::check_size(&vec![0; 50 * 1024 * 1024 + 1].into()).is_err());
}

#[test]
fn what_was_built_is_not_built_again() {
    let cache = tempfile::tempdir().unwrap();
    let builds = Cell::new(0);
    let build = |lib: &str| {
        build::zip_in(cache.path(), &crate_with(lib), Architecture::Arm64, |directory, package, _| {
            builds.set(builds.get() + 1);
            assert_eq!(package, "pipectl-track");
            assert_eq!(fs::read_to_string(directory.join("src/lib.rs")).unwrap(), lib);
            Ok(format!("built from {lib}").into_bytes())
        })
        .unwrap()
    };
    let first = build("a");
    assert_eq!((build("a"), builds.get()), (first.clone(), 1));
    assert_ne!(build("b"), first);
    assert_eq!((build("a"), builds.get()), (first.clone(), 2));

    // A cache entry cut off in the middle, as no rename would leave it, is built again.
    for entry in fs::read_dir(cache.path().join("functions")).unwrap() {
        fs::write(entry.unwrap().path(), &first[..first.len() / 2]).unwrap();
    }
    assert_eq!((build("a"), builds.get()), (first, 3));
}

#[test]
fn a_failed_build_leaves_nothing_in_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let fail = |_: &std::path::Path, _: &str, _| Err(Error::Build("no".to_owned()));
    assert!(build::zip_in(cache.path(), &crate_with("a"), Architecture::Arm64, fail).is_err());
    let again = build::zip_in(cache.path(), &crate_with("a"), Architecture::Arm64, |_, _, _| Ok(vec![1]));
    assert_eq!(again.unwrap(), package::zip(&[1]).unwrap());
}

#[test]
fn a_crate_directory_loses_the_files_of_an_older_release() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    Sources::new("p", &[("src/lib.rs", "1"), ("src/old/mod.rs", "2")]).write_to(path).unwrap();
    Sources::new("p", &[("src/lib.rs", "3")]).write_to(path).unwrap();
    assert_eq!(fs::read_to_string(path.join("src/lib.rs")).unwrap(), "3");
    assert!(!path.join("src/old/mod.rs").exists());
}

#[test]
fn a_failed_build_shows_its_end_and_a_missing_tool_how_to_get_it() {
    let missing = AwsError::from(build::failed("p", "exit status: 101", "error: no such command: `lambda`\n"));
    assert!(missing.hint().unwrap().contains("pip install cargo-lambda"));
    let noise = "   Compiling x\n".repeat(500);
    let shown = build::failed("p", "exit status: 101", &format!("{noise}error[E0425]: cannot find `y`\n")).to_string();
    assert!(shown.ends_with("error[E0425]: cannot find `y`"), "{shown}");
    assert!(shown.lines().count() < 30);
}

#[cfg(unix)]
#[test]
fn the_local_bootstrap_starts_the_executable_whatever_its_path() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let odd = directory.path().join("it's \"a\" $HOME `x`\\ dir");
    fs::create_dir(&odd).unwrap();
    let executable = odd.join("pipectl");
    fs::write(&executable, "#!/bin/sh\necho \"$#:$1:$2\"\n").unwrap();
    fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
    let bootstrap = directory.path().join("bootstrap");
    fs::write(&bootstrap, script::bootstrap(&executable, "mover")).unwrap();
    let output = std::process::Command::new("/bin/sh").arg(&bootstrap).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2:function:mover\n");
}

#[tokio::test]
async fn the_local_code_is_a_zip_that_changes_with_the_executables_path() {
    let at = |path: &str| Artifacts(Origin::Local(path.into())).code("track", Architecture::Arm64).unwrap();
    let (here, there) = (at("/usr/bin/pipectl"), at("/opt/pipectl"));
    assert_ne!(here.digest(), there.digest());
    assert_eq!(here.digest(), at("/usr/bin/pipectl").digest());
    assert_eq!(package::runnable(&here.zip().await.unwrap()), Ok(()));
}
