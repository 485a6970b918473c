// Two records that are one: chosen in a list or found from a card, compared field by field, merged, found under the old address,
// and taken apart again. With modules and without, on the desktop and on the phone.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

/** Two accounts of one town, with names that differ. */
async function two(page, town) {
  await makeAccount(page, `Torneria ${town}`, { "address.city": town });
  await makeAccount(page, `${town} Torneria S.r.l.`, { "address.city": town, "address.street": "via Roma 12", trade_name: "La Torneria" });
}

const listed = (town) => `/accounts?filter=${encodeURIComponent(`address.city is "${town}"`)}`;

test("two rows of a list are compared, merged, found under either address, and taken apart", async ({ page }, info) => {
  await two(page, "Fusione");
  await page.goto(listed("Fusione"));
  const ticks = page.locator(".list tbody input[name=pick]");
  await expect(ticks).toHaveCount(2);
  const ids = await ticks.evaluateAll((all) => all.map((tick) => tick.value));
  for (const tick of await ticks.all()) await tick.check();
  await page.locator("#bulk").getByRole("button", { name: "Unisci" }).click();
  await expect(page.locator("h1")).toHaveText("Unisci le schede");
  await expect(page.locator(".merge-keep .merge-option")).toHaveCount(2);
  await expectAccessible(page);
  await picture(page, info, "merge");
  // The fuller one is proposed; its name is not the one that is wanted.
  const name = page.locator("fieldset.merge-field", { hasText: "Ragione sociale" });
  await name.locator(".merge-option", { hasText: "Torneria Fusione" }).first().locator("input").check();
  await page.locator(".save-bar .btn-primary").click();
  await expect(page.locator(".toast")).toContainText("Schede unite in «Torneria Fusione».");
  await expect(page.locator("h1")).toHaveText("Torneria Fusione");
  await expect(page.locator("#timeline")).toContainText("ha unito a questa scheda");
  const kept = new URL(page.url()).pathname.split("/").pop();
  const gone = ids.find((id) => id !== kept);
  await page.goto(`/accounts/${gone}`);
  await expect(page).toHaveURL(new RegExp(`/accounts/${kept}\\?merged=${gone}$`));
  await expect(page.locator("#merged")).toContainText("è stata unita a questa il");
  await expectAccessible(page);
  await picture(page, info, "merged");
  // As it was, in the trash, from the history.
  await page.locator("#timeline a", { hasText: "Fusione" }).first().click();
  await expect(page.locator("#merged")).toContainText("Questa scheda è stata unita il");
  await expectAccessible(page);
  await picture(page, info, "merged-away");
  await page.locator("#merged").getByRole("button", { name: "Annulla unione" }).click();
  await page.locator("dialog[open] button", { hasText: "Annulla unione" }).click();
  await expect(page.locator(".toast")).toContainText("le schede sono di nuovo separate");
  await page.goto(listed("Fusione"));
  await expect(ticks).toHaveCount(2);
});

test("from a card the other one is looked for", async ({ page }, info) => {
  await two(page, "Cercata");
  await page.goto(listed("Cercata"));
  await page.locator(".list tbody a", { hasText: "Torneria Cercata" }).first().click();
  await page.locator("#card-more > summary").click();
  await page.locator("#card-more").getByText("Unisci con…").click();
  await expect(page.locator("h1")).toHaveText("Unisci con…");
  await page.locator("input[name=q]").last().fill("Cercata");
  await page.locator(".merge-search button").click();
  await expectAccessible(page);
  await picture(page, info, "merge-with");
  await page.locator(".merge-with").getByRole("link", { name: "Confronta" }).first().click();
  await expect(page.locator("h1")).toHaveText("Unisci le schede");
});

test("none of the values is right: another one is written", async ({ page }, info) => {
  await two(page, "Scritta");
  await page.goto(listed("Scritta"));
  const ids = await page.locator(".list tbody input[name=pick]").evaluateAll((all) => all.map((tick) => tick.value));
  await page.goto(`/accounts/merge?ids=${ids.join(",")}`);
  const name = page.locator("fieldset.merge-field", { hasText: "Ragione sociale" });
  const input = name.locator("input[name=name]");
  await expect(input).toBeHidden();
  await name.getByText("Un altro valore…").click();
  // It begins with what the record that stays says.
  await expect(input).toHaveValue("Scritta Torneria S.r.l.");
  await input.fill("");
  const address = page.locator("fieldset.merge-field", { hasText: "via Roma 12" }).first();
  await address.getByText("Un altro valore…").click();
  await address.getByLabel("CAP").fill("5612");
  await page.locator(".save-bar .btn-primary").click();
  await expect(page.locator(".notice[data-tone=bad]")).toBeVisible();
  await expect(name.locator(".merge-typed .error")).toBeVisible();
  await expect(address.getByLabel("CAP")).toHaveValue("5612");
  await expectAccessible(page);
  await picture(page, info, "merge-typed");
  await input.fill("Torneria Scritta & Figli");
  await address.getByLabel("CAP").fill("56121");
  await page.locator(".save-bar .btn-primary").click();
  await expect(page.locator("h1")).toHaveText("Torneria Scritta & Figli");
  await expect(page.locator(".record-facts, .card, main").first()).toContainText("56121");
});

test.describe("without modules", () => {
  test.use({ javaScriptEnabled: false });

  test("the comparison is a form", async ({ page }) => {
    await two(page, "Ferma");
    await page.goto(listed("Ferma"));
    const ids = await page.locator(".list tbody input[name=pick]").evaluateAll((all) => all.map((tick) => tick.value));
    await page.goto(`/accounts/merge?ids=${ids.join(",")}`);
    await page.locator(".save-bar .btn-primary").click();
    await expect(page.locator("h1")).toContainText("Ferma");
    await page.goto(listed("Ferma"));
    await expect(page.locator(".list tbody input[name=pick]")).toHaveCount(1);
  });
});
