// Every page once, with the demonstration in it: see album.config.js. The pictures go to docs/pictures, or to SCHEDA_PICTURES.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { administrator, expect, start, test as journey } from "./start.js";

const folder = process.env.SCHEDA_PICTURES ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../docs/pictures");

/** The customer whose story is told. */
const told = "Officina Meccanica Lenzi";

const inside = [
  ["start", "/start"],
  ["accounts", "/accounts"],
  ["accounts-filtered", `/accounts?filter=${encodeURIComponent('stage is customer and address.province is "PI"')}`],
  ["accounts-columns", "/accounts?menu=columns"],
  ["accounts-wrong-filter", `/accounts?filter=${encodeURIComponent("stage is nothing")}`],
  ["accounts-nothing", "/accounts?q=zzzzzz"],
  ["accounts-trash", "/accounts?trash=1"],
  ["accounts-groups", "/accounts?group=stage&totals=sum&columns=name,address.city,revenue,owner"],
  ["accounts-board", "/accounts?board=stage"],
  ["accounts-filter", `/accounts/filter?filter=${encodeURIComponent('address.city in ("Pisa", "Livorno") and exists(contacts)')}`],
  ["account", (at) => at.card],
  ["account-edit", (at) => `${at.card}/edit`],
  ["account-new", "/accounts/new"],
  ["views", "/accounts/views"],
  ["contacts", "/contacts"],
  ["sites", "/sites"],
  ["documents", "/documents"],
  ["consents", "/consents"],
  ["mailings", "/mailings"],
  ["mailing-new", "/mailings/new"],
  ["lists", "/lists"],
  ["suppressions", "/suppressions"],
  ["senders", "/senders"],
  ["subjects", "/subjects"],
  ["directory", "/directory_entries"],
  ["segments", "/segments"],
  ["notifications", "/notifications"],
  ["bulks", "/bulks"],
  ["imports", "/imports"],
  ["import-new", "/imports/new"],
  ["import-mappings", "/imports/mappings"],
  ["import-schedules", "/administration/imports"],
  ["import-schedule-new", "/administration/imports/new"],
  ["search", "/search?q=rossi"],
  ["administration", "/administration"],
  ["administration-health", "/administration/health"],
  ["administration-jobs", "/administration/jobs"],
  ["administration-backups", "/administration/backups"],
  ["administration-storage", "/administration/storage"],
  ["administration-audit", "/administration/audit"],
  ["layouts", "/administration/layouts"],
  ["layout", "/administration/layouts/accounts"],
  ["series", "/administration/series"],
  ["postcodes", "/administration/postcodes"],
  ["geocoding", "/administration/geocoding"],
  ["normalising", "/administration/normalisation?asked=1&entity=account&rule=companies&rule=forms&rule=streets&rule=places"],
  ["duplicates", "/duplicates"],
  ["duplicate-settings", "/administration/duplicates"],
  ["exports", "/administration/exports"],
  ["administration-tokens", "/administration/tokens"],
  ["users", "/users"],
  ["teams", "/teams"],
  ["terms", "/terms"],
  ["roles", "/roles"],
  ["role", (at) => `/roles/${at.role}`],
  ["role-edit", (at) => `/roles/${at.role}/edit`],
  ["sharing-rules", "/sharing_rules"],
  ["sharing-rule-edit", (at) => `/sharing_rules/${at.rule}/edit`],
  ["fields", "/administration/fields"],
  ["own-field-edit", (at) => `/own_fields/${at.field}/edit`],
  ["visibility", (at) => `${at.card}/visibility`],
  ["user-access", (at) => `/users/${at.user}/access`],
  ["provider", "/administration/provider"],
  ["preferences", "/preferences"],
  ["security", "/preferences/security"],
  ["sessions", "/preferences/sessions"],
  ["tokens", "/preferences/tokens"],
  ["mail-account", "/administration/mail"],
  ["vocabularies", "/administration/vocabularies"],
  ["vocabulary", "/administration/vocabularies/tag"],
  ["company", "/administration/company"],
  ["words", "/administration/words?q=account"],
  ["sign-in-rules", "/administration/sign-in"],
  ["not-found", "/accounts/zzzz"],
];

