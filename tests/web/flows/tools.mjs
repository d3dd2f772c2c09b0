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

/** A key is written, tried at once, taken out; it is never on the page. */
export async function key_written({ page, url, given, usable, assert }) {
  await page.goto(`${url}#/tools`);
  const keys = page.getByRole("region", { name: "Keys of services" });
  await keys.getByLabel("New key for Groq").fill(given.wrong);
  await keys.getByLabel("Save and test the key for Groq").click();
  await keys.getByText("the key is not accepted").waitFor();
  await keys.getByLabel("New key for Groq").fill(given.key);
  await keys.getByLabel("New key for Groq").press("Enter");
  await keys.getByText(`${given.host}: works`).waitFor();
  await keys.getByText(`…${given.key.slice(-4)}`).waitFor();
  assert.equal(await keys.getByLabel("New key for Groq").inputValue(), "");
  await usable();
  await page.reload();
  await keys.getByText(`…${given.key.slice(-4)}`).waitFor();
  assert.ok(!(await page.content()).includes(given.key));
  await keys.getByLabel("Take out the key for Groq").click();
  await page.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
  await page.getByText("The key for Groq was taken out.").waitFor();
  await keys.getByText(`…${given.key.slice(-4)}`).waitFor({ state: "detached" });
}

/** A setting is changed within its range, and goes back to what is built in. */
export async function setting_changed({ page, url, assert }) {
  await page.goto(`${url}#/tools`);
  await page.getByLabel("Find a setting").fill("LOG_MAX_FILES");
  const row = page.getByRole("row", { name: /LOG_MAX_FILES/ });
  const change = async (value) => {
    await page.getByLabel("Change LOG_MAX_FILES").click();
    await page.getByRole("dialog").getByLabel("Value").fill(value);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  };
  await change("0");
  await page.getByRole("alert").getByText("LOG_MAX_FILES must be a whole number from 1 to 10000").waitFor();
  await change("33");
  await row.getByText(".env, line").waitFor();
  assert.match(await row.innerText(), /33/);
  await change("");
  await row.getByText("built in").waitFor();
  await page.getByLabel("Find a setting").fill("INFERENCE_DEVICE");
  await page.getByLabel("Change INFERENCE_DEVICE").click();
  assert.deepEqual(await page.getByRole("dialog").getByRole("option").allInnerTexts(), ["as built in", "cpu", "cuda", "auto"]);
  await page.keyboard.press("Escape");
}

/** A folder becomes a model, and none; what came with Skald is compared with its hashes. */
export async function models({ page, url, given }) {
  await page.goto(`${url}#/tools`);
  await page.getByRole("button", { name: "Add a model" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Its folder").fill(given.folder);
  await dialog.getByRole("button", { name: "Add" }).click();
  await page.getByText(`${given.name} is there now.`).waitFor();
  await page.getByLabel("Verify whisper-base").click();
  await page.getByRole("row", { name: /whisper-base/ }).getByText("as it should be").waitFor();
  await page.getByLabel(`Take out the model ${given.name}`).click();
  await dialog.getByRole("button", { name: "Take out" }).click();
  await page.getByText(`${given.name} was taken out`).waitFor();
  await page.getByRole("row", { name: new RegExp(given.name) }).waitFor({ state: "detached" });
}

/** The logs by level, and the support file. */
export async function logs({ page, url, assert, usable }) {
  await page.goto(`${url}#/tools`);
  const lines = page.getByRole("region", { name: "Logs" }).getByRole("listitem");
  await lines.first().waitFor();
  const all = await lines.count();
  const answer = page.waitForResponse((reply) => reply.url().includes("/logs?level=error"));
  await page.getByLabel("At least").selectOption("error");
  await (await answer).finished();
  await page.getByText("Nothing of that kind in the logs.").waitFor();
  assert.ok(all > 5);
  await page.getByLabel("At least").selectOption("debug");
  await lines.first().waitFor();
  await usable();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Support file" }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "skald-support.zip");
  assert.equal(await file.failure(), null);
}

/** Memory is given back, the server starts anew and the page with it, then it stops. */
export async function control({ page, url, ask, assert, usable }) {
  await page.goto(`${url}#/tools`);
  const control = page.getByRole("region", { name: "Application control" });
  await control.getByRole("button", { name: "Free memory" }).click();
  await control.getByText("Ollama has unloaded mine: 2.1 GB.").waitFor();
  await control.getByText("Ollama keeps foreign").waitFor();
  await usable();
  await control.getByRole("button", { name: "Restart" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Restart" }).click();
  await page.getByText("Skald was started anew.").waitFor();
  await page.getByRole("button", { name: "Check again" }).click();
  await page.locator(".check").first().waitFor();
  await control.getByRole("button", { name: "Stop Skald" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop Skald" }).click();
  await control.getByText("Skald has been stopped.").waitFor();
  assert.equal((await ask({ do: "ended" })).status, 0);
  await page.getByText("This page comes back by itself").waitFor();
}

export async function dutch({ page, url, usable, assert }) {
  await page.goto(`${url}#/tools`);
  await page.getByRole("heading", { name: "Instellingen & Gereedschap" }).waitFor();
  await page.getByText("Een sessie kan worden verwerkt.").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await usable();
}
