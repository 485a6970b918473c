//! Invented accounts and people of whom it is known which are the same: for tests and figures, not for the product.
//!
//! Duplicates come with the mistakes of other hands; beside them stand those who only look alike: namesakes, couples, two firms of one
//! owner, neighbours in one house, colleagues.

use crate::text::mixed;
use crate::{Scheme, Trait};
use std::fmt::Write;

/// An invented record: who it really is, and the texts of its fields in the order of the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invented {
    /// Records of one subject have the same number.
    pub subject: u32,
    /// What stands in each field; empty for nothing.
    pub fields: Vec<String>,
}

impl Invented {
    /// The fields as [`Scheme::prepare`] takes them.
    pub fn values(&self) -> Vec<(usize, &str)> {
        self.fields.iter().enumerate().filter(|(_, text)| !text.is_empty()).map(|(place, text)| (place, text.as_str())).collect()
    }
}

/// The scheme of invented accounts.
pub fn accounts_scheme() -> Scheme {
    Scheme::new(&[
        ("name", Trait::CompanyName),
        ("trade_name", Trait::TradeName),
        ("vat_number", Trait::Identifier),
        ("tax_code", Trait::Identifier),
        ("phones", Trait::Phone),
        ("emails", Trait::Email),
        ("website", Trait::WebSite),
        ("street", Trait::Street),
        ("city", Trait::City),
        ("postcode", Trait::Postcode),
        ("province", Trait::Province),
    ])
}

/// The scheme of invented people.
pub fn people_scheme() -> Scheme {
    Scheme::new(&[
        ("given_name", Trait::GivenName),
        ("surname", Trait::Surname),
        ("company", Trait::Employer),
        ("phones", Trait::Phone),
        ("emails", Trait::Email),
        ("street", Trait::Street),
        ("city", Trait::City),
        ("postcode", Trait::Postcode),
        ("birthday", Trait::Date),
    ])
}

/// Numbers that look drawn by chance and are the same each time.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.draw() >> 11) as usize % most
    }

    /// True so many times of a hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of them, the first much oftener than the last, as families are.
    fn favourite<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let place = self.below(all.len()) * self.below(all.len()) / all.len();
        &all[place]
    }
}

const FAMILIES: [&str; 60] = [
    "Rossi",
    "Ferrari",
    "Esposito",
    "Bianchi",
    "Romano",
    "Gallo",
    "Conti",
    "De Luca",
    "Mancini",
    "Costa",
    "Giordano",
    "Rizzo",
    "Lombardi",
    "Barbieri",
    "Moretti",
    "Fontana",
    "Santoro",
    "Mariani",
    "Rinaldi",
    "Caruso",
    "D'Angelo",
    "Ferri",
    "Galli",
    "Martinelli",
    "Leone",
    "Longo",
    "Gentile",
    "Lo Presti",
    "Vitale",
    "Serra",
    "Coppola",
    "De Santis",
    "D'Amico",
    "Marchetti",
    "Parisi",
    "Villa",
    "Conte",
    "Ferraro",
    "Fabbri",
    "Bianco",
    "Marini",
    "Grasso",
    "Valentini",
    "Messina",
    "Sala",
    "De Angelis",
    "Gatti",
    "Pellegrini",
    "Palumbo",
    "Sanna",
    "Farina",
    "Rizzi",
    "Monti",
    "Cattaneo",
    "Nicolò",
    "Forlì",
    "Cantù",
    "Di Stefano",
    "Dell'Acqua",
    "Zuccalà",
];
const BEGINNINGS: [&str; 30] = [
    "Bel", "Mar", "Cas", "Tor", "Pel", "Bran", "Cal", "Dal", "Fal", "Gar", "Lan", "Mal", "Nar", "Or", "Pas", "Ram", "Sal", "Tar", "Val",
    "Zan", "Ber", "Cor", "Fer", "Gal", "Mon", "Per", "San", "Ter", "Ver", "Bos",
];
const MIDDLES: [&str; 20] =
    ["a", "e", "i", "o", "at", "er", "in", "ol", "et", "ac", "am", "ed", "ig", "ob", "uc", "ap", "el", "is", "or", "ar"];
