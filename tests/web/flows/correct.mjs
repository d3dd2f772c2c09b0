// Corrections: each kind, one by one and for many, with undo and redo; what comes of them elsewhere.

const open = async (page, url) => {
  await page.goto(`${url}#/sessions/1`);
  await page.locator(".row").first().waitFor();
};
const row = (page, id) => page.locator(`.row[data-id="${id}"]`);
const choose = (page, id) => row(page, id).locator(".who").click();
const answer = (dialog, label, text, action) => dialog.getByLabel(label).fill(text).then(() => dialog.getByRole("button", { name: action }).click());
const words = async (page, id) => (await row(page, id).locator(".words").innerText()).replace(/\s+/g, " ");
const undo = (page) => page.getByRole("button", { name: "Undo" }).click();

export async function labels({ page, url, usable, assert }) {
  await open(page, url);
  const before = await row(page, "2").locator("span.label").getAttribute("class");
  await choose(page, "2");
  await page.keyboard.press("m");
  await row(page, "2").locator("span.label.MIXED").waitFor();
  await row(page, "2").locator(".mended").waitFor();
  await usable();
  await page.keyboard.press("Control+z");
  await row(page, "2").locator(".mended").waitFor({ state: "detached" });
  assert.equal(await row(page, "2").locator("span.label").getAttribute("class"), before);
  await page.getByRole("button", { name: "Redo" }).click();
  await row(page, "2").locator("span.label.MIXED").waitFor();
  await row(page, "2").getByRole("button", { name: "In character" }).click();
  await row(page, "2").locator("span.label.IC").waitFor();
  await page.reload();
  await row(page, "2").locator("span.label.IC").waitFor();
}

export async function text({ page, url, assert }) {
  await open(page, url);
  await choose(page, "1");
  await page.keyboard.press("e");
  await page.getByLabel("Text", { exact: true }).fill("The raven lands, and speaks.");
  await page.keyboard.press("Enter");
  await row(page, "1").getByText("raven").waitFor();
  assert.equal(await words(page, "1"), "The raven lands, and speaks.");
  await page.keyboard.press("e");
  await page.getByLabel("Text", { exact: true }).fill("something else");
  await page.keyboard.press("Escape");
  await row(page, "1").getByText("raven").waitFor();
}

export async function speakers({ page, url, assert }) {
  await open(page, url);
  const side = page.locator(".speaker");
  assert.equal(await side.count(), 2);
  await side.first().getByRole("button", { name: /^Rename/ }).click();
  await answer(page.getByRole("dialog"), "Name", "Hanna", "Rename");
  await side.first().locator("b", { hasText: "Hanna" }).waitFor();
  assert.match(await row(page, "1").innerText(), /Hanna/);
  await choose(page, "2");
  await page.keyboard.press("1");
  await row(page, "2").getByText("Hanna", { exact: true }).first().waitFor();
  await undo(page);
  await row(page, "2").locator(".who", { hasText: "Voice 2" }).waitFor();
  await row(page, "2").getByLabel("Speaker").selectOption("new");
  await page.waitForFunction(() => document.querySelectorAll(".speaker").length === 3);
  await undo(page);
  await page.waitForFunction(() => document.querySelectorAll(".speaker").length === 2);
  await side.nth(1).getByLabel(/^Merge/).selectOption({ label: "into Hanna" });
  await page.waitForFunction(() => document.querySelectorAll(".speaker").length === 1);
  assert.equal(await page.locator(".row .who", { hasText: "Hanna" }).count(), await page.locator(".row").count());
  await undo(page);
  await page.waitForFunction(() => document.querySelectorAll(".speaker").length === 2);
}

export async function characters({ page, url }) {
  await open(page, url);
  await choose(page, "1");
  await page.keyboard.press("c");
  await answer(page.getByRole("dialog"), "Character", "Vessarine", "Save");
  await row(page, "1").getByText("as Vessarine").waitFor();
  await page.locator("aside").getByLabel("Only what was corrected").check();
  await page.getByText(/^1 of \d+ segments shown/).waitFor();
}

export async function cuts({ page, url, assert }) {
  await open(page, url);
  const count = await page.locator(".row").count();
  const whole = await words(page, "1");
  const second = row(page, "1").locator('[data-word="2"]');
  const begins = await second.innerText();
  await second.click();
  await page.getByRole("button", { name: "Pause" }).click();
  await row(page, "1").getByRole("button", { name: "Split" }).click();
  await row(page, "1.2").waitFor();
  assert.equal(await page.locator(".row").count(), count + 1);
  assert.ok((await words(page, "1.2")).startsWith(begins));
  await choose(page, "1.1");
  await row(page, "1.1").getByRole("button", { name: "Join with next" }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".row").length === n, count);
  assert.equal(await words(page, "1.1"), whole);
  await undo(page);
  await undo(page);
  await page.waitForFunction((n) => document.querySelectorAll(".row").length === n, count);
  assert.equal(await words(page, "1"), whole);
}

