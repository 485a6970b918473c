// The palette (Ctrl-K) and the sheet of keys (?), on a desk and on a phone: the checks (a) to (g) of what a palette should be.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000;
const unique = () => (number += 7);

const isPhone = (info) => info.project.name.startsWith("phone");
const dialog = (page) => page.locator("dialog.palette");
const field = (page) => page.getByRole("combobox", { name: "Cerca una scheda o un comando" });
const options = (page) => dialog(page).getByRole("option");
const chosen = (page) => dialog(page).locator("[role=option][aria-selected=true]");
const answered = (page) => expect(page.locator("#palette-options")).not.toHaveAttribute("aria-busy", "true");

async function open(page) {
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await answered(page);
}

async function write(page, text) {
  await field(page).fill(text);
  await answered(page);
}

test.describe("the palette", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("(a) opens within 100 ms on every page and inside a field", async ({ page }) => {
    const card = await makeAccount(page, `Officina Ovunque ${unique()}`);
    for (const path of ["/accounts", "/contacts", card, `${card}/edit`, "/search?q=rossi", "/preferences", "/users", "/accounts/0000000000001"]) {
      await page.goto(path);
      await page.waitForLoadState("load");
      const inside = page.locator("main input:not([type=hidden])").first();
      if ((await inside.count()) > 0) await inside.focus();
      const took = await page.evaluate(() => {
        const began = performance.now();
        const press = { key: "k", ctrlKey: true, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", press));
        return document.querySelector("dialog.palette").open ? performance.now() - began : Infinity;
      });
      expect(took, path).toBeLessThan(100);
      await expect(field(page)).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(dialog(page)).toBeHidden();
    }
    // The field it was called from has the focus again.
    await page.goto(`${card}/edit`);
    await page.locator("#trade_name").focus();
    await open(page);
    await page.keyboard.press("Escape");
    await expect(page.locator("#trade_name")).toBeFocused();
  });

  test("(a) opens from the search of the top bar, with a click and with what is written", async ({ page }) => {
    await page.goto("/accounts");
    await page.locator("[data-search]").click();
    await expect(field(page)).toBeFocused();
    await page.keyboard.press("Escape");
    await page.locator("[data-search]").focus();
    await expect(dialog(page)).toBeHidden();
    await page.keyboard.type("rossi");
    await expect(field(page)).toHaveValue("rossi");
    await answered(page);
    await expect(options(page).first()).toContainText(/rossi/i);
  });

  test("(b) begins with the last records and what can be made", async ({ page }, info) => {
    const names = [];
    for (let place = 0; place < 10; place += 1) {
      names.push(`Officina Recente ${unique()}`);
      await makeAccount(page, names.at(-1));
    }
    await page.goto("/contacts");
    await open(page);
    const recent = dialog(page).getByRole("group", { name: "Aperti di recente" });
    await expect(recent.getByRole("option")).toHaveCount(8);
    await expect(recent.getByRole("option").first()).toContainText(names.at(-1));
    await expect(recent.getByRole("option").nth(7)).toContainText(names.at(-8));
    const create = dialog(page).getByRole("group", { name: "Crea" });
    await expect(create.getByRole("option", { name: "Nuovo cliente" })).toBeVisible();
    for (const name of ["Clienti", "Cestino: Clienti", "Preferenze", "Tasti rapidi", "Esci"]) {
      await expect(options(page).filter({ hasText: new RegExp(`^${name}`) }).first()).toBeAttached();
    }
    await expectAccessible(page);
    await picture(page, info, "palette-empty");
    // On a list too: its menus are one line each, and what can be made stands right after what was open last.
    await page.keyboard.press("Escape");
    await page.goto("/accounts");
    await open(page);
    await expect(dialog(page).getByRole("group").nth(1).locator(".palette-title")).toHaveText("Crea");
    await expect(options(page).filter({ hasText: /^Togli|^Sposta|^Aggiungi/ })).toHaveCount(0);
    await expect(options(page).filter({ hasText: /^Colonne/ })).toHaveCount(1);
    await page.keyboard.press("Escape");
    await page.goto("/contacts");
    await open(page);
    // Where one is already is not offered; the card's own actions are.
    await page.keyboard.press("Enter");
    await expect(page.locator(".record-title h1")).toHaveText(names.at(-1));
    await open(page);
    await expect(recent.getByRole("option").first()).toContainText(names.at(-2));
    const here = dialog(page).getByRole("group", { name: names.at(-1) });
    await expect(here.getByRole("option", { name: "Modifica", exact: false }).first()).toBeAttached();
    await expect(here.getByRole("option", { name: "Nuovo referente" })).toBeAttached();
    await picture(page, info, "palette-card");
    await write(page, "nuovo refer");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/contacts\/new\?through=/);
  });

  test("(c) finds by name, e-mail, phone, partita IVA and PEC, whatever the punctuation", async ({ page }, info) => {
    const seed = String(unique()).padStart(6, "0");
    const name = `Ferramenta Palette ${seed}`;
    const mobile = `333 1${seed.slice(-6, -4)} ${seed.slice(-4)}`;
    const card = await makeAccount(page, name, {
      "phones.0.number": `+39 ${mobile}`,
      "emails.0.address": `banco.${seed}@palette.example.it`,
      pec: `palette.${seed}@pec.example.it`,
    });
    await page.goto("/contacts");
    await open(page);
    const digits = mobile.replaceAll(" ", "");
    for (const written of [name, digits, `+39 ${mobile}`, `${digits.slice(0, 3)}-${digits.slice(3)}`, `banco.${seed}@palette`, `palette.${seed}@pec.example.it`]) {
      await write(page, written);
      await expect(options(page).first(), written).toContainText(name);
      await expect(options(page).first().locator("mark").first(), written).toBeVisible();
    }
    await write(page, digits);
    await expect(options(page).first().locator("mark")).toHaveText(mobile);
    await picture(page, info, "palette-phone");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`${card}$`));
  });

  test("(d) groups by kind, five of each, and leads to all of them", async ({ page }, info) => {
    await page.goto("/accounts");
    await open(page);
    await write(page, "rossi");
    const groups = dialog(page).locator("[role=group]");
    await expect(groups.first()).toBeVisible();
    for (const title of ["Clienti", "Referenti"]) {
      const found = dialog(page).getByRole("group", { name: title, exact: true }).getByRole("option");
      expect(await found.count()).toBeGreaterThan(0);
      expect(await found.count()).toBeLessThanOrEqual(5);
    }
    await expect(dialog(page).getByRole("status")).toHaveText(/^\d+ risultati$/);
    await expectAccessible(page);
    await picture(page, info, "palette");
    await options(page).filter({ hasText: "Tutti i risultati per «rossi»" }).click();
    await expect(page).toHaveURL(/\/search\?q=rossi$/);
    await expect(page.locator(".found mark").first()).toBeVisible();
  });

  test("(e) is walked with arrows; Enter opens, Ctrl-Enter in a new tab, Esc closes", async ({ page, context }) => {
    await page.goto("/accounts");
    await open(page);
    await write(page, "rossi");
    await expect(field(page)).toHaveAttribute("aria-expanded", "true");
    await expect(field(page)).toHaveAttribute("aria-controls", "palette-options");
    await expect(chosen(page)).toHaveCount(1);
    const first = await chosen(page).textContent();
    await expect(field(page)).toHaveAttribute("aria-activedescendant", await chosen(page).getAttribute("id"));
    await page.keyboard.press("ArrowDown");
    await expect(chosen(page)).not.toHaveText(first);
    await expect(field(page)).toHaveAttribute("aria-activedescendant", await chosen(page).getAttribute("id"));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect(chosen(page)).toHaveText(await options(page).last().textContent());
    await page.keyboard.press("ArrowDown");
    const address = await chosen(page).getAttribute("data-href");
    const [tab] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("Control+Enter")]);
    await tab.waitForURL(`**${address}`);
    await tab.close();
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
    await expect(page).toHaveURL(/\/accounts$/);
  });

  test("(e) Enter before the answer waits for it, and old answers never show", async ({ page }) => {
    const name = `Officina Frettolosa ${unique()}`;
    const card = await makeAccount(page, name);
    await page.goto("/accounts");
    await open(page);
    // The first question is answered late, and must not be seen.
    await page.route("**/palette?q=rossi*", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      await route.continue().catch(() => {});
    });
    await field(page).fill("rossi");
    await page.waitForTimeout(120);
    await write(page, name);
    await page.waitForTimeout(700);
    await expect(options(page).first()).toContainText(name);
    await field(page).fill(name.toUpperCase());
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`${card}$`));
  });

  test("(f) accents and capitals make no difference, and commands forgive a slip", async ({ page }) => {
    const mark = unique();
    const name = `Caffè Niccolò ${mark}`;
    await makeAccount(page, name);
    await page.goto("/accounts");
    await open(page);
    for (const written of [`CAFFE niccolo ${mark}`, `Càffé Niccolo' ${mark}`]) {
      await write(page, written);
      await expect(options(page).first(), written).toContainText(name);
    }
    for (const [written, command] of [["nuovo cl", "Nuovo cliente"], ["preferneze", "Preferenze"], ["scuro", "Scuro"], ["tema scu", "Scuro"]]) {
      await write(page, written);
      await expect(options(page).filter({ hasText: command }).first(), written).toBeAttached();
    }
    await write(page, "nobody has this name");
    await expect(options(page)).toHaveCount(0);
    await expect(dialog(page).getByRole("status")).toHaveText("Nessun risultato");
    await expect(field(page)).toHaveAttribute("aria-expanded", "false");
    await expectAccessible(page);
  });

  test("(g) shows what one may see, and forgets what went out of sight", async ({ page, browser, server }) => {
    const name = `Officina Riservata ${unique()}`;
    const card = await makeAccount(page, name);
    const email = `agente${unique()}@officina.test`;
    const password = "finestra mare tredici volte";
    await page.goto("/users/new");
    await page.locator("#name").fill("Piero Neri");
    await page.locator("#email").fill(email);
    await page.locator("[data-save]").click();
    await page.locator(".record-bar").getByRole("link", { name: "Accesso" }).click();
    await page.getByRole("link", { name: "Imposta la password" }).click();
    await page.locator("#password").fill(password);
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Password impostata");
    const theirs = await (await browser.newContext()).newPage();
    await theirs.goto(`${server.address}/sign-in`);
    await theirs.locator("#email").fill(email);
    await theirs.locator("#password").fill(password);
    await theirs.locator("form .btn-primary").click();
    await expect(theirs.locator("nav.rail")).toBeVisible();
    await open(theirs);
    await write(theirs, name);
    await expect(options(theirs).filter({ hasText: name })).toHaveCount(0);
    // Nor what only administrators do.
    await write(theirs, "utenti");
    await expect(options(theirs)).toHaveCount(0);
    await theirs.context().close();
    await page.goto(card);
    await page.goto("/accounts");
    await open(page);
    await expect(options(page).first()).toContainText(name);
    await page.keyboard.press("Enter");
    await expect(page.locator(".record-title h1")).toHaveText(name);
    await page.locator("#card-more > summary").click();
    await page.locator(".record-bar .danger").click();
    await page.getByRole("dialog").getByRole("button", { name: "Elimina" }).click();
    await expect(page.locator(".toast")).toContainText("Nel cestino");
    await page.goto("/accounts");
    await open(page);
    await expect(options(page).filter({ hasText: name })).toHaveCount(0);
  });

  test("what a page can do is done from there: theme, removal with its question, the sheet", async ({ page }, info) => {
    const name = `Officina Comandi ${unique()}`;
    await makeAccount(page, name);
    await open(page);
    await write(page, "tema scuro");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("data-bs-theme", "dark");
    await open(page);
    await write(page, "tema chiaro");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("data-bs-theme", "light");
    await open(page);
    await write(page, "tasti");
    await page.keyboard.press("Enter");
    await expect(page.locator("dialog#keys")).toBeVisible();
    await page.keyboard.press("Escape");
    if (isPhone(info)) {
      await open(page);
      const box = await dialog(page).boundingBox();
      expect([box.x, box.y, box.width]).toEqual([0, 0, page.viewportSize().width]);
    }
  });

  test("a server that does not answer leaves the commands", async ({ page }) => {
    await page.goto("/accounts");
    await page.route("**/palette?**", (route) => route.abort());
    await page.keyboard.press("Control+k");
    await expect(dialog(page).getByRole("status")).toHaveText("La ricerca non risponde: riprovare fra poco.");
    await expect(options(page).filter({ hasText: "Nuovo cliente" }).first()).toBeVisible();
  });

  test("in English, from the user's own language", async ({ page }, info) => {
    await page.goto("/accounts");
    await open(page);
    await write(page, "english");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await page.keyboard.press("Control+k");
    const english = page.getByRole("combobox", { name: "Search a record or a command" });
    await expect(english).toBeFocused();
    await english.fill("new");
    await expect(options(page).filter({ hasText: /^New / }).first()).toBeVisible();
    await picture(page, info, "palette-english");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(page.locator("dialog#keys h2")).toHaveText("Keyboard shortcuts");
    await picture(page, info, "keys-english");
    await page.keyboard.press("Escape");
    await page.locator("summary.user").click();
    await page.locator("button[name=language][value=it]").click();
    await expect(page.locator("html")).toHaveAttribute("lang", "it");
  });
});

