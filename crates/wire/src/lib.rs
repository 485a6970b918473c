//! Protocols and nothing else. Empty until the first of them comes.
