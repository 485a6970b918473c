//! What a sheet would reckon with: such a cell gets an apostrophe where it goes out, and loses it where it comes in.

/// Whether a cell begins as what a sheet reckons with, or passes on to whatever is called.
pub fn is_guarded(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell without the apostrophe that keeps a sheet from reckoning with it.
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_guarded(rest) => rest,
        _ => text,
    }
}

/// Whether cells that a sheet would reckon with get an apostrophe where they go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guard {
    /// They get one: whoever opens the file in a sheet is safe.
    #[default]
    On,
    /// They go out as they are: the file is for programs.
    Off,
}

/// Adds a row of CSV, ended by `\r\n`. With the guard on, a cell that a sheet would reckon with gets an apostrophe before it.
pub fn csv_row<'c>(text: &mut String, delimiter: char, guard: Guard, cells: impl IntoIterator<Item = &'c str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(delimiter);
        }
        let guarded = guard == Guard::On && is_guarded(cell);
        if guarded || cell.contains([delimiter, '"', '\n', '\r']) {
            text.push('"');
            text.push_str(if guarded { "'" } else { "" });
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}
