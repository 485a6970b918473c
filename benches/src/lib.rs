//! What `bin/bench` runs.
