//! The provinces of Italy by their two letters, those that ceased included.
//!
//! As of the Sardinian reform in force since April 2025: Gallura, Ogliastra, Medio Campidano and Sulcis Iglesiente are
//! back under the letters they had until 2016, and Sud Sardegna is no more.

use kernel::fold::fold_into;

/// A province, or what stands in its place: a metropolitan city, an autonomous province, a free consortium.
#[derive(Debug, PartialEq, Eq)]
pub struct Province {
    /// Two capital letters.
    pub sigla: &'static str,
    /// The official name in Italian.
    pub name: &'static str,
    /// Its region; empty for what is no longer Italy.
    pub region: &'static str,
    /// The year in which it, or these letters for it, ceased; `None` while it is in use.
    pub ceased: Option<i16>,
    /// The letters that took the place of ceased ones, if the province itself goes on.
    pub now: Option<&'static str>,
    also: &'static [&'static str],
}

const fn now(sigla: &'static str, name: &'static str, region: &'static str, also: &'static [&'static str]) -> Province {
    Province { sigla, name, region, ceased: None, now: None, also }
}

const fn ceased(sigla: &'static str, name: &'static str, region: &'static str, year: i16, now: Option<&'static str>) -> Province {
    Province { sigla, name, region, ceased: Some(year), now, also: &[] }
}

/// All of them: those of today in the order of their letters, then the ceased.
#[rustfmt::skip]
pub static PROVINCES: [Province; 116] = [
    now("AG", "Agrigento", "Sicilia", &[]),
    now("AL", "Alessandria", "Piemonte", &[]),
    now("AN", "Ancona", "Marche", &[]),
    now("AO", "Aosta", "Valle d'Aosta", &["Aoste", "Valle d'Aosta"]),
    now("AP", "Ascoli Piceno", "Marche", &["Ascoli"]),
    now("AQ", "L'Aquila", "Abruzzo", &["Aquila"]),
    now("AR", "Arezzo", "Toscana", &[]),
    now("AT", "Asti", "Piemonte", &[]),
    now("AV", "Avellino", "Campania", &[]),
    now("BA", "Bari", "Puglia", &[]),
    now("BG", "Bergamo", "Lombardia", &[]),
    now("BI", "Biella", "Piemonte", &[]),
    now("BL", "Belluno", "Veneto", &[]),
    now("BN", "Benevento", "Campania", &[]),
    now("BO", "Bologna", "Emilia-Romagna", &[]),
    now("BR", "Brindisi", "Puglia", &[]),
    now("BS", "Brescia", "Lombardia", &[]),
    now("BT", "Barletta-Andria-Trani", "Puglia", &["Barletta", "Andria", "Trani", "BAT"]),
    now("BZ", "Bolzano", "Trentino-Alto Adige", &["Bozen", "Bolzano/Bozen", "Alto Adige", "Südtirol"]),
    now("CA", "Cagliari", "Sardegna", &[]),
    now("CB", "Campobasso", "Molise", &[]),
    now("CE", "Caserta", "Campania", &[]),
    now("CH", "Chieti", "Abruzzo", &[]),
    now("CI", "Sulcis Iglesiente", "Sardegna", &["Carbonia-Iglesias", "Carbonia"]),
    now("CL", "Caltanissetta", "Sicilia", &[]),
    now("CN", "Cuneo", "Piemonte", &[]),
    now("CO", "Como", "Lombardia", &[]),
    now("CR", "Cremona", "Lombardia", &[]),
    now("CS", "Cosenza", "Calabria", &[]),
    now("CT", "Catania", "Sicilia", &[]),
    now("CZ", "Catanzaro", "Calabria", &[]),
    now("EN", "Enna", "Sicilia", &[]),
    now("FC", "Forlì-Cesena", "Emilia-Romagna", &["Forlì", "Cesena"]),
    now("FE", "Ferrara", "Emilia-Romagna", &[]),
    now("FG", "Foggia", "Puglia", &[]),
    now("FI", "Firenze", "Toscana", &[]),
    now("FM", "Fermo", "Marche", &[]),
    now("FR", "Frosinone", "Lazio", &[]),
    now("GE", "Genova", "Liguria", &[]),
    now("GO", "Gorizia", "Friuli-Venezia Giulia", &[]),
    now("GR", "Grosseto", "Toscana", &[]),
    now("IM", "Imperia", "Liguria", &[]),
    now("IS", "Isernia", "Molise", &[]),
    now("KR", "Crotone", "Calabria", &[]),
    now("LC", "Lecco", "Lombardia", &[]),
    now("LE", "Lecce", "Puglia", &[]),
    now("LI", "Livorno", "Toscana", &[]),
    now("LO", "Lodi", "Lombardia", &[]),
    now("LT", "Latina", "Lazio", &[]),
    now("LU", "Lucca", "Toscana", &[]),
    now("MB", "Monza e della Brianza", "Lombardia", &["Monza", "Monza e Brianza", "Monza-Brianza"]),
    now("MC", "Macerata", "Marche", &[]),
    now("ME", "Messina", "Sicilia", &[]),
    now("MI", "Milano", "Lombardia", &[]),
    now("MN", "Mantova", "Lombardia", &[]),
    now("MO", "Modena", "Emilia-Romagna", &[]),
    now("MS", "Massa-Carrara", "Toscana", &["Massa", "Massa e Carrara", "Carrara"]),
    now("MT", "Matera", "Basilicata", &[]),
    now("NA", "Napoli", "Campania", &[]),
    now("NO", "Novara", "Piemonte", &[]),
    now("NU", "Nuoro", "Sardegna", &[]),
    now("OG", "Ogliastra", "Sardegna", &[]),
    now("OR", "Oristano", "Sardegna", &[]),
    now("OT", "Gallura Nord-Est Sardegna", "Sardegna", &["Olbia-Tempio", "Gallura", "Olbia-Tempio Pausania", "Olbia"]),
    now("PA", "Palermo", "Sicilia", &[]),
    now("PC", "Piacenza", "Emilia-Romagna", &[]),
    now("PD", "Padova", "Veneto", &[]),
    now("PE", "Pescara", "Abruzzo", &[]),
    now("PG", "Perugia", "Umbria", &[]),
    now("PI", "Pisa", "Toscana", &[]),
    now("PN", "Pordenone", "Friuli-Venezia Giulia", &[]),
    now("PO", "Prato", "Toscana", &[]),
    now("PR", "Parma", "Emilia-Romagna", &[]),
    now("PT", "Pistoia", "Toscana", &[]),
    now("PU", "Pesaro e Urbino", "Marche", &["Pesaro", "Pesaro-Urbino", "Urbino"]),
    now("PV", "Pavia", "Lombardia", &[]),
    now("PZ", "Potenza", "Basilicata", &[]),
    now("RA", "Ravenna", "Emilia-Romagna", &[]),
    now("RC", "Reggio Calabria", "Calabria", &["Reggio di Calabria"]),
    now("RE", "Reggio nell'Emilia", "Emilia-Romagna", &["Reggio Emilia", "Reggio d'Emilia"]),
    now("RG", "Ragusa", "Sicilia", &[]),
    now("RI", "Rieti", "Lazio", &[]),
    now("RM", "Roma", "Lazio", &[]),
    now("RN", "Rimini", "Emilia-Romagna", &[]),
    now("RO", "Rovigo", "Veneto", &[]),
    now("SA", "Salerno", "Campania", &[]),
    now("SI", "Siena", "Toscana", &[]),
    now("SO", "Sondrio", "Lombardia", &[]),
    now("SP", "La Spezia", "Liguria", &["Spezia"]),
    now("SR", "Siracusa", "Sicilia", &[]),
    now("SS", "Sassari", "Sardegna", &[]),
    now("SV", "Savona", "Liguria", &[]),
    now("TA", "Taranto", "Puglia", &[]),
    now("TE", "Teramo", "Abruzzo", &[]),
    now("TN", "Trento", "Trentino-Alto Adige", &["Trentino"]),
    now("TO", "Torino", "Piemonte", &[]),
    now("TP", "Trapani", "Sicilia", &[]),
    now("TR", "Terni", "Umbria", &[]),
    now("TS", "Trieste", "Friuli-Venezia Giulia", &[]),
    now("TV", "Treviso", "Veneto", &[]),
    now("UD", "Udine", "Friuli-Venezia Giulia", &[]),
    now("VA", "Varese", "Lombardia", &[]),
    now("VB", "Verbano-Cusio-Ossola", "Piemonte", &["Verbania", "VCO"]),
    now("VC", "Vercelli", "Piemonte", &[]),
    now("VE", "Venezia", "Veneto", &[]),
    now("VI", "Vicenza", "Veneto", &[]),
    now("VR", "Verona", "Veneto", &[]),
    now("VS", "Medio Campidano", "Sardegna", &[]),
    now("VT", "Viterbo", "Lazio", &[]),
    now("VV", "Vibo Valentia", "Calabria", &["Vibo"]),
    ceased("SU", "Sud Sardegna", "Sardegna", 2025, None),
    ceased("PS", "Pesaro e Urbino", "Marche", 1999, Some("PU")),
    ceased("FO", "Forlì-Cesena", "Emilia-Romagna", 1999, Some("FC")),
    ceased("FU", "Fiume", "", 1947, None),
    ceased("PL", "Pola", "", 1947, None),
    ceased("ZA", "Zara", "", 1947, None),
];

/// By its letters, in either case, also in brackets: `PI`, `pi`, `(PI)`.
pub fn by_sigla(sigla: &str) -> Option<&'static Province> {
    let bare = sigla.trim().trim_start_matches('(').trim_end_matches(')').trim();
    PROVINCES.iter().find(|province| province.sigla.eq_ignore_ascii_case(bare))
}

