// The bar at the head of a card: the place in the list one came from, the star that keeps it at hand, and sharing its address.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 13);

const isPhone = (info) => info.project.name.startsWith("phone");
const place = (page) => page.locator("#card-place");
const bar = (page) => page.locator(".record-bar");

/** Nothing of the bar sticks out of the screen. */
async function expectWithin(page) {
  const { width } = page.viewportSize();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  for (const control of await bar(page).locator(":is(a, button, summary, #card-place):visible").all()) {
    const box = await control.boundingBox();
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    if (!(await control.evaluate((each) => each.id === "card-place"))) expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
  }
}

test("a card says its place in the list, and the next one says the next", async ({ page, signIn }, info) => {
  await signIn();
  await page.goto("/accounts?sort=-name");
  await page.locator(".list .row-link").nth(2).click();
  await expect(place(page)).toHaveText(/^3 di \d+$/);
  const count = (await place(page).textContent()).split(" ").pop();
  await expectWithin(page);
  await expectAccessible(page);
  await picture(page, info, "card-place");
  await page.getByRole("link", { name: "Scheda successiva" }).click();
  await expect(place(page)).toHaveText(`4 di ${count}`);
  await page.getByRole("link", { name: "Scheda precedente" }).click();
  await page.getByRole("link", { name: "Scheda precedente" }).click();
  await expect(place(page)).toHaveText(`2 di ${count}`);
  for (const list of ["contacts", "sites", "subjects", "directory_entries", "segments", "users"]) {
    await page.goto(`/${list}`);
    const row = page.locator(".list .row-link").first();
    if ((await row.count()) === 0) continue;
    await row.click();
    await expect(place(page), list).toHaveText(/^1 di \d+$/);
    await expectWithin(page);
  }
});

/** Presses the star, where this screen has it. */
async function star(page, info, label) {
  if (!isPhone(info)) {
    await bar(page).getByRole("button", { name: "Preferito" }).click();
    return;
  }
  if (!(await bar(page).locator("details.menu[open]").count())) await bar(page).locator("#card-more > summary").click();
  await bar(page).getByRole("button", { name: label }).click();
}

test("a record is kept at hand, in the palette, on a page and in the other tab", async ({ page, context, signIn }, info) => {
  await signIn();
  const name = `Officina Preferita ${unique()}`;
  const card = await makeAccount(page, name);
  const other = await context.newPage();
  await other.goto(card);
  await expect(other.locator("#favourite button")).toHaveAttribute("aria-pressed", "false");
  await page.bringToFront();
  await star(page, info, "Aggiungi ai preferiti");
  await expect(page.locator(".toast", { hasText: `Tra i preferiti: ${name}` })).toBeVisible();
  await expect(page.locator("#favourite button")).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#favourite-item button")).toHaveText("Togli dai preferiti");
  await picture(page, info, "favourite-toast");
  // Where it was pressed, the focus stays.
  await expect(isPhone(info) ? page.locator("#card-more > summary") : bar(page).getByRole("button", { name: "Preferito" })).toBeFocused();
  await expect(page.locator("details.menu[open]")).toHaveCount(0);
  await other.bringToFront();
  await expect(other.locator("#favourite button")).toHaveAttribute("aria-pressed", "true");
  await other.close();
  await expectWithin(page);
  await expectAccessible(page);
  await picture(page, info, "favourite-card");

  // In the palette before what was open, from anywhere.
  await page.goto("/contacts");
  await page.locator(".list .row-link").first().click();
  await expect(page.locator(".record-title h1")).toBeVisible();
  await page.keyboard.press("Control+k");
  const palette = page.locator("dialog.palette");
  await expect(palette.locator(".palette-title").first()).toHaveText("Preferiti");
  await expect(palette.getByRole("option").first()).toContainText(name);
  await picture(page, info, "favourite-palette");
  await page.keyboard.press("Escape");
  // The page with all of them is a command, and in one's own menu.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Cerca una scheda o un comando" }).fill("preferiti");
  await palette.getByRole("option", { name: "Preferiti", exact: true }).click();
  await expect(page).toHaveURL(/\/favourites$/);
  await expect(page.locator("main").getByRole("link", { name })).toBeVisible();
  await expectAccessible(page);
  await picture(page, info, "favourites");
  await page.getByRole("button", { name: `Togli dai preferiti: ${name}` }).click();
  await expect(page.locator(".toast", { hasText: "Non più tra i preferiti" })).toBeVisible();
  await expect(page.locator("main").getByRole("link", { name })).toHaveCount(0);
  await picture(page, info, "favourites-off");
  await page.goto(card);
  await expect(page.locator("#favourite button")).toHaveAttribute("aria-pressed", "false");

  // The palette of a card does what its star does.
  for (const label of ["Aggiungi ai preferiti", "Togli dai preferiti"]) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Cerca una scheda o un comando" }).fill(label);
    await expect(palette.getByRole("option", { name: label })).toHaveCount(1);
    await palette.getByRole("option", { name: label }).click();
    await expect(page.locator("#favourite button")).toHaveAttribute("aria-pressed", String(label.startsWith("Aggiungi")));
  }
});

