//! A web address: a link that leaves, and says nothing of where it came from.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct WebWidget;

impl Widget for WebWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        let address = value.text();
        let shown = address.split_once("://").map_or(address, |(_, rest)| rest).trim_end_matches('/');
        // Only what the kind lets in leads anywhere: no other scheme ever becomes a link.
        if !(address.starts_with("https://") || address.starts_with("http://")) {
            html::text(out, address);
            return;
        }
        out.push_str("<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"");
        html::text(out, address);
        out.push_str("\">");
        html::text(out, shown);
        out.push_str("</a>");
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-long", "type=\"url\" inputmode=\"url\" autocomplete=\"off\" spellcheck=\"false\"", out);
    }
}
