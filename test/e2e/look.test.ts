import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startHost } from '../helpers/host.js'
import { busyFeed, emptyFeed, type FeedStart } from '../helpers/look-data.js'
import { compareWithApproved } from '../helpers/picture.js'

/*
 * The page in states that matter, beside pictures that somebody has looked at. What it shows is always the same, its
 * clock stands. When a change of the look is wanted: `npm run screenshots -- --approve`, and look at what it made.
 */
/**
 * Share of the picture that may differ. A font a tenth narrower makes 0.009, panels a few rows lower 0.025; a colour of
 * small marks stays below.
 */
const TOLERANCE = 0.012

/** Milliseconds by which every page has loaded. */
const LOADED = 60_000

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 1064 } }
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 } }

interface Look extends BrowserContextOptions {
  feed?: FeedStart
  prepare?: (page: Page) => Promise<void>
  /** Milliseconds since the server was last heard. */
  silence?: number
}

/** The page with a feed that tells this and then only that it lives, stopped a minute later. */
async function picture({ feed = busyFeed(), prepare, silence = 0, ...options }: Look): Promise<Buffer> {
  const host = await startHost()
  const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-US', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const start = feed.hello.time
  await page.clock.install({ time: start })
  await page.addInitScript(
    ({ hello, snapshot }) => {
      class FixedFeed extends EventTarget {
        readyState = 1
        #beats = setInterval(() => this.#tell('snapshot', { time: Date.now() }), 100)

        constructor() {
          super()
          setTimeout(() => {
            this.#tell('hello', { ...hello, time: Date.now() })
            this.#tell('snapshot', snapshot)
          })
        }

        #tell(name: string, data: unknown): void {
          if (Date.now() > (Reflect.get(globalThis, 'silentFrom') ?? Infinity)) return
          this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
        }

        close(): void {
          clearInterval(this.#beats)
        }
      }
      Object.assign(globalThis, { EventSource: FixedFeed })
    },
    { hello: feed.hello, snapshot: feed.snapshot },
  )
  // The address is part of what a new server shows.
  const url = 'http://127.0.0.1:3100/ops/'
  await page.route(`${url}**`, async (route) => {
    const path = route
      .request()
      .url()
      .replace(/^.*:3100/, '')
    await route.fulfill({ response: await route.fetch({ url: host.url + path }) })
  })
  await page.goto(url)
  await page.locator('ops-connection[data-state=live]').waitFor()
  await prepare?.(page)
  // Loading takes as long as it takes: the clock is stopped well after it.
  await page.clock.pauseAt(start + LOADED)
  await page.clock.runFor(2000)
  if (silence > 0) {
    await page.evaluate((from) => Object.assign(globalThis, { silentFrom: from }), start + LOADED + 2000)
    await page.clock.runFor(silence)
  }
  return page.screenshot({ animations: 'disabled', caret: 'hide' })
}

const drawn = async (page: Page): Promise<void> => {
  await page.locator('ops-latency-chart canvas').waitFor()
  await page.locator('ops-events .body .row').last().waitFor()
}

describe('the page looks as approved', () => {
  it.each<[string, Look]>([
    ['live-dark', { ...DESK, colorScheme: 'dark', prepare: drawn }],
    ['live-light', { ...DESK, colorScheme: 'light', prepare: drawn }],
    ['stale-light', { ...DESK, colorScheme: 'light', prepare: drawn, silence: 12_000 }],
    [
      'request-dark',
      {
        ...DESK,
        colorScheme: 'dark',
        prepare: async (page) => {
          await drawn(page)
          await page.locator('ops-requests tbody tr', { hasText: 's_90c1' }).click()
          await page.locator('ops-request-detail .story li').first().waitFor()
        },
      },
    ],
    [
      'new-server-light',
      {
        ...DESK,
        colorScheme: 'light',
        feed: emptyFeed(),
        prepare: (page) => page.locator('ops-dashboard .guide code').first().waitFor(),
      },
    ],
    [
      'phone-dark',
      {
        ...PHONE,
        colorScheme: 'dark',
        prepare: (page) => page.locator('ops-latency-chart canvas').waitFor(),
      },
    ],
  ])('%s', async (name, look) => {
    expect(compareWithApproved(name, await picture(look)), `${name}: see build/look`).toBeLessThan(TOLERANCE)
  })
})
