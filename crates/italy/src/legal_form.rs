//! The legal form at the end of a company's name: by it companies are told from people, and twins are found.

/// A legal form, or a kind of body that acts like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Società a responsabilità limitata.
    Srl,
    /// Società a responsabilità limitata semplificata.
    Srls,
    /// Società per azioni.
    Spa,
    /// Società in nome collettivo.
    Snc,
    /// Società in accomandita semplice.
    Sas,
    /// Società in accomandita per azioni.
    Sapa,
    /// Società semplice.
    Ss,
    /// Società cooperativa of any sort.
    Cooperative,
    /// Società consortile.
    Consortium,
    /// Società tra professionisti, without one of the forms above.
    Professionals,
    /// Associations, foundations and clubs.
    Association,
    /// A form of another country.
    Foreign,
    /// Only "& C." or "e figli": a firm of several, whose form is not written.
    Partners,
}

impl Form {
    /// As it is printed after a name; empty where there is no one way.
    pub fn label(self) -> &'static str {
        match self {
            Form::Srl => "S.r.l.",
            Form::Srls => "S.r.l.s.",
            Form::Spa => "S.p.A.",
            Form::Snc => "S.n.c.",
            Form::Sas => "S.a.s.",
            Form::Sapa => "S.a.p.a.",
            Form::Ss => "S.s.",
            Form::Cooperative => "Soc. coop.",
            Form::Consortium => "S.c.a r.l.",
            Form::Professionals => "S.t.p.",
            Form::Association | Form::Foreign | Form::Partners => "",
        }
    }
}

/// What follows a legal form without changing it.
const FOLLOWERS: [&str; 18] = [
    "unipersonale",
    "sociounico",
    "asociounico",
    "consociounico",
    "unip",
    "inliquidazione",
    "inliq",
    "liquidazione",
    "sb",
    "stp",
    "societabenefit",
    "socbenefit",
    "onlus",
    "sociale",
    "agricola",
    "ets",
    "incp",
    "infallimento",
];

/// The letters of each form run together, as they are whatever dots and spaces stand between them.
const FORMS: [(&str, Form); 61] = [
    ("srl", Form::Srl),
    ("sarl", Form::Srl),
    ("arl", Form::Srl),
    ("socarl", Form::Srl),
    ("societaaresponsabilitalimitata", Form::Srl),
    ("socaresponsabilitalimitata", Form::Srl),
    ("soccarl", Form::Consortium),
    ("srls", Form::Srls),
    ("srlsemplificata", Form::Srls),
    ("societaaresponsabilitalimitatasemplificata", Form::Srls),
    ("srlcr", Form::Srl),
    ("spa", Form::Spa),
    ("societaperazioni", Form::Spa),
    ("socperazioni", Form::Spa),
    ("snc", Form::Snc),
    ("societainnomecollettivo", Form::Snc),
    ("sas", Form::Sas),
    ("societainaccomanditasemplice", Form::Sas),
    ("sapa", Form::Sapa),
    ("societainaccomanditaperazioni", Form::Sapa),
    ("societasemplice", Form::Ss),
    ("societasempliceagricola", Form::Ss),
    ("societaagricolasemplice", Form::Ss),
    ("socsemplice", Form::Ss),
    ("socsempliceagricola", Form::Ss),
    ("soccoop", Form::Cooperative),
    ("soccoopva", Form::Cooperative),
    ("soccoopsociale", Form::Cooperative),
    ("soccoopsoc", Form::Cooperative),
    ("soccoopagricola", Form::Cooperative),
    ("soccoopagr", Form::Cooperative),
    ("soccooparl", Form::Cooperative),
    ("soccooperativa", Form::Cooperative),
    ("soccooperativaarl", Form::Cooperative),
    ("soccooperativasociale", Form::Cooperative),
    ("societacooperativa", Form::Cooperative),
    ("societacooperativaarl", Form::Cooperative),
    ("societacooperativasociale", Form::Cooperative),
    ("societacooperativaagricola", Form::Cooperative),
    ("cooperativasociale", Form::Cooperative),
    ("coopsociale", Form::Cooperative),
    ("scarl", Form::Consortium),
    ("scrl", Form::Consortium),
    ("scpa", Form::Consortium),
    ("scc", Form::Consortium),
    ("societaconsortile", Form::Consortium),
    ("societaconsortilearl", Form::Consortium),
    ("stp", Form::Professionals),
    ("societatraprofessionisti", Form::Professionals),
    ("onlus", Form::Association),
    ("aps", Form::Association),
    ("asd", Form::Association),
    ("ssd", Form::Association),
    ("gmbh", Form::Foreign),
    ("gmbh&cokg", Form::Foreign),
    ("ltd", Form::Foreign),
    ("limited", Form::Foreign),
    ("llc", Form::Foreign),
    ("inc", Form::Foreign),
    ("plc", Form::Foreign),
    ("doo", Form::Foreign),
];

