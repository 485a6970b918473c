//! A file, by the digest of what is in it, and how large it is. Neither is entered in a form.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct FileWidget;

/// Digits of a digest that people compare.
const DIGITS: usize = 12;

impl Widget for FileWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        html::text(out, value.text().get(..DIGITS).unwrap_or_default());
    }

    fn control(&self, _: &Face, _: &Control<'_>, _: &Sight<'_>, _: &mut String) {}
}

pub(super) struct SizeWidget;

impl Widget for SizeWidget {
    fn control(&self, _: &Face, _: &Control<'_>, _: &Sight<'_>, _: &mut String) {}
}
