// Doubles: told while one writes, opened or filled up instead of made again; and the queue, by the keyboard alone.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000;
const unique = () => (number += 11);

/** A name that nobody else has, and that sounds like no other's: syllables in an order of its own. */
const name = (turn) => {
  const syllables = "ba cer di fol gu lan me nis po ru sta tre vi zon quar sbe".split(" ");
  let seed = Math.imul(turn, 2_654_435_761) >>> 0;
  const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 16;
  return Array.from({ length: 4 }, () => syllables[next() % syllables.length]).join("");
};
const firm = (turn) => `Torneria ${name(turn)} Srl`;
const towns = ["Pontedera", "Cuneo", "Ragusa", "Belluno", "Matera"];
const town = (turn) => towns[turn % towns.length];
const place = (turn) => ({ "address.street": `Via ${name(turn + 1)} ${turn % 90}`, "address.city": town(turn) });

/** Two accounts of one firm, the second made anyway. */
async function two(page, turn) {
  const first = await makeAccount(page, firm(turn), place(turn));
  const second = await makeAccount(page, firm(turn).toUpperCase(), place(turn));
  return [first, second];
}

test.beforeEach(async ({ signIn }) => signIn());

test("what may exist already is told while it is written, and takes up what was written", async ({ page, isMobile }, info) => {
  const turn = unique();
  const card = await makeAccount(page, firm(turn), place(turn));
  await page.goto("/accounts/new");
  await expect(page.locator("#maybe")).toBeEmpty();
  await page.locator("#name").fill(firm(turn).replace("Torneria", "Tornerie"));
  await page.locator("[name='address.city']").fill(town(turn));
  await page.locator("[name='address.street']").fill(place(turn)["address.street"]);
  const found = page.locator("#maybe .thing", { hasText: firm(turn) });
  await expect(found).toBeVisible();
  await expect(found).toContainText(town(turn));
  await expectAccessible(page);
  await picture(page, info, "duplicates-typing");
  await page.locator("[name='web_site']").fill(`https://${turn}.torneria.example`);
  await page.locator("[name='vat_number']").fill("");
  await found.getByRole("button", { name: "Unisci qui" }).click();
  await expect(page.locator("#form")).toHaveAttribute("action", `${new URL(card, page.url()).pathname}/edit`);
  await expect(page.locator("#name")).toHaveValue(firm(turn));
  await expect(page.locator("[name='web_site']")).toHaveValue(new RegExp(`${turn}.torneria.example`));
  await page.locator("[data-save]").click();
  await expect(page.locator(".record-title h1")).toHaveText(firm(turn));
  if (!isMobile) await expect(page.locator(".record-head, .record-side").first()).toBeVisible();
});

test("saving says it too, and it may be made anyway", async ({ page }) => {
  const turn = unique();
  await makeAccount(page, firm(turn), place(turn));
  await page.goto("/accounts/new");
  await page.locator("#name").fill(firm(turn));
  await page.locator("[name='address.street']").fill(place(turn)["address.street"]);
  await page.locator("[name='address.city']").fill(town(turn));
  await page.locator("[data-save]").click();
  await expect(page.locator("#twins")).toBeVisible();
  await page.getByRole("button", { name: "Crea comunque" }).click();
  await expect(page.locator(".record-title h1")).toHaveText(firm(turn));
});

test("the queue is worked off by keyboard alone", async ({ page, isMobile }, info) => {
  test.skip(isMobile, "a phone has no keyboard");
  const turns = [unique(), unique()];
  for (const turn of turns) await two(page, turn);
  await page.goto("/duplicates?entity=accounts");
  await page.getByRole("button", { name: "Cerca doppioni" }).click();
  await expect(async () => {
    await page.goto("/duplicates?entity=accounts");
    await expect(page.locator(".doubles-list li", { hasText: firm(turns[1]) })).toHaveCount(1);
  }).toPass();
  await expectAccessible(page);
  await picture(page, info, "duplicates");
  const here = () => page.locator(".doubles-list li.here a").getAttribute("href");
  const first = await here();
  await page.keyboard.press("j");
  await expect(page.locator(".doubles-list li.here a")).not.toHaveAttribute("href", first);
  await page.keyboard.press("k");
  await expect(page.locator(".doubles-list li.here a")).toHaveAttribute("href", first);
  await page.keyboard.press("?");
  await expect(page.locator("dialog#keys")).toContainText("Unisci");
  await expect(page.locator("dialog#keys")).toContainText("Sono diversi");
  await page.keyboard.press("Escape");
  // Different, and taken back.
  const names = await page.locator(".doubles-table thead a").allTextContents();
  await page.keyboard.press("d");
  await expect(page.locator(".doubles-last")).toContainText(names[0]);
  await page.keyboard.press("u");
  await expect(page.locator(".doubles-table thead a").first()).toHaveText(names[0]);
  await page.keyboard.press("o");
  await expect(page.locator(".record-title h1")).toHaveText(names[0]);
  await expect(page.locator(".card-doubles")).toContainText("1 possibile doppione");
  await page.locator(".card-doubles a").click();
  await expect(page.locator(".doubles-table thead a").first()).toHaveText(names[0]);
  // No letter is a command inside a field.
  await page.locator("[data-search]").focus();
  await page.keyboard.type("d");
  await expect(page.locator(".doubles-table thead a").first()).toHaveText(names[0]);
});

test("nothing is left to decide, and the settings say how it is looked for", async ({ page }, info) => {
  await page.goto("/duplicates?entity=subjects");
  await expect(page.locator(".empty")).toBeVisible();
  await expectAccessible(page);
  await picture(page, info, "duplicates-empty");
  await page.goto("/administration/duplicates");
  await expectAccessible(page);
  await picture(page, info, "duplicates-settings");
  const form = page.locator("form.doubles-kind").first();
  await form.locator("[name=ask]").fill("5");
  await form.getByRole("button", { name: "Salva" }).click();
  await expect(page.locator(".doubles-kind .error")).toBeVisible();
});

test("what is sure is merged without asking where that is wanted, and is taken apart again", async ({ page }, info) => {
  const turn = unique();
  const cards = await two(page, turn);
  await page.goto("/administration/duplicates");
  const form = page.locator("form.doubles-kind").first();
  await form.locator("[name=merges]").check();
  await form.locator("[name=merge]").fill("80");
  await form.getByRole("button", { name: "Salva" }).click();
  await expect(page.locator("#merge-accounts-error")).toContainText("Tra 95 e 100.");
  await form.locator("[name=merge]").fill("95,5");
  await form.getByRole("button", { name: "Salva" }).click();
  await expect(form.locator("[name=merge]")).toHaveValue("95,5");
  await page.goto("/duplicates?entity=accounts");
  await page.getByRole("button", { name: "Cerca doppioni" }).click();
  const merged = page.locator(".doubles-merged .thing", { hasText: firm(turn) });
  await expect(async () => {
    await page.goto("/administration/duplicates");
    await expect(merged).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await expectAccessible(page);
  await picture(page, info, "duplicates-merged");
  // Nobody else's are merged after this.
  await form.locator("[name=merges]").uncheck();
  await form.getByRole("button", { name: "Salva" }).click();
  await merged.getByRole("button", { name: "Annulla unione" }).click();
  await page.locator("dialog[open] button", { hasText: "Annulla unione" }).click();
  await expect(page.locator(".record-title h1")).toBeVisible();
  for (const card of cards) {
    await page.goto(card);
    await expect(page).toHaveURL(new RegExp(`${card}$`));
  }
});
