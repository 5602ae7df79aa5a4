import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startGateway, type GatewayProcess } from '../helpers/gateway-process.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'

let browser: Browser
let gateway: GatewayProcess
const open = new Set<WatchedPage>()

const visit = async (path: string): Promise<WatchedPage> => {
  const watched = await openPage(browser, `${gateway.url}${path}`)
  open.add(watched)
  return watched
}

const counter = async (page: Page, label: string): Promise<string> => {
  const tile = page.locator('ops-counters [part=counter]', { hasText: label })
  return (await tile.locator('[part=value]').innerText()).trim()
}
/** The text of an element's shadow tree. */
const panel = (page: Page, element: string): Promise<string> =>
  page.locator(`${element} [part=base]`).first().innerText()
const counted = async (page: Page, label: string): Promise<number> =>
  Number((await counter(page, label)).replaceAll(',', ''))
const row = (page: Page, element: string, text: string): Locator =>
  page.locator(`${element} tbody tr`, { hasText: text })
const line = (page: Page, text: string | RegExp): Locator =>
  page.locator('ops-events [part=log] .row').filter({ hasText: text })

async function say(
  text: string,
  session: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway.url}api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ session, text }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function sayOnChatPage(chat: Page, text: string): Promise<void> {
  await chat.fill('#text', text)
  await chat.press('#text', 'Enter')
}

beforeAll(async () => {
  ;[browser, gateway] = await Promise.all([launchChromium(), startGateway()])
})
afterEach(async () => {
  await Promise.all([...open].map((watched) => watched.close()))
  open.clear()
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
})

