//! Settings of the installation and what every question depends on.

use crate::Engine;
use crate::files::Files;
use crate::principal::Principal;
use crate::secrets::Source;
use kernel::{Result, Zone};
use meta::Entity;
use meta::filter::Filter;
use meta::filter::compile::{Compile, Mode};
use meta::filter::time::Present;

/// Settings of the installation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The company's zone.
    pub zone: Zone,
    /// Whether to bring the database to the shape of the descriptions when opening.
    pub shaping: bool,
    /// Whether the schedule goes by the database's clock, which all nodes share, and not by this node's own, which may be wrong.
    pub shared_clock: bool,
    /// Days that removed records stay in the trash.
    pub trash_days: i64,
    /// Days for which what a merge put into the trash stays there, so that it can be taken back.
    pub merge_days: i64,
    /// Where files are kept; none where nothing is done with them.
    pub files: Option<Files>,
    /// Where backups go; none where none are taken.
    pub backups: Option<crate::backups::Place>,
    /// Where the keys of what is kept secret are.
    pub secrets: Source,
    /// The address under which people reach the installation, without a slash at its end: what links in letters begin with.
    pub address: String,
    /// The folder of the server below which files to import may stand; none where imports take none from folders.
    pub import_folder: Option<std::path::PathBuf>,
    /// Servers in our own network (`host:port`) from which files to import may be fetched; public ones need not be named.
    pub import_hosts: Vec<String>,
    /// Servers in our own network (`host:port`) that may be asked where an address is; public ones need not be named.
    pub geocoding_hosts: Vec<String>,
    /// Certificates (DER) of servers that are trusted beside those of the system.
    pub trusted: Vec<Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            zone: Zone::rome(),
            shaping: true,
            shared_clock: true,
            trash_days: 30,
            merge_days: 365,
            files: None,
            backups: None,
            secrets: Source::None,
            address: "http://localhost".to_owned(),
            import_folder: None,
            import_hosts: Vec::new(),
            geocoding_hosts: Vec::new(),
            trusted: Vec::new(),
        }
    }
}

impl Engine {
    /// What day it is, where, for whom.
    pub fn present(&self, who: &Principal) -> Present {
        Present { today: self.today(), zone: self.settings().zone.clone(), me: who.user }
    }

    /// Compiles filters for a principal: every table a filter reaches is restricted to what he may see.
    pub(crate) fn compiling<T>(&self, who: &Principal, work: impl FnOnce(&Compile<'_>) -> Result<T>) -> Result<T> {
        let (present, whole) = (self.present(who), self.model());
        let visible = |entity: &Entity| who.seen(entity).unwrap_or_else(Filter::nothing);
        work(&Compile {
            model: &who.model,
            whole: &whole,
            dialect: self.inside.store.dialect(),
            present: &present,
            visible: &visible,
            mode: Mode::Collect,
        })
    }
}
