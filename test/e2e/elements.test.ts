import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { serveElements } from '../helpers/element-page.js'
import { startHost, type Host } from '../helpers/host.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'

/** Turns what follows around, unless it is kept apart. */
const RLO = '\u202E'
const HEBREW = 'שלום'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** A host with the dashboard at `/ops/`, and a page of its own at `/` with one element on it. */
const start = (service = 'host'): Promise<Host> =>
  startHost({ ops: { service }, routes: serveElements('<ops-calls src="/ops/events"></ops-calls>') })

async function visit(url: string, width = 1440): Promise<WatchedPage> {
  const watched = await openPage(browser, url, { viewport: { width, height: 1064 } })
  onTestFinished(() => watched.close())
  return watched
}

const box = async (target: Locator) => {
  const { x, y, width, height } = (await target.boundingBox())!
  return { left: x, right: x + width, top: y, bottom: y + height, height }
}

/** Whether all of an element's text is to be seen. */
const isWhole = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element.scrollWidth <= element.clientWidth)

/** How far the page reaches beyond its window. */
const toTheSide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

/** A call that has ended, beside another of the same provider. */
function call(host: Host, provider: string, model: string): void {
  for (const name of [model, `${model}-2`]) host.ops.startCall({ provider, model: name }).end()
}

describe('an element', () => {
  it('without a usable src keeps its skeleton, asks for nothing and says why', async () => {
    const host = await start()
    call(host, 'openai', 'gpt-5')
    const { page, problems } = await visit(host.url)
    const asked: string[] = []
    const warnings: string[] = []
    await page.locator('ops-calls tbody tr', { hasText: 'gpt-5-2' }).waitFor()
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => warnings.push(message.text()))
    const element = page.locator('ops-calls')
    for (const src of [null, 'http://', '']) {
      await element.evaluate((el, value) => {
        if (value === null) el.removeAttribute('src')
        else el.setAttribute('src', value)
      }, src)
      await page.locator('ops-calls table[aria-busy=true] .bone').first().waitFor()
    }
    await page.evaluate(() => {
      const late = document.createElement('ops-requests')
      late.setAttribute('src', 'http://')
      document.body.append(late)
    })
    await page.locator('ops-requests .bone').first().waitFor()
    expect(warnings.map((text) => /<([\w-]+)>.*its src is (\S+)\. Accepted/.exec(text)?.slice(1))).toEqual([
      ['ops-calls', 'null'],
      ['ops-calls', '"http://"'],
      ['ops-calls', '""'],
      ['ops-requests', '"http://"'],
    ])
    expect(asked).toEqual([])
    expect(problems).toEqual([])
    await element.evaluate((el) => el.setAttribute('src', '/ops/events'))
    await page.locator('ops-calls tbody tr', { hasText: 'gpt-5-2' }).waitFor()
  })

  it('of a dashboard leaves the report to the dashboard, and the log of another feed goes', async () => {
    const host = await start()
    host.ops.log('info', 'app', 'of this feed')
    const { page, problems } = await visit(`${host.url}/ops/`)
    const warnings: string[] = []
    page.on('console', (message) => warnings.push(message.text()))
    await page.locator('ops-events .row', { hasText: 'of this feed' }).waitFor()
    await page.locator('ops-dashboard').evaluate((el) => el.setAttribute('src', 'http://'))
    await expect.poll(() => page.locator('ops-events .row').count()).toBe(0)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('<ops-dashboard>')
    expect(problems).toEqual([])
  })
})