const ENDINGS: [&str; 25] = [
    "ini", "etti", "oni", "ucci", "elli", "aro", "ato", "essa", "ico", "one", "ese", "asco", "ola", "uzzi", "ari", "ero", "ante", "isi",
    "otto", "ale", "iero", "ana", "ino", "aldi", "emi",
];
const GIVEN: [&str; 44] = [
    "Giuseppe",
    "Maria",
    "Giovanni",
    "Anna",
    "Antonio",
    "Francesca",
    "Marco",
    "Laura",
    "Luca",
    "Giulia",
    "Francesco",
    "Sara",
    "Andrea",
    "Chiara",
    "Alessandro",
    "Elena",
    "Matteo",
    "Paola",
    "Luigi",
    "Silvia",
    "Stefano",
    "Federica",
    "Roberto",
    "Valentina",
    "Salvatore",
    "Elisabetta",
    "Vincenzo",
    "Caterina",
    "Domenico",
    "Daniela",
    "Riccardo",
    "Simona",
    "Nicolò",
    "Giuseppina",
    "Pietro",
    "Margherita",
    "Lorenzo",
    "Antonella",
    "Filippo",
    "Carmela",
    "Raffaele",
    "Teresa",
    "Edoardo",
    "Noemi",
];
/// How people are called.
const CALLED: [(&str, &str); 16] = [
    ("Giuseppe", "Beppe"),
    ("Giuseppe", "Pino"),
    ("Giovanni", "Gianni"),
    ("Francesco", "Franco"),
    ("Luigi", "Gigi"),
    ("Alessandro", "Sandro"),
    ("Salvatore", "Turi"),
    ("Elisabetta", "Betta"),
    ("Vincenzo", "Enzo"),
    ("Domenico", "Mimmo"),
    ("Riccardo", "Ricky"),
    ("Giuseppina", "Pina"),
    ("Lorenzo", "Renzo"),
    ("Antonella", "Tonia"),
    ("Raffaele", "Lele"),
    ("Edoardo", "Edo"),
];
const TRADES: [(&str, &str); 30] = [
    ("Officina Meccanica", "officina"),
    ("Panificio", "panificio"),
    ("Autotrasporti", "autotrasporti"),
    ("Falegnameria", "falegnameria"),
    ("Studio Tecnico", "studio"),
    ("Impresa Edile", "edil"),
    ("Ferramenta", "ferramenta"),
    ("Vetreria", "vetreria"),
    ("Cantina", "cantina"),
    ("Lavanderia", "lavanderia"),
    ("Farmacia", "farmacia"),
    ("Pizzeria", "pizzeria"),
    ("Ristorante", "ristorante"),
    ("Hotel", "hotel"),
    ("Tipografia", "tipografia"),
    ("Carrozzeria", "carrozzeria"),
    ("Costruzioni", "costruzioni"),
    ("Arredamenti", "arredamenti"),
    ("Elettroimpianti", "impianti"),
    ("Termoidraulica", "termo"),
    ("Caseificio", "caseificio"),
    ("Vivai", "vivai"),
    ("Ottica", "ottica"),
    ("Gioielleria", "gioielli"),
    ("Salumificio", "salumi"),
    ("Frantoio", "frantoio"),
    ("Pelletteria", "pelle"),
    ("Maglificio", "maglia"),
    ("Torneria", "torneria"),
    ("Agenzia Immobiliare", "immobiliare"),
];
const SIGNS: [&str; 24] = [
    "Il Girasole",
    "La Pergola",
    "Stella Marina",
    "Aurora",
    "Il Quadrifoglio",
    "Nuova Era",
    "Delta",
    "Orizzonte",
    "La Fenice",
    "Tre Torri",
    "Arcobaleno",
    "Il Mulino",
    "Europa",
    "Primavera",
    "Belvedere",
    "La Rocca",
    "Alfa",
    "Omega",
    "Adriatica",
    "Tirrenia",
    "Il Glicine",
    "Vulcano",
    "Meridiana",
    "Levante",
];
const FORMS: [(&str, &str); 7] = [
    ("S.r.l.", "SRL"),
    ("S.p.A.", "Spa"),
    ("S.n.c.", "snc"),
    ("S.a.s.", "s.a.s"),
    ("S.r.l.s.", "srls"),
    ("Soc. Coop.", "Società Cooperativa"),
    ("", ""),
];
const KINDS: [(&str, &str); 9] = [
    ("Via", "V."),
    ("Viale", "V.le"),
    ("Piazza", "P.zza"),
    ("Corso", "C.so"),
    ("Largo", "L.go"),
    ("Strada", "Str."),
    ("Via", "via"),
    ("Località", "Loc."),
    ("Contrada", "C.da"),
];
const STREETS: [&str; 40] = [
    "Roma",
    "Garibaldi",
    "Mazzini",
    "Cavour",
    "Dante Alighieri",
    "Verdi",
    "XX Settembre",
    "IV Novembre",
    "della Repubblica",
    "Marconi",
    "Matteotti",
    "Gramsci",
    "dei Mille",
    "San Martino",
    "della Libertà",
    "Kennedy",
    "Leopardi",
    "Galileo Galilei",
    "Alessandro Volta",
    "del Lavoro",
    "dell'Industria",
    "Trento",
    "Trieste",
    "Aldo Moro",
    "Giacomo Puccini",
    "Papa Giovanni XXIII",
    "Martiri della Resistenza",
    "degli Artigiani",
    "Santa Chiara",
    "Sant'Antonio",
    "Monte Grappa",
    "Piave",
    "Isonzo",
    "Colombo",
    "Vespucci",
    "Guglielmo Oberdan",
    "Enrico Fermi",
    "Togliatti",
    "Nenni",
    "del Castello",
];
const TOWNS: [(&str, &str, &str, &str); 24] = [
    ("Pisa", "56121", "PI", "050"),
    ("Milano", "20121", "MI", "02"),
    ("Napoli", "80133", "NA", "081"),
    ("Torino", "10121", "TO", "011"),
    ("Forlì", "47121", "FC", "0543"),
    ("L'Aquila", "67100", "AQ", "0862"),
    ("Reggio Emilia", "42121", "RE", "0522"),
    ("San Giovanni Valdarno", "52027", "AR", "055"),
    ("Sant'Angelo Lodigiano", "26866", "LO", "0371"),
    ("Bari", "70121", "BA", "080"),
    ("Cantù", "22063", "CO", "031"),
    ("Bologna", "40121", "BO", "051"),
    ("Verona", "37121", "VR", "045"),
    ("Padova", "35121", "PD", "049"),
    ("Catania", "95121", "CT", "095"),
    ("Perugia", "06121", "PG", "075"),
    ("Cagliari", "09121", "CA", "070"),
    ("Lucca", "55100", "LU", "0583"),
    ("Brescia", "25121", "BS", "030"),
    ("Castel San Pietro Terme", "40024", "BO", "051"),
    ("Trieste", "34121", "TS", "040"),
    ("Pesaro", "61121", "PU", "0721"),
    ("Roma", "00184", "RM", "06"),
    ("Ascoli Piceno", "63100", "AP", "0736"),
];
const MAILS: [&str; 8] = ["gmail.com", "libero.it", "virgilio.it", "hotmail.it", "alice.it", "tiscali.it", "outlook.it", "yahoo.it"];

