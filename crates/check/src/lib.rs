//! The architecture, as tests: who may import whom, and who alone may hold what. See `tests/architecture.rs`.