/// How forms are printed, by their letters: those of which everybody writes the same.
const WRITTEN: [(&str, &str); 56] = [
    ("srl", "S.r.l."),
    ("sarl", "S.a r.l."),
    ("arl", "a r.l."),
    ("socarl", "Soc. a r.l."),
    ("societaaresponsabilitalimitata", "S.r.l."),
    ("socaresponsabilitalimitata", "S.r.l."),
    ("srls", "S.r.l.s."),
    ("srlsemplificata", "S.r.l.s."),
    ("societaaresponsabilitalimitatasemplificata", "S.r.l.s."),
    ("srlcr", "S.r.l. c.r."),
    ("spa", "S.p.A."),
    ("societaperazioni", "S.p.A."),
    ("socperazioni", "S.p.A."),
    ("snc", "S.n.c."),
    ("societainnomecollettivo", "S.n.c."),
    ("sas", "S.a.s."),
    ("societainaccomanditasemplice", "S.a.s."),
    ("sapa", "S.a.p.a."),
    ("societainaccomanditaperazioni", "S.a.p.a."),
    ("societasemplice", "S.s."),
    ("socsemplice", "S.s."),
    ("societasempliceagricola", "S.s. agricola"),
    ("societaagricolasemplice", "S.s. agricola"),
    ("socsempliceagricola", "S.s. agricola"),
    ("soccoop", "Soc. coop."),
    ("soccooperativa", "Soc. coop."),
    ("societacooperativa", "Soc. coop."),
    ("soccooparl", "Soc. coop. a r.l."),
    ("soccooperativaarl", "Soc. coop. a r.l."),
    ("societacooperativaarl", "Soc. coop. a r.l."),
    ("soccoopsociale", "Soc. coop. sociale"),
    ("soccoopsoc", "Soc. coop. sociale"),
    ("soccooperativasociale", "Soc. coop. sociale"),
    ("societacooperativasociale", "Soc. coop. sociale"),
    ("cooperativasociale", "Coop. sociale"),
    ("coopsociale", "Coop. sociale"),
    ("soccoopagricola", "Soc. coop. agricola"),
    ("soccoopagr", "Soc. coop. agricola"),
    ("societacooperativaagricola", "Soc. coop. agricola"),
    ("scarl", "S.c.a r.l."),
    ("soccarl", "Soc. c. a r.l."),
    ("scrl", "S.c.r.l."),
    ("scpa", "S.c.p.A."),
    ("stp", "S.t.p."),
    ("societatraprofessionisti", "S.t.p."),
    ("onlus", "ONLUS"),
    ("aps", "APS"),
    ("asd", "ASD"),
    ("ssd", "SSD"),
    ("gmbh", "GmbH"),
    ("ltd", "Ltd"),
    ("limited", "Limited"),
    ("llc", "LLC"),
    ("inc", "Inc."),
    ("plc", "PLC"),
    ("doo", "d.o.o."),
];

/// Forms of two letters, which only dots, or capitals in a name of small letters, tell from a word.
const SHORT: [(&str, Form); 10] = [
    ("ss", Form::Ss),
    ("sa", Form::Foreign),
    ("ag", Form::Foreign),
    ("kg", Form::Foreign),
    ("bv", Form::Foreign),
    ("nv", Form::Foreign),
    ("ab", Form::Foreign),
    ("oy", Form::Foreign),
    ("sl", Form::Foreign),
    ("se", Form::Foreign),
];

