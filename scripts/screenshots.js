// npm run screenshots: pictures of the dashboard in its states, from a sample gateway started for it, into
// build/screenshots. The first argument is how long the gateway runs before the first one, in seconds; default 40.
// With --approve instead: makes anew the pictures that test/e2e/look.test.ts holds the page against.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ensureBrowser } from './browser.js'
import { build, install, requireNode } from './prepare.js'
import { fail, foreground, root, tool } from './run.js'

const SIZES = { desktop: { width: 1440, height: 1064 }, phone: { width: 390, height: 844 } }
/** @type {('dark' | 'light')[]} */
const SCHEMES = ['dark', 'light']
const OUT = join(root, 'build/screenshots')

const isApproval = process.argv[2] === '--approve'
const seconds = isApproval ? 0 : Number(process.argv[2] ?? 40)
if (!(seconds >= 0))
  fail(`The time to run before the first picture must be in seconds, not ${process.argv[2]}.`)

requireNode()
await install()
const executablePath = await ensureBrowser()
await build()
if (isApproval) {
  const [, vitest = ''] = tool('vitest')
  const env = { CHROMIUM_PATH: executablePath, APPROVE_LOOK: '1' }
  process.exit(await foreground([vitest, 'run', 'test/e2e/look.test.ts'], { env }))
}
mkdirSync(OUT, { recursive: true })

const busy = await startGateway('on')
const idle = await startGateway('off')
const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] })
try {
  await picture('empty', `${idle.url}ops/`)
  await picture('first-load', `${idle.url}ops/`, async (page) => {
    await page.route('**/events*', () => {})
    await page.reload()
  })
  await pause(seconds)
  void say(busy.url, '/slow explain the whole thing')
  void say(busy.url, '/fail please')
  await pause(6)
  await picture('live', `${busy.url}ops/`)
  await picture('request', `${busy.url}ops/`, async (page) => {
    await page.locator('ops-calls tbody button.open').nth(2).click()
    await pause(1)
  })
  await picture('filtered', `${busy.url}ops/#calls.filter=error&calls.sort=-latency&requests.filter=nobody`)
  await picture('paused', `${busy.url}ops/`, async (page) => {
    await page.locator('[part=pause]').click()
    await pause(4)
  })
  await picture('admin', busy.url)
  await picture('offline', `${busy.url}ops/`, async (page) => {
    await page.route('**/events*', (route) => route.fulfill({ status: 502 }))
    for (const type of ['pagehide', 'pageshow']) {
      await page.evaluate(`dispatchEvent(new PageTransitionEvent('${type}', { persisted: true }))`)
    }
    await pause(3)
  })
  await picture('stale', `${busy.url}ops/`, async () => {
    busy.child.kill('SIGSTOP')
    await pause(12)
    setTimeout(() => busy.child.kill('SIGCONT'), 1500)
  })
} finally {
  await browser.close()
  busy.child.kill('SIGCONT')
  busy.child.kill('SIGTERM')
  idle.child.kill('SIGTERM')
}
console.log(`pictures are in ${OUT}`)

/**
 * @param {string} name
 * @param {string} url
 * @param {(page: import('playwright-core').Page) => Promise<void>} [prepare]
 */
async function picture(name, url, prepare) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        deviceScaleFactor: size === 'phone' ? 2 : 1,
      })
      const page = await context.newPage()
      await page.goto(url)
      await pause(2)
      await prepare?.(page)
      await page.screenshot({ path: join(OUT, `${name}-${size}-${colorScheme}.png`), fullPage: true })
      await context.close()
    }
  }
}

/** @param {'on' | 'off'} traffic */
async function startGateway(traffic) {
  const env = { ...process.env, PORT: '0', SAMPLE_TRAFFIC: traffic }
  const child = spawn(process.execPath, [join(root, 'build/gateway/main.js')], { env })
  child.stderr.pipe(process.stderr)
  /** @type {string} */
  const url = await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      const match = /\(admin: (http:\S+)\)/.exec(String(chunk))
      if (match) resolve(match[1] ?? '')
    })
  })
  return { child, url }
}

/**
 * @param {string} url
 * @param {string} text
 */
async function say(url, text) {
  await fetch(`${url}api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ session: 'operator', text }),
  }).catch(() => undefined)
}

/** @param {number} time in seconds */
function pause(time) {
  return new Promise((resolve) => setTimeout(resolve, time * 1000))
}
