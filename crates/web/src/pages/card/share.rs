//! Sharing a card: its address to be copied, sent by e-mail, or given to whatever the device shares with. The address opens to
//! whoever may see the record, and to nobody else.

use crate::pages::html;
use crate::pages::reader::Reader;
use kernel::Id;
use meta::Entity;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What the menu offers: the e-mail is a link, the others need a module.
pub(super) fn write(reader: &Reader, entity: &Entity, id: Id, title: &str) -> String {
    let address = format!("{}/{}/{id}", reader.origin, entity.plural);
    let mut out = String::new();
    out.push_str("<button type=\"button\" class=\"scripted\" data-closes");
    html::attribute(&mut out, "data-copy", &address);
    out.push('>');
    out.push_str(assets::icon("copy"));
    html::text(&mut out, reader.speech.say("share-copy"));
    out.push_str("</button><a");
    html::attribute(&mut out, "href", &letter(title, &address));
    out.push('>');
    out.push_str(assets::icon("mail"));
    html::text(&mut out, reader.speech.say("share-mail"));
    // Shown by the module where the browser can.
    out.push_str("</a><button type=\"button\" hidden data-closes");
    html::attribute(&mut out, "data-share", &address);
    html::attribute(&mut out, "data-share-title", title);
    out.push('>');
    out.push_str(assets::icon("share"));
    html::text(&mut out, reader.speech.say("share-device"));
    out.push_str("</button>");
    out
}

/// An e-mail to nobody yet, with the title and the address.
fn letter(title: &str, address: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!("mailto:?subject={}&body={}", encoded(title), encoded(&format!("{title}\r\n{address}\r\n")))
}
