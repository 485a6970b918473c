// Documents on a card: chosen, dropped, pasted into a note; taken away again, followed by newer versions, and standing ahead when
// they expire. Also without scripts.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";
import { deflateSync } from "node:zlib";

let number = Date.now() % 900_000_000;
const unique = () => (number += 11);

const section = (page) => page.locator("#card-documents");
const rows = (page) => section(page).locator(".thing");
const pdf = (name) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\nprova\n") });
const text = (name, words = "prova") => ({ name, mimeType: "text/plain", buffer: Buffer.from(words) });

/** A PNG of one colour. */
function png(width = 240, height = 160, [red, green, blue] = [15, 110, 124]) {
  const crcs = Array.from({ length: 256 }, (_, place) => {
    let crc = place;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  });
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length);
    body.copy(whole, 4);
    let crc = 0xffffffff;
    for (const byte of body) crc = crcs[(crc ^ byte) & 255] ^ (crc >>> 8);
    whole.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  const points = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", points), chunk("IEND", Buffer.alloc(0))]);
}

async function choose(page, files) {
  const chooser = page.waitForEvent("filechooser");
  await section(page).getByRole("button", { name: "Aggiungi documenti" }).click();
  await (await chooser).setFiles(files);
}

/** Files as a drag, or the clipboard, would bring them. */
const transfer = (page, files) =>
  page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, type, bytes } of files) transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
    return transfer;
  }, files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, bytes: [...buffer] })));

