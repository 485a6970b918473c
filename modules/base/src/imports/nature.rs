//! Whether a name is a company's or a person's, and which part of a person's name is which.
//!
//! A row of a program of the administration has one name and no column that says whose it is. In this order:
//!
//! 1. a codice fiscale of sixteen characters without a partita IVA: a person;
//! 2. a partita IVA, or somebody named to turn to: a company;
//! 3. a legal form at the end of the name («S.r.l.», «& C.»): a company;
//! 4. a word of a trade («Officina», «Panificio»), a digit, «&»: a company;
//! 5. two to four words of letters alone, one of them a known given name, or none but in a file that has a column of
//!    tax numbers, where only people lack one: a person;
//! 6. otherwise a company, as accounts are unless somebody says so.

use super::mapping::NameOrder;

/// What a row tells of whose its name is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    pub(super) vat_number: bool,
    pub(super) personal_tax_code: bool,
    pub(super) somebody_named: bool,
    /// The file has a column of tax numbers.
    pub(super) tax_numbers: bool,
}

/// Whether a name is a person's.
pub(super) fn is_person(name: &str, signs: Signs) -> bool {
    if signs.personal_tax_code && !signs.vat_number {
        return true;
    }
    if signs.vat_number || signs.somebody_named || italy::legal_form::split(name).1.is_some() {
        return false;
    }
    if name.chars().any(|c| !(c.is_alphabetic() || c.is_whitespace() || matches!(c, '\'' | '’' | '.' | '-' | '`'))) {
        return false;
    }
    let words: Vec<String> = words(name);
    if !(2..=4).contains(&words.len()) || words.iter().any(|word| is_trade(word)) {
        return false;
    }
    signs.tax_numbers || words.iter().any(|word| is_given(word))
}

/// Given and family name of a whole name, where it is clear which is which.
pub(super) fn split(name: &str, order: NameOrder) -> Option<(String, String)> {
    let words: Vec<&str> = name.split_whitespace().collect();
    if words.len() < 2 {
        return None;
    }
    let folded: Vec<String> = words.iter().map(|word| kernel::fold(word)).collect();
    let leading = folded.iter().take_while(|word| is_given(word)).count();
    let trailing = folded.iter().rev().take_while(|word| is_given(word)).count();
    let join = |words: &[&str]| words.join(" ");
    let given_first = |count: usize| {
        // «De», «Di», «Lo» begin a family name.
        let count = count.clamp(1, words.len() - 1);
        Some((join(&words[..count]), join(&words[count..])))
    };
    let family_first = |count: usize| {
        let count = count.clamp(1, words.len() - 1);
        Some((join(&words[words.len() - count..]), join(&words[..words.len() - count])))
    };
    match order {
        NameOrder::GivenFirst => given_first(leading.max(1)),
        NameOrder::FamilyFirst => family_first(trailing.max(1)),
        NameOrder::Guess if leading > 0 && trailing == 0 => given_first(leading),
        NameOrder::Guess if trailing > 0 && leading == 0 => family_first(trailing),
        NameOrder::Guess => None,
    }
}

