// C2: a house full of names that would like to be markup, and every page there is opened on them. Nothing runs, nothing is fetched, no
// policy is broken, and nobody's word became an element.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { administrator, expect, start, test as journey } from "./start.js";

const MARKUP = [
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "'><script>alert(1)</script>",
  "javascript:alert(1)",
  "</textarea></title></script></select></option><img src=x onerror=alert(1)>",
  '" autofocus onfocus="alert(1)" x="',
  "&lt;img src=x onerror=alert(1)&gt;",
  '" hx-get="/evil" hx-trigger="load" x="',
  '<a href="javascript:alert(1)">qui</a>',
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  '<base href="https://evil.example/">',
  "{{7*7}}${alert(1)}{$name}\u2068",
  "<style>@import 'https://evil.example/x.css'</style>",
  '<form action="https://evil.example/"><button>x',
  "<!--<p>",
];

let turn = 0;
const evil = () => `${MARKUP[turn % MARKUP.length]} ${(turn += 1)}`;
/** Short and at the beginning, where a name is cut. */
const brief = () => `${['<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', "<script>alert(1)</script>"][turn % 3]} ${(turn += 1)}`;

/** Asks the API, and stops where it refuses. */
function speaking(address, token) {
  return async (method, where, body, { may = [], headers = {} } = {}) => {
    const answer = await fetch(`${address}/api/v1${where}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "User-Agent": MARKUP[0], Referer: `${address}/${encodeURI(MARKUP[0])}`, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok && !may.includes(answer.status)) throw new Error(`${method} ${where} ${JSON.stringify(body)}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  };
}

/** What is there before anybody is served: people, one of them called by markup, their tokens, and what a file brings in. */
async function before(command, folder) {
  const token = async ({ email, name, password }, role) => {
    await command(["user", "add", email, "--name", name, "--role", role, "--password-stdin"], password);
    return (await command(["token", "create", email])).trim();
  };
  const tokens = { ours: await token(administrator, "administrator"), theirs: await token({ ...administrator, email: "evil@example.it", name: MARKUP[0] }, "manager") };
  const sheet = path.join(folder, "evil.csv");
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = MARKUP.map((text, place) => [text, text, "javascript:alert(1)", text, `${text} nota`, `E${place}`].map(cell).join(";"));
  writeFileSync(sheet, ["Ragione sociale;Insegna;Sito web;Città;<img src=x onerror=alert(1)>;Codice", ...rows].join("\n"));
  return { ...tokens, imported: await command(["import", "accounts", sheet]).catch(String) };
}

/** A house of its own. */
const test = journey.extend({
  server: [
    async ({ database }, use, worker) => {
      const server = await start(database, `hostile_${worker.workerIndex}`, { fresh: true, before });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
});

/** Fills the house; gives where what stands. */
async function fill(server) {
  const ask = speaking(server.address, server.given.ours);
  const post = (where, body, more) => ask("POST", `${where}?insist=1`, body, more);
  const plain = (where, body, more) => ask("POST", where, body, more);
  const me = (await ask("GET", "/me")).id;
  const known = {};

  const terms = {};
  for (const vocabulary of ["sector", "market", "zone", "product-interest", "service-expected", "competing-tool", "source", "document-folder", "document-kind", "tag", "consent-purpose"]) {
    terms[vocabulary] = (await plain("/terms", { vocabulary, italian: evil(), english: evil(), tone: "bad" })).key;
  }
  known.terms = (await ask("GET", "/terms?limit=1")).records[0].id;
  const team = await plain("/teams", { name: brief() });
  known.teams = (await plain("/teams", { name: evil(), parent: team.id })).id;
  const users = [(await ask("GET", `/users?filter=${encodeURIComponent('email is "evil@example.it"')}`)).records[0]];
  for (let place = 1; place < 3; place += 1) {
    users.push(await plain("/users", { name: brief(), email: `evil${place}@example.it`, roles: ["manager"], language: "it", team: team.id }));
  }
  known.users = users[0].id;
  known.roles = (await plain("/roles", { name: evil(), english: evil(), description: evil(), see: "all", rights: [{ entity: "site", see: "own" }], fields: [{ entity: "account", field: "revenue", right: "hidden" }] })).id;
  known.sharing_rules = (await plain("/sharing_rules", { name: evil(), entity: "account", filter: "", user: users[0].id })).id;
  known.series = (await plain("/series", { name: evil(), english: evil(), pattern: `<b>${"{number}"}` })).id;
  known.own_fields = (await plain("/own_fields", { label: evil(), label_english: evil(), entity: "team", kind: "text" })).id;
  const theirs = speaking(server.address, server.given.theirs);

  const address = () => ({ street: evil(), city: evil() });
  const accounts = [];
  for (let place = 0; place < MARKUP.length; place += 1) {
    const account = {
      name: `${MARKUP[place]} ${(turn += 1)}`,
      trade_name: evil(),
      code: `"><svg onload=alert(${place})>`,
      address: address(),
      sector: terms.sector,
      market: terms.market,
      zone: terms.zone,
      source: terms.source,
      interests: [terms["product-interest"]],
      services: [terms["service-expected"]],
      competing_tools: [terms["competing-tool"]],
      tags: [terms.tag],
      remarks: `${evil()}\n${MARKUP.join("\n")}`,
      stage: ["suspect", "lead", "prospect", "customer", "former"][place % 5],
      owner: users[place % 3].id,
      revenue: "1000.00",
      phones: [{ number: `05058${10_000 + place}`, note: evil() }],
      emails: [{ address: `a${place}@evil.example` }],
    };
    accounts.push((await post("/accounts", account)).id);
  }
  known.accounts = accounts[0];
  // Only what leads to a page of the web is an address of one.
  for (const where of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", '"><img src=x onerror=alert(1)>', "https://a.example/\"onmouseover=\"alert(1)", "http://javascript:alert(1)@a.example/<img src=x>"]) {
    await post("/accounts", { name: evil(), web_site: where, address: address() }, { may: [422] });
    await plain("/directory_entries", { name: evil(), web_site: where }, { may: [422] });
  }
  const contacts = [];
  for (let place = 0; place < 6; place += 1) {
    const contact = { name: { given: brief(), family: evil() }, job_title: evil(), department: evil(), tags: [terms.tag], remarks: evil(), address: address(), emails: [{ address: `c${place}@evil.example` }] };
    const { id } = await post("/contacts", contact);
    contacts.push(id);
    known.account_contacts = (await plain("/account_contacts", { account: accounts[0], contact: id, role: evil(), main: place === 0 })).id;
  }
  known.contacts = contacts[0];
  for (let place = 0; place < 3; place += 1) known.sites = (await post("/sites", { name: brief(), account: accounts[0], address: address(), tags: [terms.tag], remarks: evil() })).id;
  const agency = await post("/subjects", { name: evil(), kind: "agency", remarks: evil(), zone: terms.zone });
  known.subjects = (await post("/subjects", { name: brief(), agency: agency.id, code: `"><svg onload=alert(1)>`, remarks: evil() })).id;
  known.account_subjects = (await plain("/account_subjects", { account: accounts[0], subject: known.subjects, remarks: evil(), zone: terms.zone })).id;
  known.relation_types = (await plain("/relation_types", { label: evil(), inverse: evil() })).id;
  for (const [party, counterparty] of [[accounts[0], contacts[0]], [accounts[1], accounts[0]]]) {
    known.relations = (await plain("/relations", { party, counterparty, type: known.relation_types })).id;
  }
  known.consent_texts = (await plain("/consent_texts", { name: evil(), edition: evil(), purpose: terms["consent-purpose"], text: MARKUP.join("\n") })).id;
  known.consents = (await plain("/consents", { about: accounts[0], purpose: terms["consent-purpose"], channel: "email", state: "given", source: "paper", text: known.consent_texts, evidence: evil() })).id;
  known.directory_entries = (
    await plain("/directory_entries", { name: evil(), contact_given: evil(), contact_family: evil(), contact_role: evil(), address: address(), list: evil(), reason: evil(), remarks: evil() })
  ).id;
  // Notes with mentions of people whose names are markup, and links that are none.
  const mention = users.map(({ name, id }) => `@${name} @[${MARKUP[0]}](${id}) @[x"onclick=alert(1)](${id})`).join(" ");
  const links = "javascript:alert(1) https://evil.example/\"onmouseover=alert(1) http://a.example/<svg/onload=alert(1)> mailto:a@b.it?subject=<script> tel:+39<script> www.a.example/'onclick='alert(1)";
  for (const about of [accounts[0], contacts[0], known.sites]) {
    known.notes = (await plain("/notes", { about, text: `${mention}\n${links}\n${MARKUP.join("\n")}`, pinned: about === accounts[0] })).id;
    await theirs("POST", "/notes", { about, text: `@${administrator.name} ${evil()}` });
  }
  known.views = (await plain("/views", { name: evil(), list: "account", question: `filter=${encodeURIComponent('name contains "onerror"')}`, shared: true })).id;
  await plain("/views", { name: brief(), list: "contact", question: "sort=-name", shared: true }, { may: [422] });
  known.segments = (await plain("/segments", { name: evil(), list: "account", filter: `name contains "<img src=x onerror=alert(1)>"`, remarks: evil(), shared: true })).id;
  // Somebody changed what somebody else had written.
  for (let place = 0; place < 3; place += 1) {
    const { version } = await ask("GET", `/accounts/${accounts[0]}`);
    await theirs("PATCH", `/accounts/${accounts[0]}`, { trade_name: evil(), remarks: evil(), address: address(), owner: place === 2 ? me : users[place].id }, { headers: { "If-Match": `"${version}"` } });
  }
  const removed = await post("/accounts", { name: evil(), address: address() });
  await ask("DELETE", `/accounts/${removed.id}`, undefined, { headers: { "If-Match": "*" } });
  return { known, accounts, contacts, ask, removed: removed.id };
}

/** The addresses of pages, as the table of routes has them. */
function routes() {
  const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../crates/web/src/pages");
  const found = new Set();
  const read = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const here = path.join(folder, entry.name);
      if (entry.isDirectory()) read(here);
      else if (entry.name.endsWith(".rs")) {
        for (const [, route] of readFileSync(here, "utf8").matchAll(/(?:Method::GET,|\bget\()\s*"(\/[^"]*)"/g)) found.add(route);
      }
    }
  };
  read(source);
  for (const folder of ["wizard", "scheduled"]) read(path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../modules/base/src/imports", folder));
  return [...found];
}

// A trace of two hundred pages would take longer than they do.
test.use({ trace: "off", userAgent: `Mozilla/5.0 ${MARKUP[0]} ${MARKUP[1]}` });

test.describe("hostile words", () => {
  test("stay words on every page", async ({ page, server, signIn, complaints }, info) => {
    test.skip(info.project.name !== "desktop", "one pass is enough");
    test.setTimeout(180_000);
    const troubles = [];
    let dialogs = 0;
    page.on("dialog", async (dialog) => {
      dialogs += 1;
      troubles.push(`dialog: ${dialog.message()} at ${page.url()}`);
      await dialog.dismiss();
    });
    page.on("console", (message) => {
      if (/Content[- ]Security[- ]Policy|Refused to/i.test(message.text())) troubles.push(`${message.text()} at ${page.url()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${server.address}/`) && !url.startsWith("data:")) troubles.push(`fetched ${url} at ${page.url()}`);
      if (/\/(evil|x)$/.test(new URL(url).pathname)) troubles.push(`fetched ${url} at ${page.url()}`);
    });
    await page.exposeFunction("scheda_violation", (what) => troubles.push(`${what} at ${page.url()}`));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => window.scheda_violation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    });
    const { known, accounts, contacts, removed } = await fill(server);
    await signIn();

    /** What of the words became an element. */
    const look = async (where) => {
      const grown = await page.evaluate(() => {
        const made = [...document.querySelectorAll("iframe, base, script:not([src]), style, object, embed, [srcdoc], [hx-get='/evil'], meta[http-equiv]")];
        for (const element of document.querySelectorAll("*")) {
          for (const { name, value } of element.attributes) {
            if (/^on/i.test(name) || (/^(href|src|action|formaction|xlink:href)$/i.test(name) && /^\s*(javascript|data|vbscript):/i.test(value) && element.tagName !== "IMG")) made.push(element);
            if (name === "src" && value === "x") made.push(element);
            if (name === "action" && !value.startsWith("/")) made.push(element);
          }
        }
        return made.map((element) => element.outerHTML.slice(0, 300));
      });
      for (const element of grown) troubles.push(`grown at ${where}: ${element}`);
    };

    const visited = [];
    let shown = 0;
    const visit = async (where, { open = true } = {}) => {
      const answer = await page.goto(where, { referer: `${server.address}/accounts?q=${encodeURIComponent(MARKUP[0])}` });
      visited.push(where);
      expect(answer.status(), where).toBeLessThan(500);
      if (open) {
        // Menus that are read when they are opened.
        await page.evaluate(() => document.querySelectorAll("main details:not([open])").forEach((menu) => (menu.open = true)));
      }
      await look(where);
      shown += Number(await page.evaluate(() => document.body.textContent.includes("alert(1)")));
      return answer;
    };
    const e = encodeURIComponent;
    const began = Date.now();

    // What stands alone: home, search, palette, preferences, notifications, the report of what was done to many.
    for (const where of ["/", "/start", "/bulks", "/preferences", "/preferences/notifications", "/preferences/security", "/preferences/sessions", "/preferences/tokens", "/preferences/security/proof", "/preferences/security/company", "/administration/mail", "/administration/sign-in", "/administration/provider", "/users/" + known.users + "/access", "/notifications", "/notifications/bell", "/users/" + known.users + "/password"]) await visit(where);
    for (const text of MARKUP.slice(0, 6)) await visit(`/search?q=${e(text)}`);
    for (const text of ["onerror", "svg", "<img", MARKUP[1]]) await visit(`/palette?q=${e(text)}`);
    await visit(`/nowhere/${e(MARKUP[0])}?${e(MARKUP[0])}`);

    // Every list, and every card with its form and parts.
    const plurals = Object.keys(known);
    for (const plural of plurals) {
      await visit(`/${plural}?filter=`);
      await visit(`/${plural}?q=${e("<img src=x onerror")}&sort=${e(MARKUP[0])}&columns=${e(MARKUP[1])}`);
      if (known[plural]) {
        const card = `/${plural}/${known[plural]}`;
        await visit(card);
        await visit(`${card}/edit`);
      }
      await visit(`/${plural}/new?back=${e(MARKUP[3])}`);
    }
    for (const plural of ["accounts", "contacts", "sites"]) {
      const card = `/${plural}/${known[plural]}`;
      for (const part of ["duplicate", "timeline", "ledger/consents?purpose=x", `fields/remarks`, `fields/remarks/edit`, "fields/name/edit", "fields/tags/edit", "fields/owner", "fields/trade_name"]) await visit(`${card}/${part}`);
      await visit(`${card}?list=${e(`filter=name contains "<img src=x onerror=alert(1)>"&q=${MARKUP[1]}`)}`);
      await visit(`${card}?field=remarks`);
    }
    for (const page of [`accounts/${accounts[0]}/visibility`, `sites/${known.sites}/visibility`, `roles/${known.roles}/rights`, `administration/fields/${known.own_fields}/removal`, "administration/layouts", "administration/layouts/accounts", "administration/layouts/teams", "administration/series", "duplicates", "duplicates?entity=contacts", "administration/duplicates", "administration/exports", "administration/normalisation?asked=1&entity=account&rule=companies&rule=forms&rule=streets", "administration/normalisation?asked=1&entity=contact&rule=people", "administration/postcodes", "administration/geocoding", "administration/vocabularies", "administration/vocabularies/tag", "administration/vocabularies/tag/uses", `administration/terms/${known.terms}/merging`, "administration/company", `administration/words?q=${e("<img src=x onerror")}`]) await visit(`/${page}`);
    for (const id of accounts.slice(1)) await visit(`/accounts/${id}`, { open: false });
    for (const id of contacts.slice(1)) await visit(`/contacts/${id}`, { open: false });
    await visit(`/accounts/${removed}`);
    await visit("/accounts?trash=1");

    // What a list can be made to show.
    const only = `filter=${e('name contains "onerror"')}`;
    for (const asked of [
      `${only}&columns=name,trade_name,web_site,remarks,tags,sector,address,owner,code`,
      `${only}&board=stage`,
      `${only}&board=owner`,
      `board=tags`,
      `group=owner&totals=sum`,
      `group=sector&totals=sum`,
      `group=address.city&${only}`,
      `filter=${e(MARKUP[0])}`,
      `filter=${e('address.city is "<img src=x onerror=alert(1)>" or tags includes "x\\"><svg onload=alert(1)>"')}`,
      `view=${known.views}`,
      `view=${known.views}&filter=${e(`name is "${MARKUP[4]}"`)}`,
      `q=${e(MARKUP[4])}`,
      `after=${e(MARKUP[0])}&cursor=${e(MARKUP[1])}&view=${e(MARKUP[1])}`,
    ]) await visit(`/accounts?${asked}`);
    for (const part of ["count", "totals", "views", "groups?group=sector", "groups?group=owner", "options?q=onerror", "options?q=%3Cimg"]) await visit(`/accounts/${part}${part.includes("?") ? "&" : "?"}${only}`);
    for (const filter of [`name contains "${MARKUP[0]}"`, `owner is "${known.users}" and tags includes "x"`, `exists(contacts where role contains "<svg onload=alert(1)>")`, MARKUP[0], `address.city in ("${MARKUP[0]}", "x") and (sector is "${MARKUP[2]}" or name is "${MARKUP[0]}")`]) {
      await visit(`/accounts/filter?filter=${e(filter)}`);
    }
    await visit(`/accounts/filter?segment=${known.segments}`);
    await visit("/accounts/filter?segment=new");
    await visit(`/directory_entries/bulk?act=extract&all=1&list=${e(`filter=${e('name contains "onerror"')}`)}`);
    await visit(`/accounts/bulk?pick=${accounts[0]}&action=change&field=tags`);

    // What is done by hand: the palette, a mention, a field in place, its past, the bell.
    await page.goto(`/accounts/${accounts[0]}`);
    await page.keyboard.press("Control+k");
    for (const text of ["onerror", "<img src=x", "svg onload"]) {
      const answered = page.waitForResponse((response) => new URL(response.url()).pathname === "/palette");
      await page.keyboard.press("Control+a");
      await page.keyboard.type(text);
      await answered;
      await page.waitForTimeout(150);
      await look(`the palette, ${text}`);
    }
    await page.keyboard.press("Escape");
    await page.locator("#compose-note").fill("@<img");
    await page.locator("#compose-note").press("End");
    await page.keyboard.type(" src");
    await page.waitForTimeout(300);
    await look("a mention");
    await page.locator("#compose-note").fill(`@<img src=x onerror=alert(1)> ${MARKUP.join(" ")}`);
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(400);
    await look("a note");
    await page.locator("#bell summary").click();
    await expect(page.locator(".bell-panel .notification").first()).toBeVisible();
    await look("the bell");

    // Files whose names are markup, taken and refused; their cards, folders and versions.
    await page.goto(`/accounts/${accounts[0]}`);
    const file = (name, words = "prova") => ({ name, mimeType: "text/html", buffer: Buffer.from(words) });
    const chooser = page.waitForEvent("filechooser");
    await page.locator("#card-documents").getByRole("button", { name: "Aggiungi documenti" }).click();
    await (await chooser).setFiles([file(`${MARKUP[0]}.txt`), file(`"><svg onload=alert(1)>.txt`), file(`<img src=x onerror=alert(1)>.exe`), file("'><script>alert(1).png")]);
    await expect(page.locator("#card-documents .thing")).not.toHaveCount(0);
    await expect(page.locator(".record-side").getByRole("alert")).toContainText("onerror");
    await look("files");
    const document = await page.locator("#card-documents .thing-name").first().getAttribute("href");
    await visit(document);
    await visit(`${document.split("?")[0]}/edit`);
    await visit("/documents");
    await visit("/document_versions");
    await visit(`/documents?q=${e("onerror")}&group=folder`);
    for (const part of ["content", "thumbnail"]) {
      const answer = await page.request.get(`${document.split("?")[0]}/${part}`);
      visited.push(`${document.split("?")[0]}/${part}`);
      expect([200, 404]).toContain(answer.status());
    }
    for (const ending of ["csv", "xlsx", "json", "vcf"]) {
      visited.push(`/accounts/export.${ending}`);
      expect((await page.request.get(`/accounts/export.${ending}?${only}`)).status()).toBe(200);
    }

    visited.push(`/accounts/${accounts[0]}/card.vcf`);
    expect((await page.request.get(`/accounts/${accounts[0]}/card.vcf`)).status()).toBe(200);
    await visit(`/accounts/merge?ids=${accounts[0]},${accounts[1]}`);
    await visit(`/accounts/${accounts[0]}/merge?q=${e("onerror")}`);

    // Messages with the name of what was done, questions before it, what many at once came to.
    await page.goto("/accounts/new");
    await page.locator("#name").fill(MARKUP[0]);
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title h1, #form [role=alert], .error-summary").first()).toBeVisible();
    await page.waitForLoadState();
    await look("what may be there already");
    // Kept at hand: the message, the page, the palette; the place in a list leads to the card.
    await page.goto(`/accounts/${accounts[1]}`);
    await page.locator("#favourite button").click();
    await expect(page.locator("#favourite button")).toHaveAttribute("aria-pressed", "true");
    await look("a favourite");
    await visit("/favourites");
    await visit(`/accounts/${accounts[1]}/position?list=${e(`q=${MARKUP[0]}`)}`);
    await page.goto(`/accounts/${accounts[2]}`);
    await page.locator("#card-more > summary").click();
    await page.getByRole("button", { name: "Elimina" }).click();
    await expect(page.locator("dialog[open]")).toBeVisible();
    await look("a question");
    await page.locator("dialog[open]").getByRole("button", { name: "Elimina" }).click();
    await expect(page.locator(".toast")).toContainText("<script>alert(1)</script>");
    await look("a message");
    await page.goto(`/accounts?${only}`);
    await page.locator("thead input[type=checkbox]").first().check();
    await look("rows that are ticked");
    const csrf = await page.locator("meta[name=csrf-token]").getAttribute("content");
    const bulk = await page.request.post("/accounts/bulk", {
      form: { csrf, action: "change", field: "name", name: "", list: `q=${MARKUP[0]}`, pick: accounts[0] },
      headers: { Origin: server.address },
      maxRedirects: 0,
    });
    expect(bulk.status()).toBeLessThan(500);
    const imports = await imported(page, server);
    await page.setContent("<p></p>");
    await visit("/bulks/" + (await reported(server, accounts)));
    for (const where of imports) await visit(where);
    await visit("/sign-in?next=" + e(MARKUP[0]));
    for (const where of ["forgotten", "second-step", `new-password?token=${e(MARKUP[0])}`, `company?next=${e(MARKUP[0])}`, `company/return?state=${e(MARKUP[0])}`]) await visit(`/sign-in/${where}`);

    // The first person has come already, and a logo is no page.
    const patterns = routes().filter((route) => !/setup|company\/logo/.test(route));
    const shape = (route) => new RegExp(`^${route.replace(/\{[^}]+\}/g, "[^/]+").replaceAll(".", "\\.")}$`);
    const paths = visited.map((where) => where.split("?")[0]);
    const missed = patterns.filter((route) => !paths.some((where) => shape(route).test(where)));
    console.log(`${visited.length} pages, ${shown} with such words on them, in ${Math.round((Date.now() - began) / 1000)} s`);
    expect([...new Set(troubles)]).toEqual([]);
    expect(dialogs).toBe(0);
    expect(missed, "every page of the table is opened").toEqual([]);
    expect(shown, "the words are there").toBeGreaterThan(120);

    // The traps close: markup that did get in is seen by each of them.
    await page.goto("/preferences");
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<img src=x onerror=alert(1)><iframe src="https://evil.example/"></iframe>'));
    await expect.poll(() => ["script-src", "frame-src", "fetched"].filter((sign) => !troubles.some((trouble) => trouble.includes(sign)))).toEqual([]);
    await look("a page with markup in it");
    complaints.length = 0;
    expect(troubles.filter((trouble) => trouble.startsWith("grown"))).toHaveLength(3);
  });
});

