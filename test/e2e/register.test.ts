import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'
import { startModelServer } from '../register/model-server.js'
import { startApp } from '../register/run-app.js'

/*
 * The example app under `opswire/register` alone: an unmodified Express app that uses the openai client. Whatever the
 * dashboard has room for shows what was measured, or says in words why there is nothing.
 */
interface Place {
  name: string
  /** What stands there, headings and axes of time left out. */
  text: string
  /** Something is still drawn as if it were to come. */
  isWaiting: boolean
}

/** Three words or more. */
const SENTENCE = /[a-z]+\s+[a-z]+\s+[a-z]+/i

/** All there is room for: one more that says nothing must be told here, too. */
const SHOWN = Object.fromEntries(
  Object.entries({
    'Messages processed': /^0 \d+ requests, none a message$/,
    'Active sessions': /^– no work names its session$/,
    'Queue depth': /^– no work tells of a queue$/,
    'Active requests': /^1 none stalled$/,
    Errors: /^[1-9]\d* \d+ in 5 min · [\d.]+ %$/,
    Uptime: /^\d+s /,
    'ops-connection': /^Live · heard [\d.]+ s ago$/,
    'ops-counters': /\d/,
    'ops-latency-chart': /p50 \d.* s, p95 \d.* s, p99 \d.* s, first token \d.* m?s\. Highest p95 \d/,
    'ops-models': /limit 1 100 %/,
    'ops-requests': /m-live .* \d\d:\d\d:\d\d [\d.]+ s/,
    'ops-calls': /limit 429 rate limit/,
    'ops-events': /answered model=m-1/,
    'ops-channels': /^No channels reported$/,
    footer: /^CPU \d+ % memory \d+ MB heap \d+ MB loop delay p99 \d+ ms 1 viewer, \d/,
  }).map(([name, text]) => [name, expect.stringMatching(text)]),
)

let browser: Browser
let url: string
let watched: WatchedPage
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  const models = await startModelServer(afterAll)
  const app = startApp('../../../examples/express-openai/app.js', {
    env: { PORT: '0', OPENAI_BASE_URL: `${models.url}/v1`, OPENAI_API_KEY: 'none' },
    onEnd: afterAll,
  })
  const dashboard = await app.dashboard()
  url = /app: (\S+)\//.exec(app.output.out)![1]!
  watched = await openPage(browser, `${dashboard.url}/`)
  page = watched.page
})
afterAll(() => browser.close())

const ask = (model: string): Promise<Response> =>
  fetch(`${url}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question: 'Where is my parcel?', model }),
  })

/** Every tile: its figure, and what stands below. */
const tiles = (): Promise<(Place & { reason: string })[]> =>
  page.locator('ops-counters [part~=counter]').evaluateAll((counters) =>
    counters.map((counter) => {
      const textOf = (part: string): string =>
        counter.querySelector<HTMLElement>(part)?.innerText.trim() ?? ''
      return {
        name: textOf('.label'),
        text: textOf('[part~=value]'),
        reason: textOf('.sub'),
        isWaiting: counter.querySelector('.bone') !== null,
      }
    }),
  )

/** Every panel that is seen, however it is made. */
const panels = (): Promise<Place[]> =>
  page.locator('ops-dashboard main > *, ops-connection').evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility())
      .map((element) => {
        const root = element.shadowRoot ?? element
        const read = (node: Node): string => {
          if (node instanceof Text) return node.data
          // What is drawn on a canvas is told to those who do not see it.
          if (node instanceof Element && node.matches('.chart')) return node.getAttribute('aria-label') ?? ''
          if (node instanceof Element && node.matches('style, .head, thead, .times, .label')) return ''
          return [...node.childNodes].map(read).join(' ')
        }
        return {
          name: element.localName,
          text: read(root).replace(/\s+/g, ' ').trim(),
          isWaiting: root.querySelector('.bone, [aria-busy=true]') !== null,
        }
      }),
  )

/** What stands in every tile and panel, by its name. */
const figures = async (): Promise<Record<string, string>> => {
  const all = [
    ...(await tiles()).map(({ name, text, reason }) => [name, `${text} ${reason}`.trim()]),
    ...(await panels()).map(({ name, text }) => [name, text]),
  ]
  return Object.fromEntries(all) as Record<string, string>
}

/** Those that show neither a figure nor a sentence. */
const untold = async (): Promise<Place[]> => {
  const empty = (await tiles()).filter(
    ({ text, reason, isWaiting }) => isWaiting || !(/\d/.test(text) || SENTENCE.test(reason)),
  )
  const blank = (await panels()).filter(
    ({ text, isWaiting }) => isWaiting || !(/\d/.test(text) || SENTENCE.test(text)),
  )
  return [...empty, ...blank]
}

describe('the dashboard of an Express app that knows nothing of it', () => {
  it('tells in each tile and panel why there is nothing yet', async () => {
    await expect.poll(untold, { timeout: 15_000 }).toEqual([])
    await page.getByText('No active requests').waitFor()
    await page.getByText('No model calls yet').waitFor()
    await page.getByText('No channels reported').waitFor()
  })

  it('shows in each what was measured, once there is work, or says why it can’t', async () => {
    await (await ask('m-1')).text()
    await (await fetch(`${url}/topics/returns`)).text()
    expect((await ask('limit')).status).toBe(502)
    let isOver = false
    const work = (async () => {
      while (!isOver) await (await ask('m-live')).text()
    })()
    try {
      await row('ops-models', 'm-1').waitFor()
      await row('ops-requests', 'm-live').waitFor()
      await expect.poll(untold, { timeout: 15_000 }).toEqual([])
      await expect.poll(figures, { timeout: 15_000 }).toEqual(SHOWN)
      // A streamed call has a figure in every column, in both tables.
      for (const panel of ['ops-models', 'ops-calls']) {
        const cells = await row(panel, 'm-1').locator('td, th').allInnerTexts()
        expect(cells.map((cell) => cell.trim())).not.toContain('–')
      }
    } finally {
      isOver = true
      await work
    }
    expect(watched.problems).toEqual([])
  })
})

const row = (panel: string, text: string): Locator =>
  page.locator(`${panel} tbody tr`, { hasText: text }).first()
