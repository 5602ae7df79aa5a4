/**
 * What one stretch of time cost a page.
 * @typedef {object} Cost
 * @property {number} fps frames drawn a second
 * @property {number} longest milliseconds of the longest task; those below 50 are not told apart
 * @property {number} shift layout shift
 */

/**
 * A dashboard in a browser, with its meters.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 */
export async function openWatched(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1064 } })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(url)
  await page.locator('ops-connection[data-state=live]').waitFor()

  const readThread = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    // The thread's own time, not the clock's: other programs must not count.
    return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN
  }

  return {
    page,
    close: () => context.close(),

    /** @param {number} rate how many times slower the page's processor is */
    throttle: (rate) => session.send('Emulation.setCPUThrottlingRate', { rate }),

    /**
     * @param {() => Promise<unknown>} work
     * @returns {Promise<Cost>}
     */
    async measure(work) {
      await page.evaluate(startMeters)
      await work()
      const { frames, time, longest, shift } = await page.evaluate(readMeters)
      return { fps: (frames / time) * 1000, longest, shift }
    },

    /**
     * The share of one core that the page's main thread uses meanwhile. Not to be had together with the other figures:
     * who counts frames has the page draw each of them.
     * @param {() => Promise<unknown>} work
     */
    async readLoad(work) {
      const [before, start] = [await readThread(), performance.now()]
      await work()
      return (((await readThread()) - before) / (performance.now() - start)) * 1000
    },

    /** Bytes, DOM nodes and listeners that are left after a collection. */
    async readMemory() {
      for (let time = 0; time < 3; time++) await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
      return { heap: usedSize, nodes, listeners: jsEventListeners }
    },
  }
}

/** Runs in the page. */
function startMeters() {
  const meters = { frames: 0, start: performance.now(), longest: 0, shift: 0, over: false }
  Object.assign(globalThis, { meters })
  const count = () => {
    meters.frames++
    if (!meters.over) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) meters.longest = Math.max(meters.longest, duration)
  }).observe({ type: 'longtask' })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) meters.shift += /** @type {any} */ (entry).value
  }).observe({ type: 'layout-shift' })
}

/** Runs in the page. */
function readMeters() {
  const { meters } = /** @type {any} */ (globalThis)
  const { frames, start, longest, shift } = meters
  meters.over = true
  return { frames, longest, shift, time: performance.now() - start }
}