/** Does one thing to many through the API, some of which refuse it; gives its report. */
async function reported(server, accounts) {
  const ask = speaking(server.address, server.given.ours);
  const begun = await ask("POST", "/accounts/bulk", { action: "change", ids: accounts.slice(0, 6), values: { name: "" } }, { may: [422] });
  if (begun.id) return begun.id;
  return (await ask("POST", "/accounts/bulk", { action: "change", ids: accounts.slice(0, 6), values: { code: MARKUP[0] } })).id;
}

/** A file whose name, columns and cells are such words, on its way in: the pages of its import. */
async function imported(page, server) {
  const csrf = await page.locator("meta[name=csrf-token]").getAttribute("content");
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  // A file in which a browser would find something to run is refused as a whole; what is left are words that begin nothing.
  const words = MARKUP.filter((words) => !/<|javascript:/.test(words));
  const rows = [["Nome", words[0], "Telefono"], [words[1], words[2] ?? words[0], words[0]], ["", words[0], "x"]];
  const csv = rows.map((row) => row.map(cell).join(";") + "\r\n").join("");
  const headers = { Origin: server.address };
  const file = { name: "img src=x onerror=alert(1).csv", mimeType: "text/csv", buffer: Buffer.from(csv) };
  const taken = await page.request.post("/imports/new", { multipart: { csrf, of: "accounts", file }, headers, maxRedirects: 0 });
  expect(taken.status(), await taken.text()).toBe(303);
  const run = taken.headers().location.replace(/\/columns$/, "");
  const chosen = await page.request.post(`${run}/columns`, { form: { csrf, "to.0": "name", mode: "create" }, headers, maxRedirects: 0 });
  expect(chosen.status()).toBe(303);
  // One that was begun has no columns to choose any more, so another one is looked at.
  const again = await page.request.post(`${run}/again`, { form: { csrf }, headers, maxRedirects: 0 });
  const other = again.headers().location.replace(/\/columns$/, "");
  const kept = { csrf, "to.0": "name", "to.1": "code", mode: "both", key: "code", "mapping-name": MARKUP[0] };
  expect((await page.request.post(`${other}/keeping`, { form: kept, headers, maxRedirects: 0 })).status()).toBe(303);
  const mappings = await (await page.request.get("/imports/mappings")).text();
  const mapping = mappings.match(/action="\/imports\/mappings\/([^"/]+)"/)[1];
  const set = { csrf, name: MARKUP[0], mapping, source: "address", address: "https://example.it/clienti.csv", every: "day", hour: "6", weekday: "1", keeps: "1" };
  const schedule = await page.request.post("/administration/imports/new", { form: set, headers, maxRedirects: 0 });
  expect(schedule.status(), await schedule.text()).toBe(303);
  expect((await page.request.post(`${run}/start`, { form: { csrf }, headers, maxRedirects: 0 })).status()).toBe(303);
  await expect(async () => expect(await (await page.request.get(run)).text()).toContain('data-state="done"')).toPass({ timeout: 20_000 });
  return ["/imports", "/imports/new?of=accounts", `${other}/columns`, `${other}/rows`, run, "/imports/mappings", "/administration/imports", "/administration/imports/new", schedule.headers().location];
}
