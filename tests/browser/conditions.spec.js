// Conditions of own fields, built by anybody, and forms that follow them while somebody writes; sharing rules built alike.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

const control = (page, id) => page.locator(`[id="${id}"]`);

/** Nothing is wider than the screen. */
async function fits(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

const keyOf = (name) => `x_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`.slice(0, 40);

test.describe("conditions", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("a condition is built, and the form of a record follows it", async ({ page }, info) => {
    const name = `Contratto ${info.project.name} ${Date.now() % 100_000}`;
    const key = keyOf(name);
    await page.goto("/own_fields/new?entity=account");
    await page.locator("#label").fill(name);
    await page.locator("#kind").selectOption("text");
    const visible = page.locator("#visible_when-filter");
    await expect(visible).toContainText("sempre visibile");
    await visible.getByRole("button", { name: "Aggiungi condizione" }).click();
    await expect(control(page, "visible_when-0.field")).toBeFocused();
    await control(page, "visible_when-0.field").selectOption("stage");
    await control(page, "visible_when-0.value").selectOption("customer");
    await expect(page.locator("#visible_when-said")).toContainText("Clienti");
    const required = page.locator("#required_when-filter");
    await required.getByRole("button", { name: "Aggiungi condizione" }).click();
    await control(page, "required_when-0.field").selectOption("employees");
    await control(page, "required_when-0.operator").selectOption("more");
    await control(page, "required_when-0.value").fill("molti");
    await expect(control(page, "required_when-0-error")).toContainText("Non è un numero intero");
    await expect(page.locator("#label")).toHaveValue(name);
    await page.locator("[data-save]").click();
    await expect(page.locator(".error-summary")).toContainText("Obbligatorio se");
    await expect(control(page, "required_when-0.value")).toHaveValue("molti");
    await control(page, "required_when-0.value").fill("10");
    await page.locator("#read_only_when-filter").getByRole("button", { name: "Aggiungi condizione" }).click();
    await control(page, "read_only_when-0.field").selectOption("stage");
    await control(page, "read_only_when-0.operator").selectOption("is");
    await control(page, "read_only_when-0.value").selectOption("former");
    await page.locator("#visible_when").scrollIntoViewIfNeeded();
    await fits(page);
    await expectAccessible(page);
    await picture(page, info, "condition-builder");
    // Who wants to writes the text.
    await visible.getByRole("button", { name: "Scrivi come testo" }).click();
    await expect(page.locator("#visible_when-text")).toHaveValue("stage is customer");
    await page.locator("#visible_when-text").fill("stage in (customer, former)");
    await visible.getByRole("button", { name: "Torna alle condizioni" }).click();
    await expect(control(page, "visible_when-0.operator")).toHaveValue("in");
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toBeVisible();
    await picture(page, info, "condition-card");

    await page.goto("/accounts/new");
    const field = page.locator(`#${key}`);
    await page.locator("#name").fill("Gelati Neri");
    await expect(field).toHaveCount(0);
    await page.locator("#stage").focus();
    await page.locator("#stage").selectOption("customer");
    await expect(field).toBeVisible();
    await expect(page.locator("#form-said")).toContainText(name);
    await expect(page.locator("#stage")).toBeFocused();
    await expect(field).not.toHaveAttribute("required", /.*/);
    await field.fill("A/12");
    // What decides is written while another field is asked already: nothing typed is lost.
    await page.locator("#employees").pressSequentially("120", { delay: 90 });
    await expect(field).toHaveAttribute("required", /.*/);
    await expect(page.locator("#employees")).toBeFocused();
    await expect(page.locator("#employees")).toHaveValue("120");
    await expect(field).toHaveValue("A/12");
    await page.locator("#stage").selectOption("lead");
    await expect(field).toHaveCount(0);
    await page.locator("#stage").selectOption("customer");
    await expect(field).toHaveValue("A/12");
    await expect(page.locator("#name")).toHaveValue("Gelati Neri");
    await field.scrollIntoViewIfNeeded();
    await fits(page);
    await expectAccessible(page);
    await picture(page, info, "condition-form");
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title h1")).toHaveText("Gelati Neri");

    // Of a record that is there it is fixed at once, with what was written.
    await page.goto(`${page.url().split("?")[0]}/edit`);
    await field.fill("B/13");
    await page.locator("#stage").selectOption("former");
    // Nobody is put out of the field that he is in: it follows when he leaves it.
    await expect(field).toBeFocused();
    await page.locator("#stage").focus();
    await expect(page.locator(`output#${key}`)).toHaveText("B/13");
    await picture(page, info, "condition-fixed");
    await page.locator("#stage").selectOption("customer");
    await expect(page.locator(`input#${key}`)).toHaveValue("B/13");
  });

  test("what is entered while a row comes anew stands in it", async ({ page }) => {
    await page.goto("/own_fields/new?entity=account");
    await page.locator("#visible_when-filter").getByRole("button", { name: "Aggiungi condizione" }).click();
    await control(page, "visible_when-0.field").selectOption("employees");
    await expect(control(page, "visible_when-0.operator")).toBeVisible();
    await page.route("**/own_fields/form", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue();
    });
    const [sent, came] = ["request", "response"].map((what) => page.waitForEvent(what, (one) => one.url().endsWith("/own_fields/form")));
    await control(page, "visible_when-0.operator").selectOption("more");
    await sent;
    await control(page, "visible_when-0.value").fill("12");
    await came;
    await expect(page.locator("#visible_when-said .sentence")).toContainText("12");
    await expect(control(page, "visible_when-0.value")).toHaveValue("12");
  });

  test("a sharing rule is built for the kind of record that is chosen", async ({ page }, info) => {
    await page.goto("/sharing_rules/new");
    await expect(page.locator("#filter-filter")).toContainText("Prima si sceglie");
    await page.locator("#name").fill("Pisa");
    await page.locator("#entity").selectOption({ label: "Referenti" });
    const rule = page.locator("#filter-filter");
    await rule.getByRole("button", { name: "Aggiungi condizione" }).click();
    await expect(control(page, "filter-0.field").locator("option[value='job_title']")).toHaveCount(1);
    await page.locator("#entity").selectOption({ label: "Clienti" });
    await expect(control(page, "filter-0.field").locator("option[value='address.city']")).toHaveCount(1);
    await control(page, "filter-0.field").selectOption("address.city");
    await control(page, "filter-0.value").fill("Pisa");
    await expect(page.locator("#filter-said .sentence")).toHaveText("Clienti di Pisa");
    await expect(page.locator("#filter-said strong")).toContainText("sched");
    await expect(control(page, "filter-0.value")).toBeFocused();
    await expect(page.locator("#name")).toHaveValue("Pisa");
    await fits(page);
    await expectAccessible(page);
    await picture(page, info, "sharing-rule");
    await page.locator("#role").selectOption("agent");
    await page.locator("[data-save]").click();
    await expect(page.locator(".record-title h1")).toHaveText("Pisa");
    await expect(page.locator("main")).toContainText("Clienti di Pisa");
  });

  test("the keyboard alone builds a condition", async ({ page }, info) => {
    test.skip(info.project.name.startsWith("phone"), "a phone has no keyboard");
    await page.goto("/own_fields/new?entity=account");
    await page.locator("#visible_when").getByRole("button", { name: "Aggiungi condizione" }).focus();
    await page.keyboard.press("Enter");
    await expect(control(page, "visible_when-0.field")).toBeFocused();
    await page.keyboard.type("Comune");
    await expect(control(page, "visible_when-0.operator")).toBeVisible();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Pisa");
    await expect(page.locator("#visible_when-said .sentence")).toContainText("Pisa");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator("#visible_when-filter")).toContainText("sempre visibile");
    await expect(page.locator("#visible_when").getByRole("button", { name: "Aggiungi condizione" })).toBeFocused();
  });
});

test.describe("conditions without modules", () => {
  test.use({ javaScriptEnabled: false });

  test("a rule is built by sending", async ({ page, signIn }) => {
    await signIn();
    await page.goto("/sharing_rules/new");
    await page.locator("#name").fill("Livorno");
    await page.locator("#entity").selectOption("account");
    await page.getByRole("button", { name: "Aggiorna e conta" }).click();
    await page.getByRole("button", { name: "Aggiungi condizione" }).click();
    await control(page, "filter-0.field").selectOption("address.city");
    await page.getByRole("button", { name: "Aggiorna e conta" }).click();
    await control(page, "filter-0.value").fill("Livorno");
    await page.getByRole("button", { name: "Aggiorna e conta" }).click();
    await expect(page.locator("#filter-said")).toContainText("Clienti di Livorno");
    await expect(page.locator("#name")).toHaveValue("Livorno");
    await page.locator("#role").selectOption("agent");
    // Enter saves, and takes no step.
    await page.locator("#name").press("Enter");
    await expect(page.locator(".record-title h1")).toHaveText("Livorno");
  });
});