fn words(name: &str) -> Vec<String> {
    kernel::fold(name).split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_trade(word: &str) -> bool {
    TRADES.binary_search(&word.trim_end_matches('.')).is_ok()
}

fn is_given(word: &str) -> bool {
    GIVEN.binary_search(&word).is_ok()
}

/// Words of trades and of bodies, folded, in their order: no family is called so.
#[rustfmt::skip]
const TRADES: &[&str] = &[
    "abbigliamento", "agenzia", "agraria", "agricola", "agriturismo", "albergo", "alimentari", "ambulatorio", "amministrazione",
    "arredamenti", "arredo", "asilo", "assicurazioni", "associati", "associazione", "autocarrozzeria", "autofficina",
    "autoscuola", "autotrasporti", "azienda", "banca", "bar", "birreria", "calzature", "calzaturificio", "camping", "cantina",
    "cantine", "carpenteria", "carrozzeria", "cartiera", "cartoleria", "cartotecnica", "caseificio", "centro", "ceramica",
    "ceramiche", "cinema", "circolo", "clinica", "colorificio", "comune", "comunita", "concessionaria", "condominio",
    "consorzio", "consulenza", "consulenze", "coop", "cooperativa", "costruzioni", "distributori", "ditta", "edil", "edile",
    "edilizia", "elettrica", "elettronica", "enoteca", "ente", "erboristeria", "estetica", "f.lli", "falegnameria",
    "farmaceutica", "farmacia", "ferramenta", "fiduciaria", "fioreria", "flli", "fondazione", "fonderia", "forno", "frantoio",
    "fratelli", "garage", "gelateria", "gestione", "gioielleria", "gioielli", "gomme", "group", "gruppo", "holding", "hotel",
    "idraulica", "immobiliare", "impianti", "impiantistica", "impresa", "imprese", "industria", "industrie", "informatica",
    "ingrosso", "installazioni", "istituto", "italia", "italiana", "laboratorio", "lavanderia", "lavorazione", "legno",
    "libreria", "liceo", "logistica", "macelleria", "maglieria", "manifattura", "marmi", "meccanica", "merceria", "ministero",
    "mobili", "mobilificio", "molino", "motors", "negozio", "officina", "officine", "oleificio", "onoranze", "oreficeria",
    "organizzazione", "ospedale", "ottica", "panetteria", "panificio", "parrocchia", "parrucchiere", "parrucchieri",
    "pasticceria", "pastificio", "pavimenti", "pelletteria", "pelletterie", "pescheria", "pizzeria", "poliambulatorio",
    "polizia", "prefettura", "prodotti", "progetti", "provincia", "pubblicita", "regione", "ricambi", "riseria", "ristorante",
    "salumificio", "scavi", "scuola", "segheria", "serramenti", "service", "servizi", "sistemi", "soc", "societa", "sport",
    "stamperia", "stazione", "studio", "supermercato", "tabaccheria", "tappezzeria", "tecnica", "tecno", "termoidraulica",
    "tessitura", "tessuti", "tintoria", "tipografia", "torrefazione", "trasporti", "trattoria", "universita", "vetreria",
    "viaggi", "vini", "vivai", "vivaio", "zootecnica",
];

/// Given names in use in Italy, folded, in their order.
#[rustfmt::skip]
const GIVEN: &[&str] = &[
    "ada", "adele", "adriana", "adriano", "agata", "agnese", "agostino", "alba", "alberto", "aldo", "alessandra", "alessandro",
    "alessia", "alessio", "alex", "alfio", "alfonso", "alfredo", "alice", "alida", "allegra", "amalia", "amedeo", "amelia",
    "andrea", "andreina", "angela", "angelica", "angelo", "anita", "anna", "annalisa", "annamaria", "annarita", "antonella",
    "antonello", "antonia", "antonietta", "antonino", "antonio", "arianna", "armando", "arnaldo", "arturo", "asia", "assunta",
    "attilio", "augusto", "aurelio", "aurora", "azzurra", "barbara", "bartolomeo", "battista", "beatrice", "benedetta",
    "benedetto", "beniamino", "bernardo", "biagio", "bianca", "bice", "bruna", "bruno", "camilla", "camillo", "carla", "carlo",
    "carlotta", "carmela", "carmelo", "carmen", "carmine", "carolina", "caterina", "cecilia", "celeste", "cesare", "chiara",
    "christian", "cinzia", "ciro", "clara", "claudia", "claudio", "clelia", "concetta", "consuelo", "corinna", "corrado",
    "cosimo", "costanza", "cristian", "cristiana", "cristiano", "cristina", "dalila", "damiano", "daniela", "daniele", "danilo",
    "daria", "dario", "davide", "debora", "deborah", "denis", "denise", "diana", "diego", "dina", "dino", "domenica", "domenico",
    "donata", "donatella", "donato", "dora", "doriana", "edda", "edoardo", "elena", "eleonora", "elia", "eliana", "elisa",
    "elisabetta", "eloisa", "elvira", "emanuela", "emanuele", "emilia", "emiliano", "emilio", "emma", "enrica", "enrico", "enzo",
    "erica", "erika", "ermanno", "ernesto", "ester", "ettore", "eugenia", "eugenio", "eva", "ezio", "fabiana", "fabio",
    "fabiola", "fabrizia", "fabrizio", "fausto", "federica", "federico", "felice", "ferdinando", "fernando", "filippo",
    "fiorella", "fiorenza", "flavia", "flavio", "franca", "francesca", "francesco", "franco", "fulvia", "fulvio", "gabriele",
    "gabriella", "gaetano", "gaia", "gemma", "gennaro", "gerardo", "germana", "giacinto", "giacomo", "giada", "giampaolo",
    "giampiero", "giancarlo", "gianfranco", "gianluca", "gianluigi", "gianmarco", "gianni", "gianpaolo", "gilberto", "gina",
    "ginevra", "gino", "gioele", "gioia", "giordana", "giorgia", "giorgio", "giovanna", "giovanni", "giulia", "giuliana",
    "giuliano", "giulio", "giuseppe", "giuseppina", "giusy", "gloria", "grazia", "graziano", "graziella", "greta", "guglielmo",
    "guido", "gustavo", "ida", "ignazio", "igor", "ilaria", "ilario", "ilenia", "ines", "ippolito", "irene", "irma", "isabella",
    "italo", "ivan", "ivana", "ivano", "ivo", "jacopo", "jessica", "katia", "lara", "laura", "lavinia", "lea", "leandro",
    "leonardo", "letizia", "licia", "lidia", "liliana", "lina", "lino", "lisa", "livia", "livio", "loredana", "lorena",
    "lorenza", "lorenzo", "loris", "luca", "lucia", "luciana", "luciano", "lucio", "lucrezia", "ludovica", "ludovico", "luigi",
    "luigia", "luigina", "luisa", "maddalena", "manuel", "manuela", "mara", "marcella", "marcello", "marco", "margherita",
    "maria", "mariagrazia", "mariangela", "marianna", "mariano", "marica", "mariella", "marika", "marina", "mario", "marisa",
    "marta", "martina", "martino", "massimiliano", "massimo", "matilde", "matteo", "mattia", "maura", "maurizio", "mauro",
    "melissa", "michela", "michele", "micol", "milena", "mimmo", "mirco", "mirella", "miriam", "mirko", "monica", "morena",
    "moreno", "nadia", "natale", "natalia", "nazzareno", "nello", "niccolo", "nicla", "nicola", "nicole", "nicoletta", "nicolo",
    "nino", "noemi", "nora", "norma", "nunzia", "nunzio", "olga", "omar", "orazio", "ornella", "oscar", "osvaldo", "ottavia",
    "ottavio", "pamela", "paola", "paolo", "pasquale", "patrizia", "patrizio", "piera", "pierangelo", "pierfrancesco",
    "pierluigi", "piero", "pierpaolo", "pietro", "pina", "pino", "pio", "primo", "rachele", "raffaela", "raffaele", "raffaella",
    "raimondo", "rebecca", "remo", "renata", "renato", "renzo", "riccardo", "rita", "roberta", "roberto", "rocco", "rodolfo",
    "romano", "romeo", "romina", "romolo", "rosa", "rosalba", "rosalia", "rosanna", "rosaria", "rosario", "rossana", "rossella",
    "ruggero", "sabina", "sabrina", "salvatore", "samanta", "samantha", "samuel", "samuela", "samuele", "sandra", "sandro",
    "santo", "sara", "savino", "sebastiano", "serena", "sergio", "silvana", "silvano", "silvia", "silvio", "simona", "simone",
    "sofia", "sonia", "stefania", "stefano", "stella", "susanna", "tamara", "tania", "tatiana", "teodoro", "teresa", "tina",
    "tito", "tiziana", "tiziano", "tommaso", "tullio", "ugo", "umberto", "valentina", "valentino", "valeria", "valerio",
    "vanessa", "vera", "veronica", "vilma", "vincenza", "vincenzo", "viola", "virginia", "vito", "vittoria", "vittorio",
    "viviana", "walter", "yuri", "zeno",
];
