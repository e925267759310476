//! Programs to be explored, and the names of what is made of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::rust_files;
use super::folders::crate_name;
use super::metadata::{Kind, PackageMetadata};
use super::package::Package;
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::program::{Ready, Role};
use crate::text::shown_path;
use invariants::spec::Companion;
use protocol::ListedTest;

/// A program to be explored.
pub struct Subject {
    /// Its name.
    pub name: String,
    /// The name of the topic that it belongs to.
    pub topic: String,
    /// What it is to that topic.
    pub role: Role,
    /// The command that explores it.
    pub command: String,
    /// What it must obey, if that is stated.
    pub claims: Option<Ready>,
    /// Where that is stated.
    pub claims_file: PathBuf,
    /// Its package.
    pub package: Arc<Package>,
    /// Its source file, from the root of its workspace on.
    pub file: PathBuf,
    /// The edition that it is written in.
    pub edition: String,
    /// The other programs of its package, where it alone is meant by the package's name.
    pub others: Vec<String>,
    /// What its crate says of it, if it is a test.
    pub test: Option<ListedTest>,
}

impl Subject {
    /// Why it is not explored, unless that is asked for.
    pub fn not_explored(&self) -> Option<&str> {
        if let Some(test) = self.test.as_ref().filter(|test| test.ignored) {
            return Some(test.why.as_deref().unwrap_or("it has `#[ignore]`"));
        }
        let run = &self.claims.as_ref()?.spec.run;
        run.not_explored.as_deref()
    }

    /// The name of the package that is made of it.
    pub fn package_name(&self) -> String {
        let known = self.package.metadata.as_ref();
        let own = known.map_or("program", PackageMetadata::name);
        let tag = &self.package.tag;
        let kind = match self.package.kind {
            Kind::Bin => "",
            Kind::Example => "example-",
        };
        // Two packages of one workspace may have programs of the same name.
        format!("explore-{tag}{own}-{kind}{}", crate_name(&self.name))
    }

    /// The folder of the package that is made of it.
    pub fn package_folder(&self) -> PathBuf {
        let folder = self.package.workspace().join(".explore");
        folder.join(self.package_name())
    }

    /// What its topic's file says of it, if it is a pitfall.
    pub fn pitfall(&self) -> Option<&Companion> {
        let ready = self
            .claims
            .as_ref()
            .filter(|_| self.role == Role::Pitfall)?;
        let mut pitfalls = ready.invariants.pitfalls.iter();
        let (pitfall, _) = pitfalls.find(|(pitfall, _)| pitfall.name == self.name)?;
        Some(pitfall)
    }

    /// Its source file, as a person can open it.
    pub fn shown_file(&self) -> String {
        shown_path(&self.package.root.join(&self.file))
    }

    /// What tells this program from another version of it: its package's source, and where
    /// it depends on others, their versions.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn fingerprint(&self) -> Result<u32> {
        let mut print = Fingerprint::new();
        let Package { root, path, .. } = &*self.package;
        print.add(self.file.to_string_lossy().replace('\\', "/"));
        print.add(&self.edition);
        if self.test.is_some() {
            print.add(&self.name);
        }
        self.package
            .features
            .iter()
            .for_each(|feature| print.add(feature));
        let depends = self.package.depends();
        let lock = root.join("Cargo.lock");
        let read = |print: &mut Fingerprint, file: &Path| {
            let text = fs::read_to_string(file)?;
            // Git may have given the file the line ends of the system.
            print.add(text.replace('\r', ""));
            Ok(())
        };
        let mut add = || {
            if path.is_file() {
                return read(&mut print, path);
            }
            for file in rust_files(path)? {
                let name = file.strip_prefix(path).unwrap_or(&file);
                print.add(name.to_string_lossy().replace('\\', "/"));
                read(&mut print, &file)?;
            }
            match depends && lock.exists() {
                true => read(&mut print, &lock),
                false => Ok(()),
            }
        };
        add().map_err(Error::io(format!("cannot read {}", path.display())))?;
        Ok(print.short())
    }
}
