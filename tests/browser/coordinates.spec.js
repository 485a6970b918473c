// Where something is: set by hand on a card, and found by a geocoding server, for which a small one of this story stands in.

import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, makeAccount, start, test } from "./start.js";

let number = Date.now() % 900_000;
const unique = () => `Ferramenta ${(number += 17).toString(36)}`;

test("coordinates are set by hand, lead to a map, and go with their address", async ({ page, signIn, isMobile }, info) => {
  await signIn();
  await makeAccount(page, unique(), { "address.street": "Via Santa Maria 5", "address.city": "Pisa", "address.province": "PI" });
  const spot = page.locator("#spot-coordinates_by_hand");
  await expect(spot).toContainText("del comune");
  await picture(page, info, "coordinates-comune");
  const write = async (text) => {
    if (isMobile) await spot.locator(".spot-edit").click();
    else await spot.dblclick({ position: { x: 4, y: 4 } });
    await spot.locator("input[name=coordinates_by_hand]").fill(text);
    await spot.locator("[data-save]").click();
  };
  await write("Pisa centro");
  await expect(spot).toContainText("come si copiano da una mappa");
  await expectAccessible(page);
  await picture(page, info, "coordinates-wrong");
  await spot.locator("input[name=coordinates_by_hand]").fill("43,7231, 10,4017");
  await spot.locator("[data-save]").click();
  await expect(spot).toContainText("43.7231, 10.4017");
  const map = spot.getByRole("link", { name: "Apri la mappa" });
  await expect(map).toHaveAttribute("href", /^https:\/\/www\.openstreetmap\.org\/\?mlat=43\.7231&mlon=10\.4017#map=17/);
  await expect(map).toHaveAttribute("rel", "noopener noreferrer");
  await expectAccessible(page);
  await picture(page, info, "coordinates-by-hand");

  await page.goto(`${new URL(page.url()).pathname}/edit`);
  await expect(page.locator("#coordinates_by_hand")).toHaveValue("43.7231, 10.4017");
  await page.locator("#coordinates_by_hand").scrollIntoViewIfNeeded();
  await picture(page, info, "coordinates-form");
  await page.locator("[name='address.street']").fill("Via San Martino 7");
  await page.locator("[data-save]").click();
  await expect(spot).toContainText("del comune");
});

test("an administrator names a geocoding server, tries it, and addresses are found", async ({ page, database }, info) => {
  let answer = () => [200, "[]"];
  const standIn = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  await new Promise((resolve) => standIn.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${standIn.address().port}`;
  const before = (_, folder) => writeFile(path.join(folder, "scheda.toml"), `geocoding_hosts = ["${host}"]\n`);
  const server = await start(database, `geocoding_${info.workerIndex}`, { before });
  try {
    await page.goto(`${server.address}/sign-in`);
    await page.locator("input[name=email]").fill(administrator.email);
    await page.locator("input[name=password]").fill(administrator.password);
    await page.locator("form button.btn-primary").click();
    await expect(page.locator("nav.rail")).toBeVisible();
    const there = `${server.address}/administration/geocoding`;
    await page.goto(there);
    await expect(page.getByText("Finché non lo si attiva, nessun dato lascia questa installazione.")).toBeVisible();
    await expectAccessible(page);
    await picture(page, info, "geocoding-none");

    await page.locator("#geocoding-address").fill("http://192.168.1.7/nominatim");
    await page.locator("#geocoding-contact").fill("crm@officina.test");
    await page.locator("[data-save]").click();
    await expect(page.locator("#geocoding-address-error")).toContainText("Serve un indirizzo https");
    await picture(page, info, "geocoding-wrong");
    await page.locator("#geocoding-address").fill(`http://${host}`);
    await page.locator("#geocoding-header").fill("X-Key");
    await page.locator("#geocoding-key").fill("apriti sesamo");
    await page.locator("#geocoding-per_second").fill("20");
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("nessun indirizzo viene cercato");
    await expect(page.locator("#geocoding-key")).toHaveValue("");

    const place = (rank) => JSON.stringify([{ lat: "43.72", lon: "10.39", place_rank: rank, display_name: "5, Via Santa Maria, Pisa, Toscana, Italia" }]);
    answer = () => [200, place(30)];
    await page.locator("#geocoding-street").fill("Via Santa Maria 5");
    await page.locator("#geocoding-city").fill("Pisa");
    await page.getByRole("button", { name: "Prova" }).click();
    await expect(page.locator("#trial")).toContainText("5, Via Santa Maria, Pisa");
    await expect(page.locator("#trial")).toContainText("numero civico");
    await expectAccessible(page);
    await picture(page, info, "geocoding-trial");

    answer = () => [429, ""];
    await page.locator("input[name=on]").check();
    await page.locator("[data-save]").click();
    await expect(page.locator("#geocoding-progress")).toContainText("Attivo");
    await page.getByRole("button", { name: "Cerca le coordinate che mancano" }).click();
    await expect(page.locator("#geocoding-progress")).toContainText("le richieste sono troppe", { timeout: 40_000 });
    await expectAccessible(page);
    await picture(page, info, "geocoding-trouble");
    let asked = 0;
    answer = (request) => ((asked += 1), [200, request.url.includes("Via+") || asked % 2 ? place(30) : "[]"]);
    await page.getByRole("button", { name: "Riprova adesso" }).click();
    // It tells by itself how far it is.
    await expect(page.locator("#geocoding-progress")).toContainText("da cercare", { timeout: 40_000 });
    await picture(page, info, "geocoding-going");
    await page.getByRole("button", { name: "Interrompi" }).click();
    await picture(page, info, "geocoding-stop");
    await page.locator("dialog[open]").getByRole("button", { name: "Interrompi" }).click();
    await expect(page.locator(".toast")).toContainText("Ricerca interrotta");
    expect(asked).toBeGreaterThan(0);
  } finally {
    // Nobody listens to a server that is gone.
    await page.goto("about:blank");
    await server.stop();
    standIn.close();
  }
});
