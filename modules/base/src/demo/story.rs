//! The customers of the demonstration that are worth opening: each with people, and notes that tell how it went. They are customers of
//! Tirreno Sistemi, which sells telephone systems, networks, business software and video surveillance on the coast of Tuscany.

use super::notes::Noted;
use super::{DEMO, Made, days_ago, email, phone};
use crate::accounts::entity as account;
use crate::accounts::steps;
use crate::contacts::entity as contact;
use crate::notes::entity as note;
use crate::sites::entity as site;
use engine::{Act, Draft, Engine, Principal};
use kernel::{Id, Moment, Result, Value};
use meta::fields::{stored, term_key};

/// A company smaller than this has no room for stories.
pub(super) const LEAST: usize = 100;

const DAY: i64 = 86_400_000;

/// A customer with a story.
struct Told {
    name: &'static str,
    kind: &'static str,
    /// Town, province, postcode, street.
    address: (&'static str, &'static str, &'static str, &'static str),
    phone: &'static str,
    site: &'static str,
    vat_number: &'static str,
    sector: &'static str,
    zone: &'static str,
    source: &'static str,
    interests: &'static [&'static str],
    services: &'static [&'static str],
    /// Revenue and credit limit in euros, people.
    size: (i64, i64, i64),
    /// Whose it is: a place among the agents.
    owner: usize,
    /// The steps of its life, the last being where it stands, and how many days ago each was reached.
    steps: &'static [(&'static str, i64)],
    /// Given name, family name, role, mobile.
    people: &'static [(&'static str, &'static str, &'static str, &'static str)],
    /// Another place: name, town, province, postcode, street.
    branch: Option<(&'static str, &'static str, &'static str, &'static str, &'static str)>,
    /// Days ago, hour, who wrote it (a place among the agents), about which of the people (none: the company), text.
    notes: &'static [(i64, i64, usize, Option<usize>, &'static str)],
    /// Which note stays on top.
    pinned: Option<usize>,
}

