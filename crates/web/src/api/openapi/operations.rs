//! What can be done, address by address.

use super::{members, to};
use crate::api::parameters::MOST_RECORDS;
use engine::Principal;
use engine::merging::mergeable;
use engine::principal::Verb;
use meta::{Entity, Model};
use serde_json::{Map, Value as Json, json};

type Paths = Map<String, Json>;

/// The addresses that belong to no entity.
pub(super) fn common() -> Paths {
    let me = operation("me", "common", "Who the token stands for.", &[], ok("Me"), READING);
    let search = operation(
        "search",
        "common",
        "Search over everything the caller may see, grouped by entity.",
        &[query("q", json!({ "type": "string", "maxLength": 200 }), "The words."), limit(50)],
        ok("Found"),
        READING,
    );
    let undo = operation(
        "undo",
        "common",
        "Undo a changeset, field by field; what somebody changed since is left and told. A long bulk action is undone by itself.",
        &[id()],
        Json::Object(members(ok("Undone")).into_iter().chain(members(accepted())).collect()),
        WRITING,
    );
    let bulk = operation("show-bulk", "common", "How a bulk action stands, and what it refused.", &[id()], ok("BulkState"), READING);
    let text = operation("openapi", "common", "This text.", &[], json!({ "200": { "description": "This text." } }), READING);
    members(json!({
        "/api/v1/me": { "get": me },
        "/api/v1/search": { "get": search },
        "/api/v1/changesets/{id}/undoing": { "put": undo },
        "/api/v1/bulks/{id}": { "get": bulk },
        "/api/v1/openapi.json": { "get": text },
    }))
}

/// The addresses of an entity, as far as they are open to somebody.
pub(super) fn of_entity(model: &Model, entity: &Entity, who: &Principal, paths: &mut Paths) {
    let (key, plural) = (entity.key, entity.plural);
    let named = |verb: &str| format!("{verb}-{key}");
    let list = list(model, entity, &format!("list-{plural}"), plural, &[]);
    let counting = [filter(), switch("trash", "Of the trash."), switch("exact", "Beyond 10,000 too.")];
    let count = operation(&format!("count-{plural}"), plural, "How many records a filter selects.", &counting, ok("Count"), READING);
    let show = operation(&named("show"), plural, "One record, with its lines.", &[id()], record(key, "200"), READING);
    let history_of = format!("history-of-{key}");
    let history =
        operation(&history_of, plural, "What was done to a record, the newest first.", &[id(), limit(200)], ok("History"), READING);
    let mut all = json!({ "get": list });
    let mut one = json!({ "get": show });
    if who.may(Verb::Create, entity) {
        let parameters =
            [switch("insist", "Even if living records have the same keys."), sending("The same key, sent twice, creates one record.")];
        all["post"] = operation(&named("create"), plural, "A new record.", &parameters, record(key, "201"), WRITING);
        all["post"]["requestBody"] = body(&format!("{key}-new"));
    }
    if who.may(Verb::Change, entity) {
        let about = "Other values; a relation that is given replaces its lines whole.";
        one["patch"] = operation(&named("change"), plural, about, &[id(), if_match()], record(key, "200"), WRITING);
        one["patch"]["requestBody"] = body(&format!("{key}-change"));
    }
    if who.may(Verb::Remove, entity) {
        one["delete"] = operation(&named("remove"), plural, "Into the trash.", &[id(), if_match()], nothing(), WRITING);
        let put = operation(&named("put-removal-of"), plural, "Into the trash, whatever the version.", &[id()], nothing(), WRITING);
        let restore = operation(&named("restore"), plural, "Out of the trash.", &[id()], nothing(), WRITING);
        paths.insert(format!("/api/v1/{plural}/{{id}}/removal"), json!({ "put": put, "delete": restore }));
    }
    if mergeable(entity) {
        // What went is found where it is now, as long as the merge stands.
        one["get"]["responses"]["307"] = json!({
            "description": "It was merged into another record, which Location leads to; `merged_into` names it. Not for ever: a merge can be taken back.",
            "headers": { "Location": { "schema": { "type": "string" } } },
            "content": { "application/json": { "schema": to("MergedInto") } },
        });
    }
    if mergeable(entity) && who.may(Verb::Change, entity) && who.may(Verb::Remove, entity) {
        let about =
            "Merge others into this record: it takes what they say, everything attached to them moves to it, and they go into the trash.";
        let mut merge = operation(&named("merge"), plural, about, &[id()], ok("Merged"), WRITING);
        merge["requestBody"] = body("Merge");
        paths.insert(format!("/api/v1/{plural}/{{id}}/merge"), json!({ "post": merge }));
        let about = "Take a merge back: what was attached before goes back to whom it was, what came since stays with the record that stayed, and what somebody changed since is left and told.";
        let mut unmerge = operation(&named("unmerge"), plural, about, &[id()], ok("Unmerged"), WRITING);
        unmerge["requestBody"] = body("Unmerge");
        paths.insert(format!("/api/v1/{plural}/{{id}}/unmerge"), json!({ "post": unmerge }));
    }
    if who.role.bulk && who.may(Verb::Change, entity) {
        let about = "One action on many records, each as far as the caller may; it goes on by itself.";
        let mut post =
            operation(&format!("bulk-{plural}"), plural, about, &[sending("The same key, sent twice, begins once.")], accepted(), WRITING);
        post["requestBody"] = body(&format!("{key}-bulk"));
        paths.insert(format!("/api/v1/{plural}/bulk"), json!({ "post": post }));
    }
    if !entity.compared.is_empty() && who.may(Verb::Change, entity) {
        paths.insert(format!("/api/v1/{plural}/duplicates"), duplicates(plural));
    }
    if entity.holds_file().is_some() {
        paths.insert(format!("/api/v1/{plural}/{{id}}/content"), content(entity, who));
    }
    paths.insert(format!("/api/v1/{plural}"), all);
    paths.insert(format!("/api/v1/{plural}/count"), json!({ "get": count }));
    paths.insert(format!("/api/v1/{plural}/{{id}}"), one);
    paths.insert(format!("/api/v1/{plural}/{{id}}/history"), json!({ "get": history }));
    for relation in &entity.relations {
        if let Some(child) = model.child(relation).filter(|child| who.may(Verb::See, child)) {
            let name = format!("list-{}-of-{key}", relation.key);
            let children = self::list(model, child, &name, plural, &[id()]);
            paths.insert(format!("/api/v1/{plural}/{{id}}/{}", relation.key), json!({ "get": children }));
        }
    }
}

