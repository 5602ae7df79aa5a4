import { startChild } from '../../child.js'
import { openWatched } from '../watched-page.js'

/**
 * The log of a dashboard while lines pour in.
 * @typedef {object} LogFigures
 * @property {Cost & { load: number }} steady at 1,000 lines a second; `load`: share of a core that the main thread uses
 * @property {Cost} throttled the same on a processor a quarter as fast
 * @property {Reactions} reactions milliseconds until the frame that answers a reader, while 1,000 lines a second come
 * @property {Cost & Account} flood at 10,000 lines a second
 */

/** @typedef {import('../watched-page.js').Cost} Cost */

/** @typedef {Record<'keys' | 'wheel' | 'drawer', number[]>} Reactions */

/**
 * @typedef {object} Account where the lines of a flood are
 * @property {number} sent
 * @property {number} held
 * @property {number} evicted that the log says it no longer holds
 * @property {number} missed that gaps say were not received
 */

/** Most of what is typed on the way matches every line. */
const TYPED = 'answered in 12'

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ seconds: number, flood: number }} times
 * @returns {Promise<LogFigures>}
 */
export async function watchLog(browser, { seconds, flood }) {
  const host = startChild('./host.js')
  try {
    const { port } = await host.ask('start', { name: 'opswire', options: { fields: true } })
    /** @type {Feed} */
    const feed = async (rate, time) => {
      const before = await host.ask('position')
      // A host that cannot keep the pace ends early; how many lines it sent counts.
      await host.ask('feed', { rate, warmUp: 0, seconds: time }, (time + 20) * 1000)
      return (await host.ask('position')) - before
    }
    const url = `http://127.0.0.1:${port}/ops/`
    return {
      flood: await watchFlood(browser, url, feed, flood),
      steady: await watchSteady(browser, url, feed, seconds, 1),
      throttled: await watchSteady(browser, url, feed, seconds, 4),
      reactions: await watchReader(browser, url, feed, () => host.ask('extra', { name: 'request' })),
    }
  } finally {
    await host.stop()
  }
}

/** @typedef {(rate: number, seconds: number) => Promise<number>} Feed answers how many lines were sent */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Feed} feed
 * @param {number} seconds
 * @param {number} slowness
 */
async function watchSteady(browser, url, feed, seconds, slowness) {
  const watched = await openWatched(browser, url)
  await watched.throttle(slowness)
  const fed = feed(1000, seconds + 3)
  await watched.page.locator('ops-events .pool').waitFor()
  const wait = () => watched.page.waitForTimeout((seconds * 1000) / 2)
  const load = await watched.readLoad(wait)
  const cost = await watched.measure(wait)
  await fed
  await watched.close()
  return { ...cost, load }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Feed} feed
 * @param {number} seconds
 */
async function watchFlood(browser, url, feed, seconds) {
  const watched = await openWatched(browser, url)
  const before = await watched.page.evaluate(readLog)
  let sent = 0
  const cost = await watched.measure(async () => (sent = await feed(10_000, seconds)))
  await watched.page.locator('ops-events .pool').waitFor({ state: 'detached' })
  // What it says of its rows it may say a moment after it has taken them in.
  await watched.page.waitForFunction(isAccounted, undefined, { timeout: 10_000 })
  const { held, missed, evicted } = await watched.page.evaluate(readLog)
  await watched.close()
  return { ...cost, sent, held: held - before.held, evicted, missed }
}

/**
 * A reader types into the filter, scrolls up and down, opens a request and closes it.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Feed} feed
 * @param {() => Promise<unknown>} request makes the host begin a request
 * @returns {Promise<Reactions>}
 */
async function watchReader(browser, url, feed, request) {
  const { page, close } = await openWatched(browser, url)
  await request()
  await page.locator('ops-requests button.open').first().waitFor()
  const fed = feed(1000, 24)
  await page.waitForFunction(isFull, undefined, { timeout: 20_000 })
  await page.evaluate(timeReactions)
  const input = page.locator('ops-events input')
  await input.focus()
  await input.pressSequentially(TYPED, { delay: 150 })
  await input.fill('')
  await page.locator('ops-events .log').hover()
  for (const step of [-400, -400, 300, 600]) {
    await page.mouse.wheel(0, step)
    await page.waitForTimeout(200)
  }
  for (let time = 0; time < 3; time++) {
    await page.locator('ops-requests button.open').first().click()
    await page.locator('ops-request-detail .story').waitFor()
    await page.locator('ops-request-detail').getByRole('button', { name: 'Close' }).click()
  }
  const reactions = await page.evaluate(() => /** @type {any} */ (globalThis).reactions)
  await fed
  await close()
  return { keys: reactions.keydown, wheel: reactions.wheel, drawer: reactions.click }
}

/** Runs in the page: what its store and its log say. */
function readLog() {
  const page = /** @type {any} */ (globalThis)
  const [entry] = page[Symbol.for('opswire/1')].entries.values()
  const { rows } = entry.stream.store.view.log
  const log = document.querySelector('ops-dashboard')?.shadowRoot?.querySelector('ops-events')?.shadowRoot
  const words = log?.querySelector('[part=evicted]')?.textContent ?? ''
  return {
    end: rows.end,
    held: rows.length,
    missed: [...rows].reduce(
      (/** @type {number} */ sum, /** @type {any} */ row) => sum + (row.gap?.missed ?? 0),
      0,
    ),
    evicted: Number(words.replace(/\D/g, '')),
  }
}

/** Runs in the page: whether the log says how many rows its store has let go. */
function isAccounted() {
  const page = /** @type {any} */ (globalThis)
  const [entry] = page[Symbol.for('opswire/1')].entries.values()
  const { rows } = entry.stream.store.view.log
  const log = document.querySelector('ops-dashboard')?.shadowRoot?.querySelector('ops-events')?.shadowRoot
  return rows.start === Number((log?.querySelector('[part=evicted]')?.textContent ?? '').replace(/\D/g, ''))
}

/** Runs in the page. */
function isFull() {
  const page = /** @type {any} */ (globalThis)
  const [entry] = page[Symbol.for('opswire/1')].entries.values()
  return entry.stream.store.view.log.rows.length === 10_000
}

/** Runs in the page: from what a reader does to the frame that answers it. */
function timeReactions() {
  const page = /** @type {any} */ (globalThis)
  page.reactions = { keydown: [], wheel: [], click: [] }
  for (const type of Object.keys(page.reactions)) {
    addEventListener(
      type,
      ({ timeStamp }) =>
        requestAnimationFrame(() =>
          setTimeout(() => page.reactions[type].push(performance.now() - timeStamp)),
        ),
      { capture: true, passive: true },
    )
  }
}
