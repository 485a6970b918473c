// Around the customer: who looks after it and for how much, whom it is bound to, teams as a tree, leads out of a bought list.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 11);

/** Chooses a record in a picker by writing some of its name. */
async function pick(page, field, words, label) {
  const box = page.locator(`[id="${field}"]`);
  await box.fill(words);
  await page.locator(`[id="${field}-options"] [role=option]`, { hasText: label }).first().click();
  await expect(box).toHaveValue(new RegExp(label));
}

const section = (page, key) => page.locator(`#card-${key}`);
const save = (page) => page.locator("[data-save]").last();

test.describe("around the customer", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("an agent is attached with a share, and the customer stands on his card", async ({ page }, info) => {
    const name = `Officina Incarichi ${unique()}`;
    const card = await makeAccount(page, name);
    await section(page, "subjects").getByRole("link", { name: "Nuovo incarico" }).click();
    await pick(page, "subject", "Marco", "Marco Ferri");
    await page.locator("#share").fill("120");
    await save(page).click();
    await expect(page.locator(".error-summary")).toContainText("La quota sta tra 0 e 100 %");
    await expectAccessible(page);
    await picture(page, info, "assignment-wrong");
    await page.locator("#share").fill("12,5");
    await save(page).click();
    await expect(page).toHaveURL(new RegExp(`${card}#card-subjects$`));
    await expect(section(page, "subjects").locator('td[data-field="share"]')).toHaveText("12,5 %");
    await expectAccessible(page);
    await section(page, "subjects").scrollIntoViewIfNeeded();
    await picture(page, info, "card-subjects");
    await section(page, "subjects").getByRole("link", { name: "Marco Ferri", exact: true }).click();
    await expect(page.locator(".record-title h1")).toHaveText("Marco Ferri");
    await expect(section(page, "accounts")).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "card-subject");
  });

  test("a relation reads from the other side, and ends", async ({ page }, info) => {
    const holding = `Holding Relazioni ${unique()}`;
    const factory = `Fabbrica Relazioni ${unique()}`;
    const there = await makeAccount(page, holding);
    const here = await makeAccount(page, factory);
    await section(page, "relations").getByRole("link", { name: "Nuova relazione" }).click();
    await expect(page.locator("output#party")).toHaveText(factory);
    await pick(page, "type", "controllata", "è controllata da");
    await pick(page, "counterparty", holding, holding);
    await expectAccessible(page);
    await picture(page, info, "relation-new");
    await save(page).click();
    await expect(page).toHaveURL(new RegExp(`${here}$`));
    await expect(section(page, "relations")).toContainText(`è controllata da ${holding}`);
    await page.goto(there);
    const row = section(page, "relations").locator(".thing");
    await expect(row).toContainText(`controlla ${factory}`);
    await section(page, "relations").scrollIntoViewIfNeeded();
    await picture(page, info, "card-relations");
    await row.hover();
    await row.getByRole("link", { name: `Modifica la relazione con ${factory}` }).click();
    await page.locator("#until").fill("2020-12-31");
    await save(page).click();
    await expect(section(page, "relations").locator(".thing.past")).toContainText("fino al 31/12/2020 · concluso");
    await expectAccessible(page);
    await picture(page, info, "card-relation-ended");
    // Taken away, and brought back by the message.
    await row.hover();
    await row.getByRole("link", { name: `Modifica la relazione con ${factory}` }).click();
    await page.getByRole("button", { name: "Elimina" }).click();
    await expect(section(page, "relations").locator(".thing")).toHaveCount(0);
    await page.locator(".toast-action").click();
    await expect(section(page, "relations").locator(".thing")).toHaveCount(1);
  });

  test("teams are a tree", async ({ page }, info) => {
    const name = `Area Versilia ${unique()}`;
    await page.goto("/teams/new");
    await page.locator("#name").fill(name);
    await pick(page, "parent", "Toscana", "Rete Toscana");
    await save(page).click();
    await expect(page.locator(".record-title")).toContainText(`Italia › Rete Toscana › ${name}`);
    await page.goto("/teams");
    await expect(page.locator("table.list")).toContainText(`Italia › Rete Toscana › ${name}`);
    await expectAccessible(page);
    await picture(page, info, "teams");
    await page.locator(".row-link", { hasText: "Rete Toscana" }).first().click();
    await expect(section(page, "subteams")).toContainText(name);
    await expect(section(page, "members")).toContainText("Giulia Conti");
    await expectAccessible(page);
    await picture(page, info, "card-team");
  });

  test("twenty names become leads, and are taken back", async ({ page }, info) => {
    await page.goto("/directory_entries?filter=" + encodeURIComponent("state is free"));
    await expect(page.locator("table.list tbody tr").first()).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "names");
    const before = await page.locator("table.list tbody tr").first().textContent();
    const rows = page.locator('table.list tbody input[name="pick"]');
    for (let place = 0; place < 20; place += 1) await rows.nth(place).check();
    await page.locator('#bulk button[value="extract"]').click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("20 nominativi");
    await picture(page, info, "extraction");
    const owner = page.getByRole("combobox", { name: "Assegnati a" });
    await owner.fill("");
    await owner.press("Tab");
    await save(page).click();
    await expect(page.getByText("A chi vanno i lead?")).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "extraction-wrong");
    await owner.fill("Marco Fer");
    await page.getByRole("option", { name: /Marco Ferri/ }).click();
    await page.getByLabel("Campagna").fill("Autunno in Toscana");
    await save(page).click();
    await expect(page).toHaveURL(/\/bulks\//);
    await expect(page.locator(".bulk-counts")).toContainText("20 modificate");
    await expect(page.locator(".bulk-what")).toContainText("Autunno in Toscana");
    await expectAccessible(page);
    await picture(page, info, "names-extracted");
    await page.getByRole("button", { name: "Annulla" }).click();
    await expect(page.locator(".bulk-stands")).toContainText("Annullata");
    await page.getByRole("link", { name: "Torna all’elenco" }).click();
    await expect(page.locator("table.list tbody tr").first()).toHaveText(before);
  });

  test("all names of a list are asked for in one click", async ({ page }, info) => {
    await page.goto("/directory_entries?filter=" + encodeURIComponent("state is free"));
    // On a phone it stands in the menu.
    if (info.project.name === "phone") await page.locator('.page-head .menu > summary').last().click();
    await page.locator('a[href*="act=extract"]:visible').click();
    await expect(page.locator(".bulk-which")).toContainText("Tutte quelle del filtro");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Annulla" }).click();
    await expect(page).toHaveURL(/directory_entries\?filter=state/);
  });

  test("one name becomes a lead from its card", async ({ page }, info) => {
    await page.goto("/directory_entries?filter=" + encodeURIComponent("state is free") + "&sort=-name");
    await page.locator("table.list tbody .row-link").first().click();
    await expectAccessible(page);
    await picture(page, info, "card-name");
    await page.getByRole("button", { name: "Estrai come lead" }).click();
    await expect(page).toHaveURL(/\/accounts\//);
    await expect(page.locator(".toast", { hasText: "1 scheda modificata" })).toBeVisible();
  });
});
