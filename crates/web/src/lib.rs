//! Generic pages and the generic JSON API over any entity.
