// node bench/web/run-tabs.js: measures the dashboard in ten tabs of a browser and prints what it found. Needs a build.
import { chromium } from 'playwright-core'
import { ensureBrowser } from '../../scripts/browser.js'
import { watchTabs } from './parts/tabs.js'

const executablePath = await ensureBrowser()
const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] })
try {
  const { tabs, streams, handOvers, opening } = await watchTabs(browser, { tabs: 10 })
  const sorted = handOvers.map(Math.round).sort((a, b) => a - b)
  console.log(`${tabs} tabs: ${streams} stream(s) at the server; target 1`)
  console.log(`hand-over to first event: ${sorted.join(', ')} ms; target ≤ 250`)
  console.log(`last tab opened: live ${opening.toFixed(0)} ms after navigation`)
} finally {
  await browser.close()
}