/// A subject as it really is.
#[derive(Debug, Clone, Default)]
struct Truth {
    company: Option<Company>,
    given: String,
    family: String,
    vat: String,
    tax_code: String,
    landline: String,
    mobile: String,
    email: String,
    other_email: String,
    site: String,
    street: (usize, String),
    number: usize,
    town: usize,
    birthday: String,
}

#[derive(Debug, Clone, Default)]
struct Company {
    trade: String,
    own: String,
    form: usize,
    sign: String,
    domain: String,
}

impl Company {
    fn legal(&self) -> String {
        format!("{} {} {}", self.trade, self.own, FORMS[self.form].0).trim().to_owned()
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn plain(text: &str) -> String {
    kernel::fold(text).chars().filter(|letter| letter.is_ascii_alphanumeric()).collect()
}

fn family(dice: &mut Dice) -> String {
    if dice.percent(45) {
        (*dice.favourite(&FAMILIES)).to_owned()
    } else {
        format!("{}{}{}", dice.of(&BEGINNINGS), dice.of(&MIDDLES), dice.of(&ENDINGS))
    }
}

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + dice.below(10) as u8)).collect()
}

/// A partita IVA whose check digit holds.
fn vat(dice: &mut Dice) -> String {
    let body = format!("0{}{:03}", 1_000_000 + dice.below(3_999_999), 1 + dice.below(99));
    let body = &body[body.len() - 10..];
    (0..10).map(|last| format!("{body}{last}")).find(|number| italy::VatNumber::parse(number).is_ok()).unwrap_or_default()
}

