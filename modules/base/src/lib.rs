//! Users, teams, accounts, contacts, sites, imports.
