//! Notes of the demonstration: what agents would have written on some of their customers over the last months.

use super::seeded::Seeded;
use crate::notes::entity as note;
use engine::identity::users;
use engine::{Act, Asked, Draft, Engine, Principal};
use kernel::{Id, Result, Value};

/// Accounts that get notes, at most: enough to look at.
pub(super) const MOST: usize = 400;

const DAY: i64 = 86_400_000;

/// An account that may get notes: its owner, and its main contact.
pub(super) struct Noted {
    pub(super) account: Id,
    pub(super) owner: Option<Id>,
    pub(super) contact: Option<Id>,
    /// How many days ago its card was made.
    pub(super) begun: i64,
}

/// Writes them, each in the name of whoever looks after the account.
pub(super) async fn write(engine: &Engine, who: &Principal, changeset: Id, seed: u64, noted: &[Noted]) -> Result<()> {
    // A chance of its own, so that the company is the same with notes and without.
    let mut chance = Seeded::new(seed ^ 0x6e6f_7465);
    let mut owners: Vec<Option<Id>> = noted.iter().map(|one| one.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    for owner in owners {
        let author = match owner {
            Some(owner) => engine.principal_of(owner, who.through).await?.unwrap_or_else(|| who.clone()),
            None => who.clone(),
        };
        let mut acts = Vec::new();
        for one in noted.iter().filter(|one| one.owner == owner) {
            on(&mut chance, engine, one, &mut acts);
        }
        super::in_commits(engine, &author, changeset, acts).await?;
    }
    Ok(())
}

/// The notes of one account: of many none, of most a few, of some a long story.
fn on(chance: &mut Seeded, engine: &Engine, noted: &Noted, acts: &mut Vec<Act>) {
    let count = match chance.below(10) {
        0..=3 => 0,
        4..=7 => chance.below(3) + 1,
        _ => chance.below(7) + 3,
    };
    let mut days = chance.below(12) as i64;
    for place in 0..count {
        if days >= noted.begun {
            break;
        }
        let (about, text) = match (noted.contact, chance.percent(25)) {
            (Some(contact), true) => (contact, *chance.one(&OF_PEOPLE)),
            _ => (noted.account, *chance.one(&OF_ACCOUNTS)),
        };
        // Between eight and six, local time or nearly.
        let minutes = chance.below(600) as i64 + 7 * 60;
        let midnight = engine.now().millis().div_euclid(DAY) * DAY;
        let at = kernel::Moment::from_millis((midnight - days * DAY + minutes * 60_000).min(engine.now().millis()));
        let draft = Draft::new("note")
            .with(note::TEXT.id(), text)
            .with(note::ABOUT.record.id(), about)
            .with(note::AT.id(), Value::Moment(at))
            .with(note::PINNED.id(), place == 0 && chance.percent(12));
        acts.push(Act::Create(draft));
        days += chance.below(28) as i64 + 1;
    }
}

/// A colleague asks whoever had the demonstration filled in: something is in the bell.
pub(super) async fn greet(engine: &Engine, who: &Principal, changeset: Id, asking: Id) -> Result<()> {
    let first = async |asked: Asked| Ok::<_, kernel::Error>(engine.list(who, asked).await?.records.first().map(|record| record.id));
    let account = Asked::new(engine.entity("account")?).filtered(crate::accounts::NAME.is("Officina Meccanica Lenzi S.r.l."));
    let giulia = Asked::new(engine.entity("user")?).filtered(users::EMAIL.is("giulia.conti@demo.example"));
    let (Some(account), Some(giulia)) = (first(account).await?, first(giulia).await?) else { return Ok(()) };
    let Some(author) = engine.principal_of(giulia, who.through).await? else { return Ok(()) };
    let names = engine.names(who, "user", vec![asking]).await?;
    let Some(name) = names.get(&asking) else { return Ok(()) };
    let text =
        format!("@[{name}]({asking}) il noleggio di Lenzi scade fra venti giorni: l’offerta di rinnovo la prepari tu o ci penso io?");
    let draft = Draft::new("note").with(note::TEXT.id(), text).with(note::ABOUT.record.id(), account);
    engine.write_slice(&author, super::DEMO, changeset, vec![Act::Create(draft)]).await.map(|_| ())
}

const OF_ACCOUNTS: [&str; 18] = [
    "Sentito per telefono: stanno rinnovando il capannone e fino a fine mese non decidono niente. Risentire a lavori finiti.",
    "Visita in sede. Hanno visto la dimostrazione del centralino e vorrebbero un preventivo per 12 interni, con il noleggio a 36 mesi.",
    "Il preventivo è piaciuto, ma chiedono il pagamento a 90 giorni. Sentire l’amministrazione prima di rispondere.",
    "Lamentela per l’ultima consegna, arrivata con tre giorni di ritardo. Ci siamo scusati; la prossima spedizione è gratuita.",
    "Passano da un concorrente solo per la videosorveglianza. Per il resto sono contenti, e il contratto di assistenza resta.",
    "Incontrati in fiera: interessati al gestionale, oggi usano fogli di calcolo. Mandare la documentazione e fissare una visita.",
    "Ordine confermato a voce, arriva per iscritto entro venerdì.\nConsegna al magazzino, non in sede: chiedere del custode.",
    "Non rispondono da due settimane. Provare la mattina presto, prima delle 9.",
    "Chiusi per ferie dal 5 al 26 agosto: niente consegne e niente telefonate.",
    "Hanno aperto una filiale e cercano qualcuno che segua la rete. Ne parlano con noi e con altri due.",
    "Pagamento dell’ultima fattura arrivato. Il fido si può riportare com’era.",
    "Riunione con il titolare e il commercialista: la spesa va messa a bilancio l’anno prossimo. Rifarsi vivi a gennaio.",
    "Preferiscono l’assistenza telefonica: i tecnici in sede solo se serve, e sempre su appuntamento.",
    "Il sito nuovo è in linea. Da rivedere insieme i prodotti di interesse, quelli in scheda sono vecchi.",
    "Chiesto uno sconto del 10 % sui ricambi. Offerto il 5 % sopra i 2.000 € di ordine annuo: ci pensano.",
    "Installazione finita senza problemi. Formazione di mezza giornata fissata con l’ufficio.",
    "Cambio di gestione: dal mese prossimo decide il figlio. Presentarsi.",
    "Attenzione: parcheggio solo sul retro, il cancello davanti è chiuso dopo le 17.",
];

const OF_PEOPLE: [&str; 8] = [
    "Risponde volentieri alle e-mail, al telefono quasi mai.",
    "È la persona giusta per gli acquisti; per le fatture rimanda all’amministrazione.",
    "In maternità fino a primavera: nel frattempo scrivere all’indirizzo dell’ufficio.",
    "Conosciuta al corso sulla fatturazione elettronica. Molto preparata, va subito al punto.",
    "Preferisce essere chiamato il pomeriggio, dopo le 15.",
    "Ha chiesto il listino nuovo. Mandato oggi, con le condizioni riservate.",
    "Ci ha presentato un suo fornitore che cerca un centralino: ringraziare.",
    "Tifoso del Pisa: il lunedì dopo una vittoria è il giorno buono.",
];