/// A codice fiscale that holds, of nobody.
fn tax_code(dice: &mut Dice) -> String {
    let letters = |dice: &mut Dice, count| (0..count).map(|_| char::from(b'A' + dice.below(26) as u8)).collect::<String>();
    let body = format!(
        "{}{:02}{}{:02}{}{:03}",
        letters(dice, 6),
        40 + dice.below(60),
        dice.of(&["A", "B", "C", "D", "E", "H", "L", "M", "P", "R", "S", "T"]),
        1 + dice.below(28),
        dice.of(&["H", "F", "L", "G", "A"]),
        100 + dice.below(800)
    );
    ('A'..='Z').map(|last| format!("{body}{last}")).find(|code| italy::TaxCode::parse(code).is_ok()).unwrap_or_default()
}

/// The same code as an office changes it when two people have one.
fn omocode(code: &str) -> String {
    if code.len() != 16 {
        return code.to_owned();
    }
    let mut letters = code.as_bytes()[..15].to_vec();
    letters[14] = b"LMNPQRSTUV"[usize::from(letters[14] - b'0') % 10];
    let body = String::from_utf8_lossy(&letters).into_owned();
    ('A'..='Z').map(|last| format!("{body}{last}")).find(|code| italy::TaxCode::parse(code).is_ok()).unwrap_or_default()
}

fn person(dice: &mut Dice) -> Truth {
    let town = dice.below(TOWNS.len());
    let (given, family) = ((*dice.favourite(&GIVEN)).to_owned(), family(dice));
    let email = format!("{}.{}{}@{}", plain(&given), plain(&family), dice.below(90) + 10, dice.of(&MAILS));
    Truth {
        tax_code: if dice.percent(60) { tax_code(dice) } else { String::new() },
        landline: if dice.percent(50) { format!("{}{}", TOWNS[town].3, digits(dice, 6)) } else { String::new() },
        mobile: if dice.percent(85) {
            format!("3{}{}", dice.of(&["20", "33", "47", "88", "92", "49"]), digits(dice, 7))
        } else {
            String::new()
        },
        email: if dice.percent(75) { email } else { String::new() },
        other_email: format!("{}{}@{}", plain(&family), &plain(&given)[..1], dice.of(&MAILS)),
        street: (dice.below(KINDS.len()), (*dice.of(&STREETS)).to_owned()),
        number: 1 + dice.below(200),
        birthday: format!("{:04}-{:02}-{:02}", 1945 + dice.below(60), 1 + dice.below(12), 1 + dice.below(28)),
        town,
        given,
        family,
        ..Truth::default()
    }
}

