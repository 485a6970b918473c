// Notes on a card: written with the keyboard alone, edited in place, kept on top, removed and brought back; seen by others at once.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 7);

const box = (page) => page.locator("#compose-note");
const notes = (page) => page.locator(".happening .note");

async function write(page, text) {
  await box(page).fill(text);
  await page.locator(".composer [data-save]").click();
  await expect(notes(page).filter({ hasText: text.split("\n")[0] })).toBeVisible();
}

test.describe("notes", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are written with the keyboard alone, one after the other", async ({ page }, info) => {
    await makeAccount(page, `Officina Appunti ${unique()}`);
    await expect(page.locator(".history")).toContainText("ha creato la scheda");
    await expectAccessible(page);
    await page.keyboard.press("n");
    await expect(box(page)).toBeFocused();
    await page.keyboard.type("Chiamare Mario allo 050 123456,\noppure scrivere a mario@example.it: vedi https://www.example.it/listino.");
    await page.keyboard.press("Control+Enter");
    await expect(notes(page)).toHaveCount(1);
    await expect(page.locator(".toast", { hasText: "Nota salvata" })).toBeVisible();
    // The box is empty, and still the place where one writes.
    await expect(box(page)).toHaveValue("");
    await expect(box(page)).toBeFocused();
    await page.keyboard.type("Seconda nota");
    await page.keyboard.press("Control+Enter");
    await expect(notes(page)).toHaveCount(2);
    await expect(notes(page).first()).toHaveText("Seconda nota");
    const links = await notes(page).last().locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(links).toEqual(["tel:+39050123456", "mailto:mario@example.it", "https://www.example.it/listino"]);
    await expect(page.locator(".history-day").first()).toHaveText("Oggi");
    await expectAccessible(page);
    await picture(page, info, "card-notes");
  });

  test("of nothing are refused, and say so", async ({ page }, info) => {
    await makeAccount(page, `Officina Vuota ${unique()}`);
    await page.locator(".composer [data-save]").click();
    await expect(page.locator("#compose-note-error")).toBeVisible();
    await expect(box(page)).toBeFocused();
    await expectAccessible(page);
    await picture(page, info, "card-notes-wrong");
    await box(page).fill("Ora sì");
    await page.keyboard.press("Control+Enter");
    await expect(notes(page)).toHaveText(["Ora sì"]);
    await expect(page.locator("#compose-note-error")).toHaveCount(0);
  });

  test("not saved yet are kept, until one signs out", async ({ page }) => {
    const card = await makeAccount(page, `Officina Bozze ${unique()}`);
    await box(page).fill("Una mezza idea");
    await page.goto("/accounts");
    await page.goto(card);
    await expect(box(page)).toHaveValue("Una mezza idea");
    await box(page).press("Control+Enter");
    await expect(notes(page)).toHaveText(["Una mezza idea"]);
    await page.reload();
    await expect(box(page)).toHaveValue("");
    await box(page).fill("Un’altra");
    await page.locator("summary.user").click();
    await page.getByRole("button", { name: "Esci" }).click();
    await expect(page).toHaveURL(/sign-in/);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("scheda-draft:")))).toEqual([]);
  });

  test("are edited in place", async ({ page }, info) => {
    await makeAccount(page, `Officina Correzioni ${unique()}`);
    await write(page, "Prima stesura");
    const note = page.locator(".happening", { has: page.locator(".note") });
    await note.hover();
    await note.getByRole("link", { name: "Modifica la nota" }).click();
    const area = page.locator(".happening-edit textarea");
    await expect(area).toBeFocused();
    await expect(area).toHaveValue("Prima stesura");
    await expectAccessible(page);
    await picture(page, info, "card-note-edit");
    await page.locator(".happening-edit").getByRole("link", { name: "Annulla" }).click();
    await expect(notes(page)).toHaveText(["Prima stesura"]);
    // The focus goes on where it was: Enter opens it again.
    await expect(note.getByRole("link", { name: "Modifica la nota" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(area).toBeFocused();
    await area.fill("Seconda stesura\nsu due righe");
    await page.keyboard.press("Control+Enter");
    await expect(notes(page)).toHaveText(["Seconda stesura\nsu due righe"]);
  });

  test("kept on top stay there, once", async ({ page }, info) => {
    await makeAccount(page, `Officina Evidenza ${unique()}`);
    await write(page, "Da non dimenticare");
    await write(page, "Una di tante");
    const first = page.locator(".happening", { hasText: "Da non dimenticare" });
    await first.hover();
    await first.getByRole("button", { name: "Metti in evidenza" }).click();
    await expect(page.locator(".history.pinned .note")).toHaveText(["Da non dimenticare"]);
    await expect(notes(page)).toHaveText(["Da non dimenticare", "Una di tante"]);
    await expectAccessible(page);
    await picture(page, info, "card-note-pinned");
    await page.locator(".history.pinned .happening").hover();
    await page.getByRole("button", { name: "Togli dall’evidenza" }).click();
    await expect(page.locator(".history.pinned")).toHaveCount(0);
    await expect(notes(page)).toHaveText(["Una di tante", "Da non dimenticare"]);
  });

  test("removed come back by the message", async ({ page }) => {
    await makeAccount(page, `Officina Ripensamenti ${unique()}`);
    await write(page, "Scritta per sbaglio");
    const note = page.locator(".happening", { has: page.locator(".note") });
    await note.hover();
    await note.getByRole("button", { name: "Elimina la nota" }).click();
    await expect(notes(page)).toHaveCount(0);
    const toast = page.locator(".toast", { hasText: "Nota nel cestino" });
    await toast.locator(".toast-action").click();
    await expect(notes(page)).toHaveText(["Scritta per sbaglio"]);
  });

  test("are shown by kind, and older ones when asked for", async ({ page, context }) => {
    const card = await makeAccount(page, `Officina Storia ${unique()}`);
    const csrf = await page.locator('meta[name="csrf-token"]').getAttribute("content");
    for (let place = 0; place < 33; place += 1) {
      const answer = await page.request.post(`${card}/timeline/notes`, { form: { csrf, text: `Appunto ${place}.` }, maxRedirects: 0 });
      expect(answer.status()).toBe(303);
    }
    await page.goto(card);
    await expect(notes(page)).toHaveCount(30);
    await page.getByRole("link", { name: "Mostra le più vecchie" }).click();
    await expect(notes(page)).toHaveCount(33);
    await expect(page.locator(".history").last()).toContainText("ha creato la scheda");
    const texts = await notes(page).allTextContents();
    expect(new Set(texts).size).toBe(33);
    // Something new pushes nothing out.
    const other = await context.newPage();
    await other.goto(card);
    await write(other, "Appena scritta");
    await expect(notes(page).first()).toHaveText("Appena scritta");
    expect(new Set(await notes(page).allTextContents()).size).toBe(34);
    await page.getByRole("link", { name: "Modifiche", exact: true }).click();
    await expect(notes(page)).toHaveCount(0);
    await expect(page).toHaveURL(/timeline=changes/);
    await expect(page.locator(".history")).toContainText("ha creato la scheda");
    await page.getByRole("navigation", { name: "Che cosa mostrare" }).getByRole("link", { name: "Note" }).click();
    await expect(notes(page)).toHaveCount(30);
    await page.goBack();
    await expect(notes(page)).toHaveCount(0);
  });

  test("of one browser are seen in the other by themselves, and the other way round", async ({ page, browser, server }) => {
    const card = await makeAccount(page, `Officina Viva ${unique()}`);
    const context = await browser.newContext({ locale: "it-IT", baseURL: server.address });
    const other = await context.newPage();
    await other.goto("/sign-in");
    await other.locator("#email").fill(administrator.email);
    await other.locator("#password").fill(administrator.password);
    await other.locator("form .btn-primary").click();
    await expect(other.locator("nav.rail")).toBeVisible();
    await other.goto(card);
    // Both listen before anything is said.
    await Promise.all([page, other].map((one) => one.waitForTimeout(500)));
    for (const [from, to, text] of [
      [page, other, "Detto dal primo"],
      [other, page, "Detto dal secondo"],
    ]) {
      await box(to).fill("sto scrivendo");
      await write(from, text);
      await expect(notes(to).filter({ hasText: text })).toBeVisible();
      // What is being written there stays.
      await expect(box(to)).toHaveValue("sto scrivendo");
      await box(to).fill("");
    }
    await context.close();
  });

  test("run nothing, whatever is written", async ({ page }) => {
    let asked = 0;
    page.on("dialog", (dialog) => {
      asked += 1;
      dialog.dismiss();
    });
    const card = await makeAccount(page, `Officina Attacchi ${unique()}`);
    const evil = `<img src=x onerror=alert(1)> "><svg onload=alert(1)> javascript:alert(1) https://x.example/"onmouseover="alert(1)`;
    await write(page, evil);
    await expect(notes(page)).toHaveText([evil]);
    await notes(page).hover();
    const permalink = await page.locator(".happening:has(.note) .happening-time").getAttribute("href");
    for (const address of [card, permalink, "/notes", "/search?q=onerror"]) {
      await page.goto(address);
      await expect(page.locator("main")).toContainText("<img src=x");
    }
    expect(asked).toBe(0);
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one writes, edits, keeps on top and removes a note", async ({ page, signIn }) => {
    await signIn();
    await makeAccount(page, `Senza Script Note ${unique()}`);
    await page.locator(".composer [data-save]").click();
    await expect(page.locator("#compose-note-error")).toBeVisible();
    await box(page).fill("Scritta a mano");
    await page.locator(".composer [data-save]").click();
    await expect(page.locator(".toast")).toContainText("Nota salvata");
    await expect(notes(page)).toHaveText(["Scritta a mano"]);
    await page.getByRole("link", { name: "Modifica la nota" }).click();
    await page.locator(".happening-edit textarea").fill("Corretta a mano");
    await page.locator(".happening-edit [data-save]").click();
    await expect(notes(page)).toHaveText(["Corretta a mano"]);
    await page.getByRole("button", { name: "Metti in evidenza" }).click();
    await expect(page.locator(".history.pinned .note")).toHaveText(["Corretta a mano"]);
    await page.getByRole("button", { name: "Elimina la nota" }).click();
    await expect(notes(page)).toHaveCount(0);
    await page.locator(".toast-action").click();
    await expect(notes(page)).toHaveText(["Corretta a mano"]);
  });
});
