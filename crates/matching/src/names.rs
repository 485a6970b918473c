//! Names of people and companies, brought to words that can be laid side by side.

use crate::text::{Words, table};
use kernel::fold::fold_into;
use std::sync::LazyLock;

/// What stands before a person's name and is none of it.
const TITLES: &[&str] = &[
    "sig",
    "sigra",
    "signora",
    "signor",
    "signorina",
    "dott",
    "dottssa",
    "dottoressa",
    "dottor",
    "dr",
    "drssa",
    "ing",
    "avv",
    "avvocato",
    "rag",
    "geom",
    "arch",
    "prof",
    "profssa",
    "professor",
    "cav",
    "comm",
    "mr",
    "mrs",
    "ms",
    "spett",
    "spettle",
    "egr",
    "gentma",
    "gentile",
];

/// Words that say how a company is made, and not which it is.
const FORMS: &[&str] = &[
    "srl",
    "srls",
    "spa",
    "sas",
    "snc",
    "sapa",
    "ss",
    "scarl",
    "scrl",
    "scpa",
    "scaarl",
    "soc",
    "societa",
    "coop",
    "cooperativa",
    "sociale",
    "onlus",
    "ets",
    "aps",
    "asd",
    "ssd",
    "stp",
    "consortile",
    "unipersonale",
    "unip",
    "arl",
    "rl",
    "ltd",
    "limited",
    "gmbh",
    "inc",
    "llc",
    "sarl",
    "sa",
    "ag",
    "bv",
    "nv",
    "plc",
    "co",
    "ditta",
    "impresa",
    "individuale",
    "spettabile",
    "spett",
    "azienda",
    "gruppo",
    "group",
    "liquidazione",
];

/// Words of forms that are written out, dropped only beside «società».
const WRITTEN_OUT: &[&str] =
    &["responsabilita", "limitata", "semplificata", "azioni", "nome", "collettivo", "accomandita", "semplice", "socio", "unico"];

/// Little words, which one writes and another leaves out.
const LITTLE: &[&str] = &[
    "e", "ed", "et", "and", "the", "of", "di", "del", "dello", "della", "dei", "degli", "delle", "il", "lo", "la", "i", "gli", "le", "in",
    "con", "per", "a", "al", "alla", "da", "dal", "dalla", "un", "una", "su", "c",
];

/// What belongs to the family name that follows.
const PARTICLES: &[&str] = &[
    "de", "d", "di", "del", "della", "dello", "dei", "degli", "delle", "da", "dal", "dalla", "la", "lo", "li", "le", "van", "von", "der",
    "den", "mc", "mac", "el", "al",
];

/// Words written in several ways.
const SPELLINGS: &[(&str, &str)] = &[
    ("flli", "fratelli"),
    ("fli", "fratelli"),
    ("frat", "fratelli"),
    ("f.lli", "fratelli"),
    ("off", "officina"),
    ("offic", "officina"),
    ("officine", "officina"),
    ("mecc", "meccanica"),
    ("meccaniche", "meccanica"),
    ("costr", "costruzioni"),
    ("costruzione", "costruzioni"),
    ("ist", "istituto"),
    ("assoc", "associazione"),
    ("ass", "associazione"),
    ("stud", "studio"),
    ("farm", "farmacia"),
    ("rist", "ristorante"),
    ("imm", "immobiliare"),
    ("autotrasp", "autotrasporti"),
    ("trasp", "trasporti"),
    ("ind", "industria"),
    ("industrie", "industria"),
    ("comm", "commerciale"),
    ("agr", "agricola"),
    ("int", "international"),
    ("internazionale", "international"),
    ("italiana", "italia"),
    ("italiano", "italia"),
    ("s", "san"),
];

