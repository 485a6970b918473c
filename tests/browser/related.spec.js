// The lists on a card: sorted, edited, added to and left for the whole list where they stand, alone and between two browsers.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 13);

const desk = (info) => info.project.name.startsWith("desktop");
const section = (page, key) => page.locator(`#card-${key}`);
const names = (page, key) => section(page, key).locator("a.row-link").allTextContents();
const row = (page, key, name) => section(page, key).locator("tbody tr", { has: page.locator(".row-link", { hasText: name }) });
const heads = (page, key) => section(page, key).locator("thead th").allTextContents().then((all) => all.map((head) => head.trim()));

/** Makes sites of an account as their form sends them. */
async function sites(page, card, names) {
  const csrf = await page.locator('meta[name="csrf-token"]').getAttribute("content");
  for (const name of names) {
    const form = { csrf, name, account: card.split("/").pop(), use: "delivery", "address.city": "Pontedera", "address.province": "PI" };
    const answer = await page.request.post("/sites/new", { form, maxRedirects: 0 });
    expect(answer.status(), await answer.text()).toBe(303);
  }
}

/** Makes contacts of an account, each with a role there. */
async function contacts(page, card, people) {
  const csrf = await page.locator('meta[name="csrf-token"]').getAttribute("content");
  for (const [family, given, role, phone, main] of people) {
    const form = {
      csrf, insist: "1", through: "accounts", to: card.split("/").pop(), "name.family": family, "name.given": given, "place.role": role,
      ...(main ? { "place.main": "true" } : {}), ...(phone ? { phones: "", "phones.0.number": phone, "phones.0.use": "work", "phones.main": "0" } : {}),
    };
    const answer = await page.request.post("/contacts/new", { form, maxRedirects: 0 });
    expect(answer.status(), await answer.text()).toBe(303);
  }
}

const PEOPLE = [
  ["Bianchi", "Lucia", "Amministrazione", "0587 100200"],
  ["Verdi", "Mario", "Responsabile acquisti", "333 1234567", true],
  ["Neri", "Paola", "Titolare", "0587 100201"],
];

