// Settings and tools: the machine, the plan, models, settings.

export async function all({ page, url, usable, assert }) {
  await page.goto(url);
  await page.getByRole("link", { name: "Settings & Tools" }).click();
  await page.locator(".check").first().waitFor();
  assert.match(await page.locator(".checks").innerText(), /processor/);
  await page.getByText("A session can run.").waitFor();
  assert.ok((await page.getByRole("region", { name: "Memory plan" }).getByRole("row").count()) > 4);
  await page.getByRole("region", { name: "Models" }).getByText("whisper-base", { exact: true }).waitFor();
  await usable();
  await page.getByLabel("Find a setting").fill("SESSION_APP_PORT");
  await page.getByText("port of the web page").waitFor();
  assert.equal(await page.getByRole("region", { name: "Settings" }).getByRole("row").count(), 2);
  await page.getByRole("button", { name: "Check again" }).click();
  await page.locator(".check").first().waitFor();
}

/** Another preset is another plan. */
export async function presets({ page, url, given }) {
  await page.goto(`${url}#/tools`);
  await page.getByText("A session can run.").waitFor();
  for (const preset of given.presets) {
    const answer = page.waitForResponse((reply) => reply.url().endsWith(`/plan?preset=${preset}`));
    await page.getByLabel("Preset").selectOption(preset);
    await (await answer).finished();
    await page.getByRole("region", { name: "Memory plan" }).getByRole("table").waitFor();
  }
}

/** Keys are set, and told by their last letters alone. */
export async function keys({ page, url, given, assert }) {
  await page.goto(`${url}#/tools`);
  await page.getByLabel("Only what you set").check();
  const row = page.getByRole("row", { name: /GROQ_API_KEY/ });
  await row.waitFor();
  assert.match(await row.innerText(), new RegExp(given.key.slice(-4)));
  await page.locator(".check").first().waitFor();
  assert.ok(!(await page.content()).includes(given.key));
}

export async function dutch({ page, url, usable, assert }) {
  await page.goto(`${url}#/tools`);
  await page.getByRole("heading", { name: "Instellingen & Gereedschap" }).waitFor();
  await page.getByText("Een sessie kan worden verwerkt.").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await usable();
}
