import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { line, openLog } from '../helpers/log-page.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const pill = (page: Page): Locator => page.locator('ops-events [part=pill]')
const scroller = (page: Page): Locator => page.locator('ops-events .log')
const toTail = (page: Page): Promise<number> =>
  scroller(page).evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight)
const bodyHeight = (page: Page): Promise<number> =>
  page.locator('ops-events .body').evaluate((el) => (el as HTMLElement).offsetHeight)
/** The texts of the rows that are in sight, top to bottom. */
const inSight = (page: Page): Promise<string[]> =>
  scroller(page).evaluate((el) => {
    const { top, bottom } = el.getBoundingClientRect()
    return [...el.querySelectorAll<HTMLElement>('.body .row')]
      .filter((row) => {
        const box = row.getBoundingClientRect()
        return box.top >= top && box.bottom <= bottom
      })
      .map((row) => row.innerText)
  })

describe('the log at its tail', () => {
  it('holds 10,000 lines in blocks of 100 of which the browser skips those out of sight', async () => {
    const { host, page } = await openLog(browser)
    // The lines that will be let go are there before the flood: a page that gets all at once begins its blocks elsewhere.
    for (let i = 0; i < 300; i++) host.ops.log('info', 'app', `line ${i}`)
    await line(page, 'line 299').waitFor()
    for (let i = 300; i < 10_300; i++) host.ops.log('info', 'app', `line ${i}`)
    await line(page, 'line 10299').waitFor()
    await expect
      .poll(() => page.locator('ops-events [part=evicted]').innerText(), { timeout: 8000 })
      .toMatch(/^30\d earlier lines are no longer held$/)
    // The window for busy times gives way to blocks when it is calm.
    await expect.poll(() => page.locator('ops-events .pool').count(), { timeout: 8000 }).toBe(0)
    const blocks = await page.locator('ops-events .block').evaluateAll((all) =>
      all.map((block) => {
        const { contentVisibility, containIntrinsicBlockSize } = getComputedStyle(block)
        return { height: (block as HTMLElement).offsetHeight, contentVisibility, containIntrinsicBlockSize }
      }),
    )
    const rows = blocks.reduce((sum, { height }) => sum + height, 0) / 19
    expect(rows).toBeGreaterThanOrEqual(10_000)
    expect(rows).toBeLessThan(10_100)
    expect(Math.max(...blocks.map(({ height }) => height))).toBe(1900)
    expect(blocks.filter(({ contentVisibility }) => contentVisibility === 'auto').length).toBeGreaterThan(90)
    expect(blocks[0]!.containIntrinsicBlockSize).toBe('auto 1900px')
    expect(await page.locator('ops-events .body .row').count()).toBeLessThan(2500)
    // Every one of them is to be read.
    await scroller(page).focus()
    await page.keyboard.press('Home')
    await expect.poll(() => inSight(page)).toContainEqual(expect.stringMatching(/line 30\d$/))
    await scroller(page).evaluate((el) => (el.scrollTop = 19 * 5000))
    await expect.poll(() => inSight(page)).toContainEqual(expect.stringMatching(/line 530\d$/))
    const texts = await inSight(page)
    expect(texts.length).toBeGreaterThanOrEqual(12)
  })

  it('draws a bounded window while more lines come than anyone reads, counts the others, and loses none', async () => {
    const { host, page } = await openLog(browser)
    await page.evaluate(() => {
      const log = document.querySelector('ops-events')!.shadowRoot!
      const seen = { elements: new Set<Element>(), most: 0, lines: new Set<string>() }
      Object.assign(window, { seen })
      setInterval(() => {
        const rows = [...log.querySelectorAll<HTMLElement>('.pool .row')]
        seen.most = Math.max(seen.most, log.querySelectorAll('.body .row').length)
        for (const row of rows) {
          seen.elements.add(row)
          seen.lines.add(row.textContent)
        }
      }, 20)
    })
    let sent = 0
    const timer = setInterval(() => {
      for (let i = 0; i < 20; i++) host.ops.log('info', 'app', `line ${sent++}`)
    }, 20)
    try {
      await page.locator('ops-events .pool').waitFor()
      await page.evaluate(() =>
        (window as unknown as { seen: { elements: Set<Element>; lines: Set<string> } }).seen.elements.clear(),
      )
      const skipped = page.locator('ops-events [part=skipped]')
      await expect
        .poll(() => skipped.innerText(), { timeout: 8000 })
        .toMatch(/^[\d,]+ lines\/s · \d,\d{3} not drawn · the newest \d,\d{3} are held/)
      const { elements, most, lines } = await page.evaluate(() => {
        const { seen } = window as unknown as {
          seen: { elements: Set<Element>; most: number; lines: Set<string> }
        }
        return { elements: seen.elements.size, most: seen.most, lines: seen.lines.size }
      })
      expect(elements).toBeLessThanOrEqual(40)
      expect(most).toBeLessThan(600)
      expect(lines).toBeGreaterThan(40)
      expect(await toTail(page)).toBe(0)
    } finally {
      clearInterval(timer)
    }
    await line(page, `line ${sent - 1}`).waitFor()
    await expect.poll(() => page.locator('ops-events .pool').count(), { timeout: 8000 }).toBe(0)
    expect(await page.locator('ops-events [part=skipped]').isVisible()).toBe(false)
    expect(await bodyHeight(page)).toBeGreaterThanOrEqual(sent * 19)
  })

  it('shifts nothing, as the browser counts it, while lines are let go above', async () => {
    const { host, page } = await openLog(browser)
    await page.evaluate(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift' })
    })
    let sent = 0
    const evicted = page.locator('ops-events [part=evicted]')
    const write = async (count: number) => {
      for (const end = sent + count; sent < end; sent++) host.ops.log('info', 'app', `line ${sent}`)
      await line(page, `line ${sent - 1}`).waitFor()
      const gone = () => evicted.innerText().then((text) => Number(text.replace(/\D/g, '')))
      if (sent > 10_000) await expect.poll(gone).toBeGreaterThanOrEqual(sent - 10_000)
    }
    await write(300)
    await write(9900)
    await expect.poll(() => page.locator('ops-events .pool').count(), { timeout: 8000 }).toBe(0)
    // Drawn one by one now; whole blocks are let go.
    const height = await bodyHeight(page)
    // At a pace at which each of them is drawn.
    for (let round = 0; round < 30; round++) {
      await Promise.all([write(8), sleep(40)])
    }
    expect(await page.locator('ops-events .pool').count()).toBe(0)
    await expect.poll(async () => Math.abs((await bodyHeight(page)) - height)).toBeLessThanOrEqual(100 * 19)
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([])
    expect(await toTail(page)).toBe(0)
  })

  it('shows lines that came in one burst after a quiet time, every one of them', async () => {
    const { host, page } = await openLog(browser)
    for (let i = 0; i < 250; i++) host.ops.log('info', 'app', `line ${i}`)
    await line(page, 'line 249').waitFor()
    expect(await bodyHeight(page)).toBeGreaterThanOrEqual(250 * 19)
    expect(await toTail(page)).toBe(0)
  })
})

