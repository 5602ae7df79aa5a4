import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Series } from '../../src/bus/protocol.js'
import { launchChromium } from '../helpers/chromium.js'
import { serveElements } from '../helpers/element-page.js'
import { startHost } from '../helpers/host.js'
import { ScriptedFeed } from '../helpers/scripted-feed.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'

const POINTS = 200
/** Unknown points, and a known one that is alone among them. */
const isHole = (index: number) =>
  (index >= 60 && index < 100) || (index >= 120 && index < 140 && index !== 130)
const END = new Date(2026, 0, 1, 14, 0, 0).getTime()

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** Ten minutes of flat lines with holes in them, or of nothing but holes. */
function series(isEmpty = false): Series {
  const line = (value: number) =>
    Array.from({ length: POINTS }, (_, index) => (isEmpty || isHole(index) ? null : value))
  return {
    step: 3000,
    from: END - (POINTS - 1) * 3000,
    columns: {
      callLatencyP50: line(2000),
      callLatencyP95: line(4000),
      callLatencyP99: line(6000),
      callTimeToFirstTokenP50: line(500),
    },
  }
}

async function open(
  options: {
    points?: Series
    width?: number
    before?: string
    prepare?: (page: Page) => Promise<unknown>
  } = {},
): Promise<WatchedPage & { feed: ScriptedFeed; chart: Locator }> {
  const feed = new ScriptedFeed(options.points ?? series())
  const chart = '<ops-latency-chart src="/scripted"></ops-latency-chart>'
  const host = await startHost({
    routes: (app, ops) => {
      feed.serve(app, ops)
      serveElements((options.before ?? '') + chart)(app)
    },
  })
  const watched = await openPage(browser, 'about:blank', {
    viewport: { width: options.width ?? 600, height: 700 },
    colorScheme: 'dark',
  })
  onTestFinished(() => watched.close())
  await options.prepare?.(watched.page)
  await watched.page.goto(host.url)
  return { ...watched, feed, chart: watched.page.locator('ops-latency-chart') }
}

/** Draws the eye: where along the chart a colour of its lines is to be seen, from 0 at the left to 1. */
const columnsOf = (chart: Locator, color: readonly [number, number, number]): Promise<number[]> =>
  chart.locator('canvas').evaluate((element, [red, green, blue]) => {
    const canvas = element as HTMLCanvasElement
    const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    const found = new Set<number>()
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 4
        const distance =
          Math.abs(data[at]! - red) + Math.abs(data[at + 1]! - green) + Math.abs(data[at + 2]! - blue)
        if (data[at + 3]! > 200 && distance < 12) found.add(x)
      }
    }
    // The plot itself, without its axis and its right margin.
    const [left, right] = [54 * devicePixelRatio, width - 14 * devicePixelRatio]
    return [...found].sort((a, b) => a - b).map((x) => (x - left) / (right - left))
  }, color)

const DARK_ACCENT = [0x5a, 0xa9, 0xff] as const
const LIGHT_ACCENT = [0x0b, 0x66, 0xc3] as const
const DARK_WARN = [0xe6, 0xa2, 0x3c] as const

const isSeen = async (chart: Locator, color: readonly [number, number, number]): Promise<boolean> =>
  (await columnsOf(chart, color)).length > 0
const words = (chart: Locator): Promise<string | null> =>
  chart.getByRole('slider').getAttribute('aria-valuetext')

