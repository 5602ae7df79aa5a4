import { startChild } from '../child.js'
import { openWatched } from './watched-page.js'

/**
 * The log of a dashboard while lines pour in.
 * @typedef {object} LogFigures
 * @property {import('./watched-page.js').Cost} steady at 1,000 lines a second
 * @property {import('./watched-page.js').Cost} throttled the same on a processor a quarter as fast
 * @property {{ slowest: number, keys: number }} typing milliseconds from a key in the filter to the next frame
 * @property {import('./watched-page.js').Cost & Account} flood at 10,000 lines a second
 */

/**
 * @typedef {object} Account where the lines of a flood are
 * @property {number} sent
 * @property {number} held
 * @property {number} evicted that the log says it no longer holds
 * @property {number} missed that gaps say were not received
 */

const TYPED = 'line of 12'

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
      typing: await watchTyping(browser, url, feed),
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
  const cost = await watched.measure(() => watched.page.waitForTimeout(seconds * 1000))
  await fed
  await watched.close()
  return cost
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
  const { end, held, missed, evicted } = await watched.page.evaluate(readLog)
  await watched.close()
  if (end - held !== evicted) throw new Error(`the log says ${evicted} are gone; ${end - held} are`)
  return { ...cost, sent, held: held - before.held, evicted, missed }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Feed} feed
 */
async function watchTyping(browser, url, feed) {
  const watched = await openWatched(browser, url)
  const fed = feed(1000, 16)
  await watched.page.locator('ops-events [part=evicted]').waitFor({ state: 'attached' })
  await watched.page.waitForFunction(isFull, undefined, { timeout: 14_000 })
  const input = watched.page.locator('ops-events input')
  await input.focus()
  await watched.page.evaluate(timeKeys)
  await input.pressSequentially(TYPED, { delay: 150 })
  const times = await watched.page.evaluate(readKeys)
  await fed
  await watched.close()
  return { slowest: Math.max(...times), keys: times.length }
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

/** Runs in the page. */
function isFull() {
  const page = /** @type {any} */ (globalThis)
  const [entry] = page[Symbol.for('opswire/1')].entries.values()
  return entry.stream.store.view.log.rows.length === 10_000
}

/** Runs in the page: from a key to the frame that answers it. */
function timeKeys() {
  const page = /** @type {any} */ (globalThis)
  page.keys = []
  addEventListener(
    'keydown',
    ({ timeStamp }) =>
      requestAnimationFrame(() => setTimeout(() => page.keys.push(performance.now() - timeStamp))),
    { capture: true },
  )
}

/** Runs in the page. @returns {number[]} */
function readKeys() {
  return /** @type {any} */ (globalThis).keys
}
