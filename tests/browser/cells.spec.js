// Editing in place: cells of a list with the keyboard alone, values of a card, who gave them and when, and copies.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000_000;
const unique = () => (number += 7);

const desk = (info) => info.project.name.startsWith("desktop");
const list = (name, columns = "name,stage,trade_name,employees,sector,owner,address.city,phone") =>
  `/accounts?filter=${encodeURIComponent(`name starts "${name}"`)}&columns=${columns}&sort=name`;
const row = (page, name) => page.locator(".list tbody tr", { hasText: name });
const cell = (page, name, field) => row(page, name).locator(`td[data-field="${field}"]`);
const input = (page) => page.locator("form.cell-edit");

async function makeThree(page) {
  const name = `Griglia ${unique()}`;
  for (const letter of ["A", "B", "C"]) await makeAccount(page, `${name} ${letter}`);
  await page.goto(list(name));
  return name;
}

test.describe("cells", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("are walked, edited and left with the keyboard alone", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = await makeThree(page);
    await expectAccessible(page);
    await page.keyboard.press("j");
    await expect(row(page, `${name} A`).locator("a.row-link")).toBeFocused();
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(cell(page, `${name} A`, "trade_name")).toBeFocused();
    // One place of the list, and no more, is reached with Tab.
    expect(await page.locator(".list tbody [tabindex='0']").count()).toBe(1);
    await picture(page, info, "list-cell");
    await page.keyboard.press("Enter");
    await expect(page.locator("#trade_name")).toBeFocused();
    await page.keyboard.type("Insegna");
    await expectAccessible(page);
    await picture(page, info, "list-cell-edit");
    await page.keyboard.press("Tab");
    // Saved, and in the next one already.
    await expect(cell(page, `${name} A`, "trade_name")).toHaveText("Insegna");
    await expect(page.locator("#employees")).toBeFocused();
    await page.keyboard.type("12");
    await page.keyboard.press("Enter");
    await expect(cell(page, `${name} A`, "employees")).toHaveText("12");
    await expect(cell(page, `${name} B`, "employees")).toBeFocused();
    // Esc leaves it as it was.
    await page.keyboard.press("F2");
    await page.keyboard.type("99");
    await page.keyboard.press("Escape");
    await expect(cell(page, `${name} B`, "employees")).toHaveText("");
    await expect(cell(page, `${name} B`, "employees")).toBeFocused();
    // Back with Shift-Tab, where nothing was written nothing is saved.
    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Tab");
    await expect(page.locator("#trade_name")).toBeFocused();
    await page.keyboard.press("Shift+Tab");
    await expect(page.locator("#stage")).toBeFocused();
    await page.keyboard.press("c");
    await expect(page.locator("#stage")).toHaveValue("customer");
    await picture(page, info, "list-cell-choice");
    await page.keyboard.press("Enter");
    await expect(cell(page, `${name} B`, "stage")).toHaveText("Cliente");
    await expect(cell(page, `${name} C`, "stage")).toBeFocused();
    // A name opens its card with Enter, and is edited with F2.
    await page.keyboard.press("Home");
    await page.keyboard.press("F2");
    await expect(page.locator("#name")).toBeFocused();
    await page.keyboard.press("End");
    await page.keyboard.type("3");
    await page.keyboard.press("Enter");
    await expect(row(page, `${name} C3`).locator("a.row-link")).toBeVisible();
    await expect(input(page)).toHaveCount(0);
    await page.keyboard.press("Enter");
    await expect(page.locator(".record-title h1")).toHaveText(`${name} C3`);
  });

  test("say what is wrong, and keep what was typed", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = await makeThree(page);
    await cell(page, `${name} A`, "employees").dblclick();
    await expect(page.locator("#employees")).toBeFocused();
    await page.keyboard.type("molti");
    await page.keyboard.press("Tab");
    await expect(page.locator("#employees-error")).toBeVisible();
    await expect(page.locator("#employees")).toBeFocused();
    await expect(page.locator("#employees")).toHaveValue("molti");
    await expectAccessible(page);
    await picture(page, info, "list-cell-wrong");
    await page.locator("#employees").fill("15");
    await page.keyboard.press("Enter");
    await expect(cell(page, `${name} A`, "employees")).toHaveText("15");
    await expect(input(page)).toHaveCount(0);
  });

  test("of every kind have their own input", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = `Tipi ${unique()}`;
    await makeAccount(page, name);
    await page.goto(list(name, "name,revenue,owner,sector,interests,web_site,pec,remarks,address.city,stage_since"));
    const steps = [
      ["revenue", async () => page.keyboard.type("1234,50"), "1.234,50 €"],
      ["owner", async () => {
        await page.locator("#owner").fill("Giulia Co");
        await expect(page.locator("[role=option]").first()).toBeVisible();
        await picture(page, info, "list-cell-link");
      }, administrator.name],
      ["sector", async () => page.locator("#sector").selectOption({ index: 1 }), /./],
      ["interests", async () => {
        await picture(page, info, "list-cell-terms");
        await page.keyboard.press("Space");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Space");
      }, /, /],
      ["web_site", async () => page.keyboard.type("officina.example.it"), /officina/],
      ["pec", async () => page.keyboard.type("officina@pec.example.it"), "officina@pec.example.it"],
      ["remarks", async () => {
        await page.keyboard.type("Prima riga");
        await page.keyboard.press("Shift+Enter");
        await page.keyboard.type("<b>seconda</b>");
        await picture(page, info, "list-cell-text");
      }, "Prima riga"],
    ];
    await cell(page, name, "revenue").dblclick();
    for (const [field, write, shown] of steps) {
      await expect(page.locator(`form.cell-edit [name="${field}"]`).first()).toBeAttached();
      await write();
      await page.keyboard.press("Tab");
      await expect(cell(page, name, field)).toHaveText(shown);
    }
    // After the last one that may be written the focus stays in the list.
    await expect(input(page)).toHaveCount(0);
    // What is a part of something, or follows from it, is a plain cell.
    expect(await page.locator(".list td[data-field='address.city'], .list td[data-field='stage_since']").count()).toBe(0);
  });

  test("written by two at once show both values", async ({ page, context }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = await makeThree(page);
    const other = await context.newPage();
    await other.goto(list(name));
    await cell(page, `${name} A`, "trade_name").dblclick();
    await expect(page.locator("#trade_name")).toBeFocused();
    await cell(other, `${name} A`, "trade_name").dblclick();
    await other.keyboard.type("Detta da altri");
    await other.keyboard.press("Enter");
    await expect(cell(other, `${name} A`, "trade_name")).toHaveText("Detta da altri");
    await page.keyboard.type("Detta da me");
    await page.keyboard.press("Enter");
    await expect(page.locator(".decision")).toContainText("Detta da altri");
    await expectAccessible(page);
    await picture(page, info, "list-cell-conflict");
    // With the keyboard: the other one, and saved.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(cell(page, `${name} A`, "trade_name")).toHaveText("Detta da altri");
    // The same again, for one's own.
    await cell(page, `${name} B`, "trade_name").dblclick();
    await expect(page.locator("#trade_name")).toBeFocused();
    await cell(other, `${name} B`, "trade_name").dblclick();
    await other.keyboard.type("Altri");
    await other.keyboard.press("Enter");
    await expect(cell(other, `${name} B`, "trade_name")).toHaveText("Altri");
    await page.keyboard.type("Io");
    await page.keyboard.press("Enter");
    await expect(page.locator(".decision")).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(cell(page, `${name} B`, "trade_name")).toHaveText("Io");
    await expect(cell(other, `${name} B`, "trade_name")).toHaveText("Io");
  });

  test("are undone from the message, and seen by others at once", async ({ page, context }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = await makeThree(page);
    const other = await context.newPage();
    await other.goto(list(name));
    await cell(page, `${name} A`, "trade_name").dblclick();
    await page.keyboard.type("Per poco");
    await page.keyboard.press("Enter");
    await expect(cell(other, `${name} A`, "trade_name")).toHaveText("Per poco");
    await page.locator(".toast", { hasText: "Modifiche salvate" }).locator(".toast-action").click();
    await expect(cell(page, `${name} A`, "trade_name")).toHaveText("");
    await expect(cell(other, `${name} A`, "trade_name")).toHaveText("");
  });

  test("are saved by going elsewhere with the mouse; the name opens the card", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no cells");
    const name = await makeThree(page);
    await cell(page, `${name} A`, "trade_name").click();
    await expect(cell(page, `${name} A`, "trade_name")).toBeFocused();
    await cell(page, `${name} A`, "trade_name").dblclick();
    await page.keyboard.type("Clic altrove");
    await cell(page, `${name} B`, "stage").click();
    await expect(cell(page, `${name} A`, "trade_name")).toHaveText("Clic altrove");
    await expect(input(page)).toHaveCount(0);
    // Also where the input is slower than the hand.
    await page.route("**/edit?*", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    await cell(page, `${name} A`, "trade_name").dblclick();
    await page.keyboard.type("Mano svelta");
    await cell(page, `${name} B`, "stage").click();
    await expect(cell(page, `${name} A`, "trade_name")).toHaveText("Mano svelta");
    await expect(input(page)).toHaveCount(0);
    await expect(cell(page, `${name} B`, "stage")).toBeFocused();
    // A plain cell opens the card, as a row does.
    await row(page, `${name} B`).locator("td:not([data-field]):not(.tick)").first().click();
    await expect(page.locator(".record-title h1")).toHaveText(`${name} B`);
  });

  test("on a phone lead to the card", async ({ page }, info) => {
    test.skip(desk(info), "the desk has cells");
    const name = await makeThree(page);
    await expectAccessible(page);
    await row(page, `${name} B`).locator("td.phone-end").tap();
    await expect(page.locator(".record-title h1")).toHaveText(`${name} B`);
  });

  test("have their keys on the sheet", async ({ page }, info) => {
    test.skip(!desk(info), "a phone has no keys");
    await makeThree(page);
    await page.keyboard.press("?");
    await expect(page.locator("dialog#keys")).toContainText("Modifica la cella");
    await expect(page.locator("dialog#keys")).toContainText("F2");
    await picture(page, info, "keys-list");
  });
});