/// Names that people are called by, group by group: the first is the one in the register.
const CALLED: &[&[&str]] = &[
    &["giuseppe", "beppe", "peppe", "pino", "peppino", "beppino", "giuse", "geppo", "pippo", "bepi"],
    &["giovanni", "gianni", "nanni", "vanni", "gio", "giovannino", "juan", "john", "gian"],
    &["francesco", "franco", "ciccio", "cesco", "checco", "frank", "fra"],
    &["francesca", "franca", "checca", "cesca"],
    &["antonio", "tonio", "toni", "tony", "totò", "toto", "tonino", "nino", "antonino"],
    &["antonia", "antonella", "tonia", "antonietta", "nella"],
    &["luigi", "gigi", "gino", "luigino", "gigino"],
    &["luisa", "luigia", "gina"],
    &["salvatore", "totuccio", "turi", "salvo", "sasà", "sasa", "toto"],
    &["vincenzo", "enzo", "vince", "cenzo"],
    &["lorenzo", "renzo", "enzo", "lori"],
    &["domenico", "mimmo", "mimì", "mimi", "nico", "menico"],
    &["domenica", "mimma", "mimi"],
    &["nicola", "nico", "nicolino", "cola"],
    &["niccolo", "nicolo", "nico"],
    &["alessandro", "sandro", "ale", "alex", "alessandr"],
    &["alessandra", "sandra", "ale"],
    &["alessia", "ale"],
    &["michele", "michi", "miche", "mike", "lino"],
    &["raffaele", "lele", "raf", "raffaello", "raffa"],
    &["gabriele", "lele", "gabri"],
    &["emanuele", "manuel", "lele", "manu", "emanuel"],
    &["emanuela", "manuela", "manu"],
    &["daniele", "dani", "lele", "dany"],
    &["daniela", "dani", "dany"],
    &["roberto", "robi", "berto", "robby", "bob", "rob"],
    &["roberta", "robi", "robby"],
    &["federico", "fede", "chicco", "fedi"],
    &["federica", "fede", "chicca"],
    &["maria", "mariella", "mary", "mariuccia"],
    &["maria teresa", "mariateresa"],
    &["caterina", "katia", "rina", "cate", "catia"],
    &["elisabetta", "betta", "elisa", "lisa", "betti", "isabetta"],
    &["margherita", "rita", "marghe", "ghita"],
    &["concetta", "tina", "cetta", "concettina", "immacolata", "titti"],
    &["carmela", "carmen", "melina", "lina"],
    &["giuseppina", "pina", "pinuccia", "beppa", "giusy", "giusi", "peppina"],
    &["angela", "angelina", "lina", "angy"],
    &["angelo", "angiolino", "lino"],
    &["pasquale", "lino", "pasqualino", "pako"],
    &["filippo", "pippo", "lippo"],
    &["giacomo", "mino", "giacomino", "jack", "iacopo", "jacopo"],
    &["guglielmo", "memo", "mino"],
    &["guido", "guidino"],
    &["tommaso", "tommy", "maso", "masino", "tom"],
    &["riccardo", "ricky", "rick", "riky"],
    &["edoardo", "edo", "eduardo", "dodo"],
    &["andrea", "andy", "drea"],
    &["matteo", "teo", "matte"],
    &["massimo", "max", "massi"],
    &["massimiliano", "max", "massi"],
    &["maurizio", "mauri", "icio"],
    &["stefano", "ste", "steve", "stef"],
    &["stefania", "ste", "stefi", "stefy"],
    &["simone", "simo"],
    &["simona", "simo"],
    &["valentina", "vale", "tina"],
    &["valeria", "vale"],
    &["valerio", "vale"],
    &["cristina", "cri", "cristy", "kristina", "tina"],
    &["patrizia", "patty", "patti", "pat"],
    &["paola", "paoletta"],
    &["paolo", "paolino"],
    &["laura", "lauretta"],
    &["anna", "annina", "nina"],
    &["giulia", "giuly", "giulietta"],
    &["giuliano", "giuli"],
    &["ludovica", "ludo"],
    &["lodovico", "ludovico", "vico"],
    &["benedetto", "benny", "nino"],
    &["bartolomeo", "meo", "bartolo"],
    &["gaetano", "tano", "nino"],
    &["gennaro", "genny", "rino"],
    &["ferdinando", "nando", "ferdi"],
    &["fernando", "nando"],
    &["armando", "mando"],
    &["leonardo", "leo", "nardo", "dino"],
    &["bernardo", "dino", "nardo"],
    &["costantino", "tino", "dino"],
    &["agostino", "tino", "ago"],
    &["martino", "tino"],
    &["mariano", "nino"],
    &["sebastiano", "seba", "bastiano", "nello"],
    &["umberto", "berto"],
    &["alberto", "berto", "albi"],
    &["gilberto", "berto"],
    &["norberto", "berto"],
    &["ernesto", "nesto"],
    &["eleonora", "nora", "ele"],
    &["maddalena", "lena", "madda"],
    &["teresa", "teresina", "sina"],
    &["rosa", "rosetta", "rosina", "rosy"],
    &["rosaria", "sara", "rosy"],
    &["beatrice", "bea", "bice"],
    &["veronica", "vero"],
    &["giorgio", "giò", "giorgino"],
    &["gianluca", "luca", "gianlu"],
    &["gianfranco", "franco"],
    &["giancarlo", "carlo", "gianca"],
    &["gianpaolo", "giampaolo", "paolo"],
    &["gianpiero", "giampiero", "piero"],
    &["piero", "pietro", "pierino", "pier"],
    &["pierluigi", "gigi", "piergigi"],
    &["william", "bill", "will"],
    &["robert", "bob", "rob", "bobby"],
    &["elizabeth", "liz", "beth", "betty"],
    &["michael", "mike", "mick"],
    &["james", "jim", "jimmy"],
    &["thomas", "tom", "tommy"],
];

