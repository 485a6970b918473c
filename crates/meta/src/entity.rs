//! An entity: its fields, its relations, what it can do, and the physical table that follows.

use crate::field::{Described, Field, Key};
use crate::fields::{Kind, Link, MomentOf, Whole, link, moment, whole};
use crate::record::{Carried, Record};
use crate::shape::{Column, ColumnType, Table, TableIndex};
use italy::places::Postcodes;
use kernel::Say;
use std::sync::Arc;

/// The version of a record: 1 when created, one more at every change.
pub static VERSION: Whole = whole("version");
/// When it was created.
pub static CREATED_AT: MomentOf = moment("created_at").sortable();
/// Who created it.
pub static CREATED_BY: Link = link("created_by", "user");
/// When it was last changed.
pub static CHANGED_AT: MomentOf = moment("changed_at").sortable();
/// Who changed it last.
pub static CHANGED_BY: Link = link("changed_by", "user");
/// When it was put in the trash.
pub static REMOVED_AT: MomentOf = moment("removed_at");

/// The keys of the fields that every entity has, apart from `id`.
pub const SYSTEM: [&str; 6] = ["version", "created_at", "created_by", "changed_at", "changed_by", "removed_at"];

/// Children of an entity: the records of another that link to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relation {
    /// The name in filters and JSON, such as `sites`.
    pub key: &'static str,
    /// The entity of the children.
    pub child: &'static str,
    /// The children's link field.
    pub via: &'static str,
    /// Owned lines: written with their parent, in order, under its version.
    pub owned: bool,
    /// For a link entity: its other link field, through which pages show the far record.
    pub far: Option<&'static str>,
    /// The children go into the trash and come out of it with their parent.
    pub following: bool,
    /// Owned lines that whoever this description is for may only look at.
    pub read_only: bool,
}

/// Who may see a record, besides those who may see all of its entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Visibility {
    /// Everybody who may see the entity at all.
    Everyone,
    /// Its owner and the owner's team, by this link field.
    Owner(&'static str),
    /// Its owner alone (the first field), and everybody where the second says yes.
    OwnOrShared(&'static str, &'static str),
    /// As the record that this link leads to.
    Through(&'static str),
    /// Its owner (the first field), or whoever sees a record that links to it: relation, and the link in it.
    OwnerOrThrough(&'static str, &'static str, &'static str),
    /// As its parent: an *about* link, and the field that names the parent's entity.
    Parent(&'static str, &'static str),
    /// Whoever sees both records that it binds: two *about* links, each with the field that names its entity.
    Ends([(&'static str, &'static str); 2]),
    /// Administrators alone.
    Administrators,
}

/// How people come by what they may do with the records of an entity, besides what their roles say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Granted {
    /// By their roles alone.
    #[default]
    Roles,
    /// Everybody reads it, administrators write it, unless a role names it.
    Administered,
    /// Everybody keeps his own.
    Kept,
    /// The program writes it; everybody looks at his own.
    Watched,
}

/// Who looks after the records of an entity as a subject of it: a relation through a link entity, the link in it to the
/// subject, the subject's link to the user that it comes in as, and its link to the subject it works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attended {
    /// The relation through the link entity; the days of that entity say when it holds.
    pub relation: &'static str,
    /// The link from the subject to its user.
    pub user: &'static str,
    /// The link from the subject to the one it works for.
    pub under: &'static str,
}

/// A group of fields on the card and the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The key of its title: `section-{entity}-{key}`.
    pub key: &'static str,
    /// The fields, by name; a composite by the name of its first part up to the dot.
    pub fields: Vec<&'static str>,
}

/// When and where the records of an entity happen: they stand on the timelines of the cards they lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Happens {
    /// The field that says when.
    pub at: &'static str,
    /// The links to the cards, *about* links among them.
    pub links: Vec<&'static str>,
    /// How one is written right on a card; none where it has a form of its own.
    pub composed: Option<Composed>,
    /// A link to what it was written with: where it leads somewhere, the record stands under that, not for itself.
    pub under: Option<&'static str>,
}