/// By its name, however accents, case, dashes and small words are written; those in use before the ceased.
pub fn by_name(name: &str) -> Option<&'static Province> {
    let mut wanted = String::new();
    essence(name, &mut wanted);
    if wanted.is_empty() {
        return None;
    }
    let mut other = String::new();
    let initial = wanted.as_bytes()[0];
    let mut is_same = |candidate: &str| {
        // Every name of the table begins with a plain letter that it keeps: most are told apart by it.
        if candidate.as_bytes()[0].to_ascii_lowercase() != initial {
            return false;
        }
        other.clear();
        essence(candidate, &mut other);
        other == wanted
    };
    PROVINCES.iter().find(|province| is_same(province.name) || province.also.iter().any(|also| is_same(also)))
}

/// By its letters or by its name, as a column "Provincia" may hold either.
pub fn find(text: &str) -> Option<&'static Province> {
    by_sigla(text).or_else(|| by_name(text))
}

/// The words of a name that tell provinces apart, folded and run together.
fn essence(name: &str, essence: &mut String) {
    let mut folded = String::new();
    fold_into(name, &mut folded);
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        if !matches!(word, "e" | "di" | "d" | "della" | "dell" | "nell" | "provincia") {
            essence.push_str(word);
        }
    }
}

#[cfg(test)]
mod tests;
