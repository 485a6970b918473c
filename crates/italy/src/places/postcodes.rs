//! What is certain of CAPs: with which digits those of a province begin, and the runs of the cities that have several.
//! No list of all of them has an open licence.

use super::Comune;

/// The first digits of the CAPs of each province of today.
#[rustfmt::skip]
const BEGINNINGS: [(&str, &[&str]); 110] = [
    ("AG", &["92"]), ("AL", &["15"]), ("AN", &["60"]), ("AO", &["11"]), ("AP", &["63"]), ("AQ", &["67"]), ("AR", &["52"]), ("AT", &["14"]),
    ("AV", &["83"]), ("BA", &["70"]), ("BG", &["24"]), ("BI", &["13"]), ("BL", &["32"]), ("BN", &["82"]), ("BO", &["40"]), ("BR", &["72"]),
    ("BS", &["25"]), ("BT", &["76"]), ("BZ", &["39"]), ("CA", &["09"]), ("CB", &["86"]), ("CE", &["81"]), ("CH", &["66"]),
    ("CI", &["09"]), ("CL", &["93"]), ("CN", &["12", "18"]), ("CO", &["22"]), ("CR", &["26"]), ("CS", &["87"]), ("CT", &["95"]), ("CZ", &["88"]),
    ("EN", &["94"]), ("FC", &["47"]), ("FE", &["44"]), ("FG", &["71"]), ("FI", &["50"]), ("FM", &["63"]), ("FR", &["03"]), ("GE", &["16"]),
    ("GO", &["34"]), ("GR", &["58"]), ("IM", &["18"]), ("IS", &["86"]), ("KR", &["88"]), ("LC", &["23"]), ("LE", &["73"]), ("LI", &["57"]),
    ("LO", &["26"]), ("LT", &["04"]), ("LU", &["55"]), ("MB", &["20"]), ("MC", &["62"]), ("ME", &["98"]), ("MI", &["20"]),
    ("MN", &["46"]), ("MO", &["41"]), ("MS", &["54"]), ("MT", &["75"]), ("NA", &["80"]), ("NO", &["28"]), ("NU", &["08", "09"]), ("OG", &["08", "09"]),
    ("OR", &["09"]), ("OT", &["07"]), ("PA", &["90"]), ("PC", &["29"]), ("PD", &["35"]), ("PE", &["65"]), ("PG", &["06"]),
    ("PI", &["56"]), ("PN", &["33"]), ("PO", &["59"]), ("PR", &["43"]), ("PT", &["51"]), ("PU", &["61"]), ("PV", &["27"]), ("PZ", &["85"]),
    ("RA", &["48"]), ("RC", &["89"]), ("RE", &["42"]), ("RG", &["97"]), ("RI", &["02"]), ("RM", &["00"]), ("RN", &["47"]),
    ("RO", &["45"]), ("SA", &["84"]), ("SI", &["53"]), ("SO", &["23"]), ("SP", &["19"]), ("SR", &["96"]), ("SS", &["07"]),
    ("SV", &["17", "12"]), ("TA", &["74"]), ("TE", &["64"]), ("TN", &["38"]), ("TO", &["10"]), ("TP", &["91"]), ("TR", &["05"]), ("TS", &["34"]),
    ("TV", &["31"]), ("UD", &["33"]), ("VA", &["21"]), ("VB", &["28"]), ("VC", &["13"]), ("VE", &["30"]), ("VI", &["36"]), ("VR", &["37"]),
    ("VS", &["09"]), ("VT", &["01"]), ("VV", &["89"]),
];

/// Cities with several CAPs, from the first to the last. Before them the whole city had one that ends in 100.
#[rustfmt::skip]
const CITIES: [(&str, &str, &str); 41] = [
    ("Alessandria", "15121", "15122"), ("Ancona", "60121", "60131"), ("Bari", "70121", "70132"), ("Bergamo", "24121", "24129"),
    ("Bologna", "40121", "40141"), ("Brescia", "25121", "25136"), ("Cagliari", "09121", "09134"), ("Catania", "95121", "95131"),
    ("Cesena", "47521", "47522"), ("Ferrara", "44121", "44124"), ("Firenze", "50121", "50145"), ("Foggia", "71121", "71122"),
    ("Forlì", "47121", "47122"), ("Genova", "16121", "16167"), ("La Spezia", "19121", "19137"), ("Livorno", "57121", "57128"),
    ("Messina", "98121", "98168"), ("Milano", "20121", "20162"), ("Modena", "41121", "41126"), ("Napoli", "80121", "80147"),
    ("Padova", "35121", "35143"), ("Palermo", "90121", "90151"), ("Parma", "43121", "43126"), ("Perugia", "06121", "06135"),
    ("Pesaro", "61121", "61122"), ("Pescara", "65121", "65129"), ("Piacenza", "29121", "29122"), ("Pisa", "56121", "56128"),
    ("Ravenna", "48121", "48125"), ("Reggio di Calabria", "89121", "89135"), ("Reggio nell'Emilia", "42121", "42124"),
    ("Rimini", "47921", "47924"), ("Roma", "00118", "00199"), ("Salerno", "84121", "84135"), ("Taranto", "74121", "74123"),
    ("Torino", "10121", "10156"), ("Trento", "38121", "38123"), ("Trieste", "34121", "34151"), ("Venezia", "30121", "30176"),
    ("Verbania", "28921", "28925"), ("Verona", "37121", "37142"),
];

/// The first and last CAP of a city that has several.
pub fn run(comune: &Comune) -> Option<(&'static str, &'static str)> {
    CITIES.iter().find(|(name, ..)| *name == comune.name()).filter(|_| comune.is_living()).map(|(_, first, last)| (*first, *last))
}

/// With which digits the CAPs of a province begin; empty for letters of none of today.
pub fn beginnings(sigla: &str) -> &'static [&'static str] {
    BEGINNINGS.binary_search_by(|(known, _)| (*known).cmp(sigla)).map_or(&[], |place| BEGINNINGS[place].1)
}

/// Whether a comune can have a CAP, as far as is certain. A CAP that a whole city had (`20100`) and, in a city that has a run, those
/// of its hamlets outside of it are taken as its own when they begin like the province.
pub fn fits(comune: &Comune, cap: &str) -> bool {
    let begins = beginnings(comune.sigla());
    if !begins.is_empty() && !begins.iter().any(|beginning| cap.starts_with(beginning)) {
        return false;
    }
    // What lies in the hundreds of a run belongs to that city alone.
    match CITIES.iter().find(|(_, first, _)| cap.get(..3) == first.get(..3) && cap.get(3..) != Some("00")) {
        Some((name, first, last)) if (*first..=*last).contains(&cap) => *name == comune.name(),
        _ => true,
    }
}

/// The provinces whose CAPs begin so.
pub fn provinces_of(cap: &str) -> impl Iterator<Item = &'static str> {
    BEGINNINGS.iter().filter(move |(_, begins)| begins.iter().any(|beginning| cap.starts_with(beginning))).map(|(sigla, _)| *sigla)
}