test.describe("a card", () => {
  test.beforeEach(async ({ signIn }) => signIn());
  const spot = (page, key) => page.locator(`#spot-${key}`);
  const pencil = (page, key) => spot(page, key).locator(".spot-edit");

  test("is edited where it stands", async ({ page }, info) => {
    await makeAccount(page, `Officina Posto ${unique()}`, { trade_name: "Vecchia insegna" });
    await expectAccessible(page);
    await spot(page, "trade_name").hover();
    await picture(page, info, "card-spot");
    await pencil(page, "trade_name").focus();
    await page.keyboard.press("Enter");
    await expect(page.locator("#trade_name")).toBeFocused();
    await expectAccessible(page);
    await picture(page, info, "card-spot-edit");
    await page.keyboard.press("Escape");
    await expect(spot(page, "trade_name")).toContainText("Vecchia insegna");
    await expect(pencil(page, "trade_name")).toBeFocused();
    await page.keyboard.press("Enter");
    await page.locator("#trade_name").fill("Nuova insegna");
    await page.keyboard.press("Enter");
    await expect(spot(page, "trade_name")).toContainText("Nuova insegna");
    await expect(pencil(page, "trade_name")).toBeFocused();
    // At the head: the badge, and the name.
    await pencil(page, "stage").focus();
    await page.keyboard.press("Enter");
    await page.locator("#stage").selectOption("customer");
    await picture(page, info, "card-spot-head");
    await page.locator("#spot-stage [data-save]").click();
    await expect(spot(page, "stage")).toContainText("Cliente");
    // Everything follows: what happened says so.
    await expect(page.locator(".history")).toContainText("Cliente");
    await page.locator(".toast", { hasText: "Modifiche salvate" }).last().locator(".toast-action").click();
    await expect(spot(page, "stage")).not.toContainText("Cliente");
  });

  test("takes values with parts, lines and what was empty", async ({ page }, info) => {
    await makeAccount(page, `Officina Parti ${unique()}`);
    await page.locator("#card-empty summary").first().click();
    await pencil(page, "address").focus();
    await page.keyboard.press("Enter");
    await page.locator("[name='address.street']").fill("Via Roma 1");
    await page.locator("[name='address.city']").fill("Pisa");
    await expectAccessible(page);
    await picture(page, info, "card-spot-parts");
    await page.locator("#spot-address [data-save]").click();
    await expect(spot(page, "address")).toContainText("Via Roma 1");
    await page.locator("#card-empty").evaluate((details) => (details.open = true));
    await pencil(page, "phones").focus();
    await page.keyboard.press("Enter");
    await page.locator("[name='phones.0.number']").fill("123");
    await page.locator("#spot-phones [data-save]").click();
    await expect(spot(page, "phones").locator(".error")).toBeVisible();
    await expect(page.locator("[name='phones.0.number']")).toBeFocused();
    await page.locator("[name='phones.0.number']").fill("050 123456");
    await spot(page, "phones").getByRole("button", { name: "Aggiungi" }).click();
    await page.locator("[name='phones.2.number'], [name='phones.1.number']").last().fill("333 1234567");
    await picture(page, info, "card-spot-lines");
    await page.locator("#spot-phones [data-save]").click();
    await expect(spot(page, "phones").locator("a[href^='tel:']")).toHaveCount(2);
  });

  test("shows both values to whoever saves second, and what others change by itself", async ({ page, context }, info) => {
    const card = await makeAccount(page, `Officina Insieme ${unique()}`, { trade_name: "Prima" });
    const other = await context.newPage();
    await other.goto(card);
    await pencil(page, "trade_name").focus();
    await page.keyboard.press("Enter");
    await pencil(other, "trade_name").focus();
    await other.keyboard.press("Enter");
    await other.locator("#trade_name").fill("Detta da altri");
    await other.keyboard.press("Enter");
    await expect(spot(other, "trade_name")).toContainText("Detta da altri");
    await page.locator("#trade_name").fill("Detta da me");
    await page.keyboard.press("Enter");
    await expect(page.locator(".decision")).toContainText("Detta da altri");
    await expectAccessible(page);
    await picture(page, info, "card-spot-conflict");
    await page.locator("#spot-trade_name [data-save]").click();
    await expect(spot(page, "trade_name")).toContainText("Detta da me");
    await expect(spot(other, "trade_name")).toContainText("Detta da me");
    // The head too.
    await pencil(page, "stage").focus();
    await page.keyboard.press("Enter");
    await page.locator("#stage").selectOption("prospect");
    await page.locator("#spot-stage [data-save]").click();
    await expect(spot(other, "stage")).toContainText("Prospect");
  });

  test("says of a field who gave it its value, and takes one back", async ({ page }, info) => {
    await makeAccount(page, `Officina Passato ${unique()}`, { trade_name: "Uno" });
    for (const value of ["Due", "Tre"]) {
      await pencil(page, "trade_name").focus();
      await page.keyboard.press("Enter");
      await page.locator("#trade_name").fill(value);
      await page.keyboard.press("Enter");
      await expect(spot(page, "trade_name")).toContainText(value);
    }
    const clock = spot(page, "trade_name").locator("summary");
    await clock.focus();
    await page.keyboard.press("Enter");
    const past = spot(page, "trade_name").locator(".past-list");
    await expect(past.locator("del")).toHaveText(["Due", "Uno"]);
    await expect(past).toContainText(administrator.name);
    await expectAccessible(page);
    await picture(page, info, "card-past");
    await page.keyboard.press("Escape");
    await expect(past).toBeHidden();
    await clock.press("Enter");
    await past.getByRole("button", { name: "Annulla operazione" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Annulla operazione" }).click();
    await expect(spot(page, "trade_name")).toContainText("Due");
  });

  test("is duplicated, without what names it alone", async ({ page }, info) => {
    const name = `Officina Doppia ${unique()}`;
    await makeAccount(page, name, { trade_name: "Insegna", "phones.0.number": "050 765432", code: `C${unique()}` });
    if (desk(info)) {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("Duplica");
      await page.getByRole("option", { name: "Duplica" }).click();
    } else {
      await page.locator("#card-more > summary").click();
      await page.getByRole("link", { name: "Duplica" }).click();
    }
    await expect(page.locator("#name")).toHaveValue(name);
    await expect(page.locator("#code")).toHaveValue("");
    await expect(page.locator("[name='phones.0.number']")).toHaveValue(/765432/);
    await expectAccessible(page);
    await picture(page, info, "form-duplicate");
    await page.locator("#name").fill(`${name} bis`);
    await page.locator("[data-save]").click();
    // The same phone: it may be there already.
    await page.getByRole("button", { name: "Crea comunque" }).click();
    await expect(page.locator(".record-title h1")).toHaveText(`${name} bis`);
    await expect(page.locator("#spot-trade_name")).toContainText("Insegna");
  });

  test("is edited without JavaScript, one field at a time", async ({ browser, server, page }) => {
    const card = await makeAccount(page, `Officina Senza ${unique()}`, { trade_name: "Prima" });
    const state = await page.context().storageState();
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: state, baseURL: server.address, locale: "it-IT" });
    const plain = await context.newPage();
    await plain.goto(card);
    await plain.locator("#spot-trade_name .spot-edit").click();
    await plain.locator("#spot-trade_name #trade_name").fill("Dopo");
    await plain.locator("#spot-trade_name [data-save]").click();
    await expect(plain.locator("#spot-trade_name")).toContainText("Dopo");
    await plain.locator("#spot-vat_number .spot-edit, #card-empty summary").first().click();
    await plain.locator("#spot-vat_number .spot-edit").click();
    await plain.locator("#vat_number").fill("12345");
    await plain.locator("#spot-vat_number [data-save]").click();
    await expect(plain.locator("#vat_number-error")).toBeVisible();
    await plain.locator("#spot-vat_number [data-discard]").click();
    await plain.locator("#spot-trade_name summary").click();
    await plain.locator("#spot-trade_name .menu-items a").click();
    await expect(plain.locator(".past-list del")).toHaveText(["Prima"]);
    await context.close();
  });
});

test("whoever reads in English, in the dark, edits as well", async ({ page, signIn }, info) => {
  test.skip(!desk(info), "once is enough");
  await signIn();
  const name = await makeThree(page);
  await page.locator("summary.user").click();
  await page.locator("button[name=language][value=en]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.goto(list(name));
  await cell(page, `${name} A`, "employees").dblclick();
  await page.keyboard.type("many");
  await page.keyboard.press("Enter");
  await expect(page.locator("#employees-error")).toBeVisible();
  await picture(page, info, "list-cell-wrong-en");
  await page.keyboard.press("Escape");
  await row(page, `${name} A`).locator("a.row-link").click();
  await page.locator("#spot-stage").hover();
  await page.locator("#spot-stage .spot-edit").click();
  await page.locator("#spot-stage summary").click();
  await expect(page.locator("#spot-stage .past-list")).toContainText("Never changed");
  await picture(page, info, "card-past-en");
  await page.locator("summary.user").click();
  await page.locator("button[name=language][value=it]").click();
});
