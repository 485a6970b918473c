//! Bundles the styles and modules of the pages with esbuild, from npm packages that the lock file pins.
//!
//! Packages are installed once for each lock file, in the target folder, and never run their own scripts. Who builds without a
//! network gives a folder bundled elsewhere in `SCHEDA_ASSETS_DIR` (made by `node build.mjs NODE_MODULES FOLDER`).

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts through the environment")]

use std::env::var_os;
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the bundle is made of, beside the packages.
const SOURCES: [&str; 7] = ["build.rs", "build.mjs", "package.json", "package-lock.json", "css", "js", "icons.txt"];

fn main() -> Outcome<()> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed=SCHEDA_ASSETS_DIR");

    let out = PathBuf::from(var_os("OUT_DIR").ok_or("cargo gives OUT_DIR")?);
    let bundle = out.join("bundle");
    if bundle.exists() {
        fs::remove_dir_all(&bundle)?;
    }
    match var_os("SCHEDA_ASSETS_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => take_prebuilt(Path::new(&folder), &bundle),
        None => make(&installed_packages(&out)?, &bundle),
    }
}

/// Copies a folder that was bundled elsewhere.
fn take_prebuilt(from: &Path, bundle: &Path) -> Outcome<()> {
    println!("cargo::rerun-if-changed={}", from.display());
    fs::create_dir_all(bundle)?;
    for entry in fs::read_dir(from).map_err(|error| format!("SCHEDA_ASSETS_DIR {}: {error}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), bundle.join(entry.file_name()))?;
    }
    if !bundle.join("bundle.rs").exists() {
        return Err(format!("SCHEDA_ASSETS_DIR {}: there is no bundle.rs in it", from.display()).into());
    }
    Ok(())
}

/// The `node_modules` of this lock file, installed now if they are not there yet.
fn installed_packages(out: &Path) -> Outcome<PathBuf> {
    let lock = fs::read("package-lock.json")?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    // <target>/<profile>/build/<crate>/out: all profiles share one installation.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR stands in a target folder")?;
    let home = target.join("assets-npm").join(format!("{:016x}", hasher.finish()));
    let modules = home.join("node_modules");
    if modules.exists() {
        return Ok(modules);
    }

    // Installed aside and then renamed, so that an interrupted installation is never taken for a whole one.
    let aside = home.with_extension(std::process::id().to_string());
    fs::create_dir_all(&aside)?;
    fs::copy("package.json", aside.join("package.json"))?;
    fs::write(aside.join("package-lock.json"), &lock)?;
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&aside))?;
    if fs::rename(&aside, &home).is_err() {
        // Another build finished the same installation first.
        fs::remove_dir_all(&aside)?;
    }
    Ok(modules)
}

/// Runs esbuild over our styles and modules, and says the sizes.
fn make(modules: &Path, bundle: &Path) -> Outcome<()> {
    let said = run(Command::new("node").arg("build.mjs").arg(modules).arg(bundle))?;
    for line in said.lines() {
        println!("cargo::warning={line}");
    }
    Ok(())
}

/// Runs a command to its end and gives what it printed; fails with its errors.
fn run(command: &mut Command) -> Outcome<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        format!("{name} could not be started ({error}): install Node.js 20 and npm, or give a bundled folder in SCHEDA_ASSETS_DIR")
    })?;
    if !output.status.success() {
        return Err(
            format!("{name} failed:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).into()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
