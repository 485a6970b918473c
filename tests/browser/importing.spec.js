// A file comes in: its columns are matched, its rows looked at and put right, it is tried, done, told and undone; with modules
// and without, on the desktop and on a phone.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

const rows = (town) =>
  [
    "Ragione sociale;Partita IVA;Telefono;E-mail;Città;Codice interno",
    `Officine Alfa ${town};12345678903;050 24776;info@alfa.example;${town};A1`,
    `Beta Impianti ${town};;non so;info@beta.example;${town};A2`,
    `;;050 111222;;${town};A3`,
    "",
  ].join("\r\n");

const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text, "utf8") });

async function loaded(page, name, text) {
  await page.goto("/imports/new?of=accounts");
  await page.locator("#import-file").setInputFiles(file(name, text));
  await page.locator("[data-save]").click();
  await page.waitForURL(/\/imports\/[^/]+\/columns$/);
}

test("a file is matched, tried, put right, imported, told and undone", async ({ page }, info) => {
  const town = `Imposta ${info.project.name}`;
  await page.goto("/imports");
  await expectAccessible(page);
  await picture(page, info, "imports-none");
  await page.goto("/imports/new?of=accounts");
  await expect(page.locator("h1")).toHaveText("Importa un file");
  await expectAccessible(page);
  await picture(page, info, "import-file");
  await loaded(page, "clienti.csv", rows(town));
  await expect(page.locator(".import-map tbody tr")).toHaveCount(6);
  await expect(page.getByLabel("Ragione sociale", { exact: true })).toHaveValue("name");
  await expectAccessible(page);
  await picture(page, info, "import-columns");
  await page.getByLabel("Codice interno", { exact: true }).selectOption("");
  await page.locator("[data-save]").click();
  await expect(page.locator(".import-grid tbody tr")).toHaveCount(3);
  await expect(page.locator(".import-grid")).toContainText("manca il nome");
  await expectAccessible(page);
  await picture(page, info, "import-rows");
  await page.getByRole("button", { name: "Prova senza scrivere" }).click();
  await expect(page.locator(".import-outcome")).toContainText("1 riga con errore", { timeout: 20_000 });
  await expect(page.locator(".import-outcome")).toContainText("2 nuovi");
  await page.getByRole("link", { name: "1 con errore" }).click();
  await expect(page.locator(".import-grid tbody tr")).toHaveCount(1);
  await expectAccessible(page);
  await picture(page, info, "import-errors");
  await page.getByLabel("Ragione sociale, riga 4").fill(`Gamma ${town}`);
  await page.getByRole("button", { name: "Prova di nuovo" }).click();
  await expect(page.locator(".import-outcome")).toContainText("3 nuovi", { timeout: 20_000 });
  await page.getByRole("button", { name: "Importa 3 righe" }).click();
  await expect(page.locator("#import-report")).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(page.locator(".bulk-counts")).toContainText("3 creati");
  await expectAccessible(page);
  await picture(page, info, "import-report");
  const here = page.url();
  await page.getByRole("link", { name: "Vedi i 3 creati" }).click();
  await expect(page.locator(".list tbody")).toContainText(`Gamma ${town}`);
  await page.goto("/imports");
  await expect(page.locator("#imports")).toContainText("clienti.csv");
  await expectAccessible(page);
  await picture(page, info, "imports");
  await page.goto(here);
  await page.getByRole("button", { name: "Annulla importazione" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Annulla importazione" }).click();
  await expect(page.locator(".bulk-stands")).toContainText("Annullata", { timeout: 20_000 });
  await page.goto(`/accounts?q=${encodeURIComponent(town)}`);
  await expect(page.locator(".list tbody tr")).toHaveCount(0);
});

test("consents come in with source, date and proof, and rows that are alike to a record are told", async ({ page }, info) => {
  const town = `Consensi ${info.project.name}`;
  const [street, number] = [`Via dei Consensi ${info.project.name} 7`, `0586 89${info.project.name.length}898`];
  const text = (name, answer) =>
    ["Ragione sociale;Indirizzo;Città;Telefono;Newsletter", `${name};${street};${town};${number};${answer}`, `Altra ditta ${town};;;;forse`, ""].join("\r\n");
  await loaded(page, "consensi.csv", text(`Trattoria da Ugo ${town} snc`, "sì"));
  await expect(page.locator("#import-consents")).not.toHaveAttribute("open");
  await page.getByLabel("Newsletter", { exact: true }).selectOption({ label: "Consenso: Marketing · E-mail" });
  await page.locator("[data-save]").click();
  await expect(page.locator("#import-consents .error")).toHaveCount(3);
  await expectAccessible(page);
  await picture(page, info, "import-consents-missing");
  const consents = page.locator("#import-consents");
  await consents.getByLabel("Provenienza").selectOption({ label: "Modulo cartaceo" });
  await consents.getByLabel("Data", { exact: true }).fill("2025-02-01");
  await consents.getByLabel("Prova").fill("Fiera di Pisa, cartella 3");
  await picture(page, info, "import-consents");
  await page.locator("[data-save]").click();
  await expect(page.locator(".import-grid")).toContainText("non è né un sì né un no");
  await page.getByRole("button", { name: "Importa senza provare" }).click();
  await expect(page.locator(".bulk-counts")).toContainText("1 consenso registrato", { timeout: 20_000 });
  await expectAccessible(page);
  await picture(page, info, "import-consents-report");
  // The same under another name: it is told, with the record, and left out.
  await loaded(page, "doppioni.csv", text(`Trattoria Da Ugo ${town}`, ""));
  await page.getByLabel("Newsletter", { exact: true }).selectOption("");
  await page.getByLabel("Lascia fuori").check();
  await picture(page, info, "import-alike");
  await page.locator("[data-save]").click();
  await page.getByRole("button", { name: "Prova senza scrivere" }).click();
  await expect(page.locator(".import-outcome")).toContainText("possibil", { timeout: 20_000 });
  await page.locator(".import-tabs").getByRole("link", { name: "dopp" }).click();
  await expect(page.locator(".import-twin").first()).toHaveText(`Trattoria da Ugo ${town} snc`);
  await expectAccessible(page);
  await picture(page, info, "import-alike-rows");
  await page.locator(".save-bar form button.btn-primary").click();
  await expect(page.locator("#import-report")).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(page.locator(".things")).toContainText(`Trattoria da Ugo ${town} snc`);
  await expectAccessible(page);
  await picture(page, info, "import-alike-report");
});

test("a broken file is refused with the line that is wrong", async ({ page }, info) => {
  await page.goto("/imports/new?of=accounts");
  await page.locator("#import-file").setInputFiles(file("rotto.csv", 'Nome;Note\r\nRossi;"mai chiuse\r\n'));
  await page.locator("[data-save]").click();
  await expect(page.locator(".notice[data-tone=bad]")).toContainText("riga 2: virgolette aperte e mai chiuse");
  await expectAccessible(page);
  await picture(page, info, "import-broken");
});

test.describe("without modules", () => {
  test.use({ javaScriptEnabled: false });

  test("the same steps lead to the same end", async ({ page }, info) => {
    const town = `Senza ${info.project.name}`;
    await loaded(page, "senza.csv", rows(town));
    await page.locator("[data-save]").click();
    await page.getByRole("button", { name: "Importa senza provare" }).click();
    await expect(async () => {
      await page.reload();
      await expect(page.locator("#import-report")).toHaveAttribute("data-state", "done");
    }).toPass({ timeout: 20_000 });
    await expect(page.locator(".bulk-counts")).toContainText("2 creati");
    await expect(page.locator(".things")).toContainText("Riga 4");
    await expect(page.getByRole("link", { name: "Scarica le righe con errori" })).toBeVisible();
  });
});
