// A new session: recordings that come in, settings, the run, and what goes wrong.

const start = (page) => page.getByRole("button", { name: "Start" });

/** From the file to the reviewed session: uploaded, configured, stopped, gone on with, read. */
export async function whole_way({ page, url, given, usable, assert }) {
  await page.goto(url);
  await page.getByRole("link", { name: "New session" }).first().click();
  await page.locator("input[type=file]").first().setInputFiles(given.recording);
  await page.locator(".upload", { hasText: "complete" }).waitFor();
  assert.equal(await page.getByLabel("Name of the session").inputValue(), given.name);
  await page.getByLabel("Name of the session").fill("");
  await page.getByText("The session needs a name.").waitFor();
  assert.equal(await start(page).isDisabled(), true);
  await page.getByLabel("Name of the session").fill("The first night");
  await page.getByLabel("Name of the table").fill("Thursday");
  await page.getByLabel("game master").fill("Rowan");
  await page.getByLabel("Player 1").fill("Hanna");
  await page.getByLabel("Character").first().fill("Vessarine");
  await page.getByText("Advanced: what runs where").click();
  await page.getByText("A session can run.").waitFor();
  await usable();
  await start(page).click();
  await page.getByRole("heading", { name: "The first night" }).waitFor();
  await page.locator(".stage-row").first().waitFor();
  await usable();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.locator(".heard-text li").first().waitFor({ timeout: given.limit });
  await page.reload();
  await page.locator(".heard-text li").first().waitFor();
  await page.getByText("Done.").waitFor({ timeout: given.limit });
  await usable();
  const heard = await page.locator(".heard-text li > :last-child").allInnerTexts();
  await page.getByRole("link", { name: "Read and correct" }).click();
  await page.locator(".row").first().waitFor();
  const words = (texts) => texts.join(" ").split(/\s+/).join(" ");
  assert.equal(words(heard), words(await page.locator(".row .words").allInnerTexts()));
  await page.getByRole("link", { name: "Process again" }).click();
  await page.getByLabel("Do anew from").selectOption("Words to speakers");
  await usable();
  await start(page).click();
  await page.getByText("Done.").waitFor({ timeout: given.limit });
  assert.equal(await page.locator(".stage-row.reused").count(), 5); // with the writing of results, which is never counted
  await page.goto(`${url}#/new`);
  await page.getByLabel("Tables of before").selectOption("Thursday");
  assert.equal(await page.getByLabel("Player 1").inputValue(), "Hanna");
}

/** The server is started anew in the middle: the upload goes on where it was, in the same page. */
export async function broken_upload({ page, url, ask, given, assert }) {
  await page.goto(`${url}#/new`);
  let broken = false;
  const offsets = [];
  await page.route("**/uploads/*?offset=*", async (route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get("offset"));
    offsets.push(offset);
    if (offset === 0 || broken) return route.continue();
    broken = true;
    await ask({ do: "restart" });
    return route.abort("connectionreset");
  });
  await page.locator("input[type=file]").first().setInputFiles(given.file);
  await page.locator(".upload", { hasText: "complete" }).waitFor();
  assert.ok(broken);
  assert.equal(offsets.filter((offset) => offset === 0).length, 1, `${offsets}`);
}

/** After a reload the same file goes on from what is there. */
export async function reloaded_upload({ page, url, given, assert }) {
  await page.goto(`${url}#/new`);
  await page.route("**/uploads/*?offset=*", (route) => (/offset=0$/.test(route.request().url()) ? route.continue() : route.abort("connectionreset")));
  await page.locator("input[type=file]").first().setInputFiles(given.file);
  await page.getByText("the upload goes on by itself").waitFor();
  await page.unroute("**/uploads/*?offset=*");
  await page.reload();
  await page.getByText("Choose the same file again").waitFor();
  const first = page.waitForRequest((request) => request.method() === "PUT");
  await page.locator("input[type=file]").first().setInputFiles(given.file);
  assert.ok(Number(new URL((await first).url()).searchParams.get("offset")) > 0);
  await page.locator(".upload", { hasText: "complete" }).waitFor();
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.locator(".upload").waitFor({ state: "detached" });
}

/** What is no recording is explained. */
export async function failure({ page, url, given, usable }) {
  await page.goto(`${url}#/new`);
  await page.getByText("Or a file on this machine").click();
  await page.getByLabel("Its whole path").fill(given.path);
  await page.getByLabel("Name of the session").fill("No sound");
  await start(page).click();
  await page.getByText("This did not work.").waitFor();
  await usable();
  await page.getByRole("link", { name: "Sessions" }).first().click();
  await page.locator(".session", { hasText: "No sound" }).getByText("failed").first().waitFor();
}

/** What is written down scrolls along, unless the reader looks at something before; a run that begins anew replaces it. */
export async function heard({ page, url, given, usable, assert }) {
  const segments = Array.from({ length: 500 }, (_, n) => ({ start: n, end: n + 1, speaker: `SPEAKER_0${n % 3}`, name: n % 3 ? `SPEAKER_0${n % 3}` : "Hanna", text: `line ${n}` }));
  await page.route("**/jobs/*/segments", (route) => route.fulfill({ json: { job: 1, segments } }));
  await page.goto(`${url}#/new`);
  await page.getByText("Or a file on this machine").click();
  await page.getByLabel("Its whole path").fill(given.path);
  await page.getByLabel("Name of the session").fill("Long");
  await start(page).click();
  const rows = page.locator(".heard-text li");
  await rows.nth(499).waitFor();
  await usable();
  assert.match(await rows.nth(0).innerText(), /0:00\s+Hanna\s+line 0/);
  assert.match(await rows.nth(1).innerText(), /Voice 2/);
  const place = () => page.locator(".heard-text").evaluate((box) => ({ top: box.scrollTop, left: box.scrollHeight - box.scrollTop - box.clientHeight }));
  const tell = (from, text) => page.evaluate(([first, line]) => document.querySelector("job-heard").take({ job: 1, from: first, segments: [{ start: 0, end: 1, speaker: "UNKNOWN", name: "", text: line }] }), [from, text]);
  assert.ok((await place()).left < 2);
  await page.locator(".heard-text").evaluate((box) => (box.scrollTop = 0));
  await page.getByRole("button", { name: "To the newest" }).waitFor();
  await tell(500, "one more");
  await rows.nth(500).waitFor();
  assert.equal((await place()).top, 0);
  await page.getByRole("button", { name: "To the newest" }).click();
  await page.getByRole("button", { name: "To the newest" }).waitFor({ state: "detached" });
  await tell(501, "the last");
  await rows.nth(501).waitFor();
  assert.ok((await place()).left < 2);
  await tell(10, "anew");
  await page.getByText("anew").waitFor();
  assert.equal(await rows.count(), 11);
}
