//! What is kept of the customers of the demonstration: what we call them, what they agreed to, their papers; and the views and
//! segments that people would have made of them.

use super::DEMO;
use super::notes::Noted;
use super::seeded::Seeded;
use crate::consents::entity as consent;
use crate::documents::entity as document;
use engine::files::{Kept, Received};
use engine::segments as segment;
use engine::views as view;
use engine::{Act, Draft, Engine, Principal};
use kernel::{Error, Id, Moment, Result, Value};
use meta::fields::stored;

const DAY: i64 = 86_400_000;

/// A paper of one of the told customers: whose (a place among them), what it is called, its folder and kind, the days until it is
/// good no longer, and its lines, one list for each version.
struct Paper {
    of: usize,
    title: &'static str,
    folder: &'static str,
    kind: &'static str,
    expires: Option<i64>,
    /// How many days ago its last version came.
    ago: i64,
    versions: &'static [&'static [&'static str]],
}

const PAPERS: [Paper; 7] = [
    Paper {
        of: 0,
        title: "Contratto di noleggio del centralino",
        folder: "contratti",
        kind: "contratto",
        expires: Some(20),
        ago: 330,
        versions: &[&[
            "CONTRATTO DI NOLEGGIO E ASSISTENZA",
            "Cliente: Officina Meccanica Lenzi S.r.l., Pontedera (PI)",
            "Oggetto: un centralino, tre antenne, nove cordless da reparto",
            "Durata: 12 mesi, rinnovo da concordare entro la scadenza",
            "Canone: 189,00 euro al mese, IVA esclusa",
        ]],
    },
    Paper {
        of: 0,
        title: "Scheda tecnica Wi-Fi magazzino di Cascina",
        folder: "disegni-e-schede-tecniche",
        kind: "",
        expires: None,
        ago: 12,
        versions: &[
            &["COPERTURA WI-FI DEL MAGAZZINO", "Due punti di accesso", "Da verificare: tetto in lamiera"],
            &["COPERTURA WI-FI DEL MAGAZZINO", "Quattro punti di accesso, dopo il sopralluogo", "Lettori di codici a barre: 6"],
        ],
    },
    Paper {
        of: 1,
        title: "Visura camerale Caseificio Val d’Era",
        folder: "amministrazione",
        kind: "visura-camerale",
        expires: Some(75),
        ago: 47,
        versions: &[&["VISURA ORDINARIA", "Caseificio Val d'Era Soc. Coop. Agricola", "Peccioli (PI)", "Documento dimostrativo"]],
    },
    Paper {
        of: 2,
        title: "Contratto di assistenza albergo",
        folder: "contratti",
        kind: "contratto",
        expires: Some(-6),
        ago: 371,
        versions: &[&[
            "CONTRATTO DI ASSISTENZA",
            "Hotel Miramare di Castiglioncello S.a.s.",
            "Intervento entro 4 ore, anche la sera, da Pasqua a settembre",
        ]],
    },
    Paper {
        of: 3,
        title: "Disdetta del noleggio multifunzione",
        folder: "contratti",
        kind: "",
        expires: None,
        ago: 74,
        versions: &[&["DISDETTA", "Studio Associato Bernardeschi & Pieri", "Restituzione delle due multifunzione entro 30 giorni"]],
    },
    Paper {
        of: 4,
        title: "DURC Cantieri Nautici Apuani",
        folder: "amministrazione",
        kind: "durc",
        expires: Some(34),
        ago: 29,
        versions: &[&["DURC ON LINE", "Cantieri Nautici Apuani S.p.A.", "Esito: regolare", "Documento dimostrativo"]],
    },
    Paper {
        of: 4,
        title: "Invito alla gara per la videosorveglianza",
        folder: "disegni-e-schede-tecniche",
        kind: "",
        expires: Some(12),
        ago: 27,
        versions: &[&[
            "INVITO A PRESENTARE OFFERTA",
            "Tre bacini, 40 telecamere, registrazione in sede",
            "Pagamento a 60 giorni fine mese, cauzione 5 %",
        ]],
    },
];

/// What the told customers are called, in their order.
const CALLED: [&[&str]; 6] =
    [&["referenza", "fiera-2026"], &["fiera-2026"], &["referenza", "stagionale"], &["da-recuperare"], &["gara"], &["passaparola"]];

/// What each of the told customers said, in order: purpose, channel, state, basis, source, days ago, evidence.
type Said = (&'static str, &'static str, &'static str, &'static str, &'static str, i64, &'static str);
const SAID: [&[Said]; 6] = [
    &[
        ("marketing", "email", "given", "consent", "paper", 371, "Modulo firmato da Paolo Lenzi al sopralluogo"),
        ("marketing", "phone", "given", "consent", "paper", 371, "Modulo firmato da Paolo Lenzi al sopralluogo"),
        ("marketing", "sms", "refused", "consent", "paper", 371, "Modulo firmato da Paolo Lenzi al sopralluogo"),
        ("marketing", "phone", "withdrawn", "consent", "phone", 96, "Chiesto da Denis: in officina il telefono disturba"),
        ("profilazione", "email", "given", "consent", "web", 41, "Pagina delle preferenze, conferma per e-mail"),
    ],
    &[
        ("marketing", "email", "given", "consent", "in-person", 160, "Scheda raccolta allo stand"),
        ("cessione-a-terzi", "email", "refused", "consent", "in-person", 160, "Scheda raccolta allo stand"),
    ],
    &[("marketing", "email", "given", "soft-spam", "email", 480, "Ordine n. 118: prodotti simili a quelli acquistati")],
    &[
        ("marketing", "email", "given", "consent", "web", 905, "Iscrizione alla newsletter, conferma per e-mail"),
        ("marketing", "email", "withdrawn", "consent", "email", 70, "Risposta alla newsletter di settembre"),
    ],
    &[("marketing", "phone", "refused", "consent", "phone", 51, "Detto al primo contatto: scrivere, non chiamare")],
    &[("marketing", "whatsapp", "given", "consent", "in-person", 9, "Chiesto al momento dell’ordine")],
];

/// The tags of everybody else.
const TAGS: [&str; 5] = ["fiera-2026", "referenza", "natale", "paga-tardi", "da-recuperare"];

/// Writes it: first the told customers, in their order, then some of the others.
pub(super) async fn write(
    engine: &Engine,
    who: &Principal,
    changeset: Id,
    seed: u64,
    agents: &[Id],
    told: &[Noted],
    others: &[Noted],
) -> Result<()> {
    let mut chance = Seeded::new(seed ^ 0x6b65_7074);
    let mut acts = Vec::new();
    for (place, one) in told.iter().enumerate() {
        if let Some(called) = CALLED.get(place) {
            acts.push(tagged(engine, one.account, called)?);
        }
        for (purpose, channel, state, basis, source, ago, evidence) in SAID.get(place).copied().unwrap_or_default() {
            acts.push(said(engine, one.account, (purpose, channel, state, basis, source, *ago, evidence)));
        }
    }
    for one in others {
        if chance.percent(18) {
            acts.push(tagged(engine, one.account, &[*chance.common(&TAGS)])?);
        }
        if chance.percent(30) {
            let state = *chance.one(&["given", "given", "given", "refused"]);
            // Not before there was a card.
            let ago = (chance.below(600) as i64 + 3).min((one.begun - 1).max(0));
            let (source, evidence) = *chance.one(&[
                ("web", "Modulo del sito, conferma per e-mail"),
                ("paper", "Modulo firmato in sede"),
                ("phone", "Detto all’operatore"),
            ]);
            acts.push(said(engine, one.account, ("marketing", "email", state, "consent", source, ago, evidence)));
            if let Some(contact) = one.contact.filter(|_| chance.percent(50)) {
                acts.push(said(engine, contact, ("marketing", "phone", state, "consent", source, ago, evidence)));
            }
        }
    }
    if !told.is_empty() {
        acts.extend(views());
    }
    super::in_commits(engine, who, changeset, acts).await?;
    engine.load_terms().await?;
    papers(engine, who, changeset, agents, told).await
}

fn tagged(engine: &Engine, account: Id, tags: &[&str]) -> Result<Act> {
    let field = engine
        .entity("account")?
        .field(crate::tags::FIELD)
        .map(|field| field.id)
        .ok_or_else(|| Error::internal("accounts have no tags"))?;
    let values = vec![(field, Value::Text(stored(tags.iter().copied())))];
    Ok(Act::Change { entity: "account", id: account, version: None, values, lines: Vec::new() })
}

fn said(engine: &Engine, about: Id, (purpose, channel, state, basis, source, ago, evidence): Said) -> Act {
    let at = Moment::from_millis(engine.now().millis() - ago * DAY);
    Act::Create(
        Draft::new("consent")
            .with(consent::ABOUT.record.id(), about)
            .with(consent::PURPOSE.id(), purpose)
            .with(consent::CHANNEL.id(), channel)
            .with(consent::STATE.id(), state)
            .with(consent::BASIS.id(), basis)
            .with(consent::SOURCE.id(), source)
            .with(consent::EVIDENCE.id(), evidence)
            .with(consent::AT.id(), Value::Moment(at)),
    )
}

/// Views and segments that everybody has.
fn views() -> Vec<Act> {
    let kept = |name: &str, list: &str, question: &str| {
        Act::Create(
            Draft::new("view")
                .with(view::NAME.id(), name)
                .with(view::LIST.id(), list)
                .with(view::QUESTION.id(), question)
                .with(view::SHARED.id(), true),
        )
    };
    let group = |name: &str, filter: &str, remarks: &str| {
        Act::Create(
            Draft::new("segment")
                .with(segment::NAME.id(), name)
                .with(segment::LIST.id(), "account")
                .with(segment::FILTER.id(), filter)
                .with(segment::SHARED.id(), true)
                .with(segment::REMARKS.id(), remarks),
        )
    };
    vec![
        kept("Trattative aperte", "account", "filter=stage+in+%28lead%2C+prospect%29&sort=stage_since&board=stage"),
        kept(
            "Clienti per agente",
            "account",
            "filter=stage+is+customer&group=owner&totals=sum&columns=name%2Caddress.city%2Crevenue%2Cstage_since",
        ),
        kept(
            "Referenti degli acquisti",
            "contact",
            "filter=job_title+contains+%22acquisti%22&columns=full_name%2Cjob_title%2Cphone%2Cemail",
        ),
        Act::Create(
            Draft::new("view")
                .with(view::NAME.id(), "Dove siamo")
                .with(view::LIST.id(), "account")
                .with(view::QUESTION.id(), "sort=-revenue&columns=name%2Cstage%2Csector%2Caddress.city%2Crevenue%2Cowner")
                .with(view::SHARED.id(), true)
                .with(view::ROLE.id(), "reader"),
        ),
        group(
            "Clienti toscani senza contatti da sei mesi",
            "stage is customer and address.province in (\"PI\", \"LI\", \"LU\", \"FI\", \"MS\") and not exists(notes where at within last 6 months)",
            "Da richiamare prima della campagna di fine anno.",
        ),
        group(
            "Possono ricevere la newsletter",
            "last(consents.state where purpose is \"marketing\" and channel is \"email\") is \"given\"",
            "Chi l’ultima volta ha detto di sì, per e-mail.",
        ),
    ]
}

/// The papers of the told customers, each with its versions, put there by whoever looks after them. Without a place for files
/// there are none.
async fn papers(engine: &Engine, who: &Principal, changeset: Id, agents: &[Id], told: &[Noted]) -> Result<()> {
    let Ok(files) = engine.files() else { return Ok(()) };
    let (entity, edition) = (document::document(), document::version::document_version());
    for paper in &PAPERS {
        let Some(one) = told.get(paper.of) else { continue };
        let mut author = who.clone();
        if let Some(agent) = one.owner.filter(|owner| agents.contains(owner)) {
            author = engine.principal_of(agent, who.through).await?.unwrap_or(author);
        }
        let id = engine.id();
        let last = paper.versions.len();
        for (place, lines) in paper.versions.iter().enumerate() {
            let bytes = page(lines);
            let kept = Kept { digest: files.put(&bytes[..]).map_err(Error::internal)?, size: bytes.len() as u64 };
            let received = Received { kept, name: format!("{}.pdf", paper.title), media: "application/pdf" };
            let mut version = Draft::new("document_version").with(document::version::DOCUMENT.id(), id);
            version.values.extend(received.values(&edition));
            // The last version is of the day that is told, those before of the weeks before.
            let came = Some(super::days_ago(engine, paper.ago + 14 * (last - 1 - place) as i64, 11));
            version.made_at = came;
            let document = if place > 0 {
                Act::Change { entity: "document", id, version: None, values: received.values(&entity), lines: Vec::new() }
            } else {
                let expires = paper.expires.map(|days| engine.today().plus_days(days));
                let mut draft = Draft::new("document")
                    .with(document::TITLE.id(), paper.title)
                    .with(document::ABOUT.record.id(), one.account)
                    .with(document::FOLDER.id(), paper.folder)
                    .with(document::KIND.id(), paper.kind)
                    .with(document::EXPIRES_ON.id(), expires.map_or(Value::Empty, Value::Date));
                draft.id = Some(id);
                draft.made_at = came;
                draft.values.extend(received.values(&entity));
                Act::Create(draft)
            };
            let acts = vec![document, Act::Create(version)];
            engine.slice(&author, DEMO, changeset, move |slicing| Box::pin(async move { slicing.attempt_by_rule(acts).await })).await?;
        }
    }
    Ok(())
}

/// A PDF of one page with these lines.
fn page(lines: &[&str]) -> Vec<u8> {
    let mut text = b"BT /F1 13 Tf 60 770 Td 24 TL\n".to_vec();
    for line in lines {
        text.push(b'(');
        for letter in line.chars() {
            match letter {
                '(' | ')' | '\\' => text.extend([b'\\', letter as u8]),
                '’' => text.push(b'\''),
                // The letters of western Europe stand where Unicode has them.
                _ => text.push(u8::try_from(u32::from(letter)).unwrap_or(b'?')),
            }
        }
        text.extend(b") Tj T*\n");
    }
    text.extend(b"ET");
    let stream = [format!("<< /Length {} >>\nstream\n", text.len()).into_bytes(), text, b"\nendstream".to_vec()].concat();
    let objects: [Vec<u8>; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", number + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
    out
}
