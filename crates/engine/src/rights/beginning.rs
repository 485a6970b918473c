//! The roles that an installation begins with, which its administrator changes as he likes; and the step from the time when
//! a user had one role of four that the program knew.

use super::entity::{self as role, ROLE, rights};
use super::{ADMINISTRATOR, Scope};
use crate::Engine;
use crate::principal::Through;
use crate::write::{Act, Draft};
use kernel::{Error, Result};
use meta::fields::Chosen;
use store::{Statement, Store};

/// A role to begin with.
struct First {
    key: &'static str,
    names: [&'static str; 2],
    description: &'static str,
    /// Whose records it sees, creates for, changes, removes.
    scopes: [Scope; 4],
    powers: &'static [&'static str],
    /// Entities where it is otherwise.
    but: &'static [(&'static str, [Scope; 4])],
}

const READ: [Scope; 4] = [Scope::All, Scope::None, Scope::None, Scope::None];
const NOTHING: [Scope; 4] = [Scope::None; 4];
const EVERYTHING: [Scope; 4] = [Scope::All; 4];
/// The sales network is there to be seen by whoever sells; a bought list of names is handed out, not browsed; the texts
/// that people agree to are the company's.
const SELLING: &[(&str, [Scope; 4])] = &[("consent_text", READ), ("subject", READ), ("directory_entry", NOTHING)];

const FIRST: [First; 5] = [
    First {
        key: ADMINISTRATOR,
        names: ["Amministratore", "Administrator"],
        description: "Tutto: utenze, ruoli, impostazioni e ogni dato.",
        scopes: EVERYTHING,
        powers: &["import", "export", "bulk", "send", "share", "administer"],
        but: &[],
    },
    First {
        key: "manager",
        names: ["Direzione", "Manager"],
        description: "Tutti i clienti, senza le impostazioni.",
        scopes: EVERYTHING,
        powers: &["import", "export", "bulk", "send", "share"],
        but: &[],
    },
    First {
        key: "area-manager",
        names: ["Capoarea", "Area manager"],
        description: "I clienti del proprio gruppo e dei gruppi sottostanti.",
        scopes: [Scope::Subtree, Scope::All, Scope::Subtree, Scope::None],
        powers: &["export", "bulk"],
        but: SELLING,
    },
    First {
        key: "agent",
        names: ["Agente", "Agent"],
        description: "I propri clienti e quelli del proprio gruppo.",
        scopes: [Scope::Team, Scope::All, Scope::Team, Scope::None],
        powers: &["bulk"],
        but: SELLING,
    },
    First {
        key: "reader",
        names: ["Sola lettura", "Reader"],
        description: "Vede tutto, non modifica nulla.",
        scopes: READ,
        powers: &[],
        but: &[],
    },
];

impl Engine {
    /// Gives an installation without any role, not even one in the trash, those that it begins with.
    pub(crate) async fn begin_roles(&self) -> Result<()> {
        let any = Statement::new("SELECT 1 FROM \"role\" LIMIT 1", Vec::new());
        if self.inside.store.read(move |tx| Box::pin(async move { Ok(!tx.rows(&any).await?.is_empty()) })).await? {
            return Ok(());
        }
        let model = self.model();
        let acts = FIRST.iter().map(|first| {
            let mut draft = Draft::new(ROLE)
                .with(role::NAME.id(), first.names[0])
                .with(role::ENGLISH.id(), first.names[1])
                .with(role::KEY.id(), first.key)
                .with(role::DESCRIPTION.id(), first.description);
            for (field, scope) in [role::SEE.id(), role::CREATE.id(), role::CHANGE.id(), role::REMOVE.id()].into_iter().zip(first.scopes) {
                draft.put(field, scope.key().into());
            }
            for power in first.powers {
                if let Some(field) = model.entity(ROLE).and_then(|entity| entity.field(power)) {
                    draft.put(field.id, true.into());
                }
            }
            let line = |(entity, scopes): &(&'static str, [Scope; 4])| {
                let line = Draft::new(role::ROLE_RIGHT).with(rights::ENTITY.id(), *entity);
                let fields = [rights::SEE.id(), rights::CREATE.id(), rights::CHANGE.id(), rights::REMOVE.id()];
                fields.into_iter().zip(scopes).fold(line, |line, (field, scope)| line.with(field, scope.key()))
            };
            let lines = first.but.iter().filter(|(entity, _)| model.entity(entity).is_some()).map(line).collect();
            draft.lines.push(("rights", lines));
            Act::Create(draft)
        });
        match self.write(&self.system(Through::Job), "begin-roles", acts.collect()).await {
            // Another node was quicker.
            Ok(_) | Err(Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The one role that users had becomes the first of their roles, and the one that views had is known by its key already.
pub(crate) async fn carry_over(store: &Store, made: &[String]) -> Result<()> {
    if !made.iter().any(|column| column == "user.roles") {
        return Ok(());
    }
    let sql = Statement::new("UPDATE \"user\" SET \"roles\" = '|' || \"role\" || '|' WHERE \"roles\" = '' AND \"role\" <> ''", Vec::new());
    store.write(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await
}
