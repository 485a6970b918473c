// Journeys through the pages: signing in, lists, cards, forms, conflicts, the trash; in both languages and themes, with axe and,
// when asked for, pictures.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, makeAccount, test } from "./start.js";

/** A number with the right check digit, different each time. */
function vatNumber(seed) {
  const digits = String(1_000_000_000 + (seed % 900_000_000)).padStart(10, "0");
  let sum = 0;
  for (const [place, digit] of [...digits].entries()) {
    const doubled = Number(digit) * 2;
    sum += place % 2 === 0 ? Number(digit) : doubled > 9 ? doubled - 9 : doubled;
  }
  return digits + ((10 - (sum % 10)) % 10);
}

let number = Date.now() % 900_000_000;
const unique = () => (number += 7);

test.describe("signing in", () => {
  test("with a wrong password nothing opens, and the address is kept", async ({ page }, info) => {
    await page.goto("/accounts?sort=-name");
    await expect(page).toHaveURL(/sign-in\?next=/);
    await page.locator("#email").fill(administrator.email);
    await page.locator("#password").fill("this is not the password");
    await page.locator("form button.btn-primary").click();
    await expect(page.getByRole("alert")).toContainText("Indirizzo o password non corretti");
    await expect(page.locator("#email")).toHaveValue(administrator.email);
    await expectAccessible(page);
    await picture(page, info, "sign-in-wrong");
    await page.locator("#password").fill(administrator.password);
    await page.locator("form button.btn-primary").click();
    await expect(page).toHaveURL(/\/accounts\?sort=-name$/);
  });

  test("one goes on to our own pages only", async ({ page }) => {
    await page.goto("/sign-in?next=//evil.example/");
    await page.locator("#email").fill(administrator.email);
    await page.locator("#password").fill(administrator.password);
    await page.locator("form button.btn-primary").click();
    await expect(page).toHaveURL(/127\.0\.0\.1.*\/accounts$/);
  });

  test("after signing out, going back shows nothing", async ({ page, signIn }, info) => {
    test.skip(info.project.name.startsWith("phone"));
    await signIn();
    await page.goto("/contacts");
    await page.locator("summary.user").click();
    await page.getByRole("button", { name: "Esci" }).click();
    await expect(page).toHaveURL(/sign-in/);
    await page.goto("/contacts");
    await expect(page).toHaveURL(/sign-in/);
  });
});

test("the first administrator is made by the link of the console, once", async ({ page, fresh }, info) => {
  const link = fresh.said().match(/http\S+\/setup\?token=\S+/)[0];
  await page.goto(`${fresh.address}/setup?token=wrong`);
  await expect(page.locator(".error-page .code")).toHaveText("403");
  await page.goto(link);
  await expectAccessible(page);
  await picture(page, info, "setup");
  await page.locator("#company").fill("Officina Prova S.r.l.");
  await page.locator("#name").fill("Anna Neri");
  await page.locator("#email").fill("anna@officina.test");
  await page.locator("#password").fill("corta");
  await page.locator("form .btn-primary").click();
  await expect(page.locator("#password-error")).toContainText("12 caratteri");
  await expect(page.locator("#company")).toHaveValue("Officina Prova S.r.l.");
  await picture(page, info, "setup-wrong");
  await page.locator("#password").fill("cavallo lampada sette fiume");
  await page.locator("[name=demo]").uncheck();
  await page.locator("form .btn-primary").click();
  await expect(page.locator("h1")).toContainText("Primi passi");
  await page.goto(`${fresh.address}/accounts`);
  await expect(page.locator(".empty h2")).toHaveText("Ancora nessun cliente");
  await expect(page.locator(".empty").getByRole("link", { name: "Importa" })).toBeVisible();
  await expect(page.locator(".empty").getByRole("button", { name: "Carica i dati dimostrativi" })).toBeVisible();
  await expect(page.locator(".rail-head")).toContainText("Officina Prova");
  await expectAccessible(page);
  await picture(page, info, "list-empty");
  await page.goto(link);
  await expect(page.locator(".error-page .code")).toHaveText("404");
});

