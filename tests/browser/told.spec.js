// Tags and consents on the card, colleagues named in notes, and the bell that says so: with keyboard and finger, and without JavaScript.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 7);

const box = (page) => page.locator("#compose-note");
const bell = (page) => page.locator("#bell");
const tags = (page) => page.locator("#record-tags");
const password = "altre-quattro-parole-a-caso";

/** Somebody of a name nobody else has; gives his address. */
async function makeUser(page, name, role) {
  const email = `${name.toLowerCase().replace(/\W+/g, ".")}@officina.test`;
  const csrf = await page.locator('meta[name="csrf-token"]').getAttribute("content");
  const post = (path, form) => page.request.post(path, { form: { csrf, ...form }, maxRedirects: 0 });
  const made = await post("/users/new", { name, email, roles: role, active: "true", language: "it" });
  expect(made.status()).toBe(303);
  expect((await post(`${made.headers().location}/password`, { password })).status()).toBe(303);
  return email;
}

/** A colleague with a page of his own. */
async function colleague(signedIn, browser, server, name, role = "manager") {
  const email = await makeUser(signedIn, name, role);
  const context = await browser.newContext({ locale: "it-IT", baseURL: server.address });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("form .btn-primary").click();
  await expect(page.locator("nav.rail")).toBeVisible();
  return { page, email, close: () => context.close() };
}

test.describe("tags", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are put on the card, filter the list, and come off again", async ({ page }, info) => {
    const [name, tag] = [`Officina Etichette ${unique()}`, `Da visitare ${unique()}`];
    const card = await makeAccount(page, name);
    await tags(page).locator("summary").click();
    await tags(page).getByLabel("Etichetta", { exact: true }).fill(`VIP, ${tag}`);
    await expectAccessible(page);
    await picture(page, info, "card-tags-adding");
    await page.keyboard.press("Enter");
    await expect(tags(page).locator("span.tag a")).toHaveText([tag, "VIP"]);
    await expect(page.locator(".toast", { hasText: "Etichette aggiornate" })).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "card-tags");
    await tags(page).getByRole("link", { name: tag }).click();
    await expect(page).toHaveURL(/tags\+includes/);
    await expect(page.locator("tbody tr")).toHaveCount(1);
    await expect(page.locator("tbody tr")).toContainText(name);
    await expect(page.locator(".chip.on", { hasText: tag })).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "list-tags");
    await page.goto(card);
    await tags(page).getByRole("button", { name: `Togli l’etichetta ${tag}` }).click();
    await expect(tags(page).locator("span.tag a")).toHaveText(["VIP"]);
    // In the form the ones that are there are ticked, and another is written.
    await page.goto(`${card}/edit`);
    await expect(page.locator('input[name="tags"][value="vip"]')).toBeChecked();
    await page.locator('[name="tags.new"]').fill(tag);
    await expectAccessible(page);
    await picture(page, info, "form-tags");
    await page.locator("[data-save]").click();
    await expect(tags(page).locator("span.tag a")).toHaveText([tag, "VIP"]);
  });
});

