//! Two records side by side: in what they agree, how well, and what each agreement is worth.

use crate::contact::Email;
use crate::frequencies::{Frequencies, Of};
use crate::names::{but_for_a_particle, called_alike};
use crate::people::is_given;
use crate::prepared::{Piece, Record};
use crate::text::{distance, distance_without_spaces, mistyped, slips, words};
use crate::trades;
use crate::weights::{Facet, Weights};
use serde::{Deserialize, Serialize};

/// How well two values agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Agreement {
    /// The same, however it is written.
    Same,
    /// The same but for slips of the pen, abbreviations, pet names.
    Near,
    /// The one says less than the other, and nothing else: a word, the house number or the domain is missing or another.
    Part,
    /// In part the same, in part something else: the same town but another street.
    Mixed,
    /// Something else.
    Different,
}

/// What a field says about two records being the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The name of the field, as the scheme has it. One field may speak for several: the street for the whole address.
    pub field: String,
    /// How well the values agree.
    pub agreement: Agreement,
    /// The weight: each bit makes it twice as likely that the records are the same, or half as likely below zero.
    pub bits: f64,
}

/// What comes out of comparing two records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The probability that they are the same, from 0 to 1.
    pub score: f64,
    /// What speaks for it and against it, the weightiest first. The bits of all, and those by which the same is expected before
    /// anything is known, come to the score, but that what depends on the same fact counts less the second time.
    pub evidence: Vec<Evidence>,
}

/// An agreement before it is weighed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) facet: Facet,
    pub(crate) agreement: Agreement,
    pub(crate) field: u8,
    /// What the value itself is worth: the rarer, the more.
    pub(crate) gain: f32,
}

/// All agreements of two records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    marks: [Option<Mark>; 16],
    count: usize,
    /// Whether both are people, by the names that agree best.
    pub(crate) people: bool,
    /// Whether two numbers of registers, both with a check digit that holds, are quite different ones.
    pub(crate) contradicted: bool,
    /// Whether the number that agrees is one that companies have.
    pub(crate) of_a_company: bool,
    /// Whether both names say what their companies do, and it is not the same.
    pub(crate) other_trade: bool,
    /// Whether each has a domain of its own, and they are not alike.
    pub(crate) other_domain: bool,
}