test.describe("the lists on a card", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are sorted, laid out and left for the whole list", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Elenchi ${unique()}`);
    await sites(page, card, Array.from({ length: 12 }, (_, place) => `Deposito ${String(place).padStart(2, "0")}`));
    await page.goto(card);
    await expect(section(page, "sites").locator(".count")).toHaveText("12");
    expect((await names(page, "sites")).length).toBe(8);
    await expectAccessible(page);
    await section(page, "sites").scrollIntoViewIfNeeded();
    await picture(page, info, "related-sites");
    if (desk(info)) {
      // Only the section is fetched: the rest of the page stays, and what is written in a box with it.
      await page.locator(".composer textarea").first().fill("Una nota a metà");
      await section(page, "sites").locator("th a", { hasText: "Nome" }).click();
      await expect.poll(() => names(page, "sites").then(([first]) => first)).toBe("Deposito 11");
      await expect(page).toHaveURL(/sites\.sort=-name/);
      await expect(page.locator(".composer textarea").first()).toHaveValue("Una nota a metà");
      await page.locator(".composer textarea").first().fill("");
      // Columns, as on a list.
      const menu = page.locator("#columns-sites");
      await menu.locator("summary").click();
      await expectAccessible(page);
      await picture(page, info, "related-columns");
      await menu.getByRole("link", { name: "Aggiungi Etichette" }).click();
      await expect.poll(() => heads(page, "sites").then((all) => all.at(-1))).toBe("Etichette");
      await expect(menu).toHaveAttribute("open", "");
      await menu.getByRole("link", { name: "Togli Telefono" }).click();
      await expect.poll(() => heads(page, "sites")).not.toContain("Telefono");
      await expect(menu.locator("summary")).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(menu).not.toHaveAttribute("open", "");
      // The address says it all: the page comes again as it is.
      await page.reload();
      expect((await heads(page, "sites")).at(-1)).toBe("Etichette");
      expect((await names(page, "sites"))[0]).toBe("Deposito 11");
    }
    await section(page, "sites").getByRole("link", { name: "Mostra tutte (12)" }).click();
    await expect(page.locator(".list tbody tr")).toHaveCount(12);
    await expect(page).toHaveURL(/\/sites\?filter=account/);
    if (desk(info)) await expect(page.locator("th[aria-sort=descending]")).toContainText("Nome");
    await expectAccessible(page);
    await picture(page, info, "related-all");
  });

  test("are added to, and one is back on the card with the new row", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Nuove sedi ${unique()}`);
    const empty = section(page, "sites").locator(".related-empty");
    await expect(empty).toContainText("Ancora nessuna sede");
    await expectAccessible(page);
    await empty.scrollIntoViewIfNeeded();
    await picture(page, info, "related-empty");
    await empty.getByRole("link", { name: "Nuova sede" }).click();
    await expect(page.locator("[name='account.text']")).toHaveValue(/Officina Nuove sedi/);
    await page.locator("#name").fill("Capannone Est");
    await page.locator("[name='address.city']").fill("Cascina");
    await page.locator("[data-save]").click();
    await expect(page).toHaveURL(new RegExp(`${card}#card-sites$`));
    await expect(row(page, "sites", "Capannone Est")).toBeInViewport();
    await expect(row(page, "sites", "Capannone Est")).toContainText("Cascina");
    await expect(section(page, "sites").locator(".count")).toHaveText("1");
    // A contact with his role; the card of the contact knows the account.
    await section(page, "contacts").getByRole("link", { name: "Nuovo referente" }).click();
    await page.locator("[name='place.role']").fill("Capo officina");
    await page.locator("[name='name.family']").fill("Marchi");
    await page.locator("[data-save]").click();
    await expect(page).toHaveURL(new RegExp(`${card}#card-contacts$`));
    await expect(row(page, "contacts", "Marchi")).toContainText("Capo officina");
    await row(page, "contacts", "Marchi").locator(".row-link").click();
    await expect(page.locator(".record-title h1")).toHaveText("Marchi");
    await expect(row(page, "accounts", "Officina Nuove sedi")).toContainText("Capo officina");
    await expectAccessible(page);
    await picture(page, info, "related-contact");
  });

  test("say who is the first to turn to, and are edited in their cells", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Celle ${unique()}`);
    await contacts(page, card, PEOPLE);
    await sites(page, card, ["Sede uno", "Sede due"]);
    await page.goto(card);
    expect(await names(page, "contacts")).toEqual(["Verdi Mario", "Bianchi Lucia", "Neri Paola"]);
    await expect(row(page, "contacts", "Verdi Mario").locator(".tag")).toHaveText("principale");
    await expectAccessible(page);
    await section(page, "contacts").scrollIntoViewIfNeeded();
    await picture(page, info, "related-contacts");
    // The form of the place, and back.
    const edit = row(page, "contacts", "Neri Paola").getByRole("link", { name: "Neri Paola: modifica (Ruolo in azienda)" });
    await row(page, "contacts", "Neri Paola").hover();
    await edit.click();
    await page.locator("#role").fill("Socia");
    await page.locator("[data-save]").click();
    await expect(page).toHaveURL(new RegExp(`${card}#card-contacts$`));
    await expect(row(page, "contacts", "Neri Paola")).toContainText("Socia");
    if (!desk(info)) return;
    // What is said of the place is written in its cell, and what is said of the contact in its.
    const role = row(page, "contacts", "Bianchi Lucia").locator('td[data-field="role"]');
    await role.dblclick();
    await expect(page.locator("form.cell-edit #role")).toBeFocused();
    await picture(page, info, "related-cell");
    await page.keyboard.type("Contabilità");
    await page.keyboard.press("Tab");
    await expect(role).toHaveText("Contabilità");
    await expect(page.locator("form.cell-edit #job_title")).toBeFocused();
    await page.keyboard.type("Ragioniera");
    await page.keyboard.press("Enter");
    await expect(row(page, "contacts", "Bianchi Lucia").locator('td[data-field="job_title"]')).toHaveText("Ragioniera");
    await expect(page.locator("form.cell-edit")).toHaveCount(0);
    await expect(page.locator(".toast").first()).toBeVisible();
    // What is wrong is said in the cell, of a list of one row too.
    await row(page, "sites", "Sede due").locator(".row-link").focus();
    await page.keyboard.press("F2");
    await page.locator("form.cell-edit #name").fill("");
    await page.keyboard.press("Enter");
    await expect(page.locator("#name-error")).toBeInViewport();
    await expectAccessible(page);
    await picture(page, info, "related-wrong");
    await page.keyboard.press("Escape");
    await expect(page.locator("form.cell-edit")).toHaveCount(0);
  });

  test("are walked and edited with the keyboard alone", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const card = await makeAccount(page, `Officina Tasti ${unique()}`);
    await contacts(page, card, PEOPLE);
    await sites(page, card, ["Sede uno", "Sede due"]);
    await page.goto(card);
    // Sorted from its head.
    await section(page, "sites").locator("th a", { hasText: "Nome" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => names(page, "sites")).toEqual(["Sede uno", "Sede due"]);
    await expect(section(page, "sites").locator("th a", { hasText: "Nome" })).toBeFocused();
    // From the heads into the rows; one place of each list is reached with Tab.
    expect(await section(page, "sites").locator("tbody :is(a, td)").evaluateAll((all) => all.filter((each) => each.tabIndex === 0).length)).toBe(1);
    await row(page, "sites", "Sede uno").locator(".row-link").focus();
    await page.keyboard.press("ArrowDown");
    await expect(row(page, "sites", "Sede due").locator(".row-link")).toBeFocused();
    await page.keyboard.press("k");
    await expect(row(page, "sites", "Sede uno").locator(".row-link")).toBeFocused();
    await page.keyboard.press("F2");
    await expect(page.locator("form.cell-edit #name")).toBeFocused();
    await page.keyboard.press("End");
    await page.keyboard.type(" bis");
    await page.keyboard.press("Enter");
    await expect(row(page, "sites", "Sede uno bis")).toHaveCount(1);
    // The list comes again by itself meanwhile, and the focus stays where it was put.
    await page.waitForTimeout(800);
    await expect(row(page, "sites", "Sede due").locator(".row-link")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator(".record-title h1")).toHaveText("Sede due");
    // On a card the letters belong to the card: j goes on to the next one.
    await page.goto(card);
    await page.locator('[rel="next"]').waitFor();
    await page.keyboard.press("j");
    await expect(page).not.toHaveURL(new RegExp(card));
    await page.goto(card);
    // The palette knows what the empty lines offer, and nothing of columns.
    await page.keyboard.press("Control+k");
    await page.keyboard.type("nuovo incarico");
    await expect(page.locator("[role=option]", { hasText: "Nuovo incarico" })).toBeVisible();
    await page.keyboard.press("Escape");
  });

  test("show what somebody else adds and changes", async ({ page, browser, server, signIn }, info) => {
    const card = await makeAccount(page, `Officina Due ${unique()}`);
    await contacts(page, card, PEOPLE);
    await page.goto(`${card}?contacts.sort=-full_name`);
    const context = await browser.newContext({ storageState: await page.context().storageState(), viewport: page.viewportSize() });
    const other = await context.newPage();
    await other.goto(`${server.address}${card}`);
    await contacts(other, `${server.address}${card}`, [["Azzurri", "Ada", "Magazzino", "0587 100209"]]);
    await expect(row(page, "contacts", "Azzurri Ada")).toContainText("Magazzino", { timeout: 5_000 });
    // In the order that was asked for.
    expect(await names(page, "contacts")).toEqual(["Verdi Mario", "Neri Paola", "Bianchi Lucia", "Azzurri Ada"]);
    await expect(section(page, "contacts").locator(".count")).toHaveText("4");
    if (desk(info)) {
      await row(other, "contacts", "Azzurri Ada").locator('td[data-field="role"]').dblclick();
      await other.keyboard.type("Spedizioni");
      await other.keyboard.press("Enter");
      await expect(row(page, "contacts", "Azzurri Ada")).toContainText("Spedizioni", { timeout: 5_000 });
    }
    await context.close();
  });

  test("of three hundred rows show the first", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Trecento ${unique()}`);
    await sites(page, card, Array.from({ length: 300 }, (_, place) => `Filiale ${String(place + 1).padStart(3, "0")}`));
    await page.goto(card);
    await expect(section(page, "sites").locator(".count")).toHaveText("300");
    expect((await names(page, "sites")).length).toBe(8);
    await section(page, "sites").scrollIntoViewIfNeeded();
    await picture(page, info, "related-many");
    await section(page, "sites").getByRole("link", { name: "Mostra tutte (300)" }).click();
    await expect(page.locator("#list-count")).toContainText("300");
  });

  test("in English", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina English ${unique()}`);
    await contacts(page, card, PEOPLE);
    await sites(page, card, Array.from({ length: 9 }, (_, place) => `Depot ${place}`));
    const csrf = await page.locator('meta[name="csrf-token"]').getAttribute("content");
    const choose = (language) => page.request.post("/preferences/language", { form: { csrf, language }, maxRedirects: 0 });
    await choose("en");
    try {
      await page.goto(card);
      await expect(section(page, "sites").getByRole("link", { name: "Show all (9)" })).toBeVisible();
      await section(page, "contacts").scrollIntoViewIfNeeded();
      await picture(page, info, "related-english");
    } finally {
      await choose("it");
    }
  });

  test("work without scripts", async ({ page, browser, server }, info) => {
    test.skip(!desk(info), "the heads of a table are on a desk");
    const card = await makeAccount(page, `Officina Carta ${unique()}`);
    await sites(page, card, Array.from({ length: 9 }, (_, place) => `Sito ${place}`));
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState(), viewport: { width: 1366, height: 768 } });
    const plain = await context.newPage();
    await plain.goto(`${server.address}${card}`);
    await section(plain, "sites").locator("th a", { hasText: "Nome" }).click();
    await expect(plain).toHaveURL(/sites\.sort=-name#card-sites$/);
    expect((await names(plain, "sites"))[0]).toBe("Sito 8");
    await plain.locator("#columns-sites summary").click();
    await plain.locator("#columns-sites").getByRole("link", { name: "Colonne" }).click();
    await plain.locator("#columns-sites").getByRole("link", { name: "Togli Comune" }).click();
    expect(await heads(plain, "sites")).not.toContain("Comune");
    await section(plain, "sites").getByRole("link", { name: "Mostra tutte (9)" }).click();
    await expect(plain.locator(".list tbody tr")).toHaveCount(9);
    await context.close();
  });
});
