// npm run bench:web: builds, measures the page in a browser, prints a table. `--only NAME` measures one part.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { ensureBrowser } from '../../scripts/browser.js'
import { build, install, requireNode } from '../../scripts/prepare.js'
import { fail } from '../../scripts/run.js'
import { watchHour } from './parts/hour.js'
import { watchLog } from './parts/log.js'
import { watchOpening } from './parts/opening.js'
import { watchTabs } from './parts/tabs.js'
import { weighScripts } from './parts/weight.js'
import { toRows } from './targets.js'

/** Load average above which others take what the bench should have. */
const BUSY = 0.5

/** @type {import('./targets.js').WebResults} */
const results = {}

/** The parts, in the order of the table. @type {Record<string, (browser: import('playwright-core').Browser) => Promise<void>>} */
const PARTS = {
  async weight() {
    results.weight = weighScripts()
  },
  async opening(browser) {
    results.opening = await watchOpening(browser, { openings: 5 })
  },
  async log(browser) {
    results.log = await watchLog(browser, { seconds: 8, flood: 10 })
  },
  async hour(browser) {
    results.hour = await watchHour(browser)
  },
  async tabs(browser) {
    results.tabs = await watchTabs(browser, { tabs: 10 })
  },
}

requireNode()
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const parts = values.only === undefined ? Object.keys(PARTS) : [values.only]
if (parts.some((name) => PARTS[name] === undefined)) {
  fail(`unknown part "${values.only}"; accepted are ${Object.keys(PARTS).join(', ')}`)
}
await install()
const executablePath = await ensureBrowser()
await build()
const { describeMachine, toTextTable } = await import('../report.js')
say(describeMachine())
const [load] = loadavg()
if (load > BUSY)
  say(`load average ${load.toFixed(1)}: other programs are busy, what follows will be too slow`)
const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] })
try {
  for (const name of parts) {
    say(`${name}…`)
    await PARTS[name](browser)
  }
} finally {
  await browser.close()
}
console.log(`\n${toTextTable(toRows(results))}\n`)

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`)
}
