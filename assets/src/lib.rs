//! Styles and small modules, bundled at build time and embedded.