/// The groups of each name that somebody is called by: a bit each, and the name in the register if it is another.
static GROUPS: LazyLock<Words<(u128, Option<&'static str>)>> = LazyLock::new(|| {
    let mut groups = Words::default();
    for (place, group) in CALLED.iter().enumerate() {
        for name in *group {
            let known: &mut (u128, Option<&'static str>) = groups.entry(name.as_bytes()).or_default();
            known.0 |= 1 << (place % 128);
            if *name != group[0] && known.1.is_none() {
                known.1 = Some(group[0]);
            }
        }
    }
    groups
});
static FORM_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(FORMS));
static LITTLE_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(LITTLE));
static WRITTEN_OUT_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(WRITTEN_OUT));
static TITLE_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(TITLES));
static PARTICLE_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(PARTICLES));
static SPELLED: LazyLock<Words<&'static str>> = LazyLock::new(|| SPELLINGS.iter().map(|(short, full)| (short.as_bytes(), *full)).collect());

/// The name in the register for one that people are called by, if it is one; of several the first.
pub(crate) fn registered(word: &[u8]) -> Option<&'static str> {
    GROUPS.get(word)?.1
}

/// Whether two names may be one person's: Beppe and Giuseppe, Gigi and Luigi.
pub(crate) fn called_alike(a: &[u8], b: &[u8]) -> bool {
    GROUPS.get(a).is_some_and(|(ours, _)| GROUPS.get(b).is_some_and(|(theirs, _)| ours & theirs != 0))
}

/// Whether the one is the other with a particle before it: `distefano` and `stefano`.
pub(crate) fn but_for_a_particle(a: &[u8], b: &[u8]) -> bool {
    let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
    let before = long.len() - short.len();
    (1..=5).contains(&before) && short.len() >= 4 && long.ends_with(short) && PARTICLE_WORDS.contains_key(&long[..before])
}

/// Whose name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Person,
    Company,
}