/// Words after which the partners of a company are named: "Officina Rossi S.n.c. di Mario Rossi & C.".
const PARTNERS_FOLLOW: [&str; 6] = ["di", "dei", "del", "della", "d", "fra"];

/// The most words that a form takes: "S. r. l. s." is four, a form written out may be seven.
const MOST_WORDS: usize = 7;

/// The name without its legal form, and the form: `("Rossi Mario", Some(Sas))` of "Rossi Mario & C. S.a.s.".
/// What names the partners after the form goes with it. A name that is nothing but a form is left as it is.
pub fn split(name: &str) -> (&str, Option<Form>) {
    let name = name.trim();
    let words = Words::of(name);
    let count = words.words.len();
    if let Some((from, form)) = words.form_before(count) {
        return (words.stem(from), Some(form));
    }
    // The form may stand before the names of the partners.
    for place in 2..count {
        if PARTNERS_FOLLOW.contains(&words.letters(place, place + 1))
            && let Some((from, form)) = words.form_before(place)
        {
            return (words.stem(from), Some(form));
        }
    }
    // "Soc. Coop. La Speranza": the form stands first.
    for taken in (2..=MOST_WORDS.min(count.saturating_sub(1))).rev() {
        if let Some(form) = words.form(0, taken).filter(|form| *form == Form::Cooperative) {
            return (name[words.words[taken].from..].trim(), Some(form));
        }
    }
    match words.partners_before(count) {
        0 => (name, None),
        taken if taken < count => (words.cut(count - taken), Some(Form::Partners)),
        _ => (name, None),
    }
}

/// Where the legal form stands in a name, and how it is written there; `None` where there is none, or no one way to write it.
pub fn written(name: &str) -> Option<(std::ops::Range<usize>, String)> {
    let words = Words::of(name);
    let count = words.words.len();
    let partners = (2..count).filter(|place| PARTNERS_FOLLOW.contains(&words.letters(*place, place + 1)));
    let (from, to) = std::iter::once(count).chain(partners).find_map(|end| words.form_at(end))?;
    let label = match words.letters(from, to) {
        letters if SHORT.iter().any(|(short, _)| *short == letters) => match letters {
            "ss" => "S.s.",
            "ag" => "AG",
            "kg" => "KG",
            "sa" => "S.A.",
            "bv" => "B.V.",
            "nv" => "N.V.",
            _ => return None,
        },
        letters => WRITTEN.iter().find(|(known, _)| *known == letters).map(|(_, label)| *label)?,
    };
    // A dot at its end belongs to it.
    let end = words.words[to - 1].to;
    Some((words.words[from].from..end, label.to_owned()))
}

/// The name with its legal form in one writing, all else as it is: `ROSSI SRL` becomes `ROSSI S.r.l.`.
pub fn rewritten(name: &str) -> String {
    let Some((place, label)) = written(name) else { return name.to_owned() };
    // The dots of "S.r.l." belong to the form, whatever its letters are cut off at.
    format!("{}{label}{}", &name[..place.start], &name[place.end..])
}

/// The name with the legal form as another writes it: what is left of one writing where forms are to stay as they are.
pub fn with_form_of(name: &str, other: &str) -> String {
    match (written(name), written(other)) {
        (Some((place, _)), Some((theirs, _))) => format!("{}{}{}", &name[..place.start], &other[theirs], &name[place.end..]),
        _ => name.to_owned(),
    }
}

/// A name in words, and all their letters folded and run together, so that any run of words is a slice.
struct Words<'a> {
    name: &'a str,
    letters: String,
    words: Vec<Word>,
}

struct Word {
    /// Where it stands in the name.
    from: usize,
    to: usize,
    /// Where its letters stand among the letters.
    first: usize,
    last: usize,
}

