//! The engine's own tables: what stands beside the records.

use meta::shape::ColumnType::{Bytes, Int, Link, Moment, Text};
use meta::shape::Table;

/// All of them.
pub(crate) fn tables() -> Vec<Table> {
    let mut tables = vec![
        Table::new("installation", &[("key", Text), ("value", Text)]),
        // Counters of changes that nodes keep in memory: whoever is behind reads again.
        Table::new("epoch", &[("key", Text), ("number", Int)]),
        // How many numbers each series has given, in each year or month that it counts by itself.
        Table::new("series_counter", &[("series", Text), ("period", Text), ("number", Int)]).key(&["series", "period"]),
        Table::new("node", &[("number", Int), ("leased_until", Moment), ("holder", Text), ("seen_at", Moment), ("version", Text)]),
        Table::new(
            "changeset",
            &[
                ("id", Link),
                ("at", Moment),
                ("author", Link),
                ("through", Text),
                ("why", Text),
                ("undoes", Link),
                ("undone_by", Link),
                ("undoing", Link),
                ("undone_to", Link),
            ],
        )
        .index(&["at"]),
        Table::new(
            "history",
            &[("changeset", Link), ("record", Link), ("entity", Text), ("action", Text), ("version", Int), ("before", Bytes)],
        )
        .key(&["changeset", "record"])
        .index(&["record", "version"]),
        // One entry for each card that a record happens on, in the order in which a card is read, of each entity by itself.
        Table::new("timeline", &[("card", Link), ("entity", Text), ("at", Moment), ("record", Link)])
            .key(&["card", "entity", "at", "record"])
            .index(&["record"]),
        Table::new("idempotency", &[("principal", Link), ("key", Text), ("digest", Text), ("answer", Text), ("at", Moment)])
            .key(&["principal", "key"])
            .index(&["at"]),
        Table::new(
            "session",
            &[
                ("digest", Text),
                ("user", Link),
                ("created_at", Moment),
                ("used_at", Moment),
                ("expires_at", Moment),
                ("device", Text),
                ("network", Text),
                ("proved_at", Moment),
            ],
        )
        .index(&["user"])
        .index(&["expires_at"]),
        Table::new(
            "token",
            &[
                ("digest", Text),
                ("user", Link),
                ("name", Text),
                ("created_at", Moment),
                ("begins", Text),
                ("used_at", Moment),
                ("expires_at", Moment),
            ],
        )
        .index(&["user"]),
        // Browsers that somebody has signed in from, as digests.
        Table::new("device", &[("digest", Text), ("user", Link), ("seen_at", Moment), ("ended_at", Moment)]).index(&["user"]),
        // When somebody was last given roles that require a second factor, and since when it is required of him.
        Table::new("role_given", &[("user", Link), ("at", Moment), ("since", Moment)]),
        // Second factors: the seed of an app as a ciphertext, a passkey's public half as it is; codes on paper as digests.
        Table::new(
            "factor",
            &[
                ("id", Link),
                ("user", Link),
                ("kind", Text),
                ("name", Text),
                ("name_of", Text),
                ("secret", Text),
                ("counter", Int),
                ("created_at", Moment),
                ("confirmed_at", Moment),
                ("used_at", Moment),
            ],
        )
        .index(&["user"])
        .index(&["name_of"]),
        Table::new("recovery_code", &[("digest", Text), ("user", Link), ("used_at", Moment)]).index(&["user"]),
        // Who is known to a provider of the company, by issuer and subject.
        Table::new("openid_link", &[("issuer", Text), ("subject", Text), ("user", Link), ("created_at", Moment)])
            .key(&["issuer", "subject"])
            .index(&["user"]),
        // What somebody is in the middle of, for a few minutes.
        Table::new(
            "pending",
            &[("digest", Text), ("purpose", Text), ("user", Link), ("payload", Text), ("expires_at", Moment), ("tries", Int)],
        )
        .index(&["user"])
        .index(&["expires_at"]),
        // What each person has decided for himself, by name.
        Table::new("preference", &[("user", Link), ("key", Text), ("value", Text)]).key(&["user", "key"]),
        // Links that letters carry: kept as digests, each good for one use by one person.
        Table::new(
            "access_link",
            &[
                ("id", Link),
                ("digest", Text),
                ("user", Link),
                ("purpose", Text),
                ("created_at", Moment),
                ("expires_at", Moment),
                ("ended_at", Moment),
            ],
        )
        .index(&["digest"])
        .index(&["user"]),
        Table::new("attempt", &[("subject", Text), ("failures", Int), ("until", Moment), ("at", Moment)]).index(&["at"]),
        Table::new(
            "job",
            &[
                ("id", Link),
                ("kind", Text),
                ("payload", Text),
                ("principal", Link),
                ("state", Text),
                ("run_at", Moment),
                ("leased_until", Moment),
                ("epoch", Int),
                ("attempts", Int),
                ("error", Text),
                ("created_at", Moment),
                ("finished_at", Moment),
            ],
        )
        .index(&["state", "run_at"])
        .index(&["kind", "state"]),
        Table::new("recent", &[("user", Link), ("record", Link), ("entity", Text), ("at", Moment)])
            .key(&["user", "record"])
            .index(&["user", "at"]),
        Table::new("favourite", &[("user", Link), ("record", Link), ("entity", Text), ("at", Moment)])
            .key(&["user", "record"])
            .index(&["user", "at"])
            .index(&["record"]),
        // The identities of a bulk action's selection, a thousand in a row, until they are worked off; and what it refused.
        Table::new("bulk_portion", &[("bulk", Link), ("place", Int), ("records", Bytes)]).key(&["bulk", "place"]),
        Table::new("bulk_refusal", &[("bulk", Link), ("record", Link), ("field", Text), ("reason", Text)])
            .key(&["bulk", "record", "field"]),
        // What each person is told, one row for all of one kind that one act did; what he does not want to be told.
        Table::new(
            "notification",
            &[
                ("user", Link),
                ("changeset", Link),
                ("kind", Text),
                ("entity", Text),
                ("id", Link),
                ("author", Link),
                ("record", Link),
                ("count", Int),
                ("at", Moment),
                ("read_at", Moment),
            ],
        )
        .key(&["user", "changeset", "kind", "entity"])
        .index(&["user", "id"])
        .index(&["at"]),
        Table::new("silence", &[("user", Link), ("kind", Text)]).key(&["user", "kind"]),
        Table::new(
            "backup",
            &[
                ("id", Link),
                ("at", Moment),
                ("finished_at", Moment),
                ("file", Text),
                ("bytes", Int),
                ("rows", Int),
                ("files", Int),
                ("verified_at", Moment),
                ("error", Text),
            ],
        ),
        Table::new("schedule", &[("kind", Text), ("next_at", Moment)]),
    ];
    tables.extend(crate::audit::tables());
    tables.extend(crate::duplicates::tables());
    tables.extend(crate::merging::tables());
    tables.extend(crate::keeping::tables());
    tables
}
