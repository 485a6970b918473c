"""Writes down what sqlmap attacks, from the OpenAPI text of a running server.

    targets.py BASE TOKEN FOLDER

Every address that reads, with all its parameters, goes into FOLDER/reads-0 or reads-1; a creation and a change of an
account into creation.url and .json, change.url and .json. Each place to inject into is marked with a `*`. All parameters
have values that the server takes: whatever does not answer 200 (a creation 201) when it is let be ends this with an error,
because what is refused at the door never comes to the database.
"""

import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

base, token, folder = sys.argv[1:]
server = base.removesuffix("/api/v1")
folder = pathlib.Path(folder)


def ask(url, method="GET", body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "If-Match": "*"}
    asked = urllib.request.Request(url, data=body and body.encode(), method=method, headers=headers)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def must(expected, url, method="GET", body=None):
    status, answer = ask(url.replace("*", ""), method, body and body.replace("*", ""))
    if status != expected:
        sys.exit(f"{method} {url} answers {status} before it is attacked: {answer}")
    return answer


def quoted(text):
    return urllib.parse.quote(text, safe="")



def filter_of(url, fields, record):
    """A test of a text that is compared as it is given: what is injected comes to the database as its value."""
    texts = [name for name in fields if isinstance(record.get(name), str) and '"' not in record[name]]
    for field in sorted(texts, key=lambda name: record[name] == ""):
        # Choices, dates and links take no quotation mark.
        status, answer = ask(f"{url}?filter=" + quoted(f'{field} is "it\'s"'))
        if status >= 500:
            sys.exit(f"a quotation mark in {field} of {url} answers {status}: {answer}")
        if status == 200:
            return quoted("id is not empty") + "*" + quoted(f' and {field} is "{record[field] or "a"}') + "*" + quoted('"')
    return quoted("id is not empty")


def marked(url, operation):
    """The address with every parameter given and marked."""
    given = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    values = {name: "1" for name, schema in given.items() if schema["type"] in ("integer", "boolean")}
    if "trash" in values:
        values["trash"] = "0"
    if "q" in given:
        values["q"] = "rossi"
    if "sort" in given:
        sorts, fields = given["sort"]["items"]["enum"], given["fields"]["items"]["enum"]
        values["sort"], values["fields"] = sorts[0], ",".join(fields[:3])
        page = must(200, f"{url}?limit=1&sort={sorts[0]}")
        record = page["records"][0] if page["records"] else {}
        values["filter"] = filter_of(url.replace("*", ""), fields, record)
        # There is a next page only where there is more than one record.
        if page["next"]:
            values["cursor"] = page["next"]
    elif "filter" in given:
        values["filter"] = quoted("id is not empty")
    return url + "?" + "&".join(f"{name}={value}" + ("" if value.endswith("*") else "*") for name, value in values.items())


document = must(200, f"{base}/openapi.json")
ids = {}
reads = []
for path, operations in document["paths"].items():
    operation = operations.get("get")
    # What a file holds is no JSON.
    if operation is None or path.endswith(("/openapi.json", "/me", "/content")):
        continue
    url = server + path
    if "{id}" in path:
        plural = path.split("/")[3]
        # What has no list, such as bulk actions, has no record in a fresh company either.
        if f"/api/v1/{plural}" not in document["paths"]:
            continue
        if plural not in ids:
            records = must(200, f"{base}/{plural}?limit=1")["records"]
            ids[plural] = records[0]["id"] if records else None
        if ids[plural] is None:
            continue
        url = url.replace("{id}", ids[plural] + "*")
    if any(parameter["in"] == "query" for parameter in operation["parameters"]):
        reads.append(marked(url, operation))
    else:
        reads.append(url)

account = {"name": "Rossi*", "stage": "lead*", "address": {"city": "Pisa*"}, "phones": [{"number": "050123456*"}]}
writes = {
    "creation": ("POST", 201, f"{base}/accounts?insist=1*", account),
    "change": ("PATCH", 200, f"{base}/accounts/{ids['accounts']}", {key: account[key] for key in ("name", "address", "phones")}),
}

folder.mkdir(exist_ok=True)
for url in reads:
    must(200, url)
for part in (0, 1):
    (folder / f"reads-{part}").write_text("".join(f"{url}\n" for url in reads[part::2]))
for name, (method, expected, url, body) in writes.items():
    must(expected, url, method, json.dumps(body))
    (folder / f"{name}.url").write_text(url)
    (folder / f"{name}.json").write_text(json.dumps(body))
if len(reads) < 20:
    sys.exit(f"only {len(reads)} addresses")