test.describe("consents", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are given and withdrawn with the same steps, and every entry stays", async ({ page }, info) => {
    test.slow();
    await page.goto("/consent_texts/new");
    const text = `Informativa ${unique()}`;
    await page.locator("#name").fill(text);
    await page.locator("#edition").fill("2026/1");
    await page.locator("#purpose").selectOption("marketing");
    await page.locator("#text").fill("Acconsento a ricevere offerte per e-mail.");
    await expectAccessible(page);
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title h1")).toHaveText(`${text} · 2026/1`);

    const card = await makeAccount(page, `Officina Consensi ${unique()}`);
    const section = page.locator("#card-consents");
    await expect(section).toContainText("Ancora nessuna registrazione");
    await section.getByRole("link", { name: "Registrazione di un consenso" }).click();
    await expectAccessible(page);
    await picture(page, info, "ledger-empty");
    await page.getByRole("link", { name: "Marketing, E-mail: nessuna registrazione" }).click();
    // Nothing is chosen by itself: an entry is what somebody said.
    await expect(page.locator(".ledger-form input[type=radio]:checked")).toHaveCount(0);
    await expect(page.locator("#source")).toHaveValue("");
    await page.getByRole("radio", { name: "Dato" }).check();
    await page.locator("#source").selectOption({ label: "Modulo cartaceo" });
    await page.locator("#text").selectOption({ label: `${text} · 2026/1` });
    await page.locator("#evidence").fill("Modulo 12, firmato in fiera");
    await page.getByRole("button", { name: "Registra", exact: true }).click();
    await expect(page.locator(".ledger-entries > li")).toHaveCount(1);
    await expect(page.locator(".ledger-entries")).toContainText("Modulo 12, firmato in fiera");
    await expectAccessible(page);
    await picture(page, info, "ledger-given");
    await page.goto(card);
    await expect(page.locator(".record-ledger .tag")).toHaveText(["E-mail: Dato"]);
    await expect(section.getByRole("link", { name: /Marketing, E-mail: Dato/ })).toBeVisible();
    await expect(page.locator(".history")).toContainText("Marketing");
    await expectAccessible(page);
    await picture(page, info, "card-consents");

    await section.getByRole("link", { name: /Marketing, E-mail: Dato/ }).click();
    await page.getByRole("radio", { name: "Revocato" }).check();
    await page.locator("#source").selectOption({ label: "Telefono" });
    await page.getByRole("button", { name: "Registra", exact: true }).click();
    await expect(page.locator(".ledger-entries > li")).toHaveCount(2);
    await expect(page.locator(".ledger-entries > li .stage")).toHaveText(["Revocato", "Dato"]);
    await expect(page.locator("main").getByRole("link", { name: "Modifica" })).toHaveCount(0);
    await picture(page, info, "ledger-withdrawn");
    await page.goto(card);
    await expect(page.locator(".record-ledger .tag")).toHaveText(["E-mail: Revocato"]);
    await page.goto("/consents");
    await expect(page.locator("tbody tr").first()).toContainText("Revocato");
    await expectAccessible(page);
    await picture(page, info, "consents");
  });

  test("say what is missing beside the field", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Senza Prova ${unique()}`);
    await page.goto(`${card}/ledger/consents?row=sms&column=profilazione`);
    await page.getByRole("button", { name: "Registra", exact: true }).click();
    for (const missing of ["state", "source"]) await expect(page.locator(`#${missing}-error`)).toBeVisible();
    await page.locator("#state").selectOption({ label: "Dato" });
    await page.locator("#source").selectOption({ label: "Telefono" });
    await page.locator("[data-save]").click();
    await expect(page.locator("#evidence-error")).toBeVisible();
    await expect(page.locator("output#about")).toContainText("Officina Senza Prova");
    await expectAccessible(page);
    await picture(page, info, "consent-wrong");
    await page.locator("#evidence").fill("Telefonata del mattino");
    await page.locator("[data-save]").click();
    await expect(page).toHaveURL(/ledger\/consents/);
    await expect(page.locator(".ledger-entries > li")).toHaveCount(1);
  });
});