test.describe("a list", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("shows a page of 50, and its count afterwards", async ({ page }, info) => {
    await page.goto("/accounts");
    await expect(page.locator(".list tbody tr")).toHaveCount(50);
    await expect(page.locator("#count")).toHaveText(/^1[2-9]\d$/);
    await expectAccessible(page);
    await picture(page, info, "list");
    const first = await page.locator(".row-link").first().textContent();
    await page.locator("a[rel=next]").click();
    await expect(page).toHaveURL(/cursor=/);
    await expect(page.locator(".row-link").first()).not.toHaveText(first);
    await page.locator("a[rel=prev]").click();
    await expect(page.locator(".row-link").first()).toHaveText(first);
  });

  test("is filtered and sorted by its address", async ({ page }, info) => {
    await page.goto(`/accounts?filter=${encodeURIComponent("stage is customer")}&sort=-name`);
    const stages = await page.locator(".list tbody .stage").allTextContents();
    expect(new Set(stages)).toEqual(new Set(["Cliente"]));
    const names = await page.locator(".row-link").allTextContents();
    const folded = names.map((name) => name.toLowerCase());
    expect(folded).toEqual([...folded].sort().reverse());
    await expect(page.locator("details.chip.on summary").first()).toContainText("Cliente");
    if (info.project.name.startsWith("phone")) return;
    await expect(page.locator("th[aria-sort=descending]")).toHaveText(/Ragione sociale/);
    await page.locator("th[aria-sort] a").click();
    await expect(page.locator("th[aria-sort=ascending]")).toHaveText(/Ragione sociale/);
    await expect(page).toHaveURL(/filter=stage/);
  });

  test("narrows while one writes, and the address follows", async ({ page }) => {
    await page.goto("/accounts");
    await page.locator(".filter-text").pressSequentially("rossi", { delay: 20 });
    await expect(page).toHaveURL(/q=rossi/);
    for (const name of await page.locator(".row-link").allTextContents()) expect(name.toLowerCase()).toContain("rossi");
    await page.locator(".filter-text").fill("nobody has this name");
    await expect(page.locator(".empty h2")).toHaveText("Nessun risultato");
    await page.getByRole("link", { name: "Togli i filtri" }).click();
    await expect(page.locator(".list tbody tr")).toHaveCount(50);
  });

  test("a filter of the small form becomes a chip, and is taken off again", async ({ page }, info) => {
    await page.goto("/accounts");
    await page.locator("details.chip.add summary").first().click();
    await page.locator('[name="add.kind"]').selectOption("person");
    await expectAccessible(page);
    await picture(page, info, "list-filter");
    await page.locator("details.chip.add[open] .btn-primary").click();
    await expect(page).toHaveURL(/filter=kind\+is\+person|filter=kind%20is%20person/);
    await expect(page.locator("span.chip.on")).toContainText("Privato");
    await page.locator("span.chip.on .chip-off").click();
    await expect(page.locator("span.chip.on")).toHaveCount(0);
  });

  test("a wrong filter says where it is wrong", async ({ page }, info) => {
    const answer = await page.goto(`/accounts?filter=${encodeURIComponent("stage is is")}`);
    expect(answer.status()).toBe(422);
    await expect(page.locator("#list")).toContainText("Il filtro non si capisce");
    await picture(page, info, "list-wrong");
    // The builder has its text, and says the same beside it.
    await page.getByRole("link", { name: "Correggi il filtro" }).click();
    await expect(page.locator("#builder-text")).toHaveValue("stage is is");
    await expect(page.locator("#builder-text-said .error")).toBeVisible();
  });
});

