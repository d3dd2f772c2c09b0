// Walks through flows in one Chromium, for tests/web/pages.py: reads a flow a line from standard input, writes its outcome.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import assert from "node:assert/strict";

const [packages, chromium] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { chromium: launcher } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const LIMIT_MS = 30_000;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => {
  const { value, done } = await lines.next();
  return done ? null : JSON.parse(value);
};
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** What a page must never show: errors of scripts, and what the policy of the server refused. Answers of the API are no errors. */
function watch(page) {
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    wrong.push(`a foreign dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return wrong;
}

/** Nothing that axe finds serious or critical, at WCAG 2.2 AA, in both colours. */
async function usable(page) {
  for (const colours of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: colours, reducedMotion: "reduce" });
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await (await import("node:fs/promises")).readFile(axe, "utf8"));
    const found = await page.evaluate(() =>
      // Without preload: axe would copy style sheets into the page, which the policy of the server refuses.
      window.axe.run(document, { preload: false, runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] } }),
    );
    const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
    assert.deepEqual(serious.map((v) => `${colours}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any.map((a) => a.message).join(" ")}`).join("; ")}`), []);
  }
}

const browser = await launcher.launch({ executablePath: chromium, args: ["--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage"] });
for (let order = await next(); order; order = await next()) {
  const context = await browser.newContext({ locale: order.locale ?? "en-GB", viewport: order.viewport ?? { width: 1280, height: 800 } });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const wrong = watch(page);
  try {
    const flows = await import(`./flows/${order.file}.mjs`);
    const ask = async (what) => {
      say({ ask: what });
      return next();
    };
    await flows[order.flow]({ page, context, url: order.url, ask, usable: () => usable(page), given: order.given ?? {}, assert });
    assert.deepEqual(wrong, []);
    say({ passed: true });
  } catch (error) {
    const shown = await page.locator("body").innerText({ timeout: 1000 }).catch(() => "");
    say({ passed: false, why: `${error.stack ?? error}\n${wrong.join("\n")}\nshown: ${shown.slice(0, 1500)}` });
  } finally {
    await context.close();
  }
}
await browser.close();
