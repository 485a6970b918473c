// Columns, saved views, density, and the walk from card to card: what a list shows is chosen, kept, and found again.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

const heads = (page) => page.locator(".list thead th").allTextContents().then((all) => all.map((head) => head.trim()));

test("columns are added, moved and taken off, and the address says which", async ({ page }, info) => {
  test.skip(info.project.name.startsWith("phone"), "a phone shows rows, not columns");
  await page.goto("/accounts?columns=name,phone");
  await page.locator("#columns summary").click();
  await expectAccessible(page);
  await picture(page, info, "list-columns");
  await page.getByRole("link", { name: "Aggiungi Fatturato annuo" }).click();
  await expect(page.locator("#columns")).toHaveAttribute("open", "");
  expect(await heads(page)).toEqual(["Ragione sociale", "Telefono", "Fatturato annuo"]);
  await page.getByRole("link", { name: "Sposta Fatturato annuo verso l’inizio" }).click();
  await page.getByRole("link", { name: "Togli Telefono" }).click();
  await expect.poll(() => heads(page)).toEqual(["Ragione sociale", "Fatturato annuo"]);
  await expect(page).toHaveURL(/columns=name%2Crevenue/);
  await page.goBack();
  await expect.poll(() => heads(page)).toEqual(["Ragione sociale", "Fatturato annuo", "Telefono"]);
  await page.locator("#columns").getByRole("link", { name: "Colonne di sempre" }).click();
  await expect.poll(() => heads(page).then((all) => all.length)).toBe(7);
});

test("columns are as wide as they are pulled, also by the menu, and a view keeps it", async ({ page }, info) => {
  test.skip(info.project.name.startsWith("phone"), "a phone shows rows, not columns");
  const head = (key) => page.locator(`.list th[data-column="${key}"]`);
  const width = async (key) => Math.round((await head(key).boundingBox()).width);
  const pull = async (key, by) => {
    const { x, y, width, height } = await head(key).boundingBox();
    await page.mouse.move(x + width - 4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 4 + by / 2, y + height / 2);
    await page.mouse.move(x + width - 4 + by, y + height / 2);
    await page.mouse.up();
  };
  await page.goto("/accounts?columns=name,phone,address.city&filter=address.city+is+%22Pisa%22");
  const rows = await page.locator(".list tbody tr").count();
  const [name, phone] = [await width("name"), await width("phone")];
  await pull("phone", 120);
  await expect(page).toHaveURL(/phone%3A\d+/);
  expect(await width("phone")).toBeGreaterThanOrEqual(phone + 119);
  expect(await width("name")).toBe(name);
  await pull("name", -140);
  await expect.poll(() => width("name")).toBeLessThanOrEqual(name - 139);
  await expectAccessible(page);
  await picture(page, info, "list-widths");
  // What is sorted, moved and saved is as wide as before.
  const narrow = await width("name");
  await head("name").locator("a").click();
  await expect(page).toHaveURL(/sort=/);
  expect(await width("name")).toBe(narrow);
  await page.locator("#columns summary").click();
  await page.getByRole("link", { name: "Allarga Ragione sociale" }).click();
  await expect.poll(() => width("name")).toBe(narrow + 40);
  await page.getByRole("link", { name: "Restringi Ragione sociale" }).click();
  await expect.poll(() => width("name")).toBe(narrow);
  await page.getByRole("link", { name: "Sposta Telefono verso l’inizio" }).click();
  await expect.poll(() => heads(page)).toEqual(["Telefono", "Ragione sociale", "Comune"]);
  expect(await width("name")).toBe(narrow);
  const view = `Strette ${Date.now()}`;
  await page.keyboard.press("Escape");
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name: "Salva vista…" }).click();
  await page.locator("main .view-form [name=name]").first().fill(view);
  await page.locator("main .btn-primary").first().click();
  await expect(page.locator(".view-name")).toHaveText(view);
  expect(await width("name")).toBe(narrow);
  // Two clicks let each find its own.
  await head("phone").locator(".edge").dblclick();
  await expect(page.locator("table.sized")).toHaveCount(0);
  await expect(page.locator(".list tbody tr")).toHaveCount(rows);
  await expect(page).not.toHaveURL(/%3A/);
  await expect(page.getByRole("link", { name: "Annulla modifiche" })).toBeVisible();
  await page.getByRole("link", { name: "Annulla modifiche" }).click();
  await expect.poll(() => width("name")).toBe(narrow);
});

