// A real mail server (aiosmtpd) that prints what it is given.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "./start.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
const python = path.join(target, "mail/bin/python");

/** A mail server that prints what it is given. */
export async function postOffice() {
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