/** A selection is one step. */
export async function many({ page, url, usable, assert }) {
  await open(page, url);
  for (const id of ["1", "2", "3"]) await row(page, id).locator(".pick").click();
  await page.getByText("3 selected").waitFor();
  await usable();
  await page.getByRole("region", { name: "3 selected" }).getByRole("button", { name: "Mixed" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".row span.label.MIXED").length >= 3);
  await undo(page);
  await page.waitForFunction(() => document.querySelectorAll(".row .mended").length === 0);
  await page.getByRole("button", { name: "Drop the selection" }).click();
  await page.getByText("3 selected").waitFor({ state: "detached" });
  assert.equal(await page.getByRole("button", { name: "Undo" }).isDisabled(), true);
}

/** What one page corrects, another shows; nothing is written over. */
export async function two_pages({ page, context, url }) {
  await open(page, url);
  const other = await context.newPage();
  await open(other, url);
  await choose(page, "1");
  await page.keyboard.press("m");
  await row(other, "1").locator("span.label.MIXED").waitFor();
  await choose(other, "2");
  await other.keyboard.press("m");
  await row(page, "2").locator("span.label.MIXED").waitFor();
  await other.getByRole("button", { name: "History" }).click();
  await other.getByRole("dialog").getByRole("row").nth(1).waitFor();
}

export async function exports_({ page, url, assert }) {
  await open(page, url);
  await page.locator(".speaker").first().getByRole("button", { name: /^Rename/ }).click();
  await answer(page.getByRole("dialog"), "Name", "Hanna", "Rename");
  await page.locator(".speaker b", { hasText: "Hanna" }).waitFor();
  const { readFile } = await import("node:fs/promises");
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".sheet").getByRole("link", { name, exact: true }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  await page.locator("summary", { hasText: "Export" }).click();
  const plain = await saved("TXT");
  assert.match(plain.name, /\.txt$/);
  assert.match(plain.bytes.toString(), /\[00:00:0\d\] Hanna/);
  assert.equal((await saved("DOCX")).bytes.subarray(0, 2).toString(), "PK");
  for (const [name, begin] of [["SRT", "1"], ["VTT", "WEBVTT"], ["JSON", "{"], ["RTTM", "SPEAKER"], ["ASS", "[Script Info]"]])
    assert.ok((await saved(name)).bytes.toString().startsWith(begin), name);
  await page.locator(".sheet select").selectOption("ic");
  assert.ok((await saved("TXT")).bytes.length < plain.bytes.length);
  await page.keyboard.press("Escape");
  await page.locator(".sheet").waitFor({ state: "hidden" });
}

export async function names({ page, url }) {
  await open(page, url);
  await page.locator(".head").getByRole("button", { name: "Rename" }).click();
  await answer(page.getByRole("dialog"), "Name of the session", "The drowned bell", "Rename");
  await page.getByRole("heading", { name: "The drowned bell" }).waitFor();
  await page.getByRole("link", { name: "← Sessions" }).click();
  await page.locator(".session", { hasText: "The drowned bell" }).waitFor();
}

/** A hit leads to what was said; a word that somebody corrected is found. */
export async function search({ page, url, given, assert }) {
  await page.goto(url);
  await page.getByLabel("Search in all transcripts").fill(given.word);
  await page.locator(".hits li").first().waitFor();
  assert.match((await page.locator(".hits mark").first().innerText()).toLowerCase(), new RegExp(`^${given.word.toLowerCase()}`));
  await page.locator(".hits a").first().click();
  await page.waitForFunction((id) => document.querySelector(".row.here")?.dataset.id === id, given.id);
  await page.keyboard.press("e");
  await page.getByLabel("Text", { exact: true }).fill("A quetzal <b>sings</b>.");
  await page.keyboard.press("Enter");
  await row(page, given.id).getByText("quetzal").waitFor();
  await page.goto(url);
  await page.getByLabel("Search in all transcripts").fill("quetzal");
  await page.locator(".hits li", { hasText: "<b>sings</b>" }).waitFor();
  await page.getByLabel("Search in all transcripts").fill("wordthatnobodysaid");
  await page.getByText("0 places").waitFor();
}