test.describe("colleagues", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are named with the keyboard and told at once", async ({ page, browser, server }, info) => {
    test.slow();
    const name = `Marta Bianchi${unique()}`;
    const marta = await colleague(page, browser, server, name);
    await expect(marta.page.locator("#bell summary")).toBeVisible();
    await expect(marta.page.locator(".bell-count")).toHaveCount(0);
    const card = await makeAccount(page, `Officina Menzioni ${unique()}`);
    await marta.page.waitForTimeout(500);
    await box(page).focus();
    await page.keyboard.type("Puoi richiamarli tu, @marta b");
    const offered = page.locator(".mention-options [role=option]");
    await expect(offered.filter({ hasText: name })).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "mention-offered");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await expect(offered.first()).toBeHidden();
    await page.keyboard.type("ianchi");
    await expect(offered).toHaveCount(await offered.count());
    await expect(offered.filter({ hasText: name })).toBeVisible();
    while (!(await offered.filter({ hasText: name }).getAttribute("aria-selected"))?.includes("true")) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(box(page)).toHaveValue(`Puoi richiamarli tu, @${name} `);
    await page.keyboard.type("entro sera?");
    await page.keyboard.press("Control+Enter");
    await expect(page.locator(".note .mention")).toHaveText([`@${name}`]);
    await expect(marta.page.locator(".bell-count")).toHaveText("1");
    // None for what one does oneself.
    await expect(page.locator(".bell-count")).toHaveCount(0);
    await bell(marta.page).locator("summary").click();
    await expect(marta.page.locator(".bell-panel")).toContainText(`${administrator.name} ti ha menzionato in una nota`);
    await expectAccessible(marta.page);
    await picture(marta.page, info, "bell");
    await marta.page.locator(".bell-panel .notification").click();
    await expect(marta.page).toHaveURL(new RegExp(`${card}#happening-`));
    await expect(marta.page.locator(".note .mention.me")).toHaveText([`@${name}`]);
    await expect(marta.page.locator("#bell summary")).toBeVisible();
    await expect(marta.page.locator(".bell-count")).toHaveCount(0);
    await marta.page.goto("/notifications");
    await expect(marta.page.locator("#notifications .notifications > li")).toHaveCount(1);
    await expectAccessible(marta.page);
    await picture(marta.page, info, "notifications");
    await marta.page.goto("/preferences/notifications");
    await expectAccessible(marta.page);
    await picture(marta.page, info, "preferences-notifications");
    // In the box the note is written as it reads.
    await page.locator(".happening", { has: page.locator(".note") }).hover();
    await page.getByRole("link", { name: "Modifica la nota" }).click();
    await expect(page.locator(".happening-edit textarea")).toHaveValue(`Puoi richiamarli tu, @${name} entro sera?`);
    await marta.close();
  });

  test("are chosen with a finger or a click, and told of what becomes theirs", async ({ page, browser, server }) => {
    const name = `Ugo Verdi${unique()}`;
    const ugo = await colleague(page, browser, server, name);
    const card = await makeAccount(page, `Officina Assegnata ${unique()}`);
    await box(page).fill("Ciao @ugo");
    await box(page).press("End");
    await box(page).pressSequentially(" ver", { delay: 20 });
    await page.locator(".mention-options [role=option]", { hasText: name }).click();
    await expect(box(page)).toHaveValue(`Ciao @${name} `);
    await expect(box(page)).toBeFocused();
    await page.goto(`${card}/edit`);
    await page.locator('[name="owner.text"]').fill(name);
    await page.locator("#owner-options [role=option]", { hasText: name }).click();
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title")).toContainText(name);
    await expect(ugo.page.locator(".bell-count")).toHaveText("1");
    await ugo.page.locator("#bell summary").click();
    await expect(ugo.page.locator(".bell-panel")).toContainText("ti ha assegnato una scheda");
    await ugo.page.getByRole("button", { name: "Segna tutte come lette" }).click();
    await expect(ugo.page.locator("#bell summary")).toBeVisible();
    await expect(ugo.page.locator(".bell-count")).toHaveCount(0);
    await ugo.close();
  });

  test("who may not see a card are not told, and the writer knows", async ({ page, browser, server }) => {
    const name = `Ida Neri${unique()}`;
    const ida = await colleague(page, browser, server, name, "agent");
    await makeAccount(page, `Officina Riservata ${unique()}`);
    await box(page).fill(`@${name} guarda`);
    await page.locator(".composer [data-save]").click();
    await expect(page.locator(".toast", { hasText: "Non può vedere questa scheda" })).toContainText(name);
    await ida.page.goto("/notifications");
    await expect(ida.page.locator(".empty")).toBeVisible();
    await expectAccessible(ida.page);
    await ida.close();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(async ({ signIn }) => signIn());

  test("tags, consents and mentions are written too", async ({ page }) => {
    const name = `Zeno Gallo${unique()}`;
    await makeUser(page, name, "manager");
    const card = await makeAccount(page, `Officina Semplice ${unique()}`);
    await tags(page).locator("summary").click();
    await tags(page).locator("#tag-on").fill("Senza moduli");
    await tags(page).getByRole("button", { name: "Aggiungi", exact: true }).click();
    await expect(tags(page).locator("span.tag a")).toHaveText(["Senza moduli"]);
    await tags(page).getByRole("button", { name: "Togli l’etichetta Senza moduli" }).click();
    await expect(tags(page).locator("span.tag a")).toHaveCount(0);
    await page.goto(`${card}/ledger/consents?row=phone&column=marketing`);
    await page.getByRole("radio", { name: "Rifiutato" }).check();
    await page.locator("#source").selectOption({ label: "Telefono" });
    await page.getByRole("button", { name: "Registra", exact: true }).click();
    await expect(page.locator(".ledger-entries .stage")).toHaveText(["Rifiutato"]);
    await page.goto(card);
    await page.locator("#compose-note").fill(`Sentire @${name}`);
    await page.locator(".composer [data-save]").click();
    await expect(page.locator(".note .mention")).toHaveText([`@${name}`]);
    await page.locator("#bell").click();
    await expect(page).toHaveURL(/notifications$/);
  });
});