describe('the dashboard', () => {
  it('cuts a long service name, not the window switch', async () => {
    const host = await start('payments-and-notifications-'.repeat(4).slice(0, 100))
    const { page } = await visit(`${host.url}/ops/`, 1000)
    const name = page.locator('ops-dashboard header .service')
    await name.filter({ hasText: 'payments' }).waitFor()
    for (const width of [1000, 700]) {
      await page.setViewportSize({ width, height: 1064 })
      const [last, group, pause] = await Promise.all([
        box(page.locator('.windows button').last()),
        box(page.locator('.windows')),
        box(page.locator('[part=pause]')),
      ])
      expect(last.right, `at ${width}`).toBeLessThanOrEqual(group.right)
      expect(pause.right, `at ${width}`).toBeLessThanOrEqual(width)
      expect(await isWhole(name)).toBe(false)
      expect(await name.evaluate((el) => getComputedStyle(el).textOverflow)).toBe('ellipsis')
      expect(await toTheSide(page), `at ${width}`).toBe(0)
    }
  })

  it('says what the process uses, in a place that was kept free for it', async () => {
    const host = await start()
    const { page } = await visit(`${host.url}/ops/`)
    const line = page.locator('[part=process]')
    await expect
      .poll(() => line.innerText().then((text) => text.replace(/\s+/g, ' ')))
      .toMatch(/^CPU \d+ % ?memory \d+ MB ?heap \d+ MB ?loop delay p99 [\d.,]+ ms ?\d+ viewers?, \d+ k?B\/s$/)
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 1064 })
      const filled = await box(line)
      await line.evaluate((el) => el.querySelectorAll('.item').forEach((item) => item.remove()))
      expect((await box(line)).height, `at ${width}`).toBe(filled.height)
      expect(await toTheSide(page)).toBe(0)
      await page.reload()
      await line.locator('.item').first().waitFor()
    }
  })

  it('shows on a phone the whole heading of every column', async () => {
    const host = await start()
    call(host, 'openai', 'gpt-5')
    const { page } = await visit(`${host.url}/ops/`, 390)
    await page.locator('ops-calls tbody tr', { hasText: 'openai' }).first().waitFor()
    for (const heading of await page.locator('ops-dashboard thead th:visible').all()) {
      expect(await isWhole(heading), await heading.innerText()).toBe(true)
    }
  })

  it('shows gauges that the host sets as they are, and follows its own', async () => {
    const [own, other] = [await start(), await start()]
    other.ops.gauge('queueDepth', () => 7)
    other.ops.gauge('activeRequests', () => 9)
    const [built, set] = [await visit(`${own.url}/ops/`), await visit(`${other.url}/ops/`)]
    const figures = ({ page }: WatchedPage) => page.locator('ops-counters [part=value]').allInnerTexts()
    const gauges = async (watched: WatchedPage) => (await figures(watched)).slice(2, 4)
    await expect.poll(() => gauges(built)).toEqual(['0', '0'])
    await expect.poll(() => gauges(set)).toEqual(['7', '9'])
    for (const { ops } of [own, other]) ops.startRequest({ session: 'ada', activity: 'queued' })
    await Promise.all(
      [built, set].map(({ page }) => page.locator('ops-requests tbody', { hasText: 'ada' }).waitFor()),
    )
    expect((await gauges(built))[1]).toBe('1')
    expect(await gauges(set)).toEqual(['7', '9'])
  })

  it('counts all that is in flight, also what did not fit into the snapshot, and draws a hundred', async () => {
    const host = await start()
    const requests = Array.from({ length: 5000 }, (_, index) =>
      host.ops.startRequest({ session: `session-${index}`, channel: 'a-channel-of-some-length' }),
    )
    const { page } = await visit(`${host.url}/ops/`)
    const finding = page.locator('ops-requests .finding')
    await expect.poll(() => finding.innerText()).toMatch(/^5,000 requests · oldest/)
    await expect.poll(() => page.locator('ops-requests tbody tr').count()).toBe(101)
    expect(await page.locator('ops-requests tbody tr').last().innerText()).toMatch(
      /^and \d,\d{3} younger ones$/,
    )
    for (const request of requests.slice(100)) request.end()
    await expect.poll(() => finding.innerText()).toMatch(/^100 requests · oldest/)
  })

  it('prints one dash where no call told its tokens', async () => {
    const host = await start()
    call(host, 'openai', 'gpt-5')
    const { page } = await visit(`${host.url}/ops/`)
    await expect
      .poll(() => page.locator('ops-models tbody td.tokens').allInnerTexts(), { timeout: 8000 })
      .toEqual(['–', '–', '–'])
  })

  it('lets no text from the feed reorder what stands beside it', async () => {
    const host = await start()
    const request = host.ops.startRequest({ session: `${RLO}s1`, channel: HEBREW })
    request.update({ step: { kind: 'tool', name: `${RLO}search` } })
    call(host, `${RLO}openai`, 'gpt-5')
    host.ops.setChannel('web', { state: 'connected', detail: `${HEBREW} 42` })
    host.ops.log('info', `${RLO}evil`, `${HEBREW}${RLO} message`, { key: `${RLO}value`, n: 1 })
    const { page } = await visit(`${host.url}/ops/`)
    const row = page.locator('ops-events .row', { hasText: 'evil' })
    await row.waitFor()
    const lefts = await row.evaluate((element) =>
      [...element.children].map((part) => part.getBoundingClientRect().left),
    )
    expect(lefts).toHaveLength(5)
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b))
    const cell = page.locator('ops-calls tbody tr', { hasText: 'openai' }).first().locator('td.left')
    const [provider, model] = await cell
      .locator('bdi')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect()))
    expect(provider!.right).toBeLessThanOrEqual(model!.left)
    // Every other text of the feed stands in an element of its own that keeps to itself.
    for (const [element, text] of [
      ['ops-requests', 's1'],
      ['ops-requests', HEBREW],
      ['ops-requests', 'search'],
      ['ops-models', 'openai'],
      ['ops-channels', `${HEBREW} 42`],
    ] as const) {
      const isolated = page.locator(`${element} bdi`, { hasText: text }).first()
      expect(
        await isolated.evaluate((part) => getComputedStyle(part).unicodeBidi),
        `${element} ${text}`,
      ).toBe('isolate')
    }
  })
})
