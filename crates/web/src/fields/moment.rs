//! A point in time, in the company's zone.

use super::{Control, Face, Sight, Widget};
use kernel::Value;

pub(super) struct MomentWidget;

impl Widget for MomentWidget {
    fn entered(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        let text = value.moment().map(|moment| {
            let time = moment.in_zone(&sight.reading.zone);
            format!("{}T{:02}:{:02}", moment.date(&sight.reading.zone), time.hour(), time.minute())
        });
        vec![(face.field.key.to_owned(), text.unwrap_or_default())]
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-medium", "type=\"datetime-local\"", out);
    }
}
