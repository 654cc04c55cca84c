//! What `packaging` makes of an executable for each channel. The executable here is a script: what it does is not the point.

use crate::support::{Place, Ran, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = "1.2.3";
const TARGETS: [&str; 3] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "aarch64-apple-darwin"];

/// The packer, with Python that has nothing else in it.
pub(crate) fn pack(arguments: &[&Path]) -> Ran {
    let mut python = Command::new("python3");
    python.arg("-B").arg(root().join("packaging/pack.py")).args(arguments).env("PACK_LEVEL", "1");
    Ran::new(&python.output().unwrap())
}

/// A release of scripts that say their target and arguments.
fn release(place: &Place, name: &str) -> PathBuf {
    let built = place.path().join("built");
    for target in TARGETS {
        fs::create_dir_all(built.join(target)).unwrap();
        fs::write(built.join(target).join("pipectl"), format!("#!/bin/sh\necho {target} \"$@\"\nexit 5\n")).unwrap();
    }
    let out = place.path().join(name);
    pack(&["release".as_ref(), VERSION.as_ref(), &built, &out]).exits(0);
    out
}

fn install(place: &Place, release: &Path) -> Ran {
    let mut shell = place.command_of(Path::new("sh"));
    shell.arg(release.join("install.sh")).arg(place.path().join("bin"));
    shell.env("PIPECTL_DOWNLOADS", format!("file://{}", release.display()));
    Ran::new(&shell.output().unwrap())
}

#[test]
fn a_release_is_the_same_each_time_and_its_checksums_are_true() {
    let place = Place::example("minimal");
    let (once, again) = (release(&place, "once"), release(&place, "again"));
    let names =
        |path: &Path| -> BTreeSet<_> { fs::read_dir(path).unwrap().map(|one| one.unwrap().file_name()).collect() };
    assert_eq!(names(&once), names(&again));
    // Three archives, three wheels, four packages of npm, formula, installer, checksums.
    assert_eq!(names(&once).len(), 13, "{:?}", names(&once));
    for name in names(&once) {
        assert_eq!(fs::read(once.join(&name)).unwrap(), fs::read(again.join(&name)).unwrap(), "{name:?}");
    }
    let checked = Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&once).output();
    assert_eq!(Ran::new(&checked.unwrap()).exits(0).stdout.lines().count(), 12);
    let formula = fs::read_to_string(once.join("pipectl.rb")).unwrap();
    let sums = fs::read_to_string(once.join("SHA256SUMS")).unwrap();
    for target in TARGETS {
        let archive = format!("pipectl-v{VERSION}-{target}.tar.gz");
        let sum = sums.lines().find_map(|line| line.strip_suffix(&archive)).unwrap().trim();
        assert!(formula.contains(&format!("/v{VERSION}/{archive}\"\n      sha256 \"{sum}\"")), "{formula}");
    }
}

/// What `cargo binstall` looks for is what a release has.
#[test]
fn the_names_that_cargo_binstall_takes_are_those_of_the_release() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let value = |key: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")).unwrap();
        let line = line.trim_end_matches('"').replace("{ version }", VERSION).replace("{ target }", TARGETS[0]);
        line.replace("{ bin }", "pipectl")
            .replace("{ binary-ext }", "")
            .replace("{ repo }", "https://github.com/pipectl/pipectl")
    };
    let place = Place::example("minimal");
    let out = release(&place, "out");
    let (_, archive) = value("pkg-url").rsplit_once('/').map(|(at, name)| (at.to_owned(), name.to_owned())).unwrap();
    let listed = Command::new("tar").arg("-tzf").arg(out.join(archive)).output().unwrap();
    assert!(Ran::new(&listed).exits(0).stdout.lines().any(|line| line == value("bin-dir")));
}

#[test]
fn the_installer_takes_what_its_checksum_says_and_nothing_else() {
    let place = Place::example("minimal");
    let out = release(&place, "out");
    let installed = place.path().join("bin/pipectl");
    let archive = out.join(format!("pipectl-v{VERSION}-{}.tar.gz", TARGETS[0]));
    // The script that is installed says its target, and fails.
    install(&place, &out).exits(5).says(&format!("{} version", TARGETS[0]));
    assert!(installed.is_file());
    fs::remove_file(&installed).unwrap();
    let whole = fs::read(&archive).unwrap();
    for (contents, words) in [
        (Some([&whole[..], b" "].concat()), "not what its checksum says: nothing was installed"),
        (None, "cannot be had"),
    ] {
        fs::remove_file(&archive).unwrap();
        contents.into_iter().for_each(|contents| fs::write(&archive, contents).unwrap());
        install(&place, &out).exits(1).says(words);
        assert!(!installed.exists());
        fs::write(&archive, &whole).unwrap();
    }
    fs::write(out.join("SHA256SUMS"), "").unwrap();
    install(&place, &out).exits(1).says("SHA256SUMS does not name");
    assert!(!installed.exists());
}

/// npm takes the package of the platform, and its script passes arguments and exit codes on.
#[test]
#[ignore = "needs Node and npm"]
fn what_npm_installs_starts_the_executable_of_the_platform() {
    let place = Place::example("minimal");
    let out = release(&place, "out");
    fs::write(place.path().join("package.json"), "{}").unwrap();
    let mut npm = place.command_of(Path::new("npm"));
    npm.args(["install", "--offline", "--no-audit", "--no-fund"]);
    for package in ["pipectl-linux-x64", "pipectl"] {
        npm.arg(out.join(format!("{package}-{VERSION}.tgz")));
    }
    Ran::new(&npm.output().unwrap()).exits(0);
    let bin = place.path().join("node_modules/.bin/pipectl");
    let ran = Ran::new(&place.command_of(&bin).args(["plan", "--local", "a b"]).output().unwrap()).exits(5);
    assert_eq!(ran.stdout, format!("{} plan --local a b\n", TARGETS[0]));
    fs::remove_dir_all(place.path().join("node_modules/pipectl-linux-x64")).unwrap();
    Ran::new(&place.command_of(&bin).arg("plan").output().unwrap()).exits(1).says("there is no pipectl-linux-x64");
}
