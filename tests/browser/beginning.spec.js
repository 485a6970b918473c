// Whoever meets Scheda for the first time: first steps, help where one stands, the demonstration's way in and out, and a first minute.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

test("steps are ticked off, help says what a page does", async ({ page, signIn }, info) => {
  await signIn();
  await page.goto("/start");
  await expect(page.locator("h1")).toContainText("Primi passi");
  await expect(page.locator(".step")).toHaveCount(5);
  await expectAccessible(page);
  await picture(page, info, "start");
  for (const [address, title] of [["/start", "In ogni pagina"], ["/accounts", "In questo elenco"], ["/accounts/new", "In questo modulo"]]) {
    await page.goto(address);
    await page.locator("details.help summary").click();
    await expect(page.locator("details.help h2")).toHaveText(title);
    await expectAccessible(page);
    await picture(page, info, `help-${address.split("/").at(-1)}`);
    await page.keyboard.press("Escape");
    await expect(page.locator("details.help h2")).toBeHidden();
  }
});

test("from the first page to a found customer with a note and a saved view in under a minute", async ({ page, fresh }, info) => {
  test.setTimeout(180_000);
  const began = Date.now();
  await page.goto(fresh.said().match(/http\S+\/setup\?token=\S+/)[0]);
  await page.locator("#company").fill("Tirreno Sistemi S.r.l.");
  await page.locator("#name").fill("Anna Neri");
  await page.locator("#email").fill("anna@tirreno.test");
  await page.locator("#password").fill("cavallo lampada sette fiume");
  await page.locator("form .btn-primary").click();
  await expect(page.locator("h1")).toContainText("Primi passi", { timeout: 20_000 });
  await expectAccessible(page);
  // A customer is found by a part of the name, from any page.
  await page.keyboard.press("Control+k");
  await page.locator(".palette input, #palette input").first().fill("lenzi");
  await page.getByRole("option", { name: /Officina Meccanica Lenzi/ }).first().click();
  await expect(page.locator(".record-title h1")).toHaveText("Officina Meccanica Lenzi S.r.l.");
  await picture(page, info, "story");
  await page.locator("form.composer textarea").first().fill("Sentito Paolo: firma giovedì.");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("#timeline")).toContainText("firma giovedì");
  await page.goto(`${fresh.address}/accounts?filter=${encodeURIComponent('stage is customer and address.province is "PI"')}`);
  await page.locator("#views summary").click();
  await page.locator("#views-kept").getByRole("link", { name: "Salva vista…" }).click();
  await page.locator("main .view-form [name=name]").first().fill("Clienti pisani");
  await page.locator("main .btn-primary").first().click();
  await expect(page.locator(".view-name")).toHaveText("Clienti pisani");
  expect(Date.now() - began).toBeLessThan(60_000);
  await page.goto(`${fresh.address}/start`);
  await expect(page.locator(".step.done")).toHaveCount(2);
  await expect(page.locator("h1 .count")).toHaveText("2 di 5");

  // And one click takes the invented company out.
  await page.getByRole("button", { name: "Togli i dati dimostrativi" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Togli i dati dimostrativi" }).click();
  await expect(page.getByRole("button", { name: "Carica i dati dimostrativi" })).toBeVisible({ timeout: 90_000 });
  await page.goto(`${fresh.address}/accounts`);
  await expect(page.locator(".empty h2")).toBeVisible();
  await picture(page, info, "start-empty");
});