test("search finds a phone in any punctuation", async ({ page, signIn }, info) => {
  await signIn();
  const name = `Ferramenta Telefono ${unique()}`;
  const phone = `050 9${String(unique()).slice(-5)}`;
  await makeAccount(page, name, { "phones.0.number": phone });
  const digits = phone.replace(/\D/g, "");
  for (const written of [digits, `+39 ${phone}`, `${digits.slice(0, 3)}-${digits.slice(3)}`]) {
    await page.goto(`/search?q=${encodeURIComponent(written)}`);
    await expect(page.locator(".thing-name")).toHaveText([name]);
  }
  await page.goto("/search?q=rossi");
  await expect(page.locator(".found h2")).not.toHaveCount(0);
  await expectAccessible(page);
  await picture(page, info, "search");
});

test.describe("a card and its form", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("what is wrong stands beside the field, and what was written is kept", async ({ page }, info) => {
    const name = `Officina Errori ${unique()}`;
    const card = await makeAccount(page, name);
    await page.goto(`${card}/edit`);
    await picture(page, info, "form");
    await page.locator("#vat_number").fill("01234567890");
    await page.locator("#revenue").fill("molto");
    await page.locator("[name='phones.0.number']").fill("abc");
    await page.locator("[data-save]").click();
    await expect(page.locator(".error-summary h2")).toHaveText("Ci sono 3 errori: nulla è stato salvato");
    await expect(page.locator(".error-summary")).toBeFocused();
    await expect(page.locator("#vat_number-error")).toBeVisible();
    await expect(page.locator("#vat_number")).toHaveValue("01234567890");
    await expect(page.locator("[name='phones.0.number']")).toHaveValue("abc");
    await expectAccessible(page);
    await picture(page, info, "form-wrong");
    await page.locator("#vat_number").fill(vatNumber(unique()));
    await page.locator("#revenue").fill("1.234,50");
    await page.locator("[name='phones.0.number']").fill("050 123456");
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Modifiche salvate");
    await expect(page.locator("#card-head")).toContainText("1.234,50 €");
    await expect(page.locator(".facts")).toContainText("050 123456");
    await expect(page.locator(".history")).toContainText("ha modificato");
    await expectAccessible(page);
    await picture(page, info, "card");
  });

  test("a saved change can be undone from its message", async ({ page }) => {
    const name = `Officina Ripensamento ${unique()}`;
    const card = await makeAccount(page, name);
    await page.goto(`${card}/edit`);
    await page.locator("#trade_name").fill("Insegna nuova");
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-side")).toContainText("Insegna nuova");
    await page.locator(".toast-action").click();
    await expect(page.locator(".toast")).toContainText("Operazione annullata");
    await expect(page.locator(".record-side")).not.toContainText("Insegna nuova");
  });

  test("whoever saves second sees both values, and decides", async ({ page, context }, info) => {
    const name = `Officina Conflitto ${unique()}`;
    const card = await makeAccount(page, name);
    const other = await context.newPage();
    await page.goto(`${card}/edit`);
    await other.goto(`${card}/edit`);
    await other.locator("#trade_name").fill("Detta da altri");
    await other.locator("#employees").fill("12");
    await other.locator("[data-save]").click();
    await expect(other.locator(".record-title")).toBeVisible();
    await page.locator("#trade_name").fill("Detta da me");
    await page.locator("[data-save]").click();
    await expect(page.locator("#conflict")).toContainText("ha salvato questa scheda");
    await expect(page.locator(".decision")).toHaveCount(1);
    await expect(page.locator(".decision")).toContainText("Detta da altri");
    // What only the other changed is taken over.
    await expect(page.locator("#employees")).toHaveValue("12");
    await expectAccessible(page);
    await picture(page, info, "form-conflict");
    await page.getByLabel("Quello salvato: Detta da altri").check();
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-side")).toContainText("Detta da altri");
    await expect(page.locator(".record-side")).toContainText("12");
  });

  test("a double is shown before it is made, and made if one insists", async ({ page }, info) => {
    const vat = vatNumber(unique());
    await makeAccount(page, `Prima ${vat}`, { vat_number: vat });
    await page.goto("/accounts/new");
    await page.locator("#name").fill(`Seconda ${vat}`);
    await page.locator("#vat_number").fill(vat);
    await page.locator("[data-save]").click();
    await expect(page.locator("#twins")).toBeVisible();
    await expect(page.locator(".notice .thing-name")).toHaveText(`Prima ${vat}`);
    await expectAccessible(page);
    await picture(page, info, "form-twins");
    await page.getByRole("button", { name: "Crea comunque" }).click();
    await expect(page.locator(".record-title h1")).toHaveText(`Seconda ${vat}`);
  });

  test("a contact is added from the card of its account, with its role", async ({ page }, info) => {
    const card = await makeAccount(page, `Officina Referenti ${unique()}`);
    await page.locator("#card-contacts").getByRole("link", { name: "Nuovo referente" }).click();
    await page.locator("[name='place.role']").fill("Responsabile acquisti");
    await page.locator("[name='name.given']").fill("Mario");
    await page.locator("[name='name.family']").fill("Verdi");
    await page.locator("[name='phones.0.number']").fill("333 1234567");
    await picture(page, info, "form-contact");
    await page.locator("[data-save]").click();
    await expect(page).toHaveURL(new RegExp(`${card}#card-contacts$`));
    await expect(page.locator("#card-contacts")).toContainText("Verdi Mario");
    await expect(page.locator("#card-contacts")).toContainText("Responsabile acquisti");
    await expect(page.locator("#card-contacts .count")).toHaveText("1");
  });

  test("what is removed is in the trash, and comes back", async ({ page }, info) => {
    const name = `Officina Cestino ${unique()}`;
    const card = await makeAccount(page, name);
    await page.locator("#card-more > summary").click();
    await page.locator(".record-bar .danger").click();
    await page.getByRole("dialog").getByRole("button", { name: "Elimina" }).click();
    await expect(page.locator(".toast")).toContainText(`Nel cestino: ${name}`);
    await page.locator(".toast-action").click();
    await expect(page.locator(".toast")).toContainText("Operazione annullata");
    await page.goto(card);
    await expect(page.locator(".record-head .notice")).toHaveCount(0);
    await page.locator("#card-more > summary").click();
    await page.locator(".record-bar .danger").click();
    await page.getByRole("dialog").getByRole("button", { name: "Elimina" }).click();
    await expect(page.locator(".toast")).toContainText(`Nel cestino: ${name}`);
    await page.goto("/accounts?trash=1");
    await page.getByRole("link", { name }).click();
    await expect(page.locator(".record-head .notice")).toContainText("nel cestino");
    await picture(page, info, "card-removed");
    await page.getByRole("button", { name: "Ripristina" }).click();
    await expect(page.locator(".record-head .notice")).toHaveCount(0);
  });

  test("the owner is chosen by writing some of the name", async ({ page }) => {
    await page.goto("/accounts/new");
    await page.locator("#name").fill(`Officina Agente ${unique()}`);
    await page.locator("[id='owner']").fill("marco");
    await page.locator("[role=option]").first().click();
    await expect(page.locator("[id='owner']")).toHaveValue(/Marco/);
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title")).toContainText("Marco");
  });

  test("what others change appears by itself", async ({ page, context }) => {
    const card = await makeAccount(page, `Officina Viva ${unique()}`);
    const other = await context.newPage();
    await other.goto(`${card}/edit`);
    await other.locator("#trade_name").fill("Vista da lontano");
    await other.locator("[data-save]").click();
    await expect(page.locator(".history")).toContainText("Vista da lontano", { timeout: 10_000 });
  });
});

