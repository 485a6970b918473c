//! The weights that comparisons of an entity go by: learned, and what administrators make of them.

use super::evidence::{Evidence, Says};
use super::scheme::Compared;
use super::settings::{self, Settings};
use crate::Engine;
use kernel::Result;
use matching::{Agreement, Prepared, Weights};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::Tx;

/// The weights, and from when on somebody is asked.
pub(super) struct Weighing {
    weights: Weights,
    pub(super) settings: Settings,
}

/// What a node has read of each entity, with the texts that say whether it still holds: what was learned is long, and asked for with
/// every record that is made.
#[derive(Default)]
pub(crate) struct Held(Mutex<HashMap<&'static str, Known>>);

type Known = ([String; 2], Arc<Weighing>);

impl Engine {
    /// The weights of an entity as they stand now.
    pub(super) async fn weighing(&self, tx: &mut Tx, entity: &'static str, compared: &Compared) -> Result<Arc<Weighing>> {
        let now = settings::going_by(tx, entity).await?;
        let held = || self.inside.weighing.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held().get(entity).filter(|(then, _)| *then == now).map(|(_, weighing)| weighing.clone());
        if let Some(weighing) = known.filter(|weighing| weighing.weights.fields().map(|(name, _)| name).eq(compared.names())) {
            return Ok(weighing);
        }
        let weighing = Arc::new(Weighing::read(tx, entity, compared).await?);
        held().insert(entity, (now, weighing.clone()));
        Ok(weighing)
    }
}

impl Weighing {
    async fn read(tx: &mut Tx, entity: &'static str, compared: &Compared) -> Result<Weighing> {
        let learned = settings::weights(tx, entity).await?.and_then(|text| serde_json::from_str::<Weights>(&text).ok());
        // What was learned of other fields says nothing about these.
        let learned = learned.filter(|weights| weights.fields().map(|(name, _)| name).eq(compared.names()));
        let settings = settings::settings(tx, entity).await?;
        Ok(Weighing { weights: adjusted(learned.unwrap_or_else(|| Weights::new(&compared.scheme)), &settings), settings })
    }

    /// How likely two are one, in ten-thousandths.
    pub(super) fn score(&self, one: &Prepared, other: &Prepared) -> i64 {
        self.closeness(one, other).0
    }

    /// How likely two are one, in ten-thousandths, and what pairs are put in order by, which tells apart what is sure from what is surer.
    pub(super) fn closeness(&self, one: &Prepared, other: &Prepared) -> (i64, i64) {
        closeness(self.weights.score(one, other))
    }

    /// How likely two are one, in ten-thousandths; what pairs are put in order by; what speaks for and against.
    pub(super) fn compare(&self, one: &Prepared, other: &Prepared) -> (i64, i64, Vec<Evidence>) {
        read(&self.weights.compare(one, other))
    }
}

/// The weights with what administrators make of them: of a whole name ([`meta::Entity::compared`]), whichever fields it stands for.
pub(super) fn adjusted(mut weights: Weights, settings: &Settings) -> Weights {
    let names: Vec<String> = weights.fields().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let own = |said: &str| name == said || name.strip_prefix(said).is_some_and(|rest| rest.starts_with('.'));
        let matters = settings.matters.iter().find(|(said, _)| own(said)).map(|(_, matters)| *matters).unwrap_or_default();
        weights.adjust(&name, matters.factor());
    }
    weights
}

fn closeness(score: f64) -> (i64, i64) {
    // Beyond what a probability tells apart, the bits still do.
    let rank = (score / (1.0 - score).max(1e-15)).max(1e-15).log2() * 100.0;
    ((score * 10_000.0).round().clamp(0.0, 10_000.0) as i64, rank.round() as i64)
}

/// What a comparison came to, as the queue keeps it.
pub(super) fn read(comparison: &matching::Comparison) -> (i64, i64, Vec<Evidence>) {
    let (score, rank) = closeness(comparison.score);
    let evidence = comparison.evidence.iter().map(|one| Evidence {
        field: one.field.clone(),
        says: says(one.agreement),
        weight: (one.bits * 100.0).round() as i64,
    });
    (score, rank, evidence.collect())
}

fn says(agreement: Agreement) -> Says {
    match agreement {
        Agreement::Same => Says::Same,
        Agreement::Near => Says::Near,
        Agreement::Different => Says::Different,
        _ => Says::Partly,
    }
}