test("a view is saved, taken up, changed, and its changes dropped or kept", async ({ page }, info) => {
  const name = `Pisani ${info.project.name} ${Date.now()}`;
  await page.goto(`/accounts?filter=${encodeURIComponent("address.city is \"Pisa\"")}&sort=-name&columns=name,address.city`);
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name: "Salva vista…" }).click();
  await expectAccessible(page);
  await picture(page, info, "views");
  await page.locator("main .view-form [name=name]").first().fill(name);
  await page.locator("main .btn-primary").first().click();
  await expect(page.locator(".view-name")).toHaveText(name);
  await expect(page.locator(".toast")).toContainText("Vista salvata");
  await expectAccessible(page);
  await picture(page, info, "list-view");
  await expect(page).toHaveURL(/\?view=\w+$/);
  expect(await heads(page)).toEqual(["Ragione sociale", "Comune"]);
  for (const city of await page.locator(".list tbody td:nth-child(3)").allTextContents()) expect(city).toMatch(/^Pisa( \(PI\))?$/);
  // Another order is a change of it.
  if (!info.project.name.startsWith("phone")) {
    await page.locator("th[aria-sort] a").click();
    await expect(page.getByRole("link", { name: "Annulla modifiche" })).toBeVisible();
    await page.getByRole("link", { name: "Annulla modifiche" }).click();
    await expect(page.locator("th[aria-sort=descending]")).toBeVisible();
    await page.locator("th[aria-sort] a").click();
    await page.getByRole("button", { name: "Salva vista" }).click();
    await expect(page.locator(".toast")).toContainText("Vista aggiornata");
    await expect(page.locator("th[aria-sort=ascending]")).toBeVisible();
  }
  // It is found again in the menu, and leads from the whole list to itself.
  await page.goto("/accounts");
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name }).click();
  await expect(page.locator(".view-name")).toHaveText(name);
  // Taken away, and brought back from the message.
  await page.goto("/accounts/views");
  await page.getByRole("button", { name: `Elimina la vista ${name}` }).click();
  await expect(page.locator(".thing", { hasText: name })).toHaveCount(0);
  await page.locator(".toast-action").click();
  await expect(page.locator(".thing", { hasText: name })).toHaveCount(1);
});

test("cards are walked as the list shows them, by keys too, and lead back to it", async ({ page }, info) => {
  await page.goto(`/accounts?filter=${encodeURIComponent("stage is customer")}&sort=-name`);
  const names = await page.locator(".row-link").allTextContents();
  await page.locator(".row-link").first().click();
  const title = page.locator(".record-title h1");
  await expect(title).toHaveText(names[0]);
  await expectAccessible(page);
  await page.locator("a[rel=next]").click();
  await expect(title).toHaveText(names[1]);
  if (info.project.name.startsWith("desktop")) {
    await page.keyboard.press("j");
    await expect(title).toHaveText(names[2]);
    await page.keyboard.press("k");
    await expect(title).toHaveText(names[1]);
  }
  await page.locator(".record-bar > a").click();
  await expect(page).toHaveURL(/filter=stage/);
  expect(await page.locator(".row-link").allTextContents()).toEqual(names);
});

test("without JavaScript columns and views work as well", async ({ browser, server, signIn, page }) => {
  await page.goto("/accounts");
  const state = await page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: state, baseURL: server.address, locale: "it-IT" });
  const plain = await context.newPage();
  await plain.goto("/accounts?columns=name,revenue");
  await plain.locator("#views summary").click();
  await plain.locator("#views-kept a").click();
  await plain.locator("main .view-form [name=name]").first().fill("Senza moduli");
  await plain.locator("main .btn-primary").first().click();
  await expect(plain.locator(".view-name")).toHaveText("Senza moduli");
  await context.close();
  expect(signIn).toBeTruthy();
});

test("a role begins with the view that was given to it, and leaves it for the whole list", async ({ page }, info) => {
  const name = `Primi ${info.project.name} ${Date.now()}`;
  const kept = `/sites?filter=${encodeURIComponent('name starts "S"')}&columns=name,address.city`;
  const give = async (role) => {
    await page.goto("/sites/views");
    await page.locator("main .thing", { hasText: name }).locator("summary").click();
    await page.locator("main .thing", { hasText: name }).locator("[name=role]").selectOption(role);
    await page.locator("main .thing", { hasText: name }).getByRole("button", { name: "Salva" }).click();
    await expect(page.locator(".toast")).toBeVisible();
  };
  await page.goto(kept);
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name: "Salva vista…" }).click();
  await page.locator("main .view-form [name=name]").first().fill(name);
  await page.locator("main .btn-primary").first().click();
  await expect(page.locator(".view-name")).toHaveText(name);
  // Given to others, it is not what an administrator begins with; given to administrators, it is.
  await give("agent");
  await page.goto("/sites");
  await expect(page.locator(".view-name")).toHaveCount(0);
  await give("administrator");
  await page.goto("/sites");
  await expect(page.locator(".view-name")).toHaveText(name);
  if (!info.project.name.startsWith("phone")) expect(await heads(page)).toEqual(["Nome", "Comune"]);
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name: "Tutto l’elenco" }).click();
  await expect(page.locator(".view-name")).toHaveCount(0);
  await page.goto("/sites/views");
  await page.getByRole("button", { name: `Elimina la vista ${name}` }).click();
  await expect(page.locator(".thing", { hasText: name })).toHaveCount(0);
});

test("what takes long says so, and what is quick does not blink", async ({ page }) => {
  const bar = () => page.evaluate(() => {
    const { animationName, content } = getComputedStyle(document.body, "::before");
    return content === "none" ? "none" : animationName;
  });
  await page.goto("/accounts");
  await expect(page.locator("#count")).toHaveText(/^\d+$/);
  expect(await bar()).toBe("none");
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/accounts?q=lento*", async (route) => {
    await held;
    await route.continue();
  });
  await page.locator(".filter-text").fill("lento");
  await expect.poll(bar).toBe("waiting");
  go();
  await expect.poll(bar).toBe("none");
});
