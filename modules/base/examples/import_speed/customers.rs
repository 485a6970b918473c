//! A file of customers of any size, the same for the same seed: each row a company with its identifiers, a second
//! place, a person with a role, two phones and an e-mail.

use std::io::{self, Write};

/// The header of the file, and how it is mapped.
pub const MAPPING: &str = r#"
[columns]
"Codice" = "code"
"Ragione sociale" = "name"
"Partita IVA" = "vat_number"
"Indirizzo" = "address.street"
"CAP" = "address.postcode"
"Località" = "address.city"
"Prov." = "address.province"
"Telefono" = "phones"
"E-mail" = "emails"
"Nome referente" = "contact.name.given"
"Cognome referente" = "contact.name.family"
"Ruolo" = "contact.job_title"
"Cellulare referente" = { to = "contact.phones", use = "mobile" }
"Via magazzino" = "site.address.street"
"CAP magazzino" = "site.address.postcode"
"Località magazzino" = "site.address.city"
"Prov. magazzino" = "site.address.province"
"Fido" = "credit_limit"
"Fatturato" = "revenue"
"Data ult. acquisto" = "note"
"#;

const HEADER: &str = "Codice;Ragione sociale;Partita IVA;Indirizzo;CAP;Località;Prov.;Telefono;E-mail;Nome referente;Cognome referente;\
                      Ruolo;Cellulare referente;Via magazzino;CAP magazzino;Località magazzino;Prov. magazzino;Fido;Fatturato;\
                      Data ult. acquisto";

const TRADES: [&str; 16] = [
    "Officina",
    "Panificio",
    "Falegnameria",
    "Termoidraulica",
    "Studio Tecnico",
    "Hotel",
    "Immobiliare",
    "Carpenteria",
    "Tipografia",
    "Farmacia",
    "Caseificio",
    "Edilizia",
    "Gioielleria",
    "Impianti",
    "Lavanderia",
    "Serramenti",
];
const FORMS: [&str; 6] = ["S.r.l.", "S.n.c.", "S.p.A.", "S.a.s.", "S.r.l.s.", "& Figli"];
const FAMILIES: [&str; 40] = [
    "Rossi",
    "Bianchi",
    "Ferrari",
    "Esposito",
    "Romano",
    "Colombo",
    "Ricci",
    "Marino",
    "Greco",
    "Bruno",
    "Gallo",
    "Conti",
    "De Luca",
    "Mancini",
    "Costa",
    "Giordano",
    "Rizzo",
    "Lombardi",
    "Moretti",
    "Barbieri",
    "Fontana",
    "Santoro",
    "Mariani",
    "Rinaldi",
    "Caruso",
    "Ferrara",
    "Galli",
    "Martini",
    "Leone",
    "Longo",
    "Gentile",
    "Martinelli",
    "Vitale",
    "Lombardo",
    "Serra",
    "Coppola",
    "De Santis",
    "D'Angelo",
    "Marchetti",
    "Cantù",
];
const GIVEN: [&str; 20] = [
    "Marco",
    "Giulia",
    "Luca",
    "Chiara",
    "Andrea",
    "Francesca",
    "Matteo",
    "Sara",
    "Lorenzo",
    "Martina",
    "Alessandro",
    "Elena",
    "Davide",
    "Anna",
    "Simone",
    "Paola",
    "Nicolò",
    "Laura",
    "Stefano",
    "Silvia",
];
const STREETS: [&str; 10] = [
    "Via Roma",
    "Via Garibaldi",
    "Corso Italia",
    "Via Gramsci",
    "Piazza Duomo",
    "Via Aldo Moro",
    "Viale Europa",
    "Via XX Settembre",
    "Via Don Minzoni",
    "Largo Augusto",
];
const CITIES: [(&str, &str, &str); 24] = [
    ("Pisa", "PI", "56121"),
    ("Livorno", "LI", "57123"),
    ("Firenze", "FI", "50122"),
    ("Milano", "MI", "20121"),
    ("Roma", "RM", "00184"),
    ("Torino", "TO", "10121"),
    ("Bologna", "BO", "40121"),
    ("Napoli", "NA", "80121"),
    ("Bari", "BA", "70121"),
    ("Genova", "GE", "16121"),
    ("Palermo", "PA", "90121"),
    ("Verona", "VR", "37121"),
    ("Padova", "PD", "35121"),
    ("Lucca", "LU", "55100"),
    ("Siena", "SI", "53100"),
    ("Pontedera", "PI", "56025"),
    ("Prato", "PO", "59100"),
    ("Modena", "MO", "41121"),
    ("Parma", "PR", "43121"),
    ("Bergamo", "BG", "24121"),
    ("Forlì", "FC", "47121"),
    ("Ancona", "AN", "60121"),
    ("Perugia", "PG", "06121"),
    ("Cagliari", "CA", "09121"),
];
const AREAS: [&str; 12] = ["050", "0586", "055", "02", "06", "011", "051", "081", "080", "010", "091", "045"];
const ROLES: [&str; 5] = ["Titolare", "Resp. acquisti", "Amministratore", "Direttore commerciale", "Segreteria"];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.roll(things.len())]
    }
}

/// Writes a file with so many rows.
pub fn write(rows: usize, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    writeln!(out, "{HEADER}\r")?;
    for number in 0..rows {
        let (family, given) = (*dice.of(&FAMILIES), *dice.of(&GIVEN));
        let trade = *dice.of(&TRADES);
        let form = *dice.of(&FORMS);
        let (street, other_street) = (*dice.of(&STREETS), *dice.of(&STREETS));
        let (city, province, postcode) = *dice.of(&CITIES);
        let (other_city, other_province, other_postcode) = *dice.of(&CITIES);
        let domain: String = kernel::fold(&format!("{trade}{family}")).chars().filter(char::is_ascii_alphanumeric).collect();
        writeln!(
            out,
            "C{number:07};{trade} {family} {form};{};{street} {};{postcode};{city};{province};{} {:06};info{number}@{domain}.it;{given};{family};{};3{}{:07};{other_street} {};{other_postcode};{other_city};{other_province};{},00;{}.000,00;{:02}/{:02}/2026\r",
            vat_number(10_000_000 + (number as u32 % 89_999_999)),
            1 + dice.roll(250),
            dice.of(&AREAS),
            dice.roll(1_000_000),
            dice.of(&ROLES),
            [28, 33, 34, 38, 47, 49][dice.roll(6)],
            dice.roll(10_000_000),
            1 + dice.roll(250),
            500 * dice.roll(60),
            100 + dice.roll(900),
            1 + dice.roll(28),
            1 + dice.roll(12),
        )?;
    }
    Ok(())
}

fn vat_number(number: u32) -> String {
    let digits = format!("{number:07}").chars().take(7).collect::<String>() + &format!("{:03}", 1 + number % 95);
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, byte)| match (place % 2, u32::from(byte - b'0')) {
            (0, digit) => digit,
            (_, digit @ 0..=4) => digit * 2,
            (_, digit) => digit * 2 - 9,
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
