// Letters through a real mail server (aiosmtpd): the account is set and tried, somebody is invited, and comes in by the link.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
const python = path.join(target, "mail/bin/python");

/** A mail server that prints what it is given. */
async function postOffice() {
  const port = await new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const child = spawn(python, ["-u", "-m", "aiosmtpd", "-n", "-l", `127.0.0.1:${port}`, "-c", "aiosmtpd.handlers.Debugging", "stdout"]);
  let said = "";
  let fault = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (fault += data));
  child.on("error", (error) => (fault += error.message));
  return {
    port,
    /** The newest letter to somebody, its quoted lines joined. */
    letter: async (to) => {
      const whole = () => said.replaceAll("=\n", "").replaceAll("=3D", "=");
      await expect.poll(() => whole().includes(`To: `) && whole().includes(to), { message: `a letter to ${to}; ${fault}`, timeout: 20_000 }).toBe(true);
      return whole().split("MESSAGE FOLLOWS").filter((one) => one.includes(to)).at(-1);
    },
    close: () => child.kill("SIGTERM"),
  };
}

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
