import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../../child.js'

/**
 * The dashboard in many tabs of one browser.
 * @typedef {object} TabFigures
 * @property {number} tabs
 * @property {number} streams that the server has with all of them open
 * @property {number[]} handOvers milliseconds from the end of the tab with the stream to the first event in another
 * @property {number} opening milliseconds from navigation to first data in the last tab opened
 */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ tabs: number }} options
 * @returns {Promise<TabFigures>}
 */
export async function watchTabs(browser, { tabs: count }) {
  const host = startChild('./host.js')
  const context = await browser.newContext()
  try {
    const { port } = await host.ask('start', { name: 'opswire', options: { fields: true } })
    const url = `http://127.0.0.1:${port}/ops/`
    const tabs = []
    let opening = NaN
    while (tabs.length < count) {
      const page = await context.newPage()
      await page.goto(url)
      await page.locator('ops-connection[data-state=live]').waitFor()
      opening = await page.evaluate(() => performance.now())
      tabs.push(page)
    }
    const last = /** @type {import('playwright-core').Page} */ (tabs.at(-1))
    const streams = await countStreams(`${url}api/metrics`)
    // Lines all the time, as in a busy host, so that there is something to lose.
    const feeding = host.ask('feed', { rate: 100, warmUp: 0, seconds: count }, (count + 20) * 1000)
    await last.evaluate(noteHellos)
    const handOvers = []
    // Tabs lead in the order in which they were opened.
    for (const leader of tabs.slice(0, -1)) {
      const closedAt = performance.timeOrigin + performance.now()
      await leader.close()
      await last.waitForFunction(hasHello, closedAt)
      handOvers.push((await last.evaluate(newestHello)) - closedAt)
      await sleep(100)
    }
    await feeding
    return { tabs: count, streams, handOvers, opening }
  } finally {
    await context.close()
    await host.stop()
  }
}

/**
 * The server counts its viewers once a heartbeat.
 * @param {string} url
 */
async function countStreams(url) {
  await sleep(3500)
  const { feed } = /** @type {any} */ (await (await fetch(url)).json())
  return feed.viewers
}

/** Runs in the page. */
function noteHellos() {
  const { store } = /** @type {any} */ (globalThis).document.querySelector('ops-dashboard').feed
  /** @type {number[]} */
  const hellos = []
  Object.assign(globalThis, { hellos })
  const apply = store.apply.bind(store)
  store.apply = (/** @type {string} */ name, /** @type {unknown} */ data) => {
    if (name === 'hello') hellos.push(performance.timeOrigin + performance.now())
    apply(name, data)
  }
}

/** Runs in the page. @param {number} since */
function hasHello(since) {
  return /** @type {any} */ (globalThis).hellos.at(-1) > since
}

/** Runs in the page. */
function newestHello() {
  return /** @type {any} */ (globalThis).hellos.at(-1)
}
