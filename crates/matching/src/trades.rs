//! What companies do, as far as their names say it: a bakery and a garage of one family are two.

use crate::text::Words;
use std::sync::LazyLock;

/// Words that say what a company does, group by group: those of a group may stand for each other.
const TRADES: &[&[&str]] = &[
    &["officina", "autofficina", "autoriparazioni", "gommista", "elettrauto", "meccanica", "officine"],
    &["carrozzeria", "autocarrozzeria"],
    &["panificio", "forno", "panetteria", "pasticceria", "biscottificio"],
    &["autotrasporti", "trasporti", "logistica", "spedizioni", "traslochi", "corriere"],
    &["falegnameria", "serramenti", "infissi", "segheria", "mobilificio", "mobili", "arredamenti", "arredi", "arredo"],
    &["edilizia", "edile", "edil", "edili", "costruzioni", "immobiliare", "ristrutturazioni"],
    &["ferramenta", "utensileria", "colorificio"],
    &["vetreria", "vetri"],
    &["cantina", "enoteca", "vini", "vinicola"],
    &["lavanderia", "tintoria", "stireria"],
    &["farmacia", "parafarmacia", "erboristeria"],
    &[
        "ristorante",
        "pizzeria",
        "trattoria",
        "osteria",
        "ristorazione",
        "hotel",
        "albergo",
        "locanda",
        "agriturismo",
        "bar",
        "caffe",
        "pub",
        "gelateria",
        "residence",
        "pensione",
    ],
    &["tipografia", "litografia", "stampa", "grafica", "editrice", "editoria"],
    &[
        "elettroimpianti",
        "impianti",
        "termoidraulica",
        "idraulica",
        "elettrica",
        "elettricista",
        "termosanitari",
        "climatizzazione",
        "caldaie",
    ],
    &["caseificio", "latteria", "formaggi"],
    &["salumificio", "macelleria", "carni", "salumi"],
    &["vivai", "vivaio", "fiori", "fiorista", "giardini", "floricoltura"],
    &["ottica"],
    &["gioielleria", "oreficeria", "orologeria", "gioielli", "argenteria"],
    &["frantoio", "oleificio", "olio", "molino", "mulino", "pastificio"],
    &["pelletteria", "pelli", "pelletterie", "conceria", "calzaturificio", "calzature", "valigeria"],
    &[
        "maglificio",
        "tessitura",
        "tessile",
        "tessuti",
        "confezioni",
        "filatura",
        "abbigliamento",
        "sartoria",
        "lanificio",
        "boutique",
        "camiceria",
    ],
    &["torneria", "carpenteria", "fonderia", "metalmeccanica", "fabbro"],
    &["agricola", "agricoltura", "allevamento", "ortofrutta", "frutta"],
    &["informatica", "software", "computer", "elettronica", "telecomunicazioni"],
    &["assicurazioni", "broker"],
    &["onoranze", "funebri", "pompe"],
    &["parrucchiere", "parrucchiera", "acconciature", "estetica", "barbiere"],
    &["viaggi", "turismo", "tour"],
    &["notaio", "notarile"],
    &["avvocato", "avvocati", "legale"],
    &["dentista", "dentistico", "odontoiatrico"],
    &["veterinario", "veterinaria"],
    &["consulenze", "consulenza", "commercialista", "commercialisti"],
    &["cartoleria", "libreria", "cartiera", "cartotecnica"],
    &["autosalone", "concessionaria", "autonoleggio", "noleggio"],
    &["pulizie", "multiservizi"],
    &["asilo", "scuola", "autoscuola", "palestra"],
];

static GROUPS: LazyLock<Words<usize>> = LazyLock::new(|| {
    TRADES.iter().enumerate().flat_map(|(place, group)| group.iter().map(move |trade| (trade.as_bytes(), place))).collect()
});

/// The group of a word, if it says what a company does.
pub(crate) fn of(word: &[u8]) -> Option<usize> {
    GROUPS.get(word).copied()
}

/// Whether both names say what their companies do, and have nothing of it in common.
pub(crate) fn differ<'a>(a: impl Iterator<Item = &'a [u8]>, b: impl Iterator<Item = &'a [u8]>) -> bool {
    let groups = |words: &mut dyn Iterator<Item = &'a [u8]>| words.filter_map(of).fold(0_u64, |groups, group| groups | 1 << group);
    let (ours, theirs) = (groups(&mut { a }), groups(&mut { b }));
    ours != 0 && theirs != 0 && ours & theirs == 0
}
