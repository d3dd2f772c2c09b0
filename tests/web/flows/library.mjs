// The library: sessions come, are found, and go; a library without any explains itself.

/** Nothing yet: what to do, and the demo session, from one click to a transcript. */
export async function empty({ page, url, ask, given, usable }) {
  await page.goto(url);
  await page.getByRole("heading", { name: "No session yet" }).waitFor();
  await page.getByText("make demo").waitFor();
  await usable();
  await ask({ do: "render" });
  await page.reload();
  await usable();
  await page.getByRole("button", { name: "Try the demo session" }).click();
  await page.getByRole("heading", { name: "Demo session" }).waitFor();
  await page.getByText("Done.").waitFor({ timeout: given.limit });
  await page.getByRole("link", { name: "Read and correct" }).click();
  await page.locator(".row").first().waitFor();
}

export async function list({ page, url, usable, given, assert }) {
  await page.goto(url);
  const rows = page.locator(".session");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  assert.match(await rows.first().innerText(), new RegExp(given.name));
  assert.match(await rows.first().innerText(), /finished/);
  await page.getByLabel("Find a session").fill("no such name");
  await page.getByText("0 sessions").waitFor();
  await page.getByLabel("Find a session").fill(given.name.slice(0, 3));
  await page.getByText("1 session", { exact: true }).waitFor();
  await page.getByLabel("State").selectOption("failed");
  await page.getByText("0 sessions").waitFor();
  await usable();
}

export async function removal({ page, url, given }) {
  await page.goto(url);
  await page.getByRole("button", { name: `Delete ${given.name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.locator(".session").waitFor();
  await page.getByRole("button", { name: `Delete ${given.name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "No session yet" }).waitFor();
  await page.getByText("was deleted").waitFor();
}

/** What a terminal does shows without a reload. */
export async function live({ page, url, ask, assert }) {
  await page.goto(url);
  await page.locator(".session").first().waitFor();
  const { name } = await ask({ do: "add" });
  await page.locator(".session", { hasText: name }).waitFor();
  assert.equal(await page.locator(".session").count(), 2);
  await ask({ do: "forget", name });
  await page.locator(".session", { hasText: name }).waitFor({ state: "detached" });
}

/** A server that was started anew is found again by itself. */
export async function restart({ page, url, ask }) {
  await page.goto(url);
  await page.locator(".session").waitFor();
  await ask({ do: "restart" });
  await page.getByRole("alert").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: /^Delete / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("was deleted").waitFor();
}

export async function dutch({ page, url, usable, assert }) {
  await page.goto(url);
  await page.getByRole("heading", { name: "Sessies" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "nl");
  await usable();
  await page.getByLabel("Taal").selectOption("en");
  await page.getByRole("heading", { name: "Sessions" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sessions" }).waitFor();
}

export async function keyboard({ page, url, assert }) {
  await page.goto(url);
  await page.locator(".session").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const reached = new Set();
  for (let n = 0; n < 12; ++n) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName));
  }
  assert.ok([...reached].some((name) => name.startsWith("Delete ")), [...reached].join(", "));
}

/** Nothing is wider than a phone. */
export async function phone({ page, url, usable, assert }) {
  await page.goto(url);
  await page.locator(".session").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await usable();
}

/** Names are text, whatever stands in them. */
export async function hostile_names({ page, url, given, assert }) {
  await page.goto(url);
  await page.locator(".session").first().waitFor();
  const names = await page.locator(".session .name").allInnerTexts();
  for (const name of given.names) assert.ok(names.includes(name), `${name} is not among ${names}`);
  assert.equal(await page.locator(".session img, .session script, .session svg").count(), 0);
  assert.equal(await page.evaluate(() => window.broken), undefined);
}

/** What the pages cost: script below 150 kB, first load below 300 ms of work. */
export async function sizes({ page, url, assert }) {
  const { gzipSync } = await import("node:zlib");
  let script = 0;
  page.on("response", async (reply) => {
    if (reply.url().endsWith(".js")) script += gzipSync(await reply.body()).length;
  });
  await page.goto(url);
  await page.locator(".session").waitFor();
  assert.ok(script > 0 && script < 150_000, `${script} bytes`);
  const foreign = await page.evaluate(() => performance.getEntriesByType("resource").map((e) => e.name).filter((n) => !n.startsWith(location.origin)));
  assert.deepEqual(foreign, []);
}
