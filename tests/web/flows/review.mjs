// A session: read it, hear it, find one's way in it.

const open = async (page, url) => {
  await page.goto(`${url}#/sessions/1`);
  await page.locator(".row").first().waitFor();
};
const count = (page) => page.locator(".row").count();

/** True once the page says so; waits for it. */
const until = (page, what, given) => page.waitForFunction(what, given);

export async function reads({ page, url, usable, given, assert }) {
  await page.goto(url);
  await page.locator(".session a").first().click();
  await page.locator(".row").first().waitFor();
  assert.equal(await count(page), given.texts.length);
  const shown = await page.locator(".row .words").allInnerTexts();
  assert.deepEqual(shown.map((text) => text.replace(/\s+/g, " ")), given.texts);
  await page.locator("review-wave .wave div").first().waitFor();
  await usable();
  const labels = new Set(given.labels);
  if (labels.size > 1) {
    await page.locator("aside").getByLabel("Label").selectOption(given.labels[0]);
    await until(page, (n) => document.querySelectorAll(".row").length === n, given.labels.filter((l) => l === given.labels[0]).length);
    await page.getByRole("button", { name: "Show all" }).click();
  }
  await page.getByLabel("Words in this session").fill(given.word);
  const wanted = given.texts.filter((text) => text.toLowerCase().includes(given.word.toLowerCase())).length;
  await page.getByText(`${wanted} of ${given.texts.length} segments shown`).waitFor();
  await page.getByLabel("Words in this session").fill("no such words");
  await page.getByText("Nothing matches the filters.").waitFor();
  await page.locator("section").getByRole("button", { name: "Show all" }).click();
  await until(page, (n) => document.querySelectorAll(".row").length === n, given.texts.length);
}

/** The sound really plays: its time moves on, the word that is heard is marked. */
export async function plays({ page, url, assert }) {
  await open(page, url);
  const told = page.locator(".clock");
  await page.locator(".row").nth(1).locator("[data-word]").first().click();
  await until(page, () => document.querySelector(".row:nth-child(2) .heard"));
  const begun = await told.innerText();
  await until(page, (before) => document.querySelector(".clock").textContent !== before, begun);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const paused = await page.evaluate(() => document.querySelector("review-page").player.time);
  assert.ok(paused > 0);
  await page.locator(".row").nth(1).focus();
  await page.keyboard.press("Space");
  await until(page, (time) => document.querySelector("review-page").player.time > time + 0.3, paused);
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}

export async function keys({ page, url, assert }) {
  await open(page, url);
  const here = () => page.locator(".row.here").getAttribute("data-id");
  await page.locator(".row").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await here(), "2");
  await page.keyboard.press("k");
  assert.equal(await here(), "1");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.id), "1");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await until(page, () => document.querySelector(".heard")?.dataset.word === "1");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("Space");
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Play or pause").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** The queue begins with the label that is least sure. */
export async function least_sure({ page, url, given, assert }) {
  await open(page, url);
  await page.locator(".row").nth(given.first).focus();
  for (const id of given.order) {
    await page.keyboard.press("n");
    await until(page, (wanted) => document.querySelector(".row.here")?.dataset.id === wanted, id);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.id), id);
  }
}

/** A click on the lanes leads to what is said there. */
export async function lanes({ page, url, given, assert }) {
  await open(page, url);
  const box = await page.locator(".lanes canvas").boundingBox();
  await page.mouse.click(box.x + (box.width * (given.middle + 0.05)) / given.duration, box.y + 6);
  await until(page, (id) => document.querySelector(".row.here")?.dataset.id === id, given.id);
  assert.ok(Math.abs((await page.evaluate(() => document.querySelector("review-page").player.time)) - given.middle) < 1);
  await page.goto(`${url}#/sessions/1?at=${given.middle + 0.05}`);
  await until(page, (id) => document.querySelector(".row.here")?.dataset.id === id, given.id);
}

export async function dutch({ page, url, usable }) {
  await open(page, url);
  await page.getByRole("button", { name: "Volgende om na te kijken" }).waitFor();
  await page.locator(".legend", { hasText: "In het verhaal" }).waitFor();
  await usable();
}

export async function phone({ page, url, usable, assert }) {
  await open(page, url);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await page.getByText("Show", { exact: true }).click();
  await page.getByLabel("Words in this session").waitFor();
  await usable();
}

/** What was said is text, whatever stands in it. */
export async function hostile({ page, url, given, assert }) {
  await open(page, url);
  const shown = (await page.locator(".row .words").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  for (const text of given.texts) assert.ok(shown.includes(text), `${text} is not among ${shown}`);
  assert.equal(await page.locator("review-transcript :is(img, script, svg, a)").count(), 0);
  assert.equal(await page.evaluate(() => window.broken), undefined);
}

/** 6,000 segments: few rows are in the document at a time, each can be reached. */
export async function long({ page, url, given, assert }) {
  await open(page, url);
  await page.getByText(`${given.count} of ${given.count} segments shown`).waitFor();
  assert.ok((await count(page)) < 400);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.locator(`[data-id="${given.count}"]`).waitFor();
  assert.ok((await count(page)) < 400);
  await page.getByLabel("Words in this session").fill(given.rare);
  await page.getByText(`1 of ${given.count} segments shown`).waitFor();
  await page.locator(".row").first().click();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator(".row.here").waitFor({ state: "attached" }).catch(() => null);
  await page.goto(`${url}#/sessions/1?at=${given.at}`);
  await until(page, (id) => document.querySelector(".row.here")?.dataset.id === id, given.id);
}

export async function nothing_there({ page, url }) {
  await page.goto(`${url}#/sessions/77`);
  await page.getByRole("alert").getByText("no session with the id 77").waitFor();
  await page.goto(`${url}#/somewhere`);
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
}
