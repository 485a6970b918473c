// A mailing: a list is filled from a view, a message is written, everybody is told apart before anything goes out, it goes out through a
// real mail server, and whoever has it unsubscribes by its link.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { postOffice } from "./post.js";
import { expect, test } from "./start.js";

const save = (page) => page.locator("[data-save]").click();

/** Looks at the desk without the document inside, in which nothing runs, the examination neither. */
async function deskAccessible(page) {
  await page.locator("iframe.mailing-preview").evaluate((frame) => frame.remove());
  await expectAccessible(page);
}

/** Chooses what a link leads to. */
async function choose(page, input, text) {
  await input.click();
  await input.fill(text);
  await page.locator("[role=option]:visible", { hasText: text }).first().click();
}

async function person(page, given, family, email) {
  await page.goto("/contacts/new");
  await page.locator("[name='name.given']").fill(given);
  await page.locator("[name='name.family']").fill(family);
  if (email) await page.locator("[name='emails.0.address']").fill(email);
  await save(page);
  const anyway = page.locator("button[name=insist]");
  await expect(page.locator(".record-title h1").or(anyway)).toBeVisible();
  if (await anyway.isVisible()) await anyway.click();
  await expect(page.locator(".record-title h1")).toContainText(family);
}

test("a mailing goes out, and whoever has it may leave", async ({ page, signIn, browser, isMobile }, info) => {
  test.skip(isMobile, "the desk alone fills it; a phone looks at it in the album");
  const office = await postOffice();
  const mark = `Brambilla${info.project.name}${info.retry}`.replace(/[^a-zA-Z]/g, "");
  const address = `ada-${info.project.name}-${info.retry}@brambilla.test`;
  let dialogs = 0;
  page.on("dialog", (dialog) => {
    dialogs += 1;
    dialog.dismiss();
  });
  try {
    await signIn();
    await page.goto("/administration/mail");
    await page.locator("#host").fill("127.0.0.1");
    await page.locator("#port").fill(String(office.port));
    await page.locator("#security").selectOption("none");
    await page.locator("#sender_address").fill("crm@officina.test");
    await save(page);
    await expect(page.locator(".toast")).toContainText("Casella salvata");

    await page.goto("/senders/new");
    await page.locator("#name").fill(`Officina ${mark}`);
    await page.locator("#address").fill("novita@officina.test");
    await save(page);
    await expect(page.locator(".record-title h1")).toHaveText(`Officina ${mark}`);
    await page.goto("/lists/new");
    await page.locator("#name").fill(`Novità ${mark}`);
    await page.locator("#topic").check();
    await save(page);
    await expect(page.locator(".record-title h1")).toHaveText(`Novità ${mark}`);
    await expectAccessible(page);

    await person(page, "Ada", mark, address);
    await person(page, '<img src=x onerror="alert(1)">', mark, `bo-${info.project.name}-${info.retry}@brambilla.test`);
    await person(page, "Senza", mark, "");
    await page.goto(`/contacts?q=${mark}`);
    await page.locator(".list thead input[type=checkbox]").check();
    await page.getByRole("button", { name: "Aggiungi a una lista" }).click();
    await choose(page, page.getByRole("combobox", { name: "Lista" }).first(), `Novità ${mark}`);
    await page.locator("main .save-bar button.btn-primary").click();
    await expect(page.locator(".bulk-counts")).toContainText("3", { timeout: 20_000 });

    await page.goto("/mailings/new");
    await page.locator("#name").fill(`Invio ${mark}`);
    await choose(page, page.getByRole("combobox", { name: "Mittente" }).first(), `Officina ${mark}`);
    await page.locator("[name=purpose]").selectOption("service");
    await choose(page, page.getByRole("combobox", { name: "Argomento" }).first(), `Novità ${mark}`);
    await choose(page, page.locator("input[role=combobox][id^='audiences.0.list']"), `Novità ${mark}`);
    await page.locator("#subject").fill("Novità per {{ cognom }}");
    await page.locator("#html").fill('<p>Gentile {{ nome | oppure("cliente") }}, <a href="https://officina.test/">le novità</a>.</p>');
    await save(page);
    await expect(page.locator("#form")).toContainText("Non c’è un campo «cognom»");
    await page.locator("#subject").fill("Novità per {{ cognome }}");
    await save(page);
    await expect(page.locator(".record-title h1")).toHaveText(`Invio ${mark}`);
    await page.getByRole("link", { name: "Destinatari e invio" }).click();
    await expect(page.locator("#mailing-desk")).toHaveAttribute("data-state", "draft");
    await picture(page, info, "mailing-draft");
    await deskAccessible(page);

    await page.getByRole("button", { name: "Prepara l’invio" }).click();
    await expect(page.locator("#mailing-desk")).toHaveAttribute("data-state", "ready", { timeout: 20_000 });
    await expect(page.locator("#mailing-desk")).toContainText("2 in attesa");
    await expect(page.locator("#mailing-desk")).toContainText("1 · Senza indirizzo e-mail");
    await picture(page, info, "mailing-ready");
    await deskAccessible(page);
    await page.getByRole("button", { name: "Invia una prova a me" }).click();
    await expect(page.locator(".toast")).toContainText("Prova inviata a giulia@officina.test");

    await page.getByRole("button", { name: "Invia", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Invia" }).click();
    await expect(page.locator("#mailing-desk")).toHaveAttribute("data-state", "done", { timeout: 20_000 });
    await expect(page.locator("#mailing-desk")).toContainText("2 inviati");
    await picture(page, info, "mailing-done");
    await page.getByRole("link", { name: "Destinatari", exact: true }).click();
    await expect(page.locator("table.report tbody tr")).toHaveCount(3);
    await expect(page.locator("table.report")).toContainText("250 OK");
    await expectAccessible(page);
    await picture(page, info, "mailing-recipients");
    for (const preview of await page.locator("table.report a", { hasText: "Anteprima" }).all()) await page.request.get(await preview.getAttribute("href"));

    // C2: what somebody is called is text, in the letter as in the preview.
    const other = await office.letter(`bo-${info.project.name}-${info.retry}@brambilla.test`);
    expect(other).toContain("&lt;img");
    const letter = await office.letter(address);
    expect(letter).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    const link = /\/u\/[\w-]+/.exec(letter.replaceAll(/\n\s+/g, ""))[0];
    const outside = await browser.newContext({ baseURL: new URL(page.url()).origin, locale: "it-IT" });
    const reader = await outside.newPage();
    await reader.goto(link);
    await expect(reader.locator("h1")).toHaveText("Disiscrizione");
    await expect(reader.locator("main")).toContainText("a•••@brambilla.test");
    await expectAccessible(reader);
    await picture(reader, info, "unsubscribe");
    await reader.getByRole("button", { name: `Disiscriviti da «Novità ${mark}»` }).click();
    await expect(reader.locator("h1")).toHaveText("Fatto");
    await expectAccessible(reader);
    await outside.close();
    await page.goto(`/suppressions?q=${encodeURIComponent(address)}`);
    await expect(page.locator(".list tbody")).toContainText("Disiscritto");
    await expectAccessible(page);

    // The card of whoever got it says so.
    await page.goto(`/contacts?q=${mark}`);
    await page.locator(".list tbody a", { hasText: `${mark} Ada` }).first().click();
    await expect(page.locator("#timeline, .timeline").first()).toContainText(`Novità per ${mark}`);
    expect(dialogs).toBe(0);
  } finally {
    office.close();
  }
});