test("an administrator makes a user, who signs in with the password that was set", async ({ page, signIn, browser, server }, info) => {
  await signIn();
  const email = `agente${unique()}@officina.test`;
  await page.goto("/users/new");
  await page.locator("#name").fill("Carlo Bini");
  await page.locator("#email").fill(email);
  await picture(page, info, "user-form");
  await page.locator("[data-save]").click();
  await expect(page.locator(".record-title h1")).toHaveText("Carlo Bini");
  // Nobody is removed: there is no menu for it.
  await expect(page.locator(".record-bar .danger")).toHaveCount(0);
  await page.locator(".record-bar").getByRole("link", { name: "Accesso" }).click();
  await page.getByRole("link", { name: "Imposta la password" }).click();
  await page.locator("#password").fill("corta");
  await page.locator("[data-save]").click();
  await expect(page.locator("#password-error")).toBeVisible();
  await page.locator("#password").fill("finestra mare tredici volte");
  await page.locator("[data-save]").click();
  await expect(page.locator(".toast")).toContainText("Password impostata");
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(`${server.address}/sign-in`);
  await theirs.locator("#email").fill(email);
  await theirs.locator("#password").fill("finestra mare tredici volte");
  await theirs.locator("form .btn-primary").click();
  await expect(theirs.locator("nav.rail")).toBeVisible();
  // An agent has no administration, and knows nothing of it.
  await expect(theirs.locator("a[href='/administration']")).toHaveCount(0);
  const answer = await theirs.goto(`${server.address}/users/new`);
  expect(answer.status()).toBe(403);
  await theirs.context().close();
});