impl<'a> Words<'a> {
    fn of(name: &'a str) -> Words<'a> {
        let mut words = Words { name, letters: String::with_capacity(name.len()), words: Vec::with_capacity(8) };
        let mut folded = String::new();
        let mut from = 0;
        for piece in name.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '-' | '–' | '"' | '\'' | '’')) {
            let (to, first) = (from + piece.len(), words.letters.len());
            folded.clear();
            kernel::fold::fold_into(piece, &mut folded);
            words.letters.extend(folded.chars().filter(|c| c.is_alphanumeric() || matches!(c, '&' | '+')));
            if words.letters.len() > first {
                words.words.push(Word { from, to, first, last: words.letters.len() });
            }
            from = to + name[to..].chars().next().map_or(0, char::len_utf8);
        }
        words
    }

    /// The letters of the words from one to before another.
    fn letters(&self, from: usize, to: usize) -> &str {
        match (self.words.get(from), to.checked_sub(1).and_then(|last| self.words.get(last))) {
            (Some(first), Some(last)) if from < to => &self.letters[first.first..last.last],
            _ => "",
        }
    }

    fn form(&self, from: usize, to: usize) -> Option<Form> {
        let letters = self.letters(from, to);
        FORMS.iter().find(|(known, _)| *known == letters).map(|(_, form)| *form)
    }

    /// The form that ends before a word, and the word it begins with; never the first of the name.
    fn form_before(&self, end: usize) -> Option<(usize, Form)> {
        let mut end = end;
        // Thrice, for "S.r.l. unipersonale in liquidazione".
        for _ in 0..3 {
            for from in end.saturating_sub(MOST_WORDS).max(1)..end {
                if let Some(form) = self.form(from, end) {
                    // An "Onlus" or "S.t.p." is added to a form, and only by itself is one.
                    let added = matches!(form, Form::Association | Form::Professionals);
                    return self.form_before(from).filter(|_| added).or(Some((from, form)));
                }
            }
            if let Some(form) = self.short_form(end) {
                return Some((end - 1, form));
            }
            end -= (1..=3.min(end.saturating_sub(1))).rev().find(|taken| FOLLOWERS.contains(&self.letters(end - taken, end)))?;
        }
        None
    }

    /// From which word to before which the form stands that ends before a word, without what follows it.
    fn form_at(&self, end: usize) -> Option<(usize, usize)> {
        let (from, _) = self.form_before(end)?;
        let last = (from + 1..=end.min(from + MOST_WORDS)).rev().find(|to| self.form(from, *to).is_some());
        last.or((from < end).then_some(from + 1)).map(|to| (from, to))
    }

    fn short_form(&self, end: usize) -> Option<Form> {
        let word = self.words.get(end.checked_sub(1)?).filter(|_| end > 1)?;
        let (_, form) = SHORT.iter().find(|(letters, _)| *letters == &self.letters[word.first..word.last])?;
        let written = &self.name[word.from..word.to];
        let is_small = |text: &str| text.chars().any(char::is_lowercase);
        (written.contains('.') || !is_small(written) && is_small(self.name)).then_some(*form)
    }

    /// How many words before `end` only say that there are others: "& C.", "e C.", "& figli".
    fn partners_before(&self, end: usize) -> usize {
        let word = |back: usize| end.checked_sub(back).map_or("", |place| self.letters(place, place + 1));
        match (word(2), word(1)) {
            ("&" | "e" | "ed" | "+", "c" | "co" | "figli" | "figlio" | "fratelli" | "flli" | "soci") => 2,
            (_, "&c" | "&co" | "&figli") => 1,
            _ => 0,
        }
    }

    fn stem(&self, form_from: usize) -> &'a str {
        let partners = self.partners_before(form_from);
        self.cut(if partners < form_from { form_from - partners } else { form_from })
    }

    /// The name before a word.
    fn cut(&self, end: usize) -> &'a str {
        let stop = self.words.get(end).map_or(self.name.len(), |word| word.from);
        let stem = self.name[..stop].trim_end_matches([' ', ',', '-', '–', '(', ';', '\u{a0}']);
        if stem.is_empty() { self.name } else { stem }
    }
}

#[cfg(test)]
mod tests;
