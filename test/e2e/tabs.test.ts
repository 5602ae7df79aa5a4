import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startHost, type Host } from '../helpers/host.js'
import { countStreams, type StreamCount } from '../helpers/stream-count.js'
import { Tab, TAB_PAGE } from '../helpers/tabs.js'

let browser: Browser

beforeAll(async () => {
  // Playwright turns the cache off by which "back" is instant.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})
afterAll(() => browser.close())

interface Setup {
  host: Host
  count: StreamCount
  context: BrowserContext
  open: (path?: string) => Promise<Tab>
}

/** A host, and a browser of its own that has no tabs yet. */
async function setup(): Promise<Setup> {
  const { count, fastify } = countStreams()
  const host = await startHost({
    fastify: { ...fastify, logger: false },
    routes: (app) => {
      app.get('/', (_request, reply) => reply.type('text/html').send(TAB_PAGE))
      app.get('/elsewhere', (_request, reply) => reply.type('text/html').send('<title>elsewhere</title>'))
    },
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  return { host, count, context, open: (path = '/') => Tab.open(context, host.url + path) }
}

const isLive = (tab: Tab) => expect.poll(() => tab.status(), { timeout: 10_000 }).toBe('live')

/** Writes a numbered line every so often until stopped, and answers how many it wrote. */
function writeLines(host: Host, interval = 10): () => string[] {
  const written: string[] = []
  const timer = setInterval(() => {
    written.push(`line ${written.length}`)
    host.ops.log('info', 'app', written.at(-1)!)
  }, interval)
  onTestFinished(() => clearInterval(timer))
  return () => {
    clearInterval(timer)
    return written
  }
}

describe('one stream', () => {
  it('serves all elements of a page', async () => {
    const { count, open } = await setup()
    const tab = await open()
    await isLive(tab)
    expect(count.asked).toHaveLength(1)
    expect(count.asked[0]!.url.search).toBe('')
  })

  it(
    'serves ten tabs, over a protocol that lets a browser have six connections',
    { timeout: 60_000 },
    async () => {
      const { host, count, open } = await setup()
      const tabs: Tab[] = []
      for (let opened = 0; opened < 10; opened++) tabs.push(await open())
      await Promise.all(tabs.map(isLive))
      host.ops.log('info', 'app', 'for all')
      await Promise.all(
        tabs.map((tab) => expect.poll(() => tab.messages(), { timeout: 10_000 }).toContain('for all')),
      )
      expect(count.open).toBe(1)
      expect(count.asked).toHaveLength(1)
    },
  )

  it('gives a new tab all that the others know, at once', async () => {
    const { host, count, open } = await setup()
    for (let line = 0; line < 300; line++) host.ops.log('info', 'app', `line ${line}`)
    const first = await open()
    await isLive(first)
    for (let line = 300; line < 600; line++) host.ops.log('info', 'app', `line ${line}`)
    await expect.poll(() => first.messages()).toContain('line 599')
    host.ops.startRequest({ session: 'ada' })
    host.ops.setChannel('telegram', { kind: 'telegram', state: 'connected' })
    const second = await open('/ops/')
    await second.page.locator('ops-requests tbody tr', { hasText: 'ada' }).waitFor()
    await second.page.locator('ops-channels', { hasText: 'telegram' }).waitFor()
    await second.page.locator('ops-counters [part=counter]', { hasText: /Uptime\s*\d+s/ }).waitFor()
    expect(await second.messages()).toEqual(await first.messages())
    expect(await second.status()).toBe('live')
    expect(count.asked).toHaveLength(1)
  })

  it('is another one for another feed, and for another browser', async () => {
    const { host, count, open } = await setup()
    const [first, second] = [await open(), await open()]
    await second.page.evaluate(() => {
      for (const element of document.querySelectorAll('[src^="/ops/events"]')) {
        element.setAttribute('src', '/ops/events?level=error')
      }
    })
    await expect.poll(() => count.open).toBe(2)
    const other = await browser.newContext()
    onTestFinished(() => other.close())
    const third = await Tab.open(other, host.url)
    await Promise.all([first, second, third].map(isLive))
    expect(count.open).toBe(3)
  })
})

describe('the stream goes to another tab', () => {
  it('within 250 ms when the tab that has it is closed, and nothing is lost or doubled', async () => {
    const { host, count, open } = await setup()
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
    // One of them may meet a busy machine.
    expect(Math.min(...pauses), pauses.join()).toBeLessThan(250)
  })

  it('when its renderer crashes', async () => {
    const { host, count, context, open } = await setup()
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
    const { host, count, open } = await setup()
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
    const { host, count, context, open } = await setup()
    const [leader, second] = [await open(), await open()]
    await Promise.all([leader, second].map(isLive))
    const session = await context.newCDPSession(leader.page)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    await expect.poll(() => count.asked.length).toBe(2)
    host.ops.log('info', 'app', 'meanwhile')
    await expect.poll(() => second.messages()).toContain('meanwhile')
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await expect.poll(() => leader.messages(), { timeout: 5000 }).toEqual(['meanwhile'])
    await isLive(leader)
    expect(count.open).toBe(1)
    expect(count.asked).toHaveLength(2)
  })

  it('when it goes to another page, and "back" brings it back as it was', async () => {
    const { host, count, open } = await setup()
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
    await leader.page.goBack()
    expect(await leader.page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept)).toBe(true)
    await expect.poll(() => leader.messages()).toEqual(['before', 'meanwhile'])
    await isLive(leader)
    expect(count.open).toBe(1)
  })
})

describe('every tab', () => {
  it('counts down when the server is away, and Retry now works in each', async () => {
    const { count, open } = await setup()
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
      const { count, open } = await setup()
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
})
