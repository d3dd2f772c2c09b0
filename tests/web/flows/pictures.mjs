// The pictures of the documents: the main pages with the demo session.

export async function all({ page, url, given }) {
  const take = (name) => page.screenshot({ path: `${given.folder}/${name}.png` });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${url}#/sessions/1`);
  await page.locator(".row").first().waitFor();
  await page.locator("review-wave .wave div").first().waitFor();
  await page.locator(".row").nth(6).locator(".who").click();
  await take("review");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator(".row").nth(14).locator("[data-word]").nth(3).click();
  await page.locator(".row").nth(14).locator(".heard").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await take("review-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(url);
  await page.getByLabel("Search in all transcripts").fill("water");
  await page.locator(".hits li").first().waitFor();
  await take("sessions");
  await page.goto(`${url}#/tools`);
  await page.locator(".check").first().waitFor();
  await page.locator("plan-view table").waitFor();
  // Not the whole page: it tells of one machine.
  await page.locator("section", { has: page.locator("plan-view") }).screenshot({ path: `${given.folder}/plan.png` });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}#/sessions/1?at=60.5`);
  await page.reload();
  await page.locator(".row.here").waitFor();
  await page.locator("review-wave .wave div").first().waitFor();
  await take("phone");
}