test.describe("the sheet of keys", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("shows the keys of this page, in groups", async ({ page }, info) => {
    await page.goto("/accounts");
    await page.keyboard.press("?");
    const sheet = page.locator("dialog#keys");
    await expect(sheet).toBeVisible();
    await expect(sheet.getByRole("heading", { name: "Nell’elenco" })).toBeVisible();
    await expect(sheet.locator("[data-keys-here]")).toContainText("Nuovo cliente");
    await expect(sheet.locator("[data-keys-go]")).toContainText("Clienti");
    await expect(sheet.getByRole("heading", { name: "Nel modulo" })).toBeHidden();
    await expectAccessible(page);
    await picture(page, info, "keys-list");
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
    await page.locator(".row-link").first().click();
    await expect(page.locator(".record-title")).toBeVisible();
    await page.locator("summary.user").click();
    await page.getByRole("button", { name: "Tasti rapidi" }).click();
    await expect(sheet.locator("[data-keys-here]")).toContainText("Modifica");
    await expect(sheet.locator("[data-keys-here]")).not.toContainText("Nuovo cliente");
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await expect(page).toHaveURL(/\/edit$/);
    await page.locator("h1").click();
    await page.keyboard.press("?");
    await expect(sheet.getByRole("heading", { name: "Nel modulo" })).toBeVisible();
    await picture(page, info, "keys-form");
  });

  test("letters: n makes one, / filters, g and a letter leads to an area, tooltips say so", async ({ page }, info) => {
    await page.goto("/accounts");
    await page.keyboard.press("/");
    await expect(page.locator(".filter-text")).toBeFocused();
    await page.keyboard.type("ncg?");
    await expect(page.locator(".filter-text")).toHaveValue("ncg?");
    await expect(page.locator("dialog#keys")).toBeHidden();
    await page.goto("/accounts");
    if (!isPhone(info)) {
      await page.locator(".page-head .btn-primary").hover();
      await expect(page.locator(".page-head .btn-primary")).toHaveAttribute("title", "Nuovo cliente (C)");
      await expect(page.locator(".page-head .btn-primary")).toHaveAttribute("aria-keyshortcuts", "C N");
    }
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect(page).toHaveURL(/\/contacts$/);
    await page.keyboard.press("n");
    await expect(page).toHaveURL(/\/contacts\/new$/);
  });

  test("single letters are turned off in the preferences, and on again", async ({ page }, info) => {
    await page.goto("/preferences");
    await expectAccessible(page);
    await picture(page, info, "preferences");
    // A switch is saved when it is moved.
    await page.locator("form[action='/preferences/keys'] [type=checkbox]").click();
    await expect(page.locator(".toast")).toContainText("Preferenze salvate");
    await page.goto("/accounts");
    for (const key of ["n", "?", "g", "r", "/"]) await page.keyboard.press(key);
    await expect(page).toHaveURL(/\/accounts$/);
    await expect(page.locator("dialog#keys")).toBeHidden();
    await page.locator("summary.user").click();
    await page.getByRole("button", { name: "Tasti rapidi" }).click();
    await expect(page.locator("[data-keys-off]")).toBeVisible();
    await expect(page.locator("dialog#keys [data-keys-go]")).toBeHidden();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await page.goto("/preferences");
    await page.locator("form[action='/preferences/keys'] [type=checkbox]").click();
    await expect(page.locator(".toast")).toContainText("Preferenze salvate");
    await page.goto("/accounts");
    await page.keyboard.press("?");
    await expect(page.locator("dialog#keys")).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the search of the top bar leads to the search page", async ({ page, signIn }) => {
    await signIn();
    await page.locator("[data-search]").fill("rossi");
    await page.locator("[data-search]").press("Enter");
    await expect(page).toHaveURL(/\/search\?q=rossi/);
    await expect(page.locator(".found mark").first()).toBeVisible();
    await page.locator("summary.user").click();
    await expect(page.locator("[data-keys-open]").filter({ visible: true })).toHaveCount(0);
  });
});
