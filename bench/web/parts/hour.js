import { startChild } from '../../child.js'
import { openWatched } from '../watched-page.js'

/** Lines of an hour at 100 a second; requests come with them, one for five lines. */
const LINES = 360_000
/** First faster than anyone reads, then so slow that each line is drawn. */
const FAST = { lines: 5000, requests: 1000, seconds: 5 }
const SLOW = { lines: 250, requests: 50, seconds: 4 }

/**
 * A dashboard open for an hour, in short.
 * @typedef {object} HourFigures
 * @property {number} lines
 * @property {number} requests
 * @property {Memory} before when every list was full
 * @property {Memory} after
 */

/** @typedef {{ heap: number, nodes: number, listeners: number }} Memory */

/**
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<HourFigures>}
 */
export async function watchHour(browser) {
  const host = startChild('./host.js')
  try {
    const { port } = await host.ask('start', { name: 'opswire' })
    const watched = await openWatched(browser, `http://127.0.0.1:${port}/ops/`)
    const sent = { lines: 0, requests: 0 }
    let position = 0
    const round = async () => {
      for (const params of [FAST, SLOW]) {
        const { lines, requests } = await host.ask('extra', { name: 'work', params }, 60_000)
        sent.lines += lines
        sent.requests += requests
        position += lines
      }
      await watched.page.locator('ops-events .pool').waitFor({ state: 'detached' })
      await watched.page.waitForFunction(isAtRest, position)
    }
    await round()
    const before = await watched.readMemory()
    sent.lines = sent.requests = 0
    while (sent.lines < LINES) await round()
    const after = await watched.readMemory()
    await watched.close()
    return { ...sent, before, after }
  } finally {
    await host.stop()
  }
}

/** Runs in the page: whether all has been received. @param {number} position */
function isAtRest(position) {
  const page = /** @type {any} */ (globalThis)
  const [entry] = page[Symbol.for('opswire/1')].entries.values()
  const { requests, log } = entry.stream.store.view
  return requests.inFlight === 0 && log.rows.end === position
}