test.describe("documents", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are chosen, several at once, and taken away again", async ({ page }, info) => {
    await makeAccount(page, `Officina Carte ${unique()}`);
    await expect(section(page)).toContainText("Ancora nessun documento");
    await expectAccessible(page);
    await picture(page, info, "card-documents-empty");
    const both = [pdf("Contratto quadro 2026.pdf"), { name: "Targhetta pressa.png", mimeType: "image/png", buffer: png() }];
    await choose(page, both);
    await expect(rows(page)).toHaveCount(2);
    // The message undoes both.
    await page.locator(".toast", { hasText: "Documenti aggiunti" }).locator(".toast-action").click();
    await expect(section(page)).toContainText("Ancora nessun documento");
    await choose(page, both);
    await expect(rows(page)).toHaveCount(2);
    await expect(section(page).locator("h2")).toContainText("2");
    // The small picture comes by itself.
    await expect(section(page).locator("img.thumb")).toHaveCount(1);
    await expect(page.locator(".history")).toContainText("Contratto quadro 2026");
    const download = page.waitForEvent("download");
    await section(page).getByRole("link", { name: "Scarica Contratto quadro 2026" }).click();
    expect((await download).suggestedFilename()).toBe("Contratto quadro 2026.pdf");
    await expectAccessible(page);
    await picture(page, info, "card-documents");
  });

  test("are dropped anywhere on the card", async ({ page }) => {
    await makeAccount(page, `Officina Lancio ${unique()}`);
    const dropped = await transfer(page, [text("verbale.txt"), text("preventivo.csv", "a;b\n")]);
    await page.dispatchEvent(".record-head", "dragover", { dataTransfer: dropped });
    await expect(section(page)).toHaveClass(/dropping/);
    await page.dispatchEvent(".record-head", "drop", { dataTransfer: dropped });
    await expect(rows(page)).toHaveCount(2);
    await expect(section(page)).not.toHaveClass(/dropping/);
  });

  test("that may not be kept are refused one by one, and it is said why", async ({ page }, info) => {
    await makeAccount(page, `Officina Rifiuti ${unique()}`);
    await choose(page, [text("buono.txt"), text("installa.exe"), text("foto.png"), text("vuoto.txt", "")]);
    await expect(rows(page)).toHaveCount(1);
    const notice = page.locator(".record-side").getByRole("alert");
    await expect(notice.getByRole("listitem")).toHaveText([
      "installa.exe: i programmi non si possono caricare. Per conservarlo, comprimerlo in un file ZIP.",
      "foto.png: il contenuto non corrisponde all’estensione .png. Controllare il file, o il suo nome.",
      "vuoto.txt: il file è vuoto.",
    ]);
    await expectAccessible(page);
    await picture(page, info, "card-documents-refused");
  });

  test("are pasted and dropped into a note, and stand under it", async ({ page }, info) => {
    await makeAccount(page, `Officina Allegati ${unique()}`);
    const box = page.locator("#compose-note");
    await box.fill("La perdita è dal raccordo in alto");
    const pasted = await transfer(page, [{ name: "image.png", mimeType: "image/png", buffer: png(300, 200, [180, 90, 30]) }]);
    await box.evaluate((area, clipboardData) => {
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, pasted);
    await expect(page.locator(".attaching li")).toHaveCount(1);
    await expect(page.locator(".attaching")).toContainText("Immagine");
    const dropped = await transfer(page, [text("misure.txt"), text("errore.txt")]);
    await page.dispatchEvent("form.composer", "drop", { dataTransfer: dropped });
    await expect(page.locator(".attaching li")).toHaveCount(3);
    await page.getByRole("button", { name: "Togli l’allegato: errore.txt" }).click();
    await expect(page.locator(".attaching li")).toHaveCount(2);
    await expectAccessible(page);
    await picture(page, info, "card-note-attaching");
    await box.focus();
    await page.keyboard.press("Control+Enter");
    const note = page.locator(".happening", { hasText: "La perdita" });
    await expect(note.locator(".attachment")).toHaveCount(2);
    await expect(note.locator("img.thumb")).toHaveCount(1);
    await expect(page.locator(".attaching")).toHaveCount(0);
    await expect(rows(page)).toHaveCount(2);
    await expectAccessible(page);
    await picture(page, info, "card-note-attached");
    // They go with their note, and come back with it.
    await note.hover();
    await note.getByRole("button", { name: "Elimina la nota" }).click();
    await expect(rows(page)).toHaveCount(0);
    await page.locator(".toast", { hasText: "Nota nel cestino" }).locator(".toast-action").click();
    await expect(rows(page)).toHaveCount(2);
    await expect(note.locator(".attachment")).toHaveCount(2);
  });

  test("have versions, and an older one comes back", async ({ page }, info) => {
    await makeAccount(page, `Officina Versioni ${unique()}`);
    await choose(page, [pdf("Listino.pdf")]);
    await rows(page).locator(".thing-name").click();
    await expect(page.locator(".record-title h1")).toHaveText("Listino");
    await page.locator("summary", { hasText: "Carica una nuova versione" }).click();
    await page.locator("#card-file input[type=file]").setInputFiles(pdf("Listino bis.pdf"));
    await page.locator("#card-file input[name=remarks]").fill("Prezzi da marzo");
    await page.locator("#card-file").getByRole("button", { name: "Carica", exact: true }).click();
    await expect(page.locator(".toast", { hasText: "Nuova versione salvata" })).toBeVisible();
    await expect(page.locator(".versions .thing")).toHaveCount(2);
    await expect(page.locator(".file-name")).toHaveText("Listino bis.pdf");
    await expect(page.locator(".versions")).toContainText("Prezzi da marzo");
    await expectAccessible(page);
    await picture(page, info, "document-versions");
    // A wrong one is refused where it was sent from.
    await page.locator("summary", { hasText: "Carica una nuova versione" }).click();
    await page.locator("#card-file input[type=file]").setInputFiles(text("Listino.exe"));
    await page.locator("#card-file").getByRole("button", { name: "Carica", exact: true }).click();
    await expect(page.locator(".record-side").getByRole("alert")).toContainText("Listino.exe");
    await page.getByRole("button", { name: "Rendi di nuovo attuale la versione 1" }).click();
    await expect(page.locator(".file-name")).toHaveText("Listino.pdf");
    await expect(page.locator(".versions .tag")).toHaveCount(1);
    await expect(page.locator(".history")).toContainText("ha cambiato il file");
  });

  test("that expire come next on the card, in red once they have", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Scadenze ${unique()}`, { "address.city": "Pontedera", "address.province": "PI" });
    await choose(page, [pdf("Polizza RC.pdf"), pdf("DURC.pdf"), pdf("Certificato ISO 9001.pdf")]);
    await expect(rows(page)).toHaveCount(3);
    const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    for (const [title, date] of [["Polizza RC", day(200)], ["DURC", day(-12)], ["Certificato ISO 9001", day(9)]]) {
      await page.goto(card);
      await rows(page).filter({ hasText: title }).locator(".thing-name").click();
      await page.getByRole("link", { name: "Modifica", exact: true }).click();
      await page.locator("#expires_on").fill(date);
      await page.locator("[data-save]").click();
      await expect(page.locator(".record-title h1")).toHaveText(title);
    }
    await page.goto(card);
    const ahead = page.locator("#card-ahead");
    await expect(ahead.locator(".ahead-one").first()).toContainText("Scaduto: DURC");
    await expect(ahead.locator(".ahead-one").first()).toHaveClass(/bad/);
    await ahead.locator("summary").click();
    await expect(ahead.locator(".menu-items .ahead-one")).toHaveCount(2);
    await expect(ahead.locator(".menu-items .ahead-one").first()).toContainText("Scade: Certificato ISO 9001");
    await picture(page, info, "card-ahead");
    // Open, the menu lies over what is below it, whose targets would be taken for small.
    await ahead.locator("summary").click();
    await expectAccessible(page);
    await expect(section(page).locator('.tag[data-tone="bad"]')).toContainText("scaduto il");
    await expect(section(page).locator('.tag[data-tone="warn"]')).toContainText("scade il");
    // Where it is can be seen on a map.
    await expect(page.locator(".facts a[href*=openstreetmap]")).toHaveText("Pontedera (PI)");
    await picture(page, info, "card-documents-expiring");
    // Removed, it waits no more; and comes back.
    await ahead.locator(".ahead-one").first().click();
    await page.locator("#card-more > summary").click();
    await page.getByRole("button", { name: "Elimina" }).click();
    await page.locator("dialog[open]").getByRole("button", { name: "Elimina" }).click();
    await page.locator(".toast-action").click();
    await expect(page.locator(".toast")).toContainText("Operazione annullata");
    await page.goto(card);
    await expect(ahead.locator(".ahead-one").first()).toContainText("Scaduto: DURC");
  });

  test("have a list of their own", async ({ page }, info) => {
    await makeAccount(page, `Officina Elenco ${unique()}`);
    await choose(page, [pdf(`Elenco ${unique()}.pdf`), pdf(`Altro ${unique()}.pdf`)]);
    await expect(rows(page)).toHaveCount(2);
    await page.goto("/documents");
    await expect(page.locator(".list tbody tr").first()).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "list-documents");
    await page.locator(".filter-text").fill("Elenco");
    await expect(page.locator(".list tbody tr").first()).toContainText("Elenco");
  });
});

test.describe("documents without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("are sent by the form, alone and with a note", async ({ page, signIn }, info) => {
    await signIn();
    await makeAccount(page, `Officina Semplice ${unique()}`);
    await section(page).locator("input[type=file]").setInputFiles([text("uno.txt"), text("due.txt")]);
    await picture(page, info, "card-documents-plain");
    await section(page).getByRole("button", { name: "Carica" }).click();
    await expect(rows(page)).toHaveCount(2);
    await section(page).locator("input[type=file]").setInputFiles([text("tre.bat"), text("quattro.txt")]);
    await section(page).getByRole("button", { name: "Carica" }).click();
    await expect(section(page).getByRole("alert")).toContainText("tre.bat");
    await expect(rows(page)).toHaveCount(3);
    await page.locator("#compose-note").fill("Con un allegato");
    await page.locator("form.composer input[type=file]").setInputFiles(text("allegato.txt"));
    await page.locator("form.composer [data-save]").click();
    await expect(page.locator(".happening .attachment")).toHaveCount(1);
    await rows(page).filter({ hasText: "uno" }).locator(".thing-name").click();
    await page.locator("#card-file summary").click();
    await page.locator("#card-file input[type=file]").setInputFiles(text("uno bis.txt"));
    await page.locator("#card-file").getByRole("button", { name: "Carica", exact: true }).click();
    await expect(page.locator(".file-name")).toHaveText("uno bis.txt");
  });
});