fn company(dice: &mut Dice) -> Truth {
    let mut truth = person(dice);
    let (trade, short) = *dice.of(&TRADES);
    let sign = *dice.of(&SIGNS);
    let own = match dice.below(7) {
        0 => format!("F.lli {}", truth.family),
        1 => format!("{} {}", truth.given, truth.family),
        2 => format!("{} & Figli", truth.family),
        3 => sign.to_owned(),
        4 => format!("{} {}", sign, truth.family),
        5 => format!("{}{}{}", dice.of(&BEGINNINGS), dice.of(&MIDDLES), dice.of(&["tech", "plast", "service", "metal", "food", "line"])),
        _ => truth.family.clone(),
    };
    let domain = format!(
        "{short}{}{}.{}",
        plain(&own).chars().take(14).collect::<String>(),
        TOWNS[truth.town].2.to_lowercase(),
        dice.of(&["it", "com", "eu"])
    );
    truth.vat = vat(dice);
    truth.tax_code = if dice.percent(50) { truth.vat.clone() } else { String::new() };
    truth.landline = format!("{}{}", TOWNS[truth.town].3, digits(dice, 6));
    truth.email = format!("{}@{domain}", dice.of(&["info", "amministrazione", "commerciale", "ordini"]));
    truth.other_email = format!("{}.{}@{domain}", plain(&truth.given), plain(&truth.family));
    truth.site = if dice.percent(50) { format!("www.{domain}") } else { String::new() };
    let sign = if dice.percent(40) { format!("{} {sign}", capitalised(short)) } else { String::new() };
    truth.company = Some(Company { trade: trade.to_owned(), own, form: dice.below(FORMS.len()), sign, domain });
    truth
}

/// Somebody who looks like another and is not.
fn lookalike(dice: &mut Dice, other: &Truth) -> Truth {
    let mut truth = if other.company.is_some() { company(dice) } else { person(dice) };
    match (&other.company, dice.below(3)) {
        // A namesake in another town.
        (None, 0) => (truth.given, truth.family) = (other.given.clone(), other.family.clone()),
        // Husband and wife, or brothers.
        (None, _) => {
            while truth.given == other.given {
                truth.given = (*dice.of(&GIVEN)).to_owned();
            }
            truth.family = other.family.clone();
            truth.landline = other.landline.clone();
            (truth.street, truth.number, truth.town) = (other.street.clone(), other.number, other.town);
        }
        // The same name in another town: chains, saints, stars.
        (Some(company), 0) => {
            truth.town = (other.town + 1 + dice.below(TOWNS.len() - 1)) % TOWNS.len();
            truth.landline = format!("{}{}", TOWNS[truth.town].3, digits(dice, 6));
            let form = dice.below(FORMS.len());
            truth.company = Some(Company { form, domain: format!("{}2.it", plain(&company.legal())), ..company.clone() });
            let domain = truth.company.as_ref().map_or("", |company| &company.domain);
            truth.email = format!("info@{domain}");
            truth.site = String::new();
        }
        // Another firm of the same owner at the same place.
        (Some(_), 1) => {
            (truth.given, truth.family) = (other.given.clone(), other.family.clone());
            truth.landline = other.landline.clone();
            (truth.street, truth.number, truth.town) = (other.street.clone(), other.number, other.town);
            if let Some(company) = &mut truth.company {
                company.own = truth.family.clone();
            }
        }
        // Neighbours in one house.
        (Some(_), _) => (truth.street, truth.number, truth.town) = (other.street.clone(), other.number, other.town),
    }
    if other.company.is_none() {
        truth.email = format!("{}{}{}@{}", plain(&truth.given), plain(&truth.family), 1950 + dice.below(60), dice.of(&MAILS));
    }
    truth
}

