// How fast the pages are; tells figures, judges none.

export async function all({ page, url, given, ask }) {
  const figures = {};
  await page.addInitScript(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map((e) => Math.round(e.duration)))).observe({ type: "longtask", buffered: true });
  });
  await page.goto(url);
  await page.locator(".session").waitFor();
  figures.first_load_ms = await page.evaluate(() => Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd));
  const begun = Date.now();
  await page.goto(`${url}#/sessions/1`);
  await page.locator(".row").first().waitFor();
  figures.review_usable_ms = Date.now() - begun;
  figures.long_tasks_to_open_ms = await page.evaluate(() => window.long.splice(0));
  // By 600 pixels a frame, as fast as a hand scrolls: through the first 200 screens.
  const frames = await page.evaluate(async () => {
    const times = [];
    let before = performance.now();
    for (let n = 0; n < 240; ++n) {
      window.scrollBy(0, 600);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      times.push(now - before);
      before = now;
    }
    return times.sort((a, b) => a - b);
  });
  figures.frame_ms = { median: Math.round(frames[120]), p95: Math.round(frames[228]), worst: Math.round(frames[239]) };
  figures.long_tasks_scrolling_ms = await page.evaluate(() => window.long.splice(0));
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.locator('.row[data-id="3"] .who').click();
  const saved = [];
  for (const key of ["m", "o", "m", "o", "m"]) {
    const [reply] = await Promise.all([page.waitForResponse((r) => r.url().endsWith("/edits")), page.keyboard.press(key)]);
    await reply.finished();
    saved.push(Math.round(reply.request().timing().responseEnd));
  }
  figures.correction_saved_ms = saved.sort((a, b) => a - b);
  await ask({ do: "told", figures });
}
