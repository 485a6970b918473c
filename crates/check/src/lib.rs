//! The architecture, as tests.