describe('an operator before the dashboard', () => {
  it('sees all five panels filled by what really happened', async () => {
    await say('hello there', 'ada')
    const { page, problems } = await visit('ops/')
    await expect.poll(() => counted(page, 'Messages processed')).toBeGreaterThanOrEqual(1)
    await expect.poll(() => counter(page, 'Uptime')).toMatch(/^(\d+d )?(\d+h )?(\d+m )?\d+s$/)
    await expect.poll(() => panel(page, 'ops-models')).toMatch(/1 call · avg [\d.]+ s · 0 % errors/)
    expect(await page.locator('ops-models tbody tr').first().innerText()).toMatch(/^local-/)
    const call = page.locator('ops-calls tbody tr').first()
    expect(await call.innerText()).toMatch(/\d+s ago|now/)
    expect(await call.innerText()).toMatch(/[\d,]+ ms/)
    expect(await call.innerText()).toContain('✓')
    expect(await line(page, /\[INFO\]\s+gateway: message received/).count()).toBeGreaterThanOrEqual(1)
    expect(await panel(page, 'ops-requests')).toContain('No active requests')
    for (const channel of ['web', 'telegram', 'slack']) {
      await expect
        .poll(() => page.locator('ops-channels li', { hasText: channel }).innerText())
        .toContain('connected')
    }
    expect(await panel(page, 'ops-connection')).toMatch(/^Live · heard [\d.]+ m?s ago$/)
    expect(problems).toEqual([])
  })

  it('sees a chat message from start to end: counter, call, log', async () => {
    const [ops, chat] = [await visit('ops/'), await visit('chat?session=grace')]
    await expect.poll(() => counter(ops.page, 'Messages processed')).toMatch(/\d/)
    const before = await counted(ops.page, 'Messages processed')
    await sayOnChatPage(chat.page, 'what is a heartbeat?')
    await row(ops.page, 'ops-requests', 'grace').waitFor()
    const answer = chat.page.locator('#messages li.assistant:not(.waiting)')
    await answer.waitFor()
    const answeredAt = performance.now()
    await expect
      .poll(() => counted(ops.page, 'Messages processed'), { timeout: 3000, interval: 50 })
      .toBe(before + 1)
    expect(performance.now() - answeredAt).toBeLessThan(3000)
    const call = ops.page.locator('ops-calls tbody tr').first()
    const cells = await call.locator('td').allInnerTexts()
    expect(cells[1]).toMatch(/^local-/)
    expect(cells[2]).toMatch(/^[\d,]+ ms$/)
    expect(Number(cells[4])).toBeGreaterThan(0)
    expect(cells[5]).toMatch(/^[\d,]+ \/ [\d,]+$/)
    expect(cells[6]).toBe('✓')
    await line(ops.page, /gateway: message answered session=grace/).waitFor()
    await expect.poll(() => row(ops.page, 'ops-requests', 'grace').count()).toBe(0)
    expect([...ops.problems, ...chat.problems]).toEqual([])
  })

  it('sees a failing model as a red line, a red counter and a crossed call', async () => {
    const { page, problems } = await visit('ops/')
    await expect.poll(() => counter(page, 'Errors')).toMatch(/\d/)
    const before = await counted(page, 'Errors')
    expect((await say('/fail please', 'ada')).status).toBe(502)
    const red = line(page, /\[ERROR\]\s*model: local-/).first()
    await red.waitFor()
    const colours = await red.evaluate((element) => ({
      background: getComputedStyle(element).backgroundColor,
      level: getComputedStyle(element.querySelector('.level')!).color,
    }))
    const plain = await line(page, /\[INFO\]/)
      .first()
      .evaluate((element) => ({
        background: getComputedStyle(element).backgroundColor,
        level: getComputedStyle(element.querySelector('.level')!).color,
      }))
    expect(colours.background).not.toBe(plain.background)
    expect(colours.level).not.toBe(plain.level)
    await expect.poll(() => counted(page, 'Errors'), { timeout: 4000 }).toBeGreaterThan(before)
    const crossed = page.locator('ops-calls tbody tr').first()
    expect(await crossed.innerText()).toContain('✗')
    expect(await crossed.innerText()).toContain('500')
    expect((await say('/limit please', 'ada')).status).toBe(502)
    await expect.poll(() => page.locator('ops-calls tbody tr').first().innerText()).toContain('429')
    expect(problems).toEqual([])
  })

  it('watches a long answer in flight: its duration grows, its tokens stream, then it leaves', async () => {
    const [ops, chat] = [await visit('ops/'), await visit('chat?session=linus')]
    await expect.poll(() => counter(ops.page, 'Messages processed')).toMatch(/\d/)
    await sayOnChatPage(chat.page, '/slow a long one')
    const inFlight = row(ops.page, 'ops-requests', 'linus')
    await inFlight.waitFor()
    await expect.poll(() => inFlight.innerText(), { timeout: 15_000 }).toContain('streaming')
    const seconds = async (): Promise<number> =>
      Number(/([\d.]+) s$/.exec((await inFlight.locator('td').last().innerText()).trim())?.[1])
    const first = await seconds()
    await expect.poll(seconds, { timeout: 5000 }).toBeGreaterThan(first + 1)
    const top = ops.page.locator('ops-calls tbody tr').first()
    expect(await top.innerText()).toMatch(/^now\b/)
    await expect.poll(async () => Number(await top.locator('td').nth(4).innerText())).toBeGreaterThan(0)
    expect(await counted(ops.page, 'Active requests')).toBeGreaterThanOrEqual(1)
    await chat.page.click('#send')
    await expect.poll(() => inFlight.count()).toBe(0)
    expect(await ops.page.locator('ops-calls tbody tr').first().innerText()).toContain('cancelled')
    expect(ops.problems).toEqual([])
  })

  it('sees a channel drop turn its card', async () => {
    const { page } = await visit('ops/')
    const card = page.locator('ops-channels li', { hasText: 'slack' })
    await expect.poll(() => card.innerText(), { timeout: 15_000 }).toMatch(/\bconnected\b/)
    const healthy = await card.locator('.dot').evaluate((dot) => getComputedStyle(dot).backgroundColor)
    await gateway.drop('slack')
    await expect.poll(() => card.innerText()).toMatch(/disconnected|connecting/)
    expect(await card.locator('.dot').evaluate((dot) => getComputedStyle(dot).backgroundColor)).not.toBe(
      healthy,
    )
    await line(page, /\[WARN\]\s+slack:/)
      .first()
      .waitFor()
  })

  it('scrolls up in the log without being moved, and returns to the tail', async () => {
    const { page } = await visit('ops/')
    for (let i = 0; i < 8; i++) await say(`/limit ${i}`, 'ada')
    await expect.poll(() => line(page, 'request').count()).toBeGreaterThanOrEqual(8)
    const log = page.locator('ops-events [part=log]')
    const distance = () => log.evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight)
    await expect.poll(distance).toBeLessThan(30)
    await log.evaluate((el) => el.scrollTo({ top: 40 }))
    await page.locator('ops-events [part=pill]').waitFor()
    const before = await log.evaluate((el) => el.scrollTop)
    await say('/limit more', 'ada')
    await expect
      .poll(() => page.locator('ops-events [part=pill]').innerText())
      .toMatch(/^↓\s+\d+ new, \d+ errors?$/)
    expect(await log.evaluate((el) => el.scrollTop)).toBe(before)
    await page.locator('ops-events [part=pill]').click()
    await expect.poll(distance).toBeLessThan(30)
  })

  it('pauses the page and loses nothing', async () => {
    const { page } = await visit('ops/')
    await expect.poll(() => counter(page, 'Messages processed')).toMatch(/\d/)
    await page.locator('ops-dashboard [part=pause]').click()
    const before = await counter(page, 'Messages processed')
    await say('hello again', 'pauser')
    await expect.poll(() => page.locator('ops-dashboard header').innerText()).toMatch(/Paused · [1-9]\d* new/)
    expect(await counter(page, 'Messages processed')).toBe(before)
    expect(await line(page, 'session=pauser').count()).toBe(0)
    await page.locator('ops-dashboard [part=pause]').click()
    await line(page, 'message answered session=pauser').waitFor()
    await expect.poll(() => counted(page, 'Messages processed')).toBe(Number(before) + 1)
  })
})