/// The pairs that may be one, and what is said of them.
fn duplicates(plural: &str) -> Json {
    let parameters = [
        query("state", json!({ "type": "string", "enum": ["open", "different", "merged"] }), "What became of the pairs; open as usual."),
        query("likeness", json!({ "type": "number", "minimum": 0, "maximum": 1 }), "At least so likely one."),
        query("of", json!({ "type": "string", "pattern": "^[0-9A-HJKMNP-TV-Za-z]{13}$" }), "Of this record alone."),
        limit(MOST_RECORDS),
        query("cursor", json!({ "type": "string" }), "`next` of the page before."),
    ];
    let about = "Pairs of records that may be one, the likeliest first: those whose both records the caller sees and may change.";
    let list = operation(&format!("duplicates-of-{plural}"), plural, about, &parameters, ok("Duplicates"), READING);
    let about = "A pair is called different, and remembered so, or is to be asked about again.";
    let mut decide = operation(&format!("decide-duplicates-of-{plural}"), plural, about, &[], ok("DuplicateDecision"), WRITING);
    decide["requestBody"] = body("DuplicateDecision");
    json!({ "get": list, "post": decide })
}

/// Taking a file away, and bringing the next version of it.
fn content(entity: &Entity, who: &Principal) -> Json {
    let bytes = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
    let take = json!({
        "200": { "description": "The file, always to be taken away.", "content": bytes },
        "206": { "description": "The stretch of it that Range asks for.", "content": bytes },
        "304": { "description": "It is the one that If-None-Match names." },
        "416": { "description": "Range begins beyond its end." },
    });
    let mut content = json!({ "get": operation(&format!("take-content-of-{}", entity.key), entity.plural, "The file of a record.", &[id()], take, READING) });
    if entity.filing.is_some() && who.may(Verb::Change, entity) {
        let mut name =
            query("name", json!({ "type": "string", "minLength": 1, "maxLength": 255 }), "What the file is called, with its ending.");
        name["required"] = json!(true);
        let remarks = query("remarks", json!({ "type": "string", "maxLength": 500 }), "What is new in it.");
        let about = "The next version of the file: the body is its bytes. What a computer would run is refused, and what is not what its ending says.";
        let put = format!("put-content-of-{}", entity.key);
        let mut put = operation(&put, entity.plural, about, &[id(), name, remarks], record(entity.key, "200"), WRITING);
        put["responses"]["408"] = json!({ "description": "The body came too slowly." });
        put["requestBody"] = json!({ "required": true, "content": bytes });
        content["put"] = put;
    }
    content
}