impl Marks {
    fn push(&mut self, facet: Facet, agreement: Agreement, field: u8, gain: f32) {
        if let Some(place) = self.marks.get_mut(self.count) {
            *place = Some(Mark { facet, agreement, field, gain });
            self.count += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.marks[..self.count].iter().flatten()
    }

    pub(crate) fn of(&self, facet: Facet) -> Option<&Mark> {
        self.iter().find(|mark| mark.facet == facet)
    }
}

/// The pieces of one record, to be found by their sort.
struct Side<'a> {
    pieces: [(u8, &'a [u8]); Side::MOST],
    /// Where each sort begins; the last place is the end.
    starts: [u8; 19],
}

impl<'a> Side<'a> {
    const MOST: usize = 40;

    fn of(record: Record<'a>, weights: &Weights) -> Side<'a> {
        let mut side = Side { pieces: [(0, &[]); Side::MOST], starts: [0; 19] };
        let (mut count, mut sort) = (0, 0);
        for (piece, field, text) in record.pieces() {
            if count == Side::MOST || weights.is_off(field) {
                continue;
            }
            while sort <= piece as usize {
                side.starts[sort] = count as u8;
                sort += 1;
            }
            side.pieces[count] = (field, text);
            count += 1;
        }
        side.starts[sort..].fill(count as u8);
        side
    }

    fn all(&self, piece: Piece) -> &[(u8, &'a [u8])] {
        &self.pieces[usize::from(self.starts[piece as usize])..usize::from(self.starts[piece as usize + 1])]
    }

    fn first(&self, piece: Piece) -> Option<(u8, &'a [u8])> {
        self.all(piece).first().copied()
    }
}

/// The words of one name.
#[derive(Clone, Copy)]
struct Name<'a> {
    words: [(u8, &'a [u8]); Name::MOST],
    count: usize,
    person: bool,
}

impl<'a> Name<'a> {
    const MOST: usize = 8;

    fn new(person: bool) -> Name<'a> {
        Name { words: [(0, &[]); Name::MOST], count: 0, person }
    }

    fn add(&mut self, field: u8, text: &'a [u8]) {
        for word in words(text) {
            if self.count < Name::MOST {
                self.words[self.count] = (field, word);
                self.count += 1;
            }
        }
    }

    fn words(&self) -> &[(u8, &'a [u8])] {
        &self.words[..self.count]
    }

    /// All letters in a row, as far as there is room.
    fn closed(&self, room: &mut [u8; 64]) -> usize {
        let mut length = 0;
        for byte in self.words().iter().flat_map(|(_, word)| *word) {
            if length < room.len() {
                room[length] = *byte;
                length += 1;
            }
        }
        length
    }
}

/// The names of the subject of a record.
struct Names<'a> {
    names: [Name<'a>; Names::MOST],
    count: usize,
}

impl<'a> Names<'a> {
    const MOST: usize = 5;

    fn of(side: &Side<'a>) -> Names<'a> {
        let mut names = Names { names: [Name::new(true); Names::MOST], count: 0 };
        let mut parts = Name::new(true);
        for piece in [Piece::Given, Piece::Surname] {
            for (field, text) in side.all(piece) {
                parts.add(*field, text);
            }
        }
        names.add(parts);
        for (piece, person) in [(Piece::Person, true), (Piece::Company, false)] {
            for (field, text) in side.all(piece) {
                let mut name = Name::new(person);
                name.add(*field, text);
                names.add(name);
            }
        }
        names
    }

    fn add(&mut self, name: Name<'a>) {
        if name.count > 0 && self.count < Names::MOST {
            self.names[self.count] = name;
            self.count += 1;
        }
    }

    fn all(&self) -> &[Name<'a>] {
        &self.names[..self.count]
    }
}

/// How two names agree.
#[derive(Clone, Copy)]
struct Aligned {
    agreement: Agreement,
    gain: f32,
    /// By the fields of the first name: which, and how much of the gain is theirs.
    fields: [(u8, f32); 2],
    /// Whether both say what they do, and it is not the same.
    other_trade: bool,
}

/// Compares two records: the same, whichever comes first.
pub(crate) fn compare(weights: &Weights, a: Record<'_>, b: Record<'_>) -> Marks {
    // Which words are laid against which may depend on the order; so there is one.
    let (a, b) = if a.0 > b.0 { (b, a) } else { (a, b) };
    let (a, b) = (Side::of(a, weights), Side::of(b, weights));
    let mut marks = Marks {
        marks: [None; 16],
        count: 0,
        people: false,
        contradicted: false,
        of_a_company: false,
        other_trade: false,
        other_domain: false,
    };
    let known = &weights.frequencies;
    let named = (Names::of(&a), Names::of(&b));
    names(known, &a, &b, &named, &mut marks);
    identifiers(known, &a, &b, &mut marks);
    phones(known, &a, &b, &mut marks);
    emails(known, &a, &b, &named, &mut marks);
    address(known, &a, &b, &mut marks);
    dates(known, &a, &b, &mut marks);
    codes(known, &a, &b, &mut marks);
    texts(known, &a, &b, &mut marks);
    marks
}

fn names(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, (ours, theirs): &(Names<'_>, Names<'_>), marks: &mut Marks) {
    let mut best: Option<(Aligned, bool)> = None;
    for our in ours.all() {
        for their in theirs.all() {
            let aligned = aligned(known, our, their);
            let people = our.person && their.person;
            if best.is_none_or(|(so_far, _)| worth(&aligned) > worth(&so_far)) {
                best = Some((aligned, people));
            }
        }
    }
    if let Some((aligned, people)) = best {
        marks.people = people;
        marks.other_trade = aligned.other_trade;
        let [first, second] = aligned.fields;
        if second.0 == u8::MAX {
            marks.push(Facet::Name, aligned.agreement, first.0, aligned.gain);
        } else {
            marks.push(Facet::Name, aligned.agreement, first.0, aligned.gain - second.1);
            let agreement = if second.1 > 3.0 { aligned.agreement.min(Agreement::Near) } else { Agreement::Different };
            marks.push(Facet::OtherName, agreement, second.0, second.1);
        }
    }
    related(known, a, b, (ours, theirs), marks);
}

/// What an alignment is worth among others, roughly as the weights have it.
fn worth(aligned: &Aligned) -> f32 {
    let level = match aligned.agreement {
        Agreement::Same => -1.0,
        Agreement::Near => -2.0,
        Agreement::Part => -3.0,
        Agreement::Mixed => -4.0,
        Agreement::Different => -5.0,
    };
    aligned.gain + level
}

/// By how many bits the words that agree may outweigh, beside one that does not, that two records are others before anything is known.
const PARTLY: f32 = 4.0;

/// Lays the words of two names side by side, in any order.
fn aligned(known: &Frequencies, a: &Name<'_>, b: &Name<'_>) -> Aligned {
    const NONE: u8 = u8::MAX;
    let (ours, theirs) = (a.words(), b.words());
    let bits = |word: &[u8]| known.bits(Of::Word, word).min(14.0);
    let mut partner = [NONE; Name::MOST];
    let mut taken = [false; Name::MOST];
    let mut gains = [0.0_f32; Name::MOST];
    let mut exact = 0;
    for (place, (_, word)) in ours.iter().enumerate() {
        if let Some(other) = (0..theirs.len()).find(|other| !taken[*other] && theirs[*other].1 == *word) {
            (partner[place], taken[other]) = (other as u8, true);
            gains[place] = bits(word);
            exact += 1;
        }
    }
    if exact < ours.len().min(theirs.len()) {
        for (place, (_, word)) in ours.iter().enumerate() {
            if partner[place] != NONE {
                continue;
            }
            let best = (0..theirs.len())
                .filter(|other| !taken[*other])
                .filter_map(|other| alike(known, word, theirs[other].1).map(|gain| (other, gain)))
                .max_by(|(_, one), (_, other)| one.total_cmp(other));
            if let Some((other, gain)) = best {
                (partner[place], taken[other]) = (other as u8, true);
                gains[place] = gain;
            }
        }
    }
    for place in 1..ours.len() {
        // Words that stand beside each other in both, and in many names besides, say little more than one of them.
        let (first, second) = (partner[place - 1], partner[place]);
        if first != NONE
            && second != NONE
            && first.abs_diff(second) == 1
            && theirs[first as usize].1 == ours[place - 1].1
            && theirs[second as usize].1 == ours[place].1
        {
            gains[place] -= known.bits_in_common(ours[place - 1].1, ours[place].1).min(gains[place - 1].min(gains[place]));
        }
    }
    let matched = partner[..ours.len()].iter().filter(|partner| **partner != NONE).count();
    let (left, right) = (ours.len() - matched, theirs.len() - matched);
    let mut gain: f32 = gains.iter().sum();
    let mut other_trade = false;
    let agreement = match (left, right) {
        (0, 0) if exact == ours.len() => Agreement::Same,
        (0, 0) => Agreement::Near,
        _ => {
            if let Some(whole) = closed_up(known, a, b).or_else(|| acronym(known, a, b))
                && whole.gain > gain
            {
                return whole;
            }
            let mut loss = [0.0_f32; 2];
            for (place, (_, word)) in ours.iter().enumerate() {
                if partner[place] == NONE {
                    loss[0] += bits(word);
                }
            }
            for (place, (_, word)) in theirs.iter().enumerate() {
                if !taken[place] {
                    loss[1] += bits(word);
                }
            }
            if matched == 0 {
                gain = 0.0;
                Agreement::Different
            } else if left == 0 || right == 0 {
                // The one says more: what is missing costs little.
                gain -= (0.1 * (loss[0] + loss[1])).min(3.0);
                Agreement::Part
            } else if (0..ours.len()).any(|place| partner[place] == NONE && is_number(ours[place].1))
                && (0..theirs.len()).any(|place| !taken[place] && is_number(theirs[place].1))
            {
                // The first and the second of something.
                gain = 0.0;
                Agreement::Different
            } else {
                // A word against a word.
                let pairs = left.min(right) as f32;
                let against = loss[0].min(loss[1]);
                // The words that agree are seldom rare independently: a brand, a fair, a family. However rare they are, beside a word that is
                // another they leave it open whether it is the same, and something else has to say so.
                gain = gain.min(known.population().max(1_000.0).log2() + PARTLY);
                gain -= if a.person && b.person { 3.0 * pairs } else { 0.5 * pairs + 0.3 * against };
                let ours_given = ours.iter().enumerate().any(|(place, (_, word))| partner[place] == NONE && is_given(word));
                let theirs_given = theirs.iter().enumerate().any(|(place, (_, word))| !taken[place] && is_given(word));
                if a.person && b.person && ours_given && theirs_given {
                    // Two given names that are known as such: husband and wife, brothers.
                    gain -= 4.0;
                }
                other_trade =
                    !a.person && !b.person && trades::differ(ours.iter().map(|(_, word)| *word), theirs.iter().map(|(_, word)| *word));
                Agreement::Mixed
            }
        }
    };
    let mut fields = [(ours.first().map_or(0, |(field, _)| *field), 0.0), (NONE, 0.0)];
    for (place, (field, _)) in ours.iter().enumerate() {
        if *field == fields[0].0 {
            fields[0].1 += gains[place];
        } else {
            fields[1] = (*field, fields[1].1 + gains[place]);
        }
    }
    Aligned { agreement, gain, fields, other_trade }
}

/// What two words are worth that are not the same, if they may be one.
fn alike(known: &Frequencies, a: &[u8], b: &[u8]) -> Option<f32> {
    let bits = || known.bits(Of::Word, a).min(known.bits(Of::Word, b)).min(14.0);
    if numbers_differ(a, b) {
        return None;
    }
    let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
    if short.len() == 1 {
        return (long[0] == short[0]).then_some(1.5);
    }
    // A man and a woman of one family: no slip.
    if a != b && (is_given(a) && is_given(b)) {
        return called_alike(a, b).then(|| (bits() - 1.5).max(1.0));
    }
    if mistyped(a, b) {
        // Among the neighbours of a short word are other words.
        let typed = distance(a, b, 3).unwrap_or(3) as f32;
        return Some((bits() - 1.0 - 1.5 * typed * 6.0 / short.len() as f32).max(1.0));
    }
    if called_alike(a, b) || but_for_a_particle(a, b) {
        return Some((bits() - 1.5).max(1.0));
    }
    // The beginning of a word for the word: `costr`, `mecc`.
    if short.len() >= 3 && long.starts_with(short) {
        return Some((bits() - 3.0).max(1.0));
    }
    None
}

/// The same letters in a row, with spaces elsewhere.
fn closed_up(known: &Frequencies, a: &Name<'_>, b: &Name<'_>) -> Option<Aligned> {
    let (mut first, mut second) = ([0; 64], [0; 64]);
    let (ours, theirs) = (a.closed(&mut first), b.closed(&mut second));
    if numbers_differ(&first[..ours], &second[..theirs]) {
        return None;
    }
    let short = ours.min(theirs);
    let typed = distance(&first[..ours], &second[..theirs], if short < 6 { 0 } else { slips(short).min(2) })?;
    let bits = |name: &Name<'_>| name.words().iter().map(|(_, word)| known.bits(Of::Word, word).min(14.0)).sum::<f32>();
    let gain = (bits(a).min(bits(b)) - 2.0 - 2.0 * typed as f32).max(2.0);
    Some(Aligned { agreement: Agreement::Near, gain, fields: [(a.words()[0].0, gain), (u8::MAX, 0.0)], other_trade: false })
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

/// Whether both say numbers, and not the same: another digit is another shop, house or year, and no slip of the pen.
fn numbers_differ(a: &[u8], b: &[u8]) -> bool {
    fn digits(text: &[u8]) -> impl Iterator<Item = &u8> {
        text.iter().filter(|byte| byte.is_ascii_digit())
    }
    digits(a).next().is_some() && digits(b).next().is_some() && !digits(a).eq(digits(b))
}

/// One word that the other's words begin with: `omr` for Officine Meccaniche Rossi.
fn acronym(known: &Frequencies, a: &Name<'_>, b: &Name<'_>) -> Option<Aligned> {
    let (short, long) = if a.count < b.count { (a, b) } else { (b, a) };
    let letters = short.words()[0].1;
    let fits = short.count == 1
        && (3..=6).contains(&letters.len())
        && long.count == letters.len()
        && long.words().iter().zip(letters).all(|((_, word), letter)| word[0] == *letter);
    let gain = (known.bits(Of::Word, letters) - 2.0).clamp(2.0, 3.0 * letters.len() as f32);
    fits.then_some(Aligned { agreement: Agreement::Part, gain, fields: [(a.words()[0].0, gain), (u8::MAX, 0.0)], other_trade: false })
}

/// People who stand at the company and companies that a person stands at, against each other and against the subjects.
fn related(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, (ours, theirs): (&Names<'_>, &Names<'_>), marks: &mut Marks) {
    let mut best: Option<(u8, Aligned)> = None;
    let mut both = false;
    let mut consider = |field: u8, aligned: Aligned| {
        if best.is_none_or(|(_, so_far)| worth(&aligned) > worth(&so_far)) {
            best = Some((field, aligned));
        }
    };
    let name = |field: u8, text, person| {
        let mut name = Name::new(person);
        name.add(field, text);
        name
    };
    for (piece, person) in [(Piece::Associate, true), (Piece::Employer, false)] {
        for (field, text) in a.all(piece) {
            let our = name(*field, *text, person);
            for (_, text) in b.all(piece) {
                both = true;
                consider(*field, aligned(known, &our, &name(*field, *text, person)));
            }
            theirs.all().iter().filter(|their| their.person == person).for_each(|their| consider(*field, aligned(known, &our, their)));
        }
        for (field, text) in b.all(piece) {
            let their = name(*field, *text, person);
            ours.all().iter().filter(|our| our.person == person).for_each(|our| consider(*field, aligned(known, &their, our)));
        }
    }
    // A person who is not named on the other side says nothing.
    if let Some((field, aligned)) = best
        && (both || aligned.agreement < Agreement::Mixed)
    {
        marks.push(Facet::Related, aligned.agreement, field, aligned.gain.min(10.0));
    }
}

fn identifiers(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    let mut best: Option<(Agreement, u8, f32, bool)> = None;
    let mut contradicted = false;
    for (field, ours) in a.all(Piece::Identifier) {
        for (other, theirs) in b.all(Piece::Identifier) {
            let (our, their) = (&ours[1..], &theirs[1..]);
            let valid = ours[0] == b'v' && theirs[0] == b'v';
            let company = our.len() == 11 && our.iter().all(u8::is_ascii_digit);
            let found = if our == their {
                (Agreement::Same, *field, known.bits_of_unique(Of::Identifier, our, 9.0), company)
            } else if our.len() >= 6
                && let Some(typed) = distance(our, their, if our.len() >= 9 && !valid { 2 } else { 1 })
            {
                (Agreement::Near, *field, known.bits_of_unique(Of::Identifier, our, 3.0 - 2.0 * typed as f32), company)
            } else if field == other || our.len() == their.len() {
                // More than a slip or two between numbers of the same register.
                contradicted |= our.len() == their.len() && matches!(our.len(), 11 | 16) && distance(our, their, 2).is_none();
                (Agreement::Different, *field, 0.0, company)
            } else {
                continue;
            };
            if best.is_none_or(|(agreement, _, gain, _)| found.0 < agreement || found.0 == agreement && found.2 > gain) {
                best = Some(found);
            }
        }
    }
    if let Some((agreement, field, gain, company)) = best {
        marks.push(Facet::Identifier, agreement, field, gain);
        marks.contradicted = contradicted && agreement == Agreement::Different;
        marks.of_a_company = company;
    }
}

fn phones(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    let mut best: Option<(Agreement, u8, f32)> = None;
    let mut several = 0.0;
    for (field, ours) in a.all(Piece::Phone) {
        for (_, theirs) in b.all(Piece::Phone) {
            let (our, their) = (&ours[1..], &theirs[1..]);
            let found = if our == their {
                several += 1.0;
                (Agreement::Same, *field, known.bits_of_unique(Of::Phone, our, if ours[0] == b'm' { 4.0 } else { 3.0 }))
            } else if our.len() >= 8 && their.len() >= 8 && distance(our, their, 1).is_some() {
                (Agreement::Near, *field, known.bits_of_unique(Of::Phone, our, -4.0))
            } else if our.len().abs_diff(their.len()) >= 1
                && our.len().min(their.len()) >= 7
                && (our.ends_with(their) || their.ends_with(our))
            {
                // Without the area, or with a prefix of which we do not know.
                (Agreement::Near, *field, known.bits_of_unique(Of::Phone, our, -2.0))
            } else {
                (Agreement::Different, *field, 0.0)
            };
            if best.is_none_or(|(agreement, _, gain)| found.0 < agreement || found.0 == agreement && found.2 > gain) {
                best = Some(found);
            }
        }
    }
    if let Some((agreement, field, gain)) = best {
        let more: f32 = if several > 1.5 { 3.0 } else { 0.0 };
        marks.push(Facet::Phone, agreement, field, gain + more);
    }
}

fn emails(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, named: &(Names<'_>, Names<'_>), marks: &mut Marks) {
    let mut best: Option<(Agreement, u8, f32)> = None;
    let mut consider = |agreement: Agreement, field: u8, gain: f32| {
        if best.is_none_or(|(so_far, _, most)| agreement < so_far || agreement == so_far && gain > most) {
            best = Some((agreement, field, gain));
        }
    };
    for (field, ours) in a.all(Piece::Email) {
        let ours = Email::of(ours);
        for (_, theirs) in b.all(Piece::Email) {
            let theirs = Email::of(theirs);
            if ours.whole == theirs.whole {
                consider(Agreement::Same, *field, known.bits_of_unique(Of::Email, ours.whole, 4.0));
                continue;
            }
            let role = ours.role || theirs.role;
            let same_box = ours.local == theirs.local;
            if same_box && !role && distance(ours.domain, theirs.domain, 2).is_some()
                || same_box && role && !theirs.free && ours.domain.len() >= 9 && distance(ours.domain, theirs.domain, 1).is_some()
                || !role && ours.domain == theirs.domain && box_mistyped(ours, theirs)
            {
                consider(Agreement::Near, *field, known.bits_of_unique(Of::Email, ours.whole, 1.0));
            } else if same_box && !role && ours.local.len() >= 5 {
                // The same mailbox at another provider. One that is the name says no more than the name, which is weighed already.
                let digits = ours.local.iter().filter(|byte| byte.is_ascii_digit()).count().min(3) as f32;
                let most = if of_the_name(ours.local, &named.0) && of_the_name(ours.local, &named.1) {
                    2.0 * digits
                } else {
                    6.0 + ours.local.iter().filter(|byte| !byte.is_ascii_lowercase()).count().min(3) as f32
                };
                consider(Agreement::Part, *field, known.bits_of_unique(Of::Email, ours.whole, 0.0).min(most));
            } else if !theirs.free && ours.own_domain == theirs.own_domain {
                consider(Agreement::Mixed, *field, known.bits_of_unique(Of::Domain, ours.own_domain, 1.0));
            } else {
                consider(Agreement::Different, *field, 0.0);
            }
        }
    }
    // A site tells whose the domain is.
    let written = |side: &Side<'_>, site: &[u8]| side.all(Piece::Email).iter().any(|(_, email)| Email::of(email).own_domain == site);
    for (field, site) in a.all(Piece::Site) {
        if b.all(Piece::Site).iter().any(|(_, other)| other == site) || written(b, site) {
            consider(Agreement::Mixed, *field, known.bits_of_unique(Of::Domain, site, 1.0));
        }
    }
    for (field, site) in b.all(Piece::Site) {
        if written(a, site) {
            consider(Agreement::Mixed, *field, known.bits_of_unique(Of::Domain, site, 1.0));
        }
    }
    if let Some((agreement, field, gain)) = best {
        marks.push(Facet::Email, agreement, field, gain);
        let own =
            |side: &Side<'_>| !side.all(Piece::Site).is_empty() || side.all(Piece::Email).iter().any(|(_, email)| !Email::of(email).free);
        marks.other_domain = agreement == Agreement::Different && own(a) && own(b);
    }
}

/// Whether a mailbox is called by the first words of a name, whole or by their first letters, and at least by one that is whole.
fn of_the_name(local: &[u8], names: &Names<'_>) -> bool {
    /// Of more words there would be too many orders to try.
    const WORDS: usize = 4;
    fn spelled(letters: &[u8], words: &[(u8, &[u8])], used: u8, whole: bool) -> bool {
        letters.is_empty() && whole
            || words.iter().enumerate().filter(|(place, _)| used & 1 << place == 0).any(|(place, (_, word))| {
                let used = used | 1 << place;
                letters.strip_prefix(*word).is_some_and(|rest| spelled(rest, words, used, true))
                    || word.len() > 1 && letters.first() == word.first() && spelled(&letters[1..], words, used, whole)
            })
    }
    let mut letters = [0; 32];
    let mut count = 0;
    for letter in local.iter().filter(|byte| byte.is_ascii_lowercase()) {
        let Some(place) = letters.get_mut(count) else { return false };
        (*place, count) = (*letter, count + 1);
    }
    names.all().iter().any(|name| spelled(&letters[..count], &name.words()[..name.count.min(WORDS)], 0, false))
}

/// Whether the names of two mailboxes at one domain are one, mistyped.
fn box_mistyped(a: Email<'_>, b: Email<'_>) -> bool {
    let (ours, theirs) = (a.local, b.local);
    ours.len().min(theirs.len()) >= if a.free { 9 } else { 6 } && distance(ours, theirs, 1).is_some() && same_digits(ours, theirs)
}

/// Whether the digits are the same: `rossi72` and `rossi73` are two people, and no slip.
fn same_digits(a: &[u8], b: &[u8]) -> bool {
    a.iter().filter(|byte| byte.is_ascii_digit()).eq(b.iter().filter(|byte| byte.is_ascii_digit()))
}

/// Whether two texts of several words are the same, nearly, or not.
fn alike_texts(a: &[u8], b: &[u8]) -> Agreement {
    if a == b {
        return Agreement::Same;
    }
    let short = a.len().min(b.len());
    if distance_without_spaces(a, b, slips(short)).is_some() {
        return Agreement::Near;
    }
    // The words of the shorter one are all in the longer one.
    let (few, many) = if words(a).count() <= words(b).count() { (a, b) } else { (b, a) };
    let (mut all, mut telling) = (true, 0);
    for word in words(few) {
        if words(many).any(|other| other == word || mistyped(other, word) || initial(other, word)) {
            telling += word.len();
        } else {
            all = false;
        }
    }
    if all && telling >= 3 {
        Agreement::Part
    } else if telling >= 5 {
        Agreement::Mixed
    } else {
        Agreement::Different
    }
}

fn initial(a: &[u8], b: &[u8]) -> bool {
    (a.len() == 1 || b.len() == 1) && a.first() == b.first()
}

fn address(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    let town = match (a.first(Piece::Town), b.first(Piece::Town)) {
        (Some((_, our)), Some((_, their))) => Some((alike_texts(our, their), known.bits(Of::Town, our).min(known.bits(Of::Town, their)))),
        _ => None,
    };
    let postcode = match (a.first(Piece::Postcode), b.first(Piece::Postcode)) {
        (Some((_, our)), Some((_, their))) => Some((
            our == their || distance(our, their, 1).is_some() && our.len() == their.len(),
            our == their,
            known.bits(Of::Postcode, our),
        )),
        _ => None,
    };
    let province = match (a.first(Piece::Province), b.first(Piece::Province)) {
        (Some((_, our)), Some((_, their))) => Some((our == their, known.bits(Of::Province, our))),
        _ => None,
    };
    // How well the places agree, and what that is worth.
    let (same_place, known_place, mut place) = {
        let town_same = town.is_some_and(|(agreement, _)| agreement <= Agreement::Part);
        let code_same = postcode.is_some_and(|(_, same, _)| same);
        let mut gain = 0.0_f32;
        if town_same && let Some((agreement, bits)) = town {
            gain = gain.max(if agreement == Agreement::Same { bits } else { bits - 1.5 });
        }
        if code_same && let Some((_, _, bits)) = postcode {
            gain = gain.max(bits) + if town_same { 1.0 } else { 0.0 };
        }
        if gain == 0.0
            && let Some((true, bits)) = province
        {
            gain = bits * 0.5;
        }
        (town_same || code_same, town.is_some() || postcode.is_some(), gain.min(12.0))
    };
    let near_code = postcode.is_some_and(|(near, ..)| near);
    // The streets that agree best.
    let mut street: Option<(Agreement, u8, f32)> = None;
    for (field, our) in a.all(Piece::Street) {
        for (_, their) in b.all(Piece::Street) {
            let agreement = alike_texts(our, their);
            let bits = known.bits(Of::Street, our).min(known.bits(Of::Street, their)).min(9.0);
            let bits = match agreement {
                Agreement::Same => bits,
                Agreement::Near => bits - 1.0,
                Agreement::Part => bits - 2.0,
                _ => 0.0,
            };
            if street.is_none_or(|(so_far, _, most)| bits > most || bits == most && agreement < so_far) {
                street = Some((agreement, *field, bits));
            }
        }
    }
    let mut number = None;
    for (_, our) in a.all(Piece::Number) {
        for (_, their) in b.all(Piece::Number) {
            number = number.max(Some(our == their));
        }
    }
    let number_bits = a.first(Piece::Number).map_or(0.0, |(_, our)| known.bits(Of::Number, our).min(6.0));
    let field = street
        .map(|(_, field, _)| field)
        .or_else(|| [Piece::Town, Piece::Postcode].into_iter().find_map(|piece| Some(a.first(piece)?.0)))
        .or_else(|| Some(a.first(Piece::Province)?.0));
    let Some(field) = field else { return };
    if !same_place && known_place && near_code {
        // A postcode with a slip in it, and a town that is missing or another: not quite nothing.
        place = place.max(1.5);
    }
    match street {
        Some((agreement, _, bits)) if agreement <= Agreement::Part => {
            let elsewhere = known_place && !same_place;
            let (level, gain) = match (number, elsewhere) {
                (Some(true), false) => {
                    (if agreement == Agreement::Same { Agreement::Same } else { Agreement::Near }, place + bits + number_bits)
                }
                (Some(true), true) => (Agreement::Near, bits + number_bits - 1.0),
                (Some(false), false) => (Agreement::Mixed, place + 0.5 * bits - 1.0),
                (None, false) => (Agreement::Part, place + bits),
                (_, true) => (Agreement::Mixed, 0.5 * bits - 2.0),
            };
            marks.push(Facet::Address, level, field, gain.min(known.population().max(1_000.0).log2() + 4.0));
        }
        Some(_) if same_place => marks.push(Facet::Address, Agreement::Mixed, field, 0.8 * place - 1.0),
        None if same_place => marks.push(Facet::Address, Agreement::Part, field, place),
        _ if known_place || street.is_some() => marks.push(Facet::Address, Agreement::Different, field, 0.0),
        _ => {}
    }
}

fn dates(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    for (field, our) in a.all(Piece::Date) {
        let Some(their) = of_field(b.all(Piece::Date), *field, our) else { continue };
        let (agreement, gain) = if *our == their {
            (Agreement::Same, known.bits(Of::Date, our).clamp(2.0, 13.0))
        } else if our.len() == 8 && their.len() == 8 && (distance(our, their, 1).is_some() || turned(our, their)) {
            (Agreement::Near, known.bits(Of::Date, our).clamp(2.0, 13.0) - 3.0)
        } else {
            (Agreement::Different, 0.0)
        };
        marks.push(Facet::Date, agreement, *field, gain);
    }
}

/// What the other record has in a field: the same, if it is there, or else the first.
fn of_field<'a>(pieces: &[(u8, &'a [u8])], field: u8, text: &[u8]) -> Option<&'a [u8]> {
    let mut there = pieces.iter().filter(|(other, _)| *other == field).map(|(_, text)| *text);
    there.clone().find(|other| *other == text).or_else(|| there.next())
}

/// Whether day and month stand in each other's place.
fn turned(a: &[u8], b: &[u8]) -> bool {
    a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6]
}

fn codes(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    for (field, our) in a.all(Piece::Code) {
        if let Some(their) = of_field(b.all(Piece::Code), *field, our) {
            let same = *our == their;
            let gain = if same { known.bits_of_unique(Of::Code, our, 2.0) } else { 0.0 };
            marks.push(Facet::Code, if same { Agreement::Same } else { Agreement::Different }, *field, gain);
        }
    }
}

fn texts(known: &Frequencies, a: &Side<'_>, b: &Side<'_>, marks: &mut Marks) {
    for (field, our) in a.all(Piece::Text) {
        if let Some(their) = of_field(b.all(Piece::Text), *field, our) {
            let agreement = alike_texts(our, their);
            let bits = known.bits(Of::Text, our).min(known.bits(Of::Text, their)).min(8.0);
            let gain = match agreement {
                Agreement::Same => bits,
                Agreement::Near => bits - 1.5,
                Agreement::Part => 0.5 * bits,
                _ => 0.0,
            };
            marks.push(Facet::Text, agreement, *field, gain);
        }
    }
}
