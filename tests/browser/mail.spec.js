// Letters through a real mail server (aiosmtpd): the account is set and tried, somebody is invited, and comes in by the link.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { postOffice } from "./post.js";
import { expect, test } from "./start.js";

test("somebody is invited by a letter and comes in by its link", async ({ page, server, signIn, browser }, info) => {
  const office = await postOffice();
  try {
    await signIn();
    await page.goto("/administration/mail");
    await page.locator("#host").fill("127.0.0.1");
    await page.locator("#port").fill(String(office.port));
    await page.locator("#security").selectOption("none");
    await page.locator("#sender_address").fill("crm@officina.test");
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Casella salvata");
    await page.getByRole("button", { name: "Invia un messaggio di prova" }).click();
    await expect(page.locator("#trial")).toContainText("250 OK");
    await expectAccessible(page);
    await picture(page, info, "mail-trial");
    expect(await office.letter("giulia@officina.test")).toContain("Subject: ");

    const email = `luca-${info.project.name}-${info.retry}@officina.test`;
    await page.goto("/users/new");
    await page.locator("#name").fill("Luca Riva");
    await page.locator("#email").fill(email);
    await page.locator("[data-save]").click();
    await page.getByRole("link", { name: "Accesso", exact: true }).click();
    await expectAccessible(page);
    await picture(page, info, "access");
    await page.getByRole("button", { name: "Invita" }).click();
    await expect(page.locator(".toast")).toContainText("Invito in partenza");
    const link = (await office.letter(email)).match(/http\S+new-password\?token=[\w-]+/)[0];
    expect(link.startsWith(server.address)).toBe(true);

    const own = await browser.newContext({ baseURL: server.address, locale: "it-IT" });
    const luca = await own.newPage();
    await luca.goto(link);
    await expectAccessible(luca);
    await picture(luca, info, "invited");
    await luca.locator("#password").fill("quattro-parole-scelte-da-lui");
    await luca.locator("form .btn-primary").click();
    await expect(luca.locator(".notice")).toContainText("Password impostata");
    await luca.locator("#email").fill(email);
    await luca.locator("#password").fill("quattro-parole-scelte-da-lui");
    await luca.locator("form .btn-primary").click();
    await expect(luca.locator("nav.rail")).toBeVisible();
    await luca.goto(link);
    await expect(luca.locator("h1")).toHaveText("Il collegamento non vale più");
    await own.close();
  } finally {
    office.close();
  }
});