fn list(_: &Model, entity: &Entity, name: &str, tag: &str, more: &[Json]) -> Json {
    let mut sorts = Vec::new();
    for field in entity.fields.iter().filter(|field| field.sortable && !field.secret) {
        sorts.extend([field.key.to_owned(), format!("-{}", field.key)]);
    }
    sorts.extend(["id".to_owned(), "-id".to_owned()]);
    let fields: Vec<&str> = entity.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect();
    let several = |items: Json, most: usize| json!({ "type": "array", "items": items, "maxItems": most, "uniqueItems": true });
    let mut parameters = more.to_vec();
    parameters.extend([
        filter(),
        commas("sort", several(json!({ "type": "string", "enum": sorts }), 1), "Up to four fields, `-` for from the end."),
        commas("fields", several(json!({ "type": "string", "enum": fields }), 50), "Which fields; `address` for all its parts."),
        limit(MOST_RECORDS),
        query("cursor", json!({ "type": "string" }), "`next` or `previous` of another page of the same list."),
        switch("lines", "With the owned lines."),
        switch("trash", "Of the trash."),
    ]);
    operation(name, tag, "A page of a list.", &parameters, ok(&format!("{}-list", entity.key)), READING)
}

/// What may go wrong when asking, and when writing.
const READING: &[&str] = &["400", "401", "403", "404", "414", "422", "429", "431", "500", "503"];
const WRITING: &[&str] = &["400", "401", "403", "404", "409", "413", "415", "422", "428", "429", "431", "500", "503", "507"];

fn operation(name: &str, tag: &str, about: &str, parameters: &[Json], answers: Json, wrong: &[&str]) -> Json {
    let mut responses = members(answers);
    for status in wrong {
        // A head too long to be read is refused before it comes to us.
        if matches!(*status, "414" | "431") {
            responses.insert((*status).to_owned(), json!({ "description": why(status) }));
            continue;
        }
        let problem = json!({ "description": why(status), "content": { "application/problem+json": { "schema": to("Problem") } } });
        responses.insert((*status).to_owned(), problem);
    }
    json!({ "operationId": name, "tags": [tag], "summary": about, "parameters": parameters, "responses": responses })
}

fn why(status: &str) -> &'static str {
    match status {
        "400" => "The request can't be read.",
        "401" => "No token, or none that is known.",
        "403" => "The caller may see it, but not do this.",
        "404" => "There is no such thing, or the caller may not see it.",
        "409" => "Somebody else was quicker, or it exists already.",
        "413" => "The body is longer than 2 MB; a file, than what the administrator allows.",
        "414" => "The address is longer than 64 KB.",
        "415" => "The body is not JSON.",
        "422" => "Something in the request is wrong; each error names its field.",
        "428" => "If-Match with the version is missing.",
        "429" => "Too much at once; Retry-After says when to try again.",
        "431" => "The head of the request is longer than 96 KB.",
        "503" => "Unavailable for now.",
        "507" => "The disk is full; nothing was saved.",
        _ => "A fault of ours; `id` is its number in the log.",
    }
}

fn ok(schema: &str) -> Json {
    json!({ "200": { "description": "Done.", "content": { "application/json": { "schema": to(schema) } } } })
}

fn record(entity: &str, status: &str) -> Json {
    let headers = json!({ "ETag": { "description": "The version, for If-Match.", "schema": { "type": "string" } } });
    json!({ status: { "description": "The record.", "headers": headers, "content": { "application/json": { "schema": to(entity) } } } })
}

fn nothing() -> Json {
    json!({ "204": { "description": "Done." } })
}

fn accepted() -> Json {
    let headers = json!({ "Location": { "description": "Where it is told how it stands.", "schema": { "type": "string" } } });
    json!({ "202": { "description": "Begun.", "headers": headers, "content": { "application/json": { "schema": to("BulkState") } } } })
}

fn body(schema: &str) -> Json {
    json!({ "required": true, "content": { "application/json": { "schema": to(schema) } } })
}

fn id() -> Json {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[0-9A-HJKMNP-TV-Za-z]{13}$" } })
}

fn if_match() -> Json {
    json!({
        "name": "If-Match", "in": "header", "required": true, "description": "The version that was read, in quotation marks, or `*`.",
        "schema": { "type": "string", "pattern": "^(\"[1-9][0-9]{0,9}\"|\\*)$" },
    })
}

fn query(name: &str, schema: Json, about: &str) -> Json {
    json!({ "name": name, "in": "query", "description": about, "schema": schema })
}

fn commas(name: &str, schema: Json, about: &str) -> Json {
    json!({ "name": name, "in": "query", "description": about, "schema": schema, "style": "form", "explode": false })
}

fn filter() -> Json {
    let mut filter = query("filter", json!({ "type": "string", "maxLength": 4_000 }), "Which records.");
    filter["example"] = json!("id is empty");
    filter
}

fn limit(most: usize) -> Json {
    query("limit", json!({ "type": "integer", "minimum": 1, "maximum": most }), "How many at most.")
}

/// The key of a sending.
fn sending(about: &str) -> Json {
    json!({
        "name": "Idempotency-Key", "in": "header", "description": about,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
    })
}

fn switch(name: &str, about: &str) -> Json {
    query(name, json!({ "type": "boolean" }), about)
}