/// A record of an account as somebody enters it, and how it goes wrong by other hands.
fn account(dice: &mut Dice, truth: &Truth, mistakes: usize) -> Vec<String> {
    let (town, postcode, province, _) = TOWNS[truth.town];
    let street = format!("{} {} {}", KINDS[truth.street.0].0, truth.street.1, truth.number);
    let name = truth.company.as_ref().map_or_else(|| format!("{} {}", truth.given, truth.family), Company::legal);
    let mut record = vec![
        name,
        truth.company.as_ref().map_or_else(String::new, |company| company.sign.clone()),
        truth.vat.clone(),
        truth.tax_code.clone(),
        [truth.landline.as_str(), truth.mobile.as_str()].into_iter().filter(|phone| !phone.is_empty()).collect::<Vec<_>>().join(" - "),
        truth.email.clone(),
        truth.site.clone(),
        street,
        town.to_owned(),
        postcode.to_owned(),
        province.to_owned(),
    ];
    if dice.percent(30) {
        record[1].clear();
    }
    for _ in 0..mistakes {
        match dice.below(24) {
            0 => record[0] = turned(&record[0], dice),
            1 => record[0] = mistyped(&record[0], dice),
            2 => record[0] = without_accents(&record[0], dice),
            3 => record[0] = record[0].to_uppercase(),
            4 => record[0] = renamed(dice, truth, &record[0]),
            5 => record[0] = renamed(dice, truth, &record[0]),
            6 => record[2] = record[2].strip_prefix('0').map_or_else(|| format!("IT {}", record[2]), str::to_owned),
            7 if record[2].len() == 11 => record[2] = mistyped_digit(&record[2], dice),
            8 => record[2].clear(),
            9 => record[3] = omocode(&record[3]),
            10 => record[4] = otherwise(dice, truth),
            11 => record[4].clear(),
            12 => record[5].clear(),
            13 => record[5] = mistyped_mail(&record[5], dice),
            14 => record[5] = truth.other_email.clone(),
            // The columns of phones and mail in each other's place.
            15 => record.swap(4, 5),
            16 => record[7] = abbreviated(truth, dice),
            17 => record[7] = mistyped(&record[7], dice),
            18 => record[7].clear(),
            19 => record.swap(8, 10),
            20 => record[9].clear(),
            21 => record[8] = without_accents(&record[8], dice).to_uppercase(),
            22 => record.swap(2, 3),
            _ => record[6].clear(),
        }
    }
    record
}

/// A record of a person at a company, likewise.
fn contact(dice: &mut Dice, truth: &Truth, mistakes: usize) -> Vec<String> {
    let (town, postcode, ..) = TOWNS[truth.town];
    let mut record = vec![
        truth.given.clone(),
        truth.family.clone(),
        truth.company.as_ref().map_or_else(String::new, Company::legal),
        [truth.landline.as_str(), truth.mobile.as_str()].into_iter().filter(|phone| !phone.is_empty()).collect::<Vec<_>>().join(" - "),
        if truth.company.is_some() { truth.other_email.clone() } else { truth.email.clone() },
        format!("{} {} {}", KINDS[truth.street.0].0, truth.street.1, truth.number),
        town.to_owned(),
        postcode.to_owned(),
        if dice.percent(40) { truth.birthday.clone() } else { String::new() },
    ];
    for _ in 0..mistakes {
        match dice.below(16) {
            0 => record.swap(0, 1),
            1 => record[0] = mistyped(&record[0], dice),
            2 => record[1] = mistyped(&record[1], dice),
            3 => {
                record[0] = without_accents(&record[0], dice);
                record[1] = without_accents(&record[1], dice);
            }
            4 => {
                record[0] =
                    CALLED.iter().find(|(name, _)| *name == truth.given).map_or(record[0].clone(), |(_, called)| (*called).to_owned())
            }
            5 => record[0] = format!("{}.", truth.given.chars().next().unwrap_or('X')),
            6 => record[2].clear(),
            7 => record[3] = otherwise(dice, truth),
            8 => record[3] = truth.mobile.clone(),
            9 => record[4] = mistyped_mail(&record[4], dice),
            10 => record[4].clear(),
            11 => record.swap(3, 4),
            12 => record[5] = abbreviated(truth, dice),
            13 => record[5].clear(),
            14 => {
                record[1] = format!("{} {}", record[1], record[0]);
                record[0].clear();
            }
            _ => record[8] = truth.birthday.split('-').rev().collect::<Vec<_>>().join("/"),
        }
    }
    record
}

fn turned(text: &str, dice: &mut Dice) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    let by = 1 + dice.below(words.len().max(2) - 1);
    let by = by % words.len();
    words.rotate_left(by);
    words.join(" ")
}