/// What a box on a card writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Composed {
    /// The field of its text.
    pub text: &'static str,
    /// The yes or no that keeps it on top of the timeline.
    pub pinned: &'static str,
}

/// What an entity that keeps files goes by: each record holds one file ([`crate::fields::file()`]), and the earlier ones
/// as records of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filing {
    /// The link to the card that a file is added on.
    pub about: &'static str,
    /// The relation that holds every file it had, as versions.
    pub versions: &'static str,
    /// The number of the version it holds now.
    pub number: &'static str,
}

/// What stands ahead: until a day comes, or once it has passed, a record stands as what comes next on the cards it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaits {
    /// The field of the day, or of the moment.
    pub day: &'static str,
    /// The links to the cards; where several lead to a card of the same kind, the last is asked, and has to find all of them.
    pub links: Vec<&'static str>,
    /// The yes or no that says that it is over.
    pub done: Option<&'static str>,
}

/// A link that says again what the link entity of a relation says: of the records it leads to, the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// The link of its own, which nobody writes.
    pub field: &'static str,
    /// The relation through a link entity.
    pub relation: &'static str,
    /// What stands last: a yes or no of the link entity.
    pub last: &'static str,
    /// What stands first: another. Where both are the same, what came first.
    pub first: &'static str,
}

/// How the records of an entity bind two others, in words that read from either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutual {
    /// The two *about* links: the words read from the first to the second.
    pub ends: [&'static str; 2],
    /// The link to what says the words.
    pub by: &'static str,
    /// Its fields: the words from the first to the second, and back.
    pub words: [&'static str; 2],
}

/// What an entity can do; each switches on what the platform offers for it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Capabilities {
    /// Found by search.
    pub searchable: bool,
    /// Read from and written to files.
    pub importable: bool,
    /// Has pages, an API address, and a place in menus.
    pub public: bool,
    /// Every write stands in the history.
    pub tracked: bool,
    /// Links two records: shown on them, without a list of its own.
    pub joining: bool,
    /// Kept by the pages themselves: no menu leads to it.
    pub kept: bool,
    /// Belongs to whoever wrote it: others see it, and only whoever may remove anybody's changes or removes it.
    pub authored: bool,
    /// Nobody changes or removes a record, whoever he is and through whatever: what was wrong is answered by a new one.
    pub appended: bool,
}

/// What stands now is what the newest entry says, for each row and column: consents by channel and purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// The choice that makes the rows.
    pub rows: &'static str,
    /// The term that makes the columns.
    pub columns: &'static str,
    /// The choice that says how it stands.
    pub state: &'static str,
    /// The column that the head of a card shows.
    pub first: &'static str,
    /// The states that win where two records become one, whatever was said later of another: the strictest last.
    pub stops: &'static [&'static str],
    /// The field that says how an entry can be proved, where there is one.
    pub proof: Option<&'static str>,
    /// The field that says how an entry came, and what it says of one that takes back another.
    pub correction: Option<(&'static str, &'static str)>,
}

/// What is worth a look in a record, by the record alone, its lines included, and the company's list of CAPs.
pub type Doubts = fn(&Record, &Postcodes) -> Vec<Doubt>;

/// Where something may be worth a look in the records of an entity, and how it is found.
#[derive(Debug, Clone, Copy)]
pub struct Doubted {
    /// What stands in a section of the card: fields, values with parts, relations.
    pub items: &'static [&'static str],
    /// Finds it.
    pub find: Doubts,
}

/// Something that can be right but rarely is, and what was probably meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// What stands in a section of the card: a field, a value with parts, a relation.
    pub item: &'static str,
    /// Of a relation: which of its lines, by its place among them.
    pub line: Option<usize>,
    /// The sentence.
    pub say: Say,
    /// The field, of the record or of its line, and the text that was probably meant; `None` where it is for the person to know.
    pub proposal: Option<(&'static str, String)>,
}