/// Writes them, their notes in the name of the agents; gives them in their order.
pub(super) async fn write(engine: &Engine, who: &Principal, changeset: Id, agents: &[Id], made: &mut Made) -> Result<Vec<Noted>> {
    let today = engine.today();
    let mut acts = Vec::new();
    let mut noted: Vec<(usize, Draft)> = Vec::new();
    let mut customers = Vec::new();
    for told in &STORIES {
        let id = engine.id();
        let owner = agents.get(told.owner).copied();
        let day = |ago: i64| Value::Date(today.plus_days(-ago));
        let (city, province, postcode, street) = told.address;
        // Its card was made on the morning of the first thing that is told of it.
        let begun = told.steps.iter().map(|(_, ago)| *ago).chain(told.notes.iter().map(|note| note.0)).max().unwrap_or_default();
        let made_at = Some(days_ago(engine, begun, 6));
        let (stage, since) = told.steps[told.steps.len() - 1];
        let mut draft = Draft::new("account")
            .with(account::NAME.id(), told.name)
            .with(account::KIND.id(), told.kind)
            .with(account::STAGE.id(), stage)
            .with(account::STAGE_SINCE.id(), day(since))
            .with(account::OWNER.id(), owner)
            .with(account::ADDRESS.street.id(), street)
            .with(account::ADDRESS.city.id(), city)
            .with(account::ADDRESS.province.id(), province)
            .with(account::ADDRESS.postcode.id(), postcode)
            .with(account::VAT_NUMBER.id(), told.vat_number)
            .with(account::WEB_SITE.id(), told.site)
            .with(account::SECTOR.id(), told.sector)
            .with(account::ZONE.id(), told.zone)
            .with(account::SOURCE.id(), told.source)
            .with(account::INTERESTS.id(), stored(told.interests.iter().copied()))
            .with(account::SERVICES.id(), stored(told.services.iter().copied()))
            .with(account::REVENUE.id(), told.size.0 * 100)
            .with(account::CREDIT_LIMIT.id(), told.size.1 * 100)
            .with(account::EMPLOYEES.id(), told.size.2);
        let domain = told.site.trim_start_matches("https://www.");
        draft.lines.push(("phones", vec![phone(told.phone.to_owned(), "work")]));
        draft.lines.push(("emails", vec![email(format!("info@{domain}"))]));
        draft.id = Some(id);
        draft.made_at = made_at;
        acts.push(Act::Create(draft));
        made.accounts += 1;
        for (reached, ago) in &told.steps[..told.steps.len() - 1] {
            let step =
                Draft::new(steps::STEP).with(steps::REACHED.id(), *reached).with(steps::ACCOUNT.id(), id).with(steps::DAY.id(), day(*ago));
            acts.push(Act::Create(step));
        }
        let mut people = Vec::new();
        for (place, (given, family, role, mobile)) in told.people.iter().enumerate() {
            let person = engine.id();
            let mut draft = Draft::new("contact")
                .with(contact::ADDRESS.city.id(), city)
                .with(contact::ADDRESS.province.id(), province)
                .with(contact::ADDRESS.postcode.id(), postcode)
                .with(contact::NAME.given.id(), *given)
                .with(contact::NAME.family.id(), *family)
                .with(contact::JOB_TITLE.id(), *role)
                .with(contact::OWNER.id(), owner);
            draft.lines.push(("phones", vec![phone((*mobile).to_owned(), "mobile")]));
            let name = term_key(&format!("{given} {family}")).unwrap_or_default().replace('-', ".");
            draft.lines.push(("emails", vec![email(format!("{name}@{domain}"))]));
            draft.id = Some(person);
            draft.made_at = made_at;
            acts.push(Act::Create(draft));
            acts.push(Act::Create(
                Draft::new(contact::ACCOUNT_CONTACT)
                    .with(contact::place::ACCOUNT.id(), id)
                    .with(contact::place::CONTACT.id(), person)
                    .with(contact::place::ROLE.id(), *role)
                    .with(contact::place::MAIN.id(), place == 0),
            ));
            people.push(person);
            made.contacts += 1;
        }
        customers.push(Noted { account: id, owner, contact: people.first().copied(), begun });
        if let Some((name, city, province, postcode, street)) = told.branch {
            acts.push(Act::Create(
                Draft::new("site")
                    .with(site::NAME.id(), name)
                    .with(site::ACCOUNT.id(), id)
                    .with(site::USE.id(), "branch")
                    .with(site::ADDRESS.street.id(), street)
                    .with(site::ADDRESS.city.id(), city)
                    .with(site::ADDRESS.province.id(), province)
                    .with(site::ADDRESS.postcode.id(), postcode),
            ));
            made.sites += 1;
        }
        for (place, (ago, hour, by, about, text)) in told.notes.iter().enumerate() {
            let at = Moment::from_millis(engine.now().millis().div_euclid(DAY) * DAY - ago * DAY + hour * 3_600_000);
            let about = about.and_then(|person| people.get(person).copied()).unwrap_or(id);
            let draft = Draft::new("note")
                .with(note::TEXT.id(), *text)
                .with(note::ABOUT.record.id(), about)
                .with(note::AT.id(), Value::Moment(at.min(engine.now())))
                .with(note::PINNED.id(), told.pinned == Some(place));
            noted.push((*by, draft));
        }
    }
    engine.write_slice(who, DEMO, changeset, acts).await?;
    for (by, agent) in agents.iter().enumerate() {
        let author = engine.principal_of(*agent, who.through).await?.unwrap_or_else(|| who.clone());
        // Whoever helped a colleague of another team out sees no card of his: it is written down in his name all the same.
        let author = Principal { role: who.role.clone(), ..author };
        let acts = noted.iter().filter(|(of, _)| *of == by).map(|(_, draft)| Act::Create(draft.clone())).collect();
        engine.write_slice(&author, DEMO, changeset, acts).await?;
    }
    Ok(customers)
}

