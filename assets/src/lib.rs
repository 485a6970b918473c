//! Styles and small modules, bundled from npm at build time and embedded.