/// An entity.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name, singular: the table, the words, the links.
    pub key: &'static str,
    /// Its name, plural: addresses and JSON.
    pub plural: &'static str,
    /// Its own fields, then the system's.
    pub fields: Vec<Field>,
    /// Its children.
    pub relations: Vec<Relation>,
    /// Whether whoever this description is for does not know of some of its lines.
    pub hides_lines: bool,
    /// Its links that say again what a relation says.
    pub mirrors: Vec<Mirror>,
    /// Declared indexes, by field names.
    pub indexes: Vec<Vec<&'static str>>,
    /// The field that names a record to a person.
    pub title: &'static str,
    /// Who may see a record.
    pub visibility: Visibility,
    /// How people come by what they may do with it.
    pub granted: Granted,
    /// Who looks after its records as a subject, where somebody may.
    pub attended: Option<Attended>,
    /// What it can do.
    pub can: Capabilities,
    /// When and where its records happen, where they do.
    pub happens: Option<Happens>,
    /// What its files go by, where it keeps files.
    pub filing: Option<Filing>,
    /// What its records wait for, where they do.
    pub awaits: Option<Awaits>,
    /// How the newest of its records are drawn on a card, where it is a ledger.
    pub ledger: Option<Ledger>,
    /// Where one of its records is told, where that is no card: an address, to which `/` and the record are added.
    pub told_at: Option<&'static str>,
    /// The page on which one of its records is worked on, beside its card: the end of its address.
    pub desk: Option<&'static str>,
    /// The field of the address that mailings to its records go to, where they may.
    pub mailed: Option<&'static str>,
    /// How its records bind two others, where they do.
    pub mutual: Option<Mutual>,
    /// What its records are asked for that can be right and is worth a look, where something is.
    pub doubts: Option<Doubted>,
    /// The days from which and until which a record holds, where it is said: what is past stands last.
    pub lasting: Option<(&'static str, &'static str)>,
    /// Fields of a list, by name.
    pub columns: Vec<&'static str>,
    /// Fields at the head of a card, by name: how it stands, whose it is, how it is reached.
    pub head: Vec<&'static str>,
    /// The field a list is sorted by, and whether from the end.
    pub sort: (&'static str, bool),
    /// The groups of the card and the form.
    pub layout: Vec<Section>,
    /// What its records are compared by where they are looked at for doubles; nothing where they are not. Of these, what is a key
    /// ([`Field::matching`]) says by itself that a record exists already.
    pub compared: Vec<&'static str>,
    /// What an arrangement leaves out of the groups: in lists and filters as ever, on no card and asked by no form that can do without.
    pub unplaced: Vec<&'static str>,
    /// All fields but the version, as whole records carry them; filled in by the model.
    pub carried: Arc<Carried>,
    /// The columns of the table, in its order; filled in by the model.
    pub stored: Arc<[Column]>,
}

impl Entity {
    /// An entity with these fields; the system's are added.
    pub fn new(key: &'static str, plural: &'static str, mut fields: Vec<Field>) -> Entity {
        let title = fields.first().map_or("id", |field| field.key);
        fields.extend([&CREATED_AT, &CHANGED_AT, &REMOVED_AT].map(|k| system(k, key)));
        fields.extend([&CREATED_BY, &CHANGED_BY].map(|k| system(k, key)));
        fields.push(system(&VERSION, key));
        Entity {
            key,
            plural,
            fields,
            relations: Vec::new(),
            hides_lines: false,
            mirrors: Vec::new(),
            indexes: Vec::new(),
            title,
            visibility: Visibility::Everyone,
            granted: Granted::Roles,
            attended: None,
            can: Capabilities { tracked: true, public: true, ..Capabilities::default() },
            happens: None,
            filing: None,
            awaits: None,
            ledger: None,
            told_at: None,
            desk: None,
            mailed: None,
            mutual: None,
            doubts: None,
            lasting: None,
            columns: vec![title],
            head: Vec::new(),
            sort: (title, false),
            layout: Vec::new(),
            compared: Vec::new(),
            unplaced: Vec::new(),
            carried: Arc::new(Carried::new(key, Vec::new())),
            stored: Arc::from([]),
        }
    }

