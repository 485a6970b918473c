//! The sentences of reports and of files of errors, in Italian, for whoever brings no words of his own.

use kernel::Say;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What the checks of values say.
const CHECKS: &[(&str, &str)] = &[
    ("error-choice", "non è tra i valori ammessi: {known}"),
    ("error-country-or-province", "non è la sigla di una provincia o di un paese"),
    ("error-date", "non è una data"),
    ("error-email-accent", "nell'indirizzo e-mail c'è una lettera accentata: {character}"),
    ("error-email-at", "l'indirizzo e-mail deve avere una sola @"),
    ("error-email-character", "nell'indirizzo e-mail c'è un carattere non ammesso: {character}"),
    ("error-email-domain", "il dominio dell'indirizzo e-mail non può esistere"),
    ("error-email-dot", "un punto dell'indirizzo e-mail è fuori posto"),
    ("error-email-length", "l'indirizzo e-mail è troppo lungo"),
    ("error-email-space", "nell'indirizzo e-mail c'è uno spazio"),
    ("error-forbidden", "non permesso"),
    ("error-link", "il record indicato non si trova"),
    ("error-money", "non è un importo"),
    ("error-nul", "contiene un carattere non ammesso"),
    ("error-phone-characters", "nel numero di telefono ci sono caratteri non ammessi"),
    ("error-phone-country", "nessun numero di quel paese è così"),
    ("error-phone-long", "il numero di telefono è troppo lungo"),
    ("error-phone-short", "il numero di telefono è troppo corto"),
    ("error-phone-unknown", "nessun numero italiano comincia o è lungo così"),
    ("error-recipient-code", "il codice destinatario ha sei o sette lettere e cifre"),
    ("error-required", "è obbligatorio"),
    ("error-taken", "esiste già"),
    ("error-tax-code-characters", "nel codice fiscale una lettera o una cifra è fuori posto"),
    ("error-tax-code-check", "il codice fiscale non torna: un carattere è sbagliato"),
    ("error-tax-code-date", "il codice fiscale ha una data di nascita impossibile"),
    ("error-tax-code-length", "il codice fiscale ha 16 caratteri, o 11 cifre"),
    ("error-term", "la voce «{term}» non c'è nell'elenco"),
    ("error-text-nul", "contiene un carattere non ammesso"),
    ("error-too-long", "è troppo lungo: al massimo {most} caratteri"),
    ("error-vat-characters", "nella partita IVA ci sono caratteri non ammessi"),
    ("error-vat-check-digit", "la partita IVA non torna: una cifra è sbagliata"),
    ("error-vat-country", "la partita IVA non è di un paese dell'Unione: {country}"),
    ("error-vat-length", "la partita IVA ha 11 cifre"),
    ("error-web", "non è un indirizzo web"),
    ("error-whole", "non è un numero intero"),
    ("error-yes-no", "non è un sì o un no"),
];

/// What imports say, from their words.
static OWN: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let words: toml::Table = toml::from_str(include_str!("words.toml")).unwrap_or_default();
    let italian = |words: &toml::Value| Some(words.get("it")?.as_str()?.replace("{ $", "{").replace(" }", "}"));
    words.iter().filter_map(|(key, words)| Some((key.clone(), italian(words)?))).collect()
});

/// What a sentence says in Italian; its key where it has no words.
pub fn italian(say: &Say) -> String {
    let known = CHECKS.iter().find(|(key, _)| *key == say.key).map(|(_, sentence)| *sentence);
    let Some(known) = known.or_else(|| OWN.get(say.key.as_ref()).map(String::as_str)) else { return say.to_string() };
    let mut sentence = known.to_owned();
    for (name, value) in &say.with {
        sentence = sentence.replace(&format!("{{{name}}}"), value);
    }
    sentence
}
