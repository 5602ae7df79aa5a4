import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startTabHost, writeLines, type TabHost } from '../helpers/tab-host.js'
import type { Tab } from '../helpers/tabs.js'
import { isLive } from '../helpers/tabs.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** Its elements show the token that the address of the page ends in, or the one that a test puts in its place. */
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<ops-connection></ops-connection><ops-events></ops-events>
<script type="module">
  import '/ops/embed/v1/ops.js'
  globalThis.token = location.hash.slice(1)
  const getToken = async () => {
    globalThis.askedAt = performance.now()
    return globalThis.token
  }
  for (const element of document.querySelectorAll('ops-connection, ops-events')) {
    Object.assign(element, { getToken, src: '/ops/events' })
  }
</script>`

/** A host that gives the feed to whoever shows a token that starts with `good`. */
async function start(): Promise<TabHost> {
  const tabHost = await startTabHost(browser, { '/token': PAGE })
  tabHost.count.allows = ({ headers }) => headers.authorization?.startsWith('Bearer good') === true
  return tabHost
}

const shown = ({ count }: TabHost) => count.asked.map(({ headers }) => headers.authorization)

/** Waits for the end of the 5 s in which a page finds its tabs and opens the stream with one token. */
async function tokenIsOld({ page }: Tab): Promise<void> {
  await page.waitForFunction(
    () => performance.now() > (globalThis as unknown as { askedAt: number }).askedAt + 5000,
  )
}

/** Notes all that pages say to each other, and on which channels. */
async function overhear(context: BrowserContext): Promise<string[]> {
  const heard: string[] = []
  await context.exposeFunction('overheard', (text: string) => heard.push(text))
  await context.addInitScript(() => {
    const { postMessage } = BroadcastChannel.prototype
    BroadcastChannel.prototype.postMessage = function (message: unknown) {
      const { overheard } = globalThis as unknown as { overheard: (text: string) => void }
      overheard(`${this.name} ${JSON.stringify(message)}`)
      postMessage.call(this, message)
    }
  })
  return heard
}

describe('a bearer token', () => {
  it('opens the feed in a header, and stands in no address', async () => {
    const all = await start()
    const tab = await all.open('/token#good-1')
    await isLive(tab)
    all.host.ops.log('info', 'app', 'for those with a token')
    await expect.poll(() => tab.messages()).toEqual(['for those with a token'])
    expect(shown(all)).toEqual(['Bearer good-1'])
    expect(all.count.asked[0]!.url.search).toBe('')
  })

  it('is not told to other tabs, and those with the same one share a stream', async () => {
    const all = await start()
    const heard = await overhear(all.context)
    const [first, second] = [await all.open('/token#good-secret'), await all.open('/token#good-secret')]
    await Promise.all([first, second].map(isLive))
    all.host.ops.log('info', 'app', 'for both')
    await expect.poll(() => second.messages()).toEqual(['for both'])
    expect(all.count.asked).toHaveLength(1)
    expect(heard.join('\n')).toContain('for both')
    expect(heard.join('\n')).not.toContain('good-secret')
  })

  it('separates tabs with another one, or with none', async () => {
    const all = await start()
    all.count.allows = () => true
    const paths = ['/token#good-1', '/token#good-2', '/']
    const tabs: Tab[] = []
    for (const path of paths) tabs.push(await all.open(path))
    await Promise.all(tabs.map(isLive))
    expect(shown(all)).toEqual(['Bearer good-1', 'Bearer good-2', undefined])
    expect(all.count.open).toBe(3)
  })

  it('is asked for anew at the next connection, and tabs that have another one by then part', async () => {
    const all = await start()
    const [first, second] = [await all.open('/token#good-1'), await all.open('/token#good-1')]
    await Promise.all([first, second].map(isLive))
    const stop = writeLines(all.host, 50)
    await expect.poll(() => second.messages()).toContain('line 3')
    await first.page.evaluate(() => Object.assign(globalThis, { token: 'good-2' }))
    await tokenIsOld(first)
    all.count.cut()
    await expect.poll(() => shown(all), { timeout: 8000 }).toHaveLength(3)
    expect(shown(all).slice(1).sort()).toEqual(['Bearer good-1', 'Bearer good-2'])
    const written = stop()
    for (const tab of [first, second]) {
      await isLive(tab)
      await expect.poll(() => tab.messages()).toContain(written.at(-1))
      expect(await tab.messages()).toEqual(written)
    }
    expect(all.count.open).toBe(2)
  })

  it('that is refused is told as such, and Retry now asks for another', async () => {
    const all = await start()
    const tab = await all.open('/token#bad')
    const words = tab.page.locator('ops-connection [part=base]')
    await expect.poll(() => words.innerText()).toMatch(/^Sign in needed · retry in \d+ s\s+Retry now$/)
    await tab.page.evaluate(() => Object.assign(globalThis, { token: 'good-now' }))
    await words.locator('[part=retry]').click()
    await isLive(tab)
    expect(shown(all)).toEqual(['Bearer bad', 'Bearer good-now'])
  })

  it('goes on after the last event when its stream breaks', async () => {
    const all = await start()
    const tab = await all.open('/token#good-1')
    await isLive(tab)
    const stop = writeLines(all.host)
    await expect.poll(() => tab.messages()).toContain('line 20')
    all.count.cut()
    await expect.poll(() => all.count.asked.length).toBe(2)
    expect(all.count.asked[1]!.url.searchParams.get('lastEventId')).toMatch(/-\d+$/)
    const written = stop()
    await expect.poll(() => tab.messages()).toContain(written.at(-1))
    expect(await tab.messages()).toEqual(written)
  })

  it('costs pages without one nothing: its code is loaded with the first token', async () => {
    const all = await start()
    all.count.allows = () => true
    const scripts: string[] = []
    all.context.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
    })
    await isLive(await all.open())
    expect(scripts).toContain('/ops/embed/v1/ops.js')
    for (const path of scripts) {
      const script = await fetch(`${all.host.url}${path}`)
      expect(await script.text(), path).not.toContain('authorization')
    }
    const before = new Set(scripts)
    await isLive(await all.open('/token#good-1'))
    const others = scripts.filter((path) => !before.has(path) && !path.includes('log-body'))
    expect(others).toEqual([expect.stringMatching(/^\/ops\/embed\/v1\/chunks\/bearer-feed-[\w-]+\.js$/)])
  })
})
