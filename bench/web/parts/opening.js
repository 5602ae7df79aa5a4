import { startChild } from '../../child.js'

/**
 * A dashboard opened for the first time.
 * @typedef {object} OpeningFigures
 * @property {number[]} times milliseconds from navigation to the first figure
 * @property {number} shift the largest layout shift of any opening
 */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ openings: number }} options
 * @returns {Promise<OpeningFigures>}
 */
export async function watchOpening(browser, { openings }) {
  const host = startChild('./host.js')
  try {
    const { port } = await host.ask('start', { name: 'opswire' })
    await host.ask('extra', { name: 'work', params: { lines: 500, requests: 50, seconds: 1 } }, 20_000)
    /** @type {OpeningFigures} */
    const figures = { times: [], shift: 0 }
    while (figures.times.length < openings) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 1064 } })
      const page = await context.newPage()
      await page.addInitScript(startWatch)
      await page.goto(`http://127.0.0.1:${port}/ops/`)
      // Until the next snapshot has been drawn too.
      await page.waitForTimeout(4000)
      const { first, shift } = await page.evaluate(() => /** @type {any} */ (globalThis).opening)
      figures.times.push(first)
      figures.shift = Math.max(figures.shift, shift)
      await context.close()
    }
    return figures
  } finally {
    await host.stop()
  }
}

/** Runs in the page, before all else. */
function startWatch() {
  const opening = { first: NaN, shift: 0 }
  Object.assign(globalThis, { opening })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) opening.shift += /** @type {any} */ (entry).value
  }).observe({ type: 'layout-shift', buffered: true })
  const look = () => {
    const counters = document.querySelector('ops-dashboard')?.shadowRoot?.querySelector('ops-counters')
    const value = counters?.shadowRoot?.querySelector('[part=value]')
    if (/\d/.test(value?.textContent ?? '')) opening.first = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