/** A log of 200 lines whose reader has left the tail, so many pixels upwards. */
async function openScrolledUp(by: number): Promise<Awaited<ReturnType<typeof openLog>>> {
  const opened = await openLog(browser)
  const { host, page } = opened
  for (let i = 0; i < 200; i++) host.ops.log('info', 'app', `line ${i}`)
  await line(page, 'line 199').waitFor()
  await scroller(page).hover()
  await page.mouse.wheel(0, -by)
  await pill(page).waitFor()
  return opened
}

describe('a reader of the log', () => {
  it('who scrolls up is not moved, is told what came, and gets back to the tail by the pill', async () => {
    const { host, page } = await openScrolledUp(900)
    await expect.poll(() => toTail(page)).toBeGreaterThan(800)
    const before = await inSight(page)
    for (let i = 0; i < 128; i++) host.ops.log(i % 43 === 42 ? 'error' : 'info', 'app', `later ${i}`)
    await expect.poll(() => pill(page).innerText()).toMatch(/^↓\s+128 new, 2 errors$/)
    expect(await inSight(page)).toEqual(before)
    await pill(page).click()
    await line(page, 'later 127').waitFor()
    expect(await toTail(page)).toBe(0)
    await expect.poll(() => pill(page).count()).toBe(0)
    host.ops.log('info', 'app', 'and on')
    await line(page, 'and on').waitFor()
    expect(await toTail(page)).toBe(0)
  })

  it.each(['selects text', 'focuses a line'] as const)('who %s keeps it while lines come', async (what) => {
    const { host, page } = await openLog(browser)
    for (let i = 0; i < 50; i++) host.ops.log('info', 'app', `line ${i}`)
    await line(page, 'line 49').waitFor()
    if (what === 'selects text') {
      await line(page, 'line 45').evaluate((row) =>
        getSelection()!.selectAllChildren(row.querySelector('.message')!),
      )
    } else {
      await scroller(page).focus()
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('ArrowUp')
    }
    await pill(page).waitFor()
    const before = await inSight(page)
    for (let i = 0; i < 500; i++) host.ops.log('info', 'app', `later ${i}`)
    await expect.poll(() => pill(page).innerText()).toContain('500 new')
    expect(await inSight(page)).toEqual(before)
    const kept = await page.evaluate(() => {
      const root = document.querySelector('ops-events')!.shadowRoot! as ShadowRoot & {
        getSelection(): Selection
      }
      return { selected: root.getSelection().toString(), focused: root.activeElement?.textContent }
    })
    if (what === 'selects text') expect(kept.selected).toBe('line 45')
    else expect(kept.focused).toContain('line 48')
  })

  it('who focuses a line of the busy window keeps line and place', async () => {
    const { host, page } = await openLog(browser)
    let sent = 0
    const timer = setInterval(() => {
      for (let i = 0; i < 20; i++) host.ops.log('info', 'app', `line ${sent++}`)
    }, 20)
    try {
      await page.locator('ops-events .pool').waitFor()
      const state = await page.evaluate(() => {
        const root = document.querySelector('ops-events')!.shadowRoot!
        const rows = [...root.querySelectorAll<HTMLElement>('.pool .row')]
        const row = rows.at(-4)!
        row.focus({ preventScroll: true })
        return { text: row.textContent, top: row.getBoundingClientRect().top }
      })
      await expect.poll(() => pill(page).innerText()).toMatch(/\d{3} new/)
      const now = await page.evaluate(() => {
        const row = document.querySelector('ops-events')!.shadowRoot!.activeElement!
        return { text: row.textContent, top: row.getBoundingClientRect().top }
      })
      expect(now).toEqual(state)
      // What went by undrawn can be read above.
      await scroller(page).hover()
      await page.mouse.wheel(0, -400)
      await expect.poll(async () => (await inSight(page)).length).toBeGreaterThanOrEqual(12)
      const numbers = (await inSight(page)).map((text) => Number(/line (\d+)/.exec(text)![1]))
      expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
    } finally {
      clearInterval(timer)
    }
  })

  it('who reads on to the end gets what came meanwhile below it, and nothing jumps', async () => {
    const { host, page } = await openScrolledUp(400)
    for (let i = 0; i < 9_950; i++) host.ops.log('info', 'app', `later ${i}`)
    await expect.poll(() => pill(page).innerText(), { timeout: 8000 }).toContain('9,950 new')
    await page.mouse.wheel(0, 400)
    await expect.poll(async () => (await inSight(page)).some((text) => text.includes('line 199'))).toBe(true)
    const before = await inSight(page)
    expect(before.at(-1)).toMatch(/line 199|later \d/)
    await expect.poll(() => pill(page).innerText()).toContain('To the end')
    // The oldest block was let go above: the reader's place stayed.
    expect((await inSight(page)).filter((text) => before.includes(text)).length).toBeGreaterThan(5)
    await page.mouse.wheel(0, 190)
    await expect.poll(async () => (await inSight(page)).some((text) => text.includes('later 5'))).toBe(true)
    expect(await pill(page).isVisible()).toBe(true)
  })

  it('who pauses loses nothing and sees how much waits', async () => {
    const { host, page } = await openLog(browser)
    host.ops.log('info', 'app', 'before')
    await line(page, 'before').waitFor()
    await page.locator('ops-events').getByRole('button', { name: 'Pause the log' }).click()
    for (let i = 0; i < 40; i++) host.ops.log(i === 7 ? 'error' : 'info', 'app', `waiting ${i}`)
    await expect.poll(() => pill(page).innerText()).toMatch(/^↓\s+40 new, 1 error$/)
    expect(await line(page, 'waiting').count()).toBe(0)
    await page.locator('ops-events').getByRole('searchbox').fill('ef', { timeout: 3000 })
    await expect.poll(() => line(page, 'before').locator('mark').innerText()).toBe('ef')
    await page.locator('ops-events').getByRole('searchbox').fill('', { timeout: 3000 })
    await page.locator('ops-events').getByRole('button', { name: 'Resume the log' }).click()
    await expect.poll(() => line(page, 'waiting').count()).toBe(40)
    expect(await page.locator('ops-events .tail').innerText()).toBe('Following')
  })
})