    /// The same, whose records are looked through for what is worth a look in these items: a warning on card and form, never an error.
    pub fn doubted(mut self, items: &'static [&'static str], find: Doubts) -> Entity {
        self.doubts = Some(Doubted { items, find });
        self
    }

    /// The field with this name.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The relation with this name.
    pub fn relation(&self, key: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.key == key)
    }

    /// Whether whoever this description is for knows of this field, or of these lines.
    pub fn knows(&self, key: &str) -> bool {
        self.field(key).map_or_else(|| self.relation(key).is_some(), |field| !field.secret)
    }

    /// The field of the owner, where a record is seen by whoever reaches him.
    pub fn owner(&self) -> Option<&Field> {
        match self.visibility {
            Visibility::Owner(field) | Visibility::OwnerOrThrough(field, ..) => self.field(field),
            _ => None,
        }
    }

    /// Whether its records take numbers of series.
    pub fn is_numbered(&self) -> bool {
        self.fields.iter().any(|field| field.series.is_some())
    }

    /// The owned relations.
    pub fn owned(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(|relation| relation.owned)
    }

    /// The same, named to a person by this field.
    pub fn titled<T>(mut self, key: &Key<T>) -> Entity {
        self.title = key.field.key;
        if self.columns.len() == 1 {
            self.columns = vec![self.title];
        }
        self.sort = (self.title, false);
        self
    }

    /// The same, with this visibility.
    pub fn seen(mut self, visibility: Visibility) -> Entity {
        self.visibility = visibility;
        self
    }

    /// The same, with rights that come this way.
    pub fn granted(mut self, granted: Granted) -> Entity {
        self.granted = granted;
        self
    }

    /// The same, looked after by subjects: the relation to them through a link entity, their link to a user, and their link to
    /// the subject they work for.
    pub fn attended(mut self, relation: &'static str, user: &'static str, under: &'static str) -> Entity {
        self.attended = Some(Attended { relation, user, under });
        self
    }

    /// The same, found by search.
    pub fn searchable(mut self) -> Entity {
        self.can.searchable = true;
        self
    }

    /// The same, read from and written to files.
    pub fn importable(mut self) -> Entity {
        self.can.importable = true;
        self
    }

    /// The same, without pages, addresses or menus of its own.
    pub fn inner(mut self) -> Entity {
        self.can.public = false;
        self
    }

    /// The same, told on a page of its own below this address.
    pub fn told_at(mut self, address: &'static str) -> Entity {
        self.told_at = Some(address);
        self
    }

    /// The same, worked on at a page of its own below the address of a record; what leads there is said by `desk-{entity}`.
    pub fn desk(mut self, address: &'static str) -> Entity {
        self.desk = Some(address);
        self
    }

    /// The same, mailable: mailings to its records go to the address in this field.
    pub fn mailed<T>(mut self, key: &Key<T>) -> Entity {
        self.mailed = Some(key.field.key);
        self
    }

    /// The same, without a history of its own: its records are written with another's.
    pub fn untracked(mut self) -> Entity {
        self.can.tracked = false;
        self
    }

    /// The same, as a link between two records: written and shown on theirs, without a list of its own.
    pub fn joining(mut self) -> Entity {
        self.can.joining = true;
        self
    }

    /// The same, kept by the pages themselves: it has an address for programs, and no menu leads to it.
    pub fn kept(mut self) -> Entity {
        self.can.kept = true;
        self
    }

    /// The same, belonging to whoever wrote it.
    pub fn authored(mut self) -> Entity {
        self.can.authored = true;
        self
    }

    /// The same, added to and never changed: an entry stands as it was made.
    pub fn appended(mut self) -> Entity {
        self.can.appended = true;
        self
    }

    /// The same, drawn on its cards as what stands now: a choice by rows, a term by columns, and in each place the newest
    /// state; the head shows the column of this term.
    pub fn ledger(mut self, rows: &'static str, columns: &'static str, state: &'static str, first: &'static str) -> Entity {
        self.ledger = Some(Ledger { rows, columns, state, first, stops: &[], proof: None, correction: None });
        self
    }

    /// The same, with the states of its ledger that win where two records become one, the strictest last, and the field of what
    /// proves an entry.
    pub fn strictest(mut self, stops: &'static [&'static str], proof: &'static str) -> Entity {
        if let Some(ledger) = &mut self.ledger {
            (ledger.stops, ledger.proof) = (stops, Some(proof));
        }
        self
    }

    /// The same, with the field of its ledger that says how an entry came, and what it says of one that takes back another.
    pub fn corrected(mut self, came: &'static str, by: &'static str) -> Entity {
        if let Some(ledger) = &mut self.ledger {
            ledger.correction = Some((came, by));
        }
        self
    }

    /// The same, standing on the timelines of the cards that these links lead to, at the moment of this field.
    pub fn happens(mut self, at: &'static str, links: &[&'static str]) -> Entity {
        self.happens = Some(Happens { at, links: links.to_vec(), composed: None, under: None });
        self
    }

    /// The same, written in a box on those cards: the field of its text, and the one that keeps it on top.
    pub fn composed(mut self, text: &'static str, pinned: &'static str) -> Entity {
        if let Some(happens) = &mut self.happens {
            happens.composed = Some(Composed { text, pinned });
        }
        self
    }

    /// The same, standing under the record that this link leads to, where it leads to one.
    pub fn under(mut self, link: &'static str) -> Entity {
        if let Some(happens) = &mut self.happens {
            happens.under = Some(link);
        }
        self
    }

    /// The same, keeping files: added on the card that `about` leads to, with every version in a relation.
    pub fn filing(mut self, about: &'static str, versions: &'static str, number: &'static str) -> Entity {
        self.filing = Some(Filing { about, versions, number });
        self
    }

    /// The same, standing as what comes next on the cards that these links lead to, until the day of this field comes and
    /// after it has passed, as long as `done` does not say that it is over.
    pub fn awaits(mut self, day: &'static str, links: &[&'static str], done: Option<&'static str>) -> Entity {
        self.awaits = Some(Awaits { day, links: links.to_vec(), done });
        self
    }

    /// The digest of its file, where its records hold one.
    pub fn holds_file(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == Kind::File)
    }

    /// The same, binding two records: its *about* links, and along which link and in which fields the words for it stand.
    pub fn mutual(mut self, ends: [&'static str; 2], by: &'static str, words: [&'static str; 2]) -> Entity {
        self.mutual = Some(Mutual { ends, by, words });
        self
    }

    /// The same, holding from one day until another: the fields that say so.
    pub fn lasting(mut self, since: &'static str, until: &'static str) -> Entity {
        self.lasting = Some((since, until));
        self
    }

    /// The same, with these children: `via` is their link field.
    pub fn children(mut self, key: &'static str, child: &'static str, via: &'static str) -> Entity {
        self.relations.push(Relation { key, child, via, owned: false, far: None, following: false, read_only: false });
        self
    }

    /// The same, with children that go into the trash and come out of it with their parent.
    pub fn belongings(mut self, key: &'static str, child: &'static str, via: &'static str) -> Entity {
        self.relations.push(Relation { key, child, via, owned: false, far: None, following: true, read_only: false });
        self
    }

    /// The same, with records of another entity through a link entity: `via` leads here, `far` there.
    pub fn through(mut self, key: &'static str, child: &'static str, via: &'static str, far: &'static str) -> Entity {
        self.relations.push(Relation { key, child, via, owned: false, far: Some(far), following: true, read_only: false });
        self
    }

    /// The same, with a link that leads to the first of a relation through a link entity: by a yes or no of that entity that
    /// puts last, and one that puts first.
    pub fn mirrors(mut self, field: &'static str, relation: &'static str, last: &'static str, first: &'static str) -> Entity {
        self.mirrors.push(Mirror { field, relation, last, first });
        self
    }

    /// The same, with owned lines.
    pub fn lines(mut self, key: &'static str, child: &'static str, via: &'static str) -> Entity {
        self.relations.push(Relation { key, child, via, owned: true, far: None, following: false, read_only: false });
        self
    }

    /// The same, with an index over these fields.
    pub fn index(mut self, fields: &[&'static str]) -> Entity {
        self.indexes.push(fields.to_vec());
        self
    }

    /// The same, looked at for doubles by these fields, in the order of what they say: of the record (`vat_number`), a whole composite
    /// (`address`), or of its lines (`phones.number`). How two values are compared follows from the kind of field.
    pub fn compared(mut self, names: &[&'static str]) -> Entity {
        self.compared = names.to_vec();
        self
    }

    /// The same, with these columns in lists.
    pub fn columns(mut self, columns: &[&'static str]) -> Entity {
        self.columns = columns.to_vec();
        self
    }

    /// The same, with these fields at the head of a card.
    pub fn head(mut self, fields: &[&'static str]) -> Entity {
        self.head = fields.to_vec();
        self
    }

    /// The same, with one more section on the card and the form.
    pub fn section(mut self, key: &'static str, fields: &[&'static str]) -> Entity {
        self.layout.push(Section { key, fields: fields.to_vec() });
        self
    }

    /// The physical table.
    pub fn table(&self) -> Table {
        let mut columns = vec![Column { name: "id".to_owned(), kind: ColumnType::Link }];
        for field in &self.fields {
            columns.push(Column { name: field.column(), kind: field.kind.column() });
            if field.folded() {
                columns.push(Column { name: field.compared_column(), kind: ColumnType::Text });
            }
        }
        let mut indexes = Vec::new();
        let unique = |key: &str| self.field(key).is_some_and(|field| field.unique);
        // The unique index of a field serves its lookups too.
        for fields in self.indexes.iter().filter(|fields| !matches!(fields.as_slice(), [only] if unique(only))) {
            indexes.push(self.table_index(fields, false));
        }
        for field in self.fields.iter().filter(|field| field.unique) {
            indexes.push(self.table_index(&[field.key], true));
        }
        for field in
            self.fields.iter().filter(|field| field.sortable || field.matching || matches!(field.kind, Kind::Link(_) | Kind::About(_)))
        {
            let covered = self.indexes.iter().any(|fields| fields.first() == Some(&field.key)) || field.unique;
            // Lists are sorted by these times; what has no list is spared the indexes.
            let unlisted = field.system && (!self.can.public || self.can.joining);
            if !covered && !unlisted && !matches!(field.key, "created_by" | "changed_by") {
                indexes.push(self.table_index(&[field.key], false));
            }
        }
        Table { name: self.key.to_owned(), columns, primary: vec!["id".to_owned()], indexes, searchable: self.can.searchable, guard: None }
    }

    fn table_index(&self, fields: &[&str], unique: bool) -> TableIndex {
        let mut columns: Vec<String> = fields.iter().filter_map(|key| self.field(key)).map(|field| field.compared_column()).collect();
        let name = format!("{}_by_{}", self.key, fields.join("_").replace('.', "_"));
        if !unique {
            columns.push("id".to_owned());
        }
        TableIndex { name, columns, unique, living: true }
    }
}

fn system<T>(key: &Key<T>, entity: &'static str) -> Field {
    let mut field = key.field.within(entity);
    field.system = true;
    field.read_only = true;
    field
}

impl<T> Described for &Key<T> {
    fn fields(&self) -> Vec<Field> {
        vec![self.field]
    }
}

/// Describes an entity, one line per field: the keys as statics, and `fields()` that lists them.
///
/// ```ignore
/// entity! { "account" {
///     /// What everybody calls it.
///     NAME: Text = text("name").required().search(),
/// }}
/// ```
#[macro_export]
macro_rules! entity {
    ($entity:literal { $($(#[$doc:meta])* $key:ident : $kind:ty = $line:expr),+ $(,)? }) => {
        $($(#[$doc])* pub static $key: $kind = ($line).within($entity);)+
        /// The fields, in the order of their lines.
        pub fn fields() -> Vec<$crate::field::Field> {
            let mut fields = Vec::new();
            $(fields.extend($crate::field::Described::fields(&$key));)+
            fields
        }
    };
}