const GIULIA: usize = 0;
const MARCO: usize = 1;
const ELENA: usize = 2;
const LUCA: usize = 3;
const CHIARA: usize = 4;

const STORIES: [Told; 6] = [
    Told {
        name: "Officina Meccanica Lenzi S.r.l.",
        kind: "company",
        address: ("Pontedera", "PI", "56025", "Via dell’Artigianato 12"),
        phone: "+390587290145",
        site: "https://www.officinalenzi.example",
        vat_number: "01904730502",
        sector: "metalmeccanica",
        zone: "pisa-e-livorno",
        source: "passaparola",
        interests: &["centralino", "rete-e-wi-fi"],
        services: &["assistenza-in-sede", "noleggio"],
        size: (3_400_000, 15_000, 28),
        owner: GIULIA,
        steps: &[("suspect", 412), ("lead", 398), ("prospect", 371), ("customer", 330)],
        people: &[
            ("Paolo", "Lenzi", "Titolare", "+393286710442"),
            ("Sabrina", "Fiaschi", "Amministrazione", "+393401198273"),
            ("Denis", "Hoxha", "Capo officina", "+393479302118"),
        ],
        branch: Some(("Magazzino ricambi", "Cascina", "PI", "56021", "Via Tosco Romagnola 844")),
        notes: &[
            (
                398,
                9,
                GIULIA,
                Some(0),
                "Chiamato su indicazione dell’idraulico: in officina il telefono non si sente e perdono chiamate. Vuole vedere un cordless da reparto.",
            ),
            (
                371,
                14,
                GIULIA,
                None,
                "Sopralluogo fatto con Denis. Servono 3 antenne, 9 cordless e il centralino nuovo. Preferiscono il noleggio.",
            ),
            (352, 10, GIULIA, Some(1), "L’offerta va bene ma il noleggio deve partire dopo il bilancio, quindi da fine mese."),
            (330, 16, GIULIA, None, "Firmato. Installazione in due giorni, di sabato, per non fermare i torni."),
            (214, 11, MARCO, None, "Un’antenna si riavvia quando parte la pressa. Spostata sull’altra linea: da allora nessun problema."),
            (96, 9, GIULIA, Some(2), "Denis chiede il Wi-Fi nel magazzino di Cascina, per i lettori di codici a barre."),
            (
                41,
                15,
                GIULIA,
                None,
                "Sopralluogo a Cascina. Tetto in lamiera, servono quattro punti invece di due. Offerta entro la settimana.",
            ),
            (6, 17, GIULIA, Some(0), "Paolo ha l’offerta del Wi-Fi sul tavolo e decide dopo la fiera. Chiedere come è andata, lunedì."),
        ],
        pinned: Some(4),
    },
    Told {
        name: "Caseificio Val d’Era Soc. Coop. Agricola",
        kind: "company",
        address: ("Peccioli", "PI", "56037", "Strada Provinciale della Fila 31"),
        phone: "+390587635207",
        site: "https://www.caseificiovaldera.example",
        vat_number: "01188240509",
        sector: "alimentare",
        zone: "pisa-e-livorno",
        source: "fiera",
        interests: &["gestionale", "stampanti-e-multifunzione"],
        services: &["formazione", "assistenza-telefonica"],
        size: (6_100_000, 25_000, 44),
        owner: GIULIA,
        steps: &[("lead", 160), ("prospect", 121)],
        people: &[("Lucia", "Barsotti", "Direttrice", "+393351640927"), ("Andrea", "Nelli", "Logistica e consegne", "+393395522716")],
        branch: Some(("Spaccio aziendale", "Pontedera", "PI", "56025", "Viale Africa 20")),
        notes: &[
            (
                160,
                12,
                GIULIA,
                Some(0),
                "Incontrata in fiera a Firenze. Fanno le bolle su fogli di calcolo e le ribattono in contabilità: due persone, mezza giornata ciascuna.",
            ),
            (
                121,
                10,
                GIULIA,
                None,
                "Dimostrazione del gestionale. Piaciuta la parte dei lotti; temono il passaggio dei 2.300 clienti dello spaccio.",
            ),
            (
                88,
                9,
                ELENA,
                Some(1),
                "Andrea vuole stampare le bolle sul furgone. Provate due stampanti portatili: regge solo quella più grande.",
            ),
            (
                47,
                15,
                GIULIA,
                Some(0),
                "In consiglio hanno approvato la spesa, ma la banca risponde il 15. Nel frattempo mandare il piano della formazione.",
            ),
            (12, 11, GIULIA, Some(0), "La banca ha detto sì. Chiede se si può partire dopo Natale, quando lo spaccio è più tranquillo."),
        ],
        pinned: None,
    },
    Told {
        name: "Hotel Miramare di Castiglioncello S.a.s.",
        kind: "company",
        address: ("Rosignano Marittimo", "LI", "57016", "Via del Quercetano 5"),
        phone: "+390586752318",
        site: "https://www.miramarecastiglioncello.example",
        vat_number: "00987120490",
        sector: "turismo",
        zone: "pisa-e-livorno",
        source: "sito-web",
        interests: &["rete-e-wi-fi", "videosorveglianza"],
        services: &["assistenza-in-sede", "assistenza-telefonica"],
        size: (1_900_000, 8_000, 19),
        owner: MARCO,
        steps: &[("lead", 530), ("prospect", 502), ("customer", 480)],
        people: &[("Franca", "Tognetti", "Proprietaria", "+393383071955"), ("Nicola", "Tognetti", "Ricevimento", "+393496018834")],
        branch: None,
        notes: &[
            (
                530,
                17,
                MARCO,
                Some(0),
                "Richiesta dal sito: gli ospiti si lamentano del Wi-Fi nelle recensioni. Apre a Pasqua, quindi poco tempo.",
            ),
            (502, 10, MARCO, None, "Sopralluogo ad albergo chiuso. Muri di un metro: un punto ogni due camere, 31 in tutto."),
            (480, 12, MARCO, None, "Ordine firmato. Lavori finiti entro il 20, prima che arrivi la biancheria."),
            (
                148,
                22,
                MARCO,
                Some(1),
                "Nicola chiama di sera: rete ferma, albergo pieno. Era un cavo tagliato dal giardiniere. Risolto in un’ora e dieci, non fatturato.",
            ),
            (
                140,
                9,
                MARCO,
                Some(0),
                "Franca ringrazia per l’altra sera, e ci ha già nominati a due colleghi. Chiamarli: Hotel Lido e Pensione Bartoli.",
            ),
            (
                33,
                11,
                MARCO,
                Some(0),
                "Per la prossima stagione vuole le telecamere al parcheggio. Deve prima parlarne con il consulente della privacy.",
            ),
        ],
        pinned: Some(4),
    },
    Told {
        name: "Studio Associato Bernardeschi & Pieri",
        kind: "company",
        address: ("Livorno", "LI", "57123", "Scali d’Azeglio 44"),
        phone: "+390586899410",
        site: "https://www.bernardeschipieri.example",
        vat_number: "01345670499",
        sector: "studi-professionali",
        zone: "pisa-e-livorno",
        source: "passaparola",
        interests: &["centralino", "stampanti-e-multifunzione"],
        services: &["noleggio", "assistenza-telefonica"],
        size: (850_000, 5_000, 11),
        owner: ELENA,
        steps: &[("customer", 910), ("former", 74)],
        people: &[("Alessandro", "Bernardeschi", "Socio", "+393356442081"), ("Irene", "Pieri", "Socia", "+393287715903")],
        branch: None,
        notes: &[
            (610, 10, ELENA, None, "Rinnovato il noleggio delle due multifunzione, 36 mesi, stesso canone."),
            (
                233,
                15,
                ELENA,
                Some(1),
                "Irene segnala tre interventi in un mese sulla multifunzione del secondo piano. Chiesta la sostituzione alla casa madre.",
            ),
            (205, 9, ELENA, Some(1), "La casa madre non sostituisce. Irene molto delusa, e ha ragione."),
            (74, 12, ELENA, Some(0), "Disdetta: passano a un concorrente. Motivo detto chiaro: l’assistenza di quest’anno, non il prezzo."),
            (
                20,
                16,
                GIULIA,
                Some(0),
                "Incontrato per caso, cordiale. Il contratto nuovo lo vincola due anni, ma il centralino è ancora nostro: non perderlo di vista.",
            ),
        ],
        pinned: Some(3),
    },
    Told {
        name: "Cantieri Nautici Apuani S.p.A.",
        kind: "company",
        address: ("Carrara", "MS", "54033", "Viale Zaccagna 6"),
        phone: "+390585780226",
        site: "https://www.cantieriapuani.example",
        vat_number: "00624510459",
        sector: "metalmeccanica",
        zone: "toscana-nord",
        source: "fiera",
        interests: &["videosorveglianza", "rete-e-wi-fi", "centralino"],
        services: &["assistenza-in-sede", "formazione"],
        size: (18_500_000, 60_000, 132),
        owner: LUCA,
        steps: &[("suspect", 64), ("lead", 51), ("prospect", 29)],
        people: &[
            ("Roberta", "Vatteroni", "Ufficio acquisti", "+393476605218"),
            ("Stefano", "Menconi", "Responsabile informatica", "+393351208874"),
        ],
        branch: Some(("Banchina di Marina", "Carrara", "MS", "54033", "Viale da Verrazzano 11")),
        notes: &[
            (
                51,
                10,
                LUCA,
                Some(1),
                "Primo contatto. Tre bacini, 40 telecamere vecchie di dieci anni, registrazioni tenute male. Vogliono rifare tutto in un lotto solo.",
            ),
            (
                29,
                14,
                LUCA,
                None,
                "Visita con Chiara, che conosce gli impianti di banchina. Gara a inviti, cinque ditte, offerte entro il 10 del mese prossimo.",
            ),
            (22, 9, CHIARA, Some(0), "Chiarito con l’ufficio acquisti: pagamento a 60 giorni fine mese, cauzione del 5 %."),
            (
                4,
                17,
                LUCA,
                Some(1),
                "Stefano preferisce registrare in sede e non fuori. Rivedere il preventivo in questo senso prima della consegna.",
            ),
        ],
        pinned: Some(1),
    },
    Told {
        name: "Giannini Marta",
        kind: "person",
        address: ("San Giuliano Terme", "PI", "56017", "Via Niccolini 18"),
        phone: "+390508152034",
        site: "https://www.agriturismogiannini.example",
        vat_number: "",
        sector: "turismo",
        zone: "pisa-e-livorno",
        source: "passaparola",
        interests: &["videosorveglianza"],
        services: &["assistenza-in-sede"],
        size: (0, 1_000, 1),
        owner: GIULIA,
        steps: &[("lead", 26), ("customer", 9)],
        people: &[],
        branch: None,
        notes: &[
            (
                26,
                18,
                GIULIA,
                None,
                "Cerca quattro telecamere per la casa e il cancello dell’agriturismo di famiglia. Ci manda Paolo Lenzi.",
            ),
            (
                9,
                11,
                GIULIA,
                None,
                "Accettato il preventivo per telefono, confermato per iscritto la sera. Montaggio con il furgone di Marco.",
            ),
            (
                2,
                16,
                MARCO,
                None,
                "Montate tutte e quattro. La terza prende il sole al tramonto: se l’immagine non va bene si sposta sul pino.",
            ),
        ],
        pinned: None,
    },
];