describe("the admin's other pages", () => {
  it('work with the elements on board, without a console error', async () => {
    for (const path of ['', 'chat', 'sessions', 'usage', 'settings']) {
      const { page, problems } = await visit(path)
      await page.locator('nav a[aria-current=page]').waitFor()
      await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined)
      expect(problems, `/${path}`).toEqual([])
    }
    const { page } = await visit('')
    await expect.poll(() => counter(page, 'Messages processed')).toMatch(/\d/)
    await expect.poll(() => page.locator('ops-channels li').count()).toBe(3)
  })

  it('share one stream among all elements of a page, and leaving the page leaves no stream', async () => {
    const { page } = await visit('')
    await expect.poll(() => counter(page, 'Messages processed')).toMatch(/\d/)
    expect(
      await page.evaluate(() => document.querySelectorAll('[src$="ops/events"]').length),
    ).toBeGreaterThan(2)
    expect(await gateway.viewers()).toBe(1)
    await page.goto(`${gateway.url}usage`)
    await expect.poll(() => gateway.viewers()).toBe(0)
  })

  it('close the stream when the last element is taken off the page, and open it again when one comes back', async () => {
    const { page } = await visit('ops/')
    await expect.poll(() => gateway.viewers()).toBe(1)
    await page.evaluate(() => document.querySelector('ops-dashboard')!.remove())
    await expect.poll(() => gateway.viewers()).toBe(0)
    await page.evaluate(() => {
      const element = document.createElement('ops-counters')
      element.setAttribute('src', 'events')
      document.body.append(element)
    })
    await expect.poll(() => counter(page, 'Messages processed')).toMatch(/\d/)
    expect(await gateway.viewers()).toBe(1)
  })
})