test("English and the dark theme are each person's own", async ({ page, signIn }, info) => {
  await signIn();
  await page.goto("/accounts");
  await page.locator("summary.user").click();
  await page.locator("button[name=language][value=en]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("h1")).toContainText("Accounts");
  await picture(page, info, "list-english");
  await page.locator("summary.user").click();
  await page.locator("button[data-theme-choice=dark]").click();
  await expect(page.locator("html")).toHaveAttribute("data-bs-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-bs-theme", "dark");
  const first = await page.locator(".row-link").first().getAttribute("href");
  await page.goto(first);
  await picture(page, info, "card-english");
  await page.locator("summary.user").click();
  await page.locator("button[name=language][value=it]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "it");
});

test("what is not there says so, in the frame", async ({ page, signIn }, info) => {
  await signIn();
  const answer = await page.goto("/accounts/0000000000001");
  expect(answer.status()).toBe(404);
  await expect(page.locator("nav.rail")).toBeVisible();
  await expect(page.locator(".error-page h1")).toHaveText("Questa pagina non c’è");
  await expectAccessible(page);
  await picture(page, info, "not-found");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one reads, searches, makes and changes", async ({ page, signIn }) => {
    await signIn();
    await page.goto("/accounts");
    await expect(page.locator(".list tbody tr")).toHaveCount(50);
    await page.locator(".filter-text").fill("rossi");
    await page.locator(".filter-text").press("Enter");
    await expect(page).toHaveURL(/q=rossi/);
    const name = `Senza Script ${unique()}`;
    await page.goto("/accounts/new");
    await page.locator("#name").fill(name);
    await page.locator("[id='owner']").fill("Nessuno Così");
    // Numbers of our own: one that somebody has already would be a double.
    const phone = `050 8${String(unique()).slice(-5)}`;
    await page.locator("[name='phones.0.number']").fill(phone);
    await page.locator("[data-save]").click();
    await expect(page.locator(".error-summary")).toContainText("Agente");
    await expect(page.locator("#name")).toHaveValue(name);
    await page.locator("[id='owner']").fill("Marco Ferri");
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title h1")).toHaveText(name);
    await page.getByRole("link", { name: "Modifica", exact: true }).click();
    await page.locator("[name='phones.1.number']").fill("333 1234567");
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-side")).toContainText("333 123 4567");
    await expect(page.locator(".record-side")).toContainText(phone);
  });
});
