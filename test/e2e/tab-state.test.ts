import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startTabHost } from '../helpers/tab-host.js'
import { isLive } from '../helpers/tabs.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

describe('every tab', () => {
  it('counts down when the server is away, and Retry now works in each', async () => {
    const { count, open } = await startTabHost(browser)
    const [leader, follower] = [await open('/ops/'), await open('/ops/')]
    await Promise.all([leader, follower].map(isLive))
    count.status = 502
    count.cut()
    for (const { page } of [leader, follower]) {
      await expect
        .poll(() => page.locator('ops-connection [part=base]').innerText(), { timeout: 8000 })
        .toMatch(/^Offline · (retry in \d+ s|trying now)\s+Retry now$/)
    }
    const asked = count.asked.length
    // The page's own tries may come between; asking ten times in a second is the reader's doing.
    for (let press = 0; press < 10; press++) {
      await follower.page.locator('ops-connection [part=retry]').click()
    }
    await expect.poll(() => count.asked.length).toBeGreaterThan(asked + 4)
    count.status = undefined
    await follower.page
      .locator('ops-connection [part=retry]')
      .click({ timeout: 1000 })
      .catch(() => undefined)
    await Promise.all([leader, follower].map(isLive))
    expect(count.open).toBe(1)
  })

  it(
    'comes back within 5 s though the timers of the tab with the stream sleep',
    { timeout: 60_000 },
    async () => {
      const { count, open } = await startTabHost(browser)
      const leader = await open()
      await isLive(leader)
      const follower = await open()
      await isLive(follower)
      // What a browser does to the timers of a page that has been hidden for five minutes.
      await leader.page.evaluate(() => {
        const original = setTimeout
        Object.assign(globalThis, {
          setTimeout: (callback: () => void, delay = 0) => original(callback, Math.max(delay, 60_000)),
        })
      })
      count.status = 502
      count.cut()
      await expect.poll(() => follower.status(), { timeout: 8000 }).toBe('offline')
      const before = count.asked.length
      await expect.poll(() => count.asked.length, { timeout: 10_000 }).toBeGreaterThan(before + 1)
      count.status = undefined
      await expect.poll(() => follower.status(), { timeout: 5000 }).toBe('live')
      expect(await leader.status()).toBe('live')
    },
  )

  it('says late, then stale with its age, dims what is old and keeps it', { timeout: 60_000 }, async () => {
    const { host, count, open } = await startTabHost(browser)
    host.ops.startRequest({ session: 'ada' })
    const tabs = [await open('/ops/'), await open('/ops/')]
    await Promise.all(tabs.map(isLive))
    const colours = () =>
      Promise.all(
        tabs.map(({ page }) =>
          page
            .locator('ops-counters .values')
            .first()
            .evaluate((values) => getComputedStyle(values).color),
        ),
      )
    const [bright] = await colours()
    const words = () =>
      Promise.all(tabs.map(({ page }) => page.locator('ops-connection [part=base]').innerText()))
    const speak = count.hush()
    await expect.poll(words, { timeout: 9000 }).toEqual(Array(2).fill(expect.stringMatching(/^Late/)))
    await expect
      .poll(words, { timeout: 9000 })
      .toEqual(Array(2).fill(expect.stringMatching(/^Stale · (9|1\d)(\.\d)?\s?s old$/)))
    for (const colour of await colours()) expect(colour).not.toBe(bright)
    for (const { page } of tabs) {
      expect(await page.locator('ops-requests tbody').first().innerText()).toContain('ada')
    }
    speak()
    await Promise.all(tabs.map(isLive))
    await expect.poll(colours).toEqual([bright, bright])
    expect(count.asked).toHaveLength(1)
  })

  it('tells true ages though its clock is five minutes ahead', async () => {
    const { host, context, open } = await startTabHost(browser)
    await context.addInitScript(() => {
      const { now } = Date
      Date.now = () => now() + 300_000
    })
    const startedAt = Date.now()
    host.ops.startRequest({ session: 'ada' })
    const tabs = [await open('/ops/'), await open('/ops/')]
    for (const tab of tabs) {
      await isLive(tab)
      const row = tab.page.locator('ops-requests tbody tr', { hasText: 'ada' })
      await row.waitFor()
      const age = await tab.age(startedAt)
      expect(Math.abs(Date.now() - startedAt - age)).toBeLessThan(1000)
      expect(await row.innerText()).not.toMatch(/\dm/)
      expect(await tab.page.locator('ops-connection [part=base]').innerText()).toMatch(/^Live · heard [0-3]/)
    }
  })
})
