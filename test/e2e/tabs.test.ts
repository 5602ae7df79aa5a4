import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startTabHost } from '../helpers/tab-host.js'
import { isLive, Tab } from '../helpers/tabs.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium({
    // A name of this machine that the browser doesn't know to be this machine.
    args: ['--host-resolver-rules=MAP dashboard.test 127.0.0.1'],
  })
})
afterAll(() => browser.close())

describe('one stream', () => {
  it('serves all elements of a page', async () => {
    const { count, open } = await startTabHost(browser)
    const tab = await open()
    await isLive(tab)
    expect(count.asked).toHaveLength(1)
    expect(count.asked[0]!.url.search).toBe('')
  })

  it(
    'serves ten tabs, over a protocol that lets a browser have six connections',
    { timeout: 60_000 },
    async () => {
      const { host, count, open } = await startTabHost(browser)
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
    const { host, count, open } = await startTabHost(browser)
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
    const { host, count, open } = await startTabHost(browser)
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

describe('where tabs cannot share, each page has its own stream', () => {
  it('because its address is not secure', async () => {
    const { host, count, context } = await startTabHost(browser)
    const url = host.url.replace('127.0.0.1', 'dashboard.test')
    const tabs = [await Tab.open(context, url), await Tab.open(context, url)]
    expect(await tabs[0]!.page.evaluate(() => isSecureContext)).toBe(false)
    await Promise.all(tabs.map(isLive))
    expect(count.open).toBe(2)
  })

  it.each([
    ['there are no channels between tabs', () => Reflect.deleteProperty(globalThis, 'BroadcastChannel')],
    [
      'a channel cannot be opened',
      () => {
        globalThis.BroadcastChannel = class extends EventTarget {
          constructor() {
            super()
            throw new Error('no channels here')
          }
        } as unknown as typeof BroadcastChannel
      },
    ],
    [
      'locks are refused',
      () => {
        navigator.locks.request = () => Promise.reject(new DOMException('no locks here', 'SecurityError'))
      },
    ],
  ])('because %s', async (_reason, script) => {
    const { count, context, open } = await startTabHost(browser)
    await context.addInitScript(script)
    const tabs = [await open(), await open()]
    await Promise.all(tabs.map(isLive))
    expect(count.open).toBe(2)
  })
})
