// What is worth a look: said while one writes, put in by a button, with the keyboard too; and the list of CAPs that makes more of it.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

let number = Date.now() % 900_000;
const unique = () => `Colorificio ${(number += 17).toString(36)}`;

test.beforeEach(async ({ signIn }) => signIn());

/** Writes into a control and goes on to another. */
async function leave(page, name, text) {
  const control = page.locator(`form [name='${name}']`);
  await control.fill(text);
  await control.blur();
}

test("the form says it once a field is left, and puts in what was meant", async ({ page }, info) => {
  await page.goto("/accounts/new");
  const told = page.locator("[data-doubts=address]");
  await expect(told).toHaveAttribute("role", "status");
  await page.locator("#name").fill(unique());
  await leave(page, "address.city", "Pontedera");
  await expect(told).toContainText("Manca la provincia");
  await leave(page, "address.province", "LI");
  await leave(page, "address.postcode", "20121");
  await expect(told).toContainText("non di LI");
  await expect(told).toContainText("20121 non può essere di Pontedera");
  await leave(page, "emails.0.address", "info@gmial.com");
  await leave(page, "pec", "colori@hotmial.it");
  await expect(page.locator("[data-doubts=emails]")).toContainText("info@gmail.com");
  await expectAccessible(page);
  await picture(page, info, "doubts-form");

  // By the keyboard: the button puts it in, the focus goes to the field, and nothing else was changed.
  const button = told.getByRole("button", { name: "Usa «PI»" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("[name='address.province']")).toHaveValue("PI");
  await expect(page.locator("[name='address.province']")).toBeFocused();
  await expect(told).not.toContainText("non di LI");
  await expect(page.locator("[name='address.postcode']")).toHaveValue("20121");
  await page.getByRole("button", { name: "Usa «info@gmail.com»" }).click();
  await expect(page.locator("[name='emails.0.address']")).toHaveValue("info@gmail.com");
  await expect(page.locator("[data-doubts=emails]")).toBeEmpty();
  // What is still worth a look keeps nobody from saving.
  await page.locator("[data-save]").click();
  await expect(page.locator("#card-head .doubts")).toContainText("20121 non può essere di Pontedera");
});

test("it is said where one value is edited by itself", async ({ page, isMobile }, info) => {
  await makeAccount(page, unique(), { "address.city": "Pontedera", "address.province": "PI" });
  const spot = page.locator("#spot-address");
  await (isMobile ? spot.locator(".spot-edit").click() : spot.dblclick());
  await leave(page, "address.province", "SI");
  const told = spot.locator("[data-doubts=address]");
  await expect(told).toContainText("non di SI");
  await expectAccessible(page);
  await picture(page, info, "doubts-in-place");
  await told.getByRole("button", { name: "Usa «PI»" }).click();
  await expect(told).toBeEmpty();
  await expect(spot.locator("[name='address.province']")).toHaveValue("PI");
});

test("a list of CAPs is loaded, says more, and is taken away", async ({ page }, info) => {
  await page.goto("/administration/postcodes");
  await picture(page, info, "postcodes-none");
  const load = (name, text) => page.locator("#postcodes-file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await load("altro.csv", "Nome;Cognome\nAnna;Neri\n");
  await page.getByRole("button", { name: "Carica", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("mancano le colonne");
  await picture(page, info, "postcodes-wrong");
  await load("cap.csv", "CAP;Comune;Provincia\n56025;Pontedera;PI\n56021;Cascina;PI\n561xx;Pisa;PI\n99999;Atlantide;XX\n");
  await page.getByRole("button", { name: "Carica", exact: true }).click();
  await expect(page.getByText("CAP: 2. Comuni: 2.")).toBeVisible();
  await expect(page.locator("table.report")).toContainText("Atlantide");
  await expectAccessible(page);
  await picture(page, info, "postcodes");
  await page.goto("/accounts/new");
  await leave(page, "address.city", "Pontedera");
  await page.locator("[data-doubts=address]").getByRole("button", { name: "Usa «56025»" }).click();
  await expect(page.locator("[name='address.postcode']")).toHaveValue("56025");
  await page.goto("/administration/postcodes");
  await page.getByRole("button", { name: "Togli l’elenco" }).click();
  const sure = page.locator("dialog[open]").getByRole("button", { name: "Togli l’elenco" });
  await sure.click();
  await expect(page.getByText("Nessun elenco caricato")).toBeVisible();
});