test("a card is shared: copied, sent by e-mail, given to the device", async ({ page, context, signIn }, info) => {
  await signIn();
  await page.addInitScript(() => {
    navigator.canShare = () => true;
    navigator.share = async (what) => (window.shared = what);
  });
  const name = `Officina Condivisa ${unique()}`;
  const card = await makeAccount(page, name);
  await page.goto(`${card}?list=sort%3Dname`);
  const address = new URL(card, page.url()).href;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const opened = async () => {
    if (isPhone(info)) await bar(page).locator("#card-more > summary").click();
    else await bar(page).locator("#share > summary").click();
    return bar(page).locator("details.menu[open] .menu-items");
  };
  let menu = await opened();
  await expectAccessible(page);
  await picture(page, info, "share");
  const box = await menu.boundingBox();
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(page.viewportSize().width);
  const letter = new URL(await menu.getByRole("link", { name: "Invia per e-mail" }).getAttribute("href"));
  expect(letter.searchParams.get("subject")).toBe(name);
  expect(letter.searchParams.get("body")).toContain(address);
  await menu.getByRole("button", { name: "Copia l’indirizzo" }).click();
  await expect(page.locator("details.menu[open]")).toHaveCount(0);
  await expect(page.locator(".toast", { hasText: address })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  menu = await opened();
  await menu.getByRole("button", { name: "Condividi con…" }).click();
  expect(await page.evaluate(() => window.shared)).toEqual({ url: address, title: name });
  await expect(page.locator("details.menu[open]")).toHaveCount(0);
});

test("without JavaScript the star and the e-mail remain", async ({ browser, server, page, signIn }, info) => {
  await signIn();
  const name = `Officina Senza ${unique()}`;
  const card = await makeAccount(page, name);
  const { width, height } = page.viewportSize();
  const plain = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: server.address,
    storageState: await page.context().storageState(),
    viewport: { width, height },
  });
  const there = await plain.newPage();
  await there.goto(card);
  await expect(there.locator("#card-place")).toBeEmpty();
  await expect(there.getByRole("button", { name: "Condividi con…" })).toBeHidden();
  if (isPhone(info)) await bar(there).locator("#card-more > summary").click();
  else await bar(there).locator("#share > summary").click();
  await expect(there.getByRole("link", { name: "Invia per e-mail" })).toBeVisible();
  await expect(there.getByRole("button", { name: "Copia l’indirizzo" })).toBeHidden();
  await there.goto(card);
  await star(there, info, "Aggiungi ai preferiti");
  await expect(there.locator(".toast", { hasText: `Tra i preferiti: ${name}` })).toBeVisible();
  await expect(there.locator("#favourite button")).toHaveAttribute("aria-pressed", "true");
  await star(there, info, "Togli dai preferiti");
  await expect(there.locator("#favourite button")).toHaveAttribute("aria-pressed", "false");
  await plain.close();
});
