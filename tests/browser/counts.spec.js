// A long list: what there is of it is said up to a bound, and exactly to whoever asks; it is never waited for.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, start, test as base } from "./start.js";

const test = base.extend({
  // The server of these journeys has more than anybody counts.
  server: [
    async ({ database }, use, worker) => {
      const before = async (command) => {
        await command(["demo", "--accounts", "10050", "--contacts", "0", "--seed", "7"]);
        await command(["user", "add", administrator.email, "--name", administrator.name, "--role", "administrator", "--password-stdin"], administrator.password);
      };
      const server = await start(database, `counts_${worker.workerIndex}`, { fresh: true, before });
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test("more than ten thousand are counted exactly when somebody asks", async ({ page, signIn }, info) => {
  test.skip(info.project.name.endsWith("postgres"), "once is enough");
  await signIn();
  await page.goto("/accounts");
  await expect(page.locator("#count")).toHaveText("10.000+");
  if (!info.project.name.startsWith("phone")) {
    await expect(page.locator("#list-count")).toHaveText("più di 10.000 in tutto");
    await expectAccessible(page);
    await picture(page, info, "list-long");
    await page.locator("#list-count a").click();
    await expect(page.locator("#list-count")).toHaveText("10.050 in tutto");
    await expect(page.locator("#count")).toHaveText("10.050");
  }
  // All of them are chosen with their real number.
  await page.locator(".list tbody input[name=pick]").first().check();
  await expect(page.locator(".bulk-all")).toBeVisible();
});
