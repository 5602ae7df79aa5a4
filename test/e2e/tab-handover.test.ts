import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { createPlainTabs } from '../helpers/hidden-tabs.js'
import { startTabHost, writeLines } from '../helpers/tab-host.js'
import { isLive, Tab } from '../helpers/tabs.js'

let browser: Browser

beforeAll(async () => {
  // Playwright turns the cache off by which "back" is instant.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})
afterAll(() => browser.close())

describe('the stream goes to another tab', () => {
  it('at once when the tab that has it is closed, and nothing is lost or doubled', async () => {
    const { host, count, open } = await startTabHost(browser)
    const tabs = [await open(), await open(), await open(), await open()]
    await Promise.all(tabs.map(isLive))
    const stop = writeLines(host)
    const pauses: number[] = []
    while (tabs.length > 1) {
      const leader = tabs.shift()!
      await tabs[0]!.noteEvents()
      await expect.poll(() => tabs[0]!.events().then((events) => events.length)).toBeGreaterThan(0)
      const closedAt = performance.timeOrigin + performance.now()
      await leader.page.close()
      const isNext = ({ name, at }: { name: string; at: number }) => name === 'hello' && at > closedAt
      await expect.poll(() => tabs[0]!.events().then((events) => events.some(isNext))).toBe(true)
      pauses.push((await tabs[0]!.events()).find(isNext)!.at - closedAt)
    }
    const written = stop()
    await expect.poll(() => tabs[0]!.messages()).toContain(written.at(-1))
    expect(await tabs[0]!.messages()).toEqual(written)
    expect(count.asked).toHaveLength(4)
    for (const { url } of count.asked.slice(1)) expect(url.searchParams.get('lastEventId')).toMatch(/-\d+$/)
    // Long before the silence of a leader would be noticed; how soon is a matter of `npm run bench:web`.
    expect(Math.min(...pauses), pauses.join()).toBeLessThan(2000)
  })

  it('when its renderer crashes', async () => {
    const { host, count, context, open } = await startTabHost(browser)
    const [leader, second, third] = [await open(), await open(), await open()]
    await Promise.all([leader, second, third].map(isLive))
    const stop = writeLines(host)
    await expect.poll(() => third.messages()).toContain('line 20')
    const session = await context.newCDPSession(leader.page)
    void session.send('Page.crash').catch(() => undefined)
    await expect.poll(() => count.asked.length, { timeout: 5000 }).toBe(2)
    const written = stop()
    for (const tab of [second, third]) {
      await expect.poll(() => tab.messages()).toContain(written.at(-1))
      expect(await tab.messages()).toEqual(written)
    }
    expect(count.open).toBe(1)
  })

  it('when it hangs, and it follows the others once it is back', { timeout: 60_000 }, async () => {
    const { host, count, open } = await startTabHost(browser)
    const [leader, second, third] = [await open(), await open(), await open()]
    await Promise.all([leader, second, third].map(isLive))
    const stop = writeLines(host, 50)
    await expect.poll(() => third.messages()).toContain('line 5')
    const hang = leader.page.evaluate(() => {
      const end = performance.now() + 12_000
      while (performance.now() < end);
    })
    const hungAt = performance.now()
    await expect.poll(() => count.asked.length, { timeout: 9000 }).toBe(2)
    expect(performance.now() - hungAt).toBeLessThan(9000)
    await hang
    await expect.poll(() => count.open).toBe(1)
    const written = stop()
    for (const tab of [leader, second, third]) {
      await expect.poll(() => tab.messages()).toContain(written.at(-1))
      expect(await tab.messages()).toEqual(written)
      expect(await tab.status()).toBe('live')
    }
    expect(count.asked).toHaveLength(2)
  })

  it('when the browser freezes it, and it has missed nothing when it thaws', async () => {
    const { host, count } = await startTabHost(browser)
    const openPlain = await createPlainTabs(browser)
    const leader = new Tab(await openPlain(host.url))
    await isLive(leader)
    const second = new Tab(await openPlain(host.url))
    await isLive(second)
    expect(await leader.page.evaluate(() => document.visibilityState)).toBe('hidden')
    expect(count.asked).toHaveLength(1)
    await leader.page.send('Page.setWebLifecycleState', { state: 'frozen' })
    await expect.poll(() => count.asked.length).toBe(2)
    host.ops.log('info', 'app', 'meanwhile')
    await expect.poll(() => second.messages()).toEqual(['meanwhile'])
    await leader.page.send('Page.setWebLifecycleState', { state: 'active' })
    await expect.poll(() => leader.messages(), { timeout: 5000 }).toEqual(['meanwhile'])
    await isLive(leader)
    expect(count.open).toBe(1)
    expect(count.asked).toHaveLength(2)
  })

  it('when it goes to another page, and "back" brings it back as it was', async () => {
    const { host, count, open } = await startTabHost(browser)
    const [leader, second] = [await open(), await open()]
    await Promise.all([leader, second].map(isLive))
    host.ops.log('info', 'app', 'before')
    await expect.poll(() => leader.messages()).toEqual(['before'])
    await leader.page.evaluate(() =>
      addEventListener('pageshow', (event) => Object.assign(globalThis, { wasKept: event.persisted })),
    )
    await leader.page.goto(`${host.url}/elsewhere`)
    await expect.poll(() => count.asked.length).toBe(2)
    host.ops.log('info', 'app', 'meanwhile')
    await expect.poll(() => second.messages()).toContain('meanwhile')
    // Playwright's own way back waits for a load that does not come.
    await leader.page.evaluate(() => history.back())
    const wasKept = () => leader.page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept)
    await expect.poll(() => wasKept().catch(() => undefined), { timeout: 5000 }).toBe(true)
    await expect.poll(() => leader.messages()).toEqual(['before', 'meanwhile'])
    await isLive(leader)
    expect(count.open).toBe(1)
  })
})