describe('the latency chart', () => {
  it('draws the ten minutes before it was opened, holes as holes and a lone point as a dot', async () => {
    const { chart, problems } = await open()
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    const columns = await columnsOf(chart, DARK_ACCENT)
    const between = (from: number, to: number) =>
      columns.filter((x) => x > from / POINTS && x < to / POINTS).length
    expect(Math.min(...columns)).toBeLessThan(0.01)
    expect(Math.max(...columns)).toBeGreaterThan(0.98)
    expect(between(62, 98)).toBe(0)
    expect(between(122, 128)).toBe(0)
    expect(between(128, 133)).toBeGreaterThan(0)
    expect(between(133, 138)).toBe(0)
    expect(between(142, 198)).toBeGreaterThan(100)
    expect(problems).toEqual([])
  })

  it('says so when there was no call yet, and draws once there is one', async () => {
    const { chart, feed } = await open({ points: series(true) })
    await expect.poll(() => chart.locator('[part=empty]').innerText()).toBe('No calls yet')
    feed.next({ p50: 1500, p95: 2500, p99: 3500 })
    await expect.poll(() => chart.locator('[part=empty]').count()).toBe(0)
    await expect.poll(() => words(chart)).toContain('p50 1.50 s, p95 2.50 s, p99 3.50 s')
  })

  it('tells its figures to whoever uses keys', async () => {
    const { chart, page } = await open()
    await expect
      .poll(() => words(chart))
      .toBe('14:00:00, p50 2.00 s, p95 4.00 s, p99 6.00 s, first token 500 ms')
    const slider = chart.getByRole('slider')
    const tip = chart.locator('[part=tip]')
    expect(await tip.isVisible()).toBe(false)
    await slider.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => words(chart)).toMatch(/^13:59:57, /)
    expect((await tip.innerText()).replace(/\s+/g, ' ')).toBe(
      '13:59:57 p50 2.00 s p95 4.00 s p99 6.00 s first token 500 ms',
    )
    await page.keyboard.press('Home')
    await expect.poll(() => words(chart)).toMatch(/^13:50:03, /)
    await page.keyboard.press('PageUp')
    await expect.poll(() => words(chart)).toMatch(/^13:51:03, /)
    await page.keyboard.press('Escape')
    await expect.poll(() => tip.isVisible()).toBe(false)
  })

  it('tells the figures under the pointer, unknown ones as such', async () => {
    const { chart } = await open()
    const tip = chart.locator('[part=tip]')
    const { width, height } = (await chart.locator('.u-over').boundingBox())!
    await chart.locator('.u-over').hover({ position: { x: width * 0.4, y: height / 2 } })
    await expect
      .poll(async () => (await tip.innerText()).replace(/\s+/g, ' '))
      .toMatch(/^13:54:\d\d p50 – p95 –/)
    await chart.locator('.u-over').hover({ position: { x: width * 0.98, y: height / 2 } })
    await expect.poll(() => tip.innerText()).toMatch(/^13:59:/)
    const [panel, box] = [(await chart.boundingBox())!, (await tip.boundingBox())!]
    expect(box.x + box.width).toBeLessThanOrEqual(panel.x + panel.width)
  })

  it('leaves a line out, and lets the others have its room', async () => {
    const { chart, page } = await open()
    await expect.poll(() => isSeen(chart, DARK_WARN)).toBe(true)
    for (const name of ['p95', 'p99']) {
      await chart.getByRole('button', { name }).focus()
      await page.keyboard.press('Space')
    }
    await expect.poll(() => isSeen(chart, DARK_WARN)).toBe(false)
    expect(await isSeen(chart, DARK_ACCENT)).toBe(true)
    expect(await words(chart)).toBe('14:00:00, p50 2.00 s, first token 500 ms')
    expect(await chart.getByRole('button', { name: 'p95' }).getAttribute('aria-pressed')).toBe('false')
  })

  it('follows the theme and the colours of the page at once', async () => {
    const { chart, page } = await open()
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(() => isSeen(chart, LIGHT_ACCENT)).toBe(true)
    expect(await isSeen(chart, DARK_ACCENT)).toBe(false)
    await page.evaluate(() => document.body.style.setProperty('--ops-accent', 'rgb(200, 0, 200)'))
    await expect.poll(() => isSeen(chart, [200, 0, 200])).toBe(true)
  })

  it('moves nothing when its drawing comes, and is as wide as the page lets it be', async () => {
    const { chart, page } = await open({
      prepare: (page) =>
        page.addInitScript(() => {
          Object.assign(globalThis, { shift: 0 })
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries())
              (globalThis as unknown as { shift: number }).shift += (
                entry as unknown as { value: number }
              ).value
          }).observe({ type: 'layout-shift', buffered: true })
        }),
    })
    const canvasWidth = () => chart.locator('canvas').evaluate((el) => el.getBoundingClientRect().width)
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    expect(await page.evaluate(() => (globalThis as unknown as { shift: number }).shift)).toBe(0)
    const { height } = (await chart.boundingBox())!
    for (const width of [900, 320]) {
      await page.setViewportSize({ width, height: 700 })
      await expect
        .poll(async () => Math.abs((await canvasWidth()) - (await chart.boundingBox())!.width))
        .toBeLessThan(4)
    }
    await page.setViewportSize({ width: 600, height: 700 })
    expect((await chart.boundingBox())!.height).toBe(height)
  })

  it('has its whole legend at 320 pixels, and nothing reaches beyond the page', async () => {
    const { chart, page } = await open({ width: 320 })
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    const panel = (await chart.boundingBox())!
    for (const key of await chart.locator('[part=key]').all()) {
      const box = (await key.boundingBox())!
      expect(box.x).toBeGreaterThanOrEqual(panel.x)
      expect(box.x + box.width, await key.innerText()).toBeLessThanOrEqual(panel.x + panel.width)
      expect(box.height).toBeGreaterThanOrEqual(24)
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })

  it('is loaded when it comes into sight, and draws nothing when it is out of it', async () => {
    const scripts: string[] = []
    const { chart, page, feed } = await open({
      before: '<div id="above" style="height: 3000px"></div>',
      async prepare(page) {
        page.on('request', (request) => scripts.push(request.url()))
        await page.addInitScript(() => {
          Object.assign(globalThis, { drawings: 0 })
          const { clearRect } = CanvasRenderingContext2D.prototype
          CanvasRenderingContext2D.prototype.clearRect = function (...args) {
            ;(globalThis as unknown as { drawings: number }).drawings++
            clearRect.apply(this, args)
          }
        })
      },
    })
    const drawings = () => page.evaluate(() => (globalThis as unknown as { drawings: number }).drawings)
    const summary = () => chart.locator('.chart').getAttribute('aria-label')
    await expect.poll(summary).toContain('Last minute')
    expect(scripts.filter((url) => url.includes('plot'))).toEqual([])
    await chart.scrollIntoViewIfNeeded()
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    expect(scripts.filter((url) => url.includes('plot'))).toHaveLength(1)
    await page.evaluate(() => scrollTo(0, 0))
    // The element hears of it in a frame to come.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))))
    const before = await drawings()
    feed.next({ p50: 1000, p95: 7777, p99: 8000 })
    await expect.poll(summary).toContain('p95 7.78 s')
    expect(await drawings()).toBe(before)
    await chart.scrollIntoViewIfNeeded()
    await expect.poll(() => words(chart)).toContain('p95 7.78 s')
    expect(await drawings()).toBeGreaterThan(before)
  })

  it('offers to try again when what draws it could not be loaded', async () => {
    let isBroken = true
    const { chart } = await open({
      prepare: (page) =>
        page.route('**/latency-plot-*.js', (route) => (isBroken ? route.abort() : route.continue())),
    })
    const again = chart.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    isBroken = false
    await again.click()
    await expect.poll(() => isSeen(chart, DARK_ACCENT)).toBe(true)
    expect(await again.count()).toBe(0)
  })
})