/// The words of a name, folded: abbreviations closed up, titles or legal forms and little words left out, particles joined to
/// what they belong to, separated by single spaces. Empty if nothing is left.
pub(crate) fn words_of_name(text: &str, whose: Whose) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    fold_into(text, &mut folded);
    let mut pieces: Vec<String> = Vec::with_capacity(8);
    spelled(&folded, &mut pieces);
    close_up_letters(&mut pieces);
    for piece in &mut pieces {
        if piece.len() <= 14
            && let Some(full) = SPELLED.get(piece.as_bytes())
            && (whose == Whose::Company || *full == "fratelli")
        {
            *piece = (*full).to_owned();
        }
    }
    match whose {
        Whose::Person => {
            while pieces.len() > 1 && TITLE_WORDS.contains_key(pieces[0].as_bytes()) {
                pieces.remove(0);
            }
        }
        Whose::Company => without_forms(&mut pieces),
    }
    let mut name = String::with_capacity(folded.len());
    let mut open = false;
    let count = pieces.len();
    for (place, piece) in pieces.iter().enumerate() {
        let particle = place + 1 < count
            && match whose {
                Whose::Person => PARTICLE_WORDS.contains_key(piece.as_bytes()),
                Whose::Company => matches!(piece.as_str(), "de" | "d" | "mc" | "mac" | "van" | "von"),
            };
        if !open && !name.is_empty() {
            name.push(' ');
        }
        name.push_str(piece);
        open = particle;
    }
    name
}

/// Cuts a folded text into words: an apostrophe binds what stands before it, dots between letters bind abbreviations.
fn spelled(folded: &str, pieces: &mut Vec<String>) {
    let mut word = String::new();
    let letters: Vec<char> = folded.chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        let next = letters.get(place + 1);
        let binds = match letter {
            letter if letter.is_alphanumeric() => {
                word.push(*letter);
                continue;
            }
            '\'' => (1..=6).contains(&word.len()) && next.is_some_and(|next| next.is_alphanumeric()),
            // `s.r.l`, `f.lli`, `p.zza`, but not `rossi.bianchi`.
            '.' => (1..=2).contains(&word.len()) && word.chars().all(char::is_alphabetic) && next.is_some_and(|next| next.is_alphabetic()),
            '\u{200b}'..='\u{200f}' => true,
            _ => false,
        } || *letter == '.' && abbreviation_goes_on(&word, next);
        if !binds && !word.is_empty() {
            pieces.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        pieces.push(word);
    }
}

/// Whether a dot stands inside of something like `s.r.l.s`, of which some letters are read already.
fn abbreviation_goes_on(word: &str, next: Option<&char>) -> bool {
    next.is_some_and(|next| next.is_alphabetic()) && matches!(word, "srl" | "dott" | "prof" | "avv" | "sig" | "spett" | "scar" | "drs")
}

/// Single letters in a row are one word: `s r l`.
fn close_up_letters(pieces: &mut Vec<String>) {
    let mut place = 0;
    while place + 1 < pieces.len() {
        let (here, next) = (&pieces[place], &pieces[place + 1]);
        let single = |piece: &str| piece.len() == 1 && piece.bytes().all(|byte| byte.is_ascii_lowercase());
        if (single(here) || here.len() < 5 && place > 0 && closed_form(here) && single(next)) && single(next) {
            let next = pieces.remove(place + 1);
            pieces[place].push_str(&next);
        } else {
            place += 1;
        }
    }
}

fn closed_form(piece: &str) -> bool {
    matches!(piece, "sr" | "srl" | "sn" | "sp" | "sa" | "sc" | "sca")
}

fn without_forms(pieces: &mut Vec<String>) {
    let written = pieces.iter().any(|piece| piece == "societa" || piece == "soc");
    let says_nothing = |piece: &String| {
        let word = piece.as_bytes();
        FORM_WORDS.contains_key(word) || LITTLE_WORDS.contains_key(word) || written && WRITTEN_OUT_WORDS.contains_key(word)
    };
    if !pieces.iter().all(says_nothing) {
        pieces.retain(|piece| !says_nothing(piece));
    }
}