/** A company whose administrator has a token. */
const test = journey.extend({
  server: [
    async ({ database }, use, worker) => {
      const before = async (command) => (await command(["token", "create", administrator.email])).trim();
      const server = await start(database, `album_${worker.workerIndex}`, { before });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
});

/** What administrators make for a company of their own: a role, a rule that shares, a field with conditions. */
async function administered(server) {
  const token = server.given;
  const ask = async (method, where, body) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${server.address}/api/v1${where}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const user = (await ask("GET", "/me")).id;
  const role = await ask("POST", "/roles", {
    name: "Agente di zona",
    english: "Area agent",
    description: "Vede i clienti della sua squadra, cambia i suoi.",
    see: "team",
    create: "own",
    change: "own",
    rights: [{ entity: "document", see: "own" }],
    fields: [{ entity: "account", field: "revenue", right: "hidden" }],
  });
  const rule = await ask("POST", "/sharing_rules", {
    name: "Clienti di Pisa per la fiera",
    entity: "account",
    filter: 'address.province is "PI" and stage is customer',
    user,
    until: "2030-12-31",
  });
  const field = await ask("POST", "/own_fields", {
    label: "Scadenza del contratto",
    label_english: "End of the contract",
    entity: "account",
    kind: "date",
    visible_when: "stage is customer",
    required_when: "stage is customer and employees > 50",
  });
  return { user, role: role.id, rule: rule.id, field: field.id };
}

/** A file comes in, step by step, with consents and with a row that is alike to another; then two records become one. */
async function imported(page, name, take) {
  const town = `Fiera ${name}`;
  const rows = [
    "Ragione sociale;Partita IVA;Telefono;E-mail;Città;Newsletter",
    `Officine Alfa ${town};12345678903;050 24776;info@alfa.example;${town};sì`,
    `Trattoria da Ugo ${town} snc;;0586 898989;ugo@example.com;${town};no`,
    `Trattoria Da Ugo ${town};;0586 898989;ugo@example.com;${town};forse`,
    `;;050 111222;;${town};`,
    "",
  ];
  await page.goto("/imports/new?of=accounts");
  await page.locator("#import-file").setInputFiles({ name: "fiera.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\r\n"), "utf8") });
  await page.locator("[data-save]").click();
  await page.waitForURL(/\/columns$/);
  await page.getByLabel("Newsletter", { exact: true }).selectOption("consent.marketing.email");
  await page.locator("[data-save]").click();
  await expect(page.locator("#import-consents .error").first()).toBeVisible();
  await page.locator("#import-consents").scrollIntoViewIfNeeded();
  await take("import-consents-wrong");
  await page.locator("#import-consents select[name='consent.source']").selectOption({ index: 1 });
  await page.locator("#import-consents input[type=date]").fill("2026-02-01");
  await page.locator("#import-consents [name='consent.evidence']").fill("Fiera di Pisa");
  await take("import-consents");
  await page.locator("[data-save]").click();
  await page.locator("button[name=do][value=trial]").click();
  await expect(page.locator(".import-outcome")).toBeVisible({ timeout: 20_000 });
  await take("import-rows");
  await page.locator(".save-bar form button.btn-primary").click();
  await expect(page.locator("#import-report")).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await take("import-report");
  await page.goto(`/accounts?filter=${encodeURIComponent(`address.city is "${town}"`)}`);
  const ids = await page.locator(".list tbody input[name=pick]").evaluateAll((all) => all.map((tick) => tick.value));
  await page.goto(`/accounts/merge?ids=${ids.slice(0, 2).join(",")}`);
  await page.locator(".merge-other").first().click();
  await take("merge");
}

test("the album", async ({ page, server }, info) => {
  await mkdir(folder, { recursive: true });
  const language = info.project.name.endsWith("en") ? "en" : "it";
  const take = async (name) => {
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: path.join(folder, `${name}-${info.project.name}.jpg`), type: "jpeg", quality: 72 });
  };
  await page.goto("/sign-in");
  await take("sign-in");
  await page.locator("input[name=email]").fill(administrator.email);
  await page.locator("input[name=password]").fill(administrator.password);
  await page.locator("form button.btn-primary").click();
  await expect(page.locator("#page")).toBeVisible();
  await page.locator("summary.user").click();
  await page.locator(`button[name=language][value=${language}]`).click();
  await expect(page.locator("html")).toHaveAttribute("lang", language);

  await page.goto(`/accounts?q=${encodeURIComponent(told)}`);
  const at = { card: new URL(await page.locator(".row-link").first().getAttribute("href"), server.address).pathname, ...(await administered(server)) };
  for (const [name, address] of inside) {
    await page.goto(typeof address === "function" ? address(at) : address);
    await take(name);
  }
  await imported(page, info.project.name, take);
  await page.goto(at.card);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("rossi");
  await page.waitForTimeout(600);
  await take("palette");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("#page").focus();
  await page.keyboard.press("?");
  await page.waitForTimeout(200);
  await take("keys");
});