/// One slip: a letter left out, twice, swapped with the next, or its neighbour's on the keyboard.
fn mistyped(text: &str, dice: &mut Dice) -> String {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let mut letters: Vec<char> = text.chars().collect();
    let places: Vec<usize> =
        letters.iter().enumerate().filter(|(_, letter)| letter.is_ascii_alphabetic()).map(|(place, _)| place).collect();
    if places.len() < 4 {
        return text.to_owned();
    }
    let place = *dice.of(&places);
    match dice.below(4) {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letters[place]),
        2 if place + 1 < letters.len() => letters.swap(place, place + 1),
        _ => {
            let lower = letters[place].to_ascii_lowercase();
            let row = ROWS.iter().find(|row| row.contains(lower)).unwrap_or(&ROWS[0]);
            let at = row.find(lower).unwrap_or(0);
            letters[place] = row.as_bytes()[if at == 0 { 1 } else { at - 1 }].into();
        }
    }
    letters.into_iter().collect()
}

fn mistyped_digit(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = dice.below(bytes.len());
    bytes[place] = b'0' + (bytes[place] - b'0' + 1 + dice.below(8) as u8) % 10;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Accents as who has no such keys writes them: behind the letter, as another letter, or not at all.
fn without_accents(text: &str, dice: &mut Dice) -> String {
    let way = dice.below(3);
    let mut written = String::new();
    for letter in text.chars() {
        let plain = match letter {
            'à' => 'a',
            'è' | 'é' => 'e',
            'ì' => 'i',
            'ò' => 'o',
            'ù' => 'u',
            other => {
                written.push(other);
                continue;
            }
        };
        written.push(plain);
        match way {
            0 => written.push('\''),
            1 => written.push('`'),
            _ => {}
        }
    }
    written
}

fn mistyped_mail(email: &str, dice: &mut Dice) -> String {
    let Some((local, domain)) = email.split_once('@') else { return email.to_owned() };
    match dice.below(3) {
        0 => format!(
            "{local}@{}",
            mistyped(domain.split('.').next().unwrap_or(domain), dice) + &domain[domain.find('.').unwrap_or(domain.len())..]
        ),
        1 => format!("{}@{domain}", mistyped(local, dice)),
        _ => email.to_uppercase(),
    }
}

/// A company under another of its names, a person by the name he is called.
fn renamed(dice: &mut Dice, truth: &Truth, name: &str) -> String {
    let Some(company) = &truth.company else {
        return match dice.below(4) {
            0 => format!("{} {}.", truth.family, truth.given.chars().next().unwrap_or('X')),
            1 => CALLED
                .iter()
                .find(|(given, _)| *given == truth.given)
                .map_or_else(|| format!("{} {}", truth.family, truth.given), |(_, called)| format!("{called} {}", truth.family)),
            2 => format!("Sig. {} {}", truth.given, truth.family),
            _ => format!("{} {}", truth.family.to_uppercase(), truth.given),
        };
    };
    match dice.below(8) {
        0 if !company.sign.is_empty() => company.sign.clone(),
        1 => format!("{} {} {}", company.trade, company.own, FORMS[company.form].1).trim().to_owned(),
        2 => format!("{} {} di {} {} & C. {}", company.trade, company.own, truth.family, truth.given, FORMS[company.form].0),
        3 => format!("Ditta {} {}", company.own, company.trade),
        4 => company.own.clone(),
        5 => format!("{} {}", company.trade, company.own).replace("F.lli", "Fratelli").replace('&', "e"),
        6 => {
            let mut short = String::new();
            for word in company.legal().split(' ').filter(|word| word.len() > 1 && !word.contains('.')) {
                let _ = write!(short, "{}.", word.chars().next().unwrap_or('X'));
            }
            if short.len() >= 6 { format!("{short} {}", FORMS[company.form].1) } else { name.to_owned() }
        }
        _ => format!("{} {}", company.own, FORMS[company.form].0),
    }
}

/// The phones as others write them.
fn otherwise(dice: &mut Dice, truth: &Truth) -> String {
    let written = |dice: &mut Dice, phone: &str| match dice.below(6) {
        0 => format!("+39 {phone}"),
        1 => format!("0039{phone}"),
        2 if phone.len() > 6 => format!("{}/{}", &phone[..3], &phone[3..]),
        3 if phone.len() > 6 => format!("({}) {}.{}", &phone[..3], &phone[3..6], &phone[6..]),
        4 => phone.trim_start_matches('0').to_owned(),
        _ => phone.to_owned(),
    };
    let mut phones: Vec<&String> = [&truth.mobile, &truth.landline].into_iter().filter(|phone| !phone.is_empty()).collect();
    if dice.percent(40) {
        phones.truncate(1);
    }
    phones.into_iter().map(|phone| written(dice, phone)).collect::<Vec<_>>().join(" / ")
}

fn abbreviated(truth: &Truth, dice: &mut Dice) -> String {
    let (kind, name) = (KINDS[truth.street.0].1, &truth.street.1);
    match dice.below(5) {
        0 => format!("{kind} {name}, {}", truth.number),
        1 => format!("{kind} {name} n. {}/A", truth.number),
        2 => format!("{} {name}", KINDS[truth.street.0].0),
        3 => format!("{} {}, {}", kind.to_uppercase(), name.to_uppercase(), truth.number),
        _ => format!("{kind} {} {} int. 2", name.split(' ').next_back().unwrap_or(name), truth.number),
    }
}

/// So many accounts, companies and people; of a hundred, so many are entered again (some more than once).
pub fn accounts(count: usize, again: usize, seed: u64) -> Vec<Invented> {
    invented(count, again, seed, 65, account)
}

/// So many people, most of whom stand at companies, often several at one.
pub fn people(count: usize, again: usize, seed: u64) -> Vec<Invented> {
    let mut dice = Dice(seed);
    let mut records = Vec::with_capacity(count);
    let mut subject = 0;
    while records.len() < count {
        let first = if dice.percent(60) { company(&mut dice) } else { person(&mut dice) };
        let mut truths = vec![first.clone()];
        if first.company.is_some() {
            for _ in 0..dice.below(4) {
                // A colleague: address, phone, company and domain are those of the office.
                let mut colleague = person(&mut dice);
                while colleague.given == first.given {
                    colleague.given = (*dice.of(&GIVEN)).to_owned();
                }
                if dice.percent(15) {
                    colleague.family = first.family.clone();
                }
                let domain = first.company.as_ref().map_or("", |company| &company.domain);
                colleague.other_email = format!("{}.{}@{domain}", plain(&colleague.given), plain(&colleague.family));
                colleague.company = first.company.clone();
                colleague.landline = first.landline.clone();
                (colleague.street, colleague.number, colleague.town) = (first.street.clone(), first.number, first.town);
                truths.push(colleague);
            }
        } else if dice.percent(20) {
            truths.push(lookalike(&mut dice, &first));
        }
        for truth in truths {
            records.push(Invented { subject, fields: contact(&mut dice, &truth, 0) });
            while dice.percent(again) {
                let mistakes = 1 + dice.below(3);
                records.push(Invented { subject, fields: contact(&mut dice, &truth, mistakes) });
            }
            subject += 1;
        }
    }
    records.truncate(count);
    records
}

fn invented(
    count: usize,
    again: usize,
    seed: u64,
    companies: usize,
    record: impl Fn(&mut Dice, &Truth, usize) -> Vec<String>,
) -> Vec<Invented> {
    let mut dice = Dice(seed);
    let mut records = Vec::with_capacity(count);
    let mut subject = 0;
    while records.len() < count {
        let first = if dice.percent(companies) { company(&mut dice) } else { person(&mut dice) };
        let mut truths = vec![first];
        if dice.percent(12) {
            let other = lookalike(&mut dice, &truths[0]);
            truths.push(other);
        }
        for truth in truths {
            let mistakes = dice.below(2);
            records.push(Invented { subject, fields: record(&mut dice, &truth, mistakes) });
            while dice.percent(again) {
                let mistakes = 1 + dice.below(4);
                records.push(Invented { subject, fields: record(&mut dice, &truth, mistakes) });
            }
            subject += 1;
        }
    }
    records.truncate(count);
    records
}
