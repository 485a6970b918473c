//! Where a list stands: on a page of its own, or on the card of a record that its rows belong to. There the address of the card
//! says what it shows, under the name of the relation, and a module of ours fetches the section alone.

use super::address::ListAddress;
use crate::pages::html::{self, pair};

/// Where a list stands, and so how it is asked for something else.
pub(crate) struct Stand {
    /// The address up to its question.
    path: String,
    /// What stands before the names of what it shows: `contacts.`, or nothing on a page of its own.
    prefix: String,
    /// What else the address says, as pairs.
    beside: String,
    /// The element that is fetched alone; empty where the whole page is.
    part: String,
}

impl Stand {
    /// On the page of the entity with this plural.
    pub(crate) fn page(plural: &str) -> Stand {
        Stand { path: format!("/{plural}"), prefix: String::new(), beside: String::new(), part: String::new() }
    }

    /// As a section of the card at this address, whose question says this besides.
    pub(crate) fn card(path: String, relation: &str, beside: String) -> Stand {
        Stand { path, prefix: prefix(relation), beside, part: format!("card-{relation}") }
    }

    /// The address of a list as it stands here.
    pub(crate) fn address(&self, list: &ListAddress, cursor: &str) -> String {
        let mut address = self.begun(list, cursor);
        address.truncate(address.trim_end_matches(['?', '&']).len());
        if !self.part.is_empty() {
            address.push('#');
            address.push_str(&self.part);
        }
        address
    }

    /// The address up to what is still to be said of the list; ends with `?` or `&`.
    fn begun(&self, list: &ListAddress, cursor: &str) -> String {
        if self.part.is_empty() {
            let mut address = format!("{}{}", self.path, list.question(cursor));
            address.push(if address.contains('?') { '&' } else { '?' });
            return address;
        }
        let mut pairs = self.beside.clone();
        for (name, value) in list.shape() {
            pair(&mut pairs, &format!("{}{name}", self.prefix), value);
        }
        if !pairs.is_empty() {
            pairs.push('&');
        }
        format!("{}?{pairs}", self.path)
    }

    /// The addresses of a list with other columns, which leave the menu of columns open: what they share, and what each adds.
    pub(super) fn with_columns(&self, list: &ListAddress) -> impl Fn(&str) -> String {
        let begun = self.begun(&list.with_columns(&[]), &list.cursor);
        let end = if self.part.is_empty() { String::new() } else { format!("#{}", self.part) };
        let prefix = self.prefix.clone();
        move |columns| format!("{begun}{prefix}menu=columns&{prefix}columns={columns}{end}")
    }

    /// Whether it has a page of its own.
    pub(super) fn is_page(&self) -> bool {
        self.part.is_empty()
    }

    /// The address of a list up to the names of its columns.
    pub(super) fn up_to_columns(&self, list: &ListAddress) -> String {
        format!("{}{}columns=", self.begun(&list.with_columns(&[]), &list.cursor), self.prefix)
    }

    /// The same with the menu of columns open.
    pub(crate) fn with_menu(&self, list: &ListAddress) -> String {
        format!("{}{}menu=columns#{}", self.begun(list, &list.cursor), self.prefix, self.part)
    }

    /// Adds what makes a link of this address: where it leads, and what a module of ours fetches instead.
    pub(crate) fn leads(&self, out: &mut String, address: &str) {
        html::attribute(out, "href", address);
        if !self.part.is_empty() {
            html::attribute(out, "hx-get", address.split('#').next().unwrap_or_default());
            html::attribute(out, "hx-target", &format!("#{}", self.part));
            out.push_str(" hx-swap=\"outerMorph\"");
        }
    }
}

/// What stands before the names by which a card's address says what a list on it shows.
pub(crate) fn prefix(relation: &str) -> String {
    format!("{relation}.")
}
