import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { findViolations } from '../helpers/axe.js'
import { launchChromium } from '../helpers/chromium.js'
import { createPlainTabs } from '../helpers/hidden-tabs.js'
import { startHost, type Host } from '../helpers/host.js'
import { countStreams, type StreamCount } from '../helpers/stream-count.js'
import { openPage } from '../helpers/watched-page.js'

vi.setConfig({ testTimeout: 90_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

interface Site {
  host: Host
  count: StreamCount
  page: Page
  problems: string[]
}

async function visit(prepare: (host: Host) => void = () => {}, hash = ''): Promise<Site> {
  const { count, serverFactory } = countStreams()
  const host = await startHost({ fastify: { serverFactory, logger: false } })
  prepare(host)
  const { page, problems, close } = await openPage(browser, `${host.url}/ops/${hash}`)
  onTestFinished(close)
  await page.locator('ops-connection[data-state=live]').waitFor()
  return { host, count, page, problems }
}

/** Work of every kind: streaming, queued, failed, ended; lines of every level; channels up and down. */
function busy({ ops }: Host): void {
  const first = ops.startRequest({ id: 'r_first', session: 'ann', channel: 'web', kind: 'message' })
  first.startCall({ provider: 'openai', model: 'gpt-5', streaming: true }).progress({ outputTokens: 3 })
  ops.startRequest({ session: 'bob', channel: 'slack', activity: 'queued' })
  ops.startCall({ provider: 'openai', model: 'gpt-5' }).end({ inputTokens: 1, outputTokens: 2 })
  ops.startCall({ provider: 'anthropic', model: 'claude' }).fail(new Error('429 slow down'))
  for (const level of ['info', 'warn', 'error'] as const) {
    ops.log(level, 'gateway', `a line of level ${level}`, { key: 'value' }, { requestId: 'r_first' })
  }
  ops.setChannel('web', { state: 'connected' })
  ops.setChannel('slack', { state: 'disconnected', detail: 'socket closed' })
}

/** Puts every stream of the page into a state, as its client does. */
const setState = (page: Page, status: string): Promise<void> =>
  page.locator('ops-dashboard').evaluate((dashboard, value) => {
    const { store } = Reflect.get(dashboard, 'feed')
    store.setConnection({ status: value, retryAt: performance.now() + 20_000 })
  }, status)

/** What has the focus, through all shadow trees, in a few words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    const path: string[] = []
    while (element?.shadowRoot?.activeElement) {
      path.push(element.localName)
      element = element.shadowRoot.activeElement
    }
    const label = element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    return [...path.slice(1), element?.localName, label.trim().replace(/\s+/g, ' ').slice(0, 30)].join(' ')
  })

describe('axe finds nothing wrong, dark or light', () => {
  it('while nothing has come yet, and on a server to which nothing has happened', async () => {
    const { page } = await visit()
    await page.locator('ops-dashboard .guide .line').first().waitFor()
    expect(await findViolations(page)).toEqual([])
    await page.route('**/events*', () => {})
    await page.reload()
    await page.locator('ops-calls .bone').first().waitFor()
    expect(await findViolations(page)).toEqual([])
  })

  it('while much is going on: on a desk, on a phone, with a request and the keys open', async () => {
    const { page, problems } = await visit(busy)
    await page.locator('ops-events .row.error').first().waitFor()
    await page.locator('ops-models tbody tr', { hasText: 'claude' }).waitFor({ timeout: 10_000 })
    expect(await findViolations(page)).toEqual([])
    await page.locator('ops-events').evaluate((log) => Object.assign(log, { filter: '/(/' }))
    await page.locator('[part=pause]').click()
    await page.locator('ops-requests tbody tr', { hasText: 'ann' }).click()
    await page.locator('ops-request-detail .story').waitFor()
    expect(await findViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.locator('ops-dashboard dialog').waitFor()
    expect(await findViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await findViolations(page)).toEqual([])
    expect(problems).toEqual([])
  })

  it('while the server is late, silent, gone, or wants a sign-in', async () => {
    const { page, count } = await visit(busy)
    await page.locator('ops-models tbody tr', { hasText: 'claude' }).waitFor({ timeout: 10_000 })
    count.hush()
    for (const status of ['late', 'stale', 'offline', 'denied']) {
      await setState(page, status)
      await page.locator(`ops-events[data-state=${status}]`).waitFor()
      expect(await findViolations(page), status).toEqual([])
    }
  })
})

describe('by keys alone', () => {
  it('a reader gets to everything, opens a request and comes back, and is caught nowhere', async () => {
    const { page } = await visit(busy)
    await page.locator('ops-requests tbody tr', { hasText: 'ann' }).waitFor()
    const seen: string[] = []
    for (let presses = 0; presses < 90 && (presses < 3 || seen.at(-1) !== seen[0]); presses++) {
      await page.keyboard.press('Tab')
      seen.push(await focused(page))
    }
    for (const target of [
      'button Pause',
      'button Keys',
      'ops-latency-chart button p95',
      'ops-models button Copy as curl',
      'ops-requests input Filter requests in flight',
      'ops-requests button Session',
      'ops-requests button ann, open request r_first',
      'ops-calls button Latency',
      'ops-events button Pause the log',
      'ops-events input Filter by text',
      'ops-channels div',
    ]) {
      expect(
        seen.some((text) => text.startsWith(target)),
        `${target} in ${seen.join(' | ')}`,
      ).toBe(true)
    }
    // Past the last one the focus leaves the page, and comes back to its first.
    expect(seen.length).toBeLessThan(90)

    await page.locator('ops-requests button.open').first().focus()
    const ring = await page
      .locator('ops-requests button.open')
      .first()
      .evaluate((el) => getComputedStyle(el).outlineStyle)
    expect(ring).toBe('solid')
    await page.keyboard.press('Enter')
    await page.locator('ops-request-detail .close').waitFor()
    await expect.poll(() => focused(page)).toMatch(/^ops-request-detail button Close/)
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toMatch(/^ops-requests button ann, open request/)
  })

  it('"?" lists the keys; those for the page work, but not for somebody who types', async () => {
    const { host, page } = await visit(busy)
    const status = page.locator('ops-dashboard [part=header]')
    await page.keyboard.press('p')
    await status.filter({ hasText: 'Resume' }).waitFor()
    host.ops.log('info', 'app', 'came meanwhile')
    await status.filter({ hasText: /Paused · \d+ new/ }).waitFor()
    await page.keyboard.press('p')
    await page.locator('ops-events .row', { hasText: 'came meanwhile' }).waitFor()
    await page.keyboard.press('w')
    await page.locator('.windows [aria-pressed=true]', { hasText: '15 min' }).first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('p?w')
    expect(await page.locator('ops-events input').inputValue()).toBe('p?w')
    expect(await page.locator('ops-dashboard dialog').count()).toBe(0)
    expect(await status.innerText()).not.toContain('Paused')

    await page.locator('ops-events input').fill('')
    await page.locator('[part=pause]').focus()
    await page.keyboard.press('?')
    const dialog = page.locator('ops-dashboard dialog')
    await dialog.getByText('pause the page').waitFor()
    await page.keyboard.press('p')
    expect(await status.innerText()).not.toContain('Paused')
    for (let presses = 0; presses < 4; presses++) {
      await page.keyboard.press('Tab')
      // Beyond the dialog there is only the browser itself.
      expect(await focused(page)).toMatch(/^(button Close|input|body|ops-dashboard)/)
    }
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    expect(await focused(page)).toBe('button Pause')
  })

  it('single keys can be turned off, which the browser remembers, and a page can begin without them', async () => {
    const { page } = await visit(busy)
    await page.getByRole('button', { name: 'Keys' }).click()
    await page.getByRole('checkbox').uncheck()
    await page.keyboard.press('Escape')
    await page.reload()
    await page.locator('ops-connection[data-state=live]').waitFor()
    for (const key of ['?', 'p', '/']) await page.keyboard.press(key)
    expect(await page.locator('ops-dashboard dialog').count()).toBe(0)
    expect(await page.locator('[part=pause]').innerText()).toBe('Pause')
    expect(await focused(page)).toMatch(/^body/)
    expect(await page.locator('ops-events kbd').count()).toBe(0)

    await page.evaluate(() => localStorage.clear())
    await page.reload()
    await page.locator('ops-dashboard').evaluate((dashboard) => dashboard.setAttribute('shortcuts', 'off'))
    await page.locator('ops-connection[data-state=live]').waitFor()
    await page.keyboard.press('?')
    expect(await page.locator('ops-dashboard dialog').count()).toBe(0)
    await page.locator('ops-dashboard').evaluate((dashboard) => dashboard.removeAttribute('shortcuts'))
    await page.keyboard.press('?')
    await page.locator('ops-dashboard dialog').waitFor()
  })
})

describe('text from the feed', () => {
  it('is text in every field of every panel, whatever it looks like', async () => {
    const evil = '<img src=x onerror="globalThis.harmed=1"><script>harmed=1</script>"><svg/onload=harmed=1>'
    const { host, page, problems } = await visit(({ ops }) => {
      const request = ops.startRequest({
        id: `r${evil}`,
        kind: evil,
        name: evil,
        session: evil,
        channel: evil,
      })
      request.update({ step: { kind: evil, name: evil } })
      const call = request.startCall({ provider: evil, model: evil, operation: evil, streaming: true })
      call.progress({ outputTokens: 1 })
      ops.startCall({ provider: evil, model: evil }).fail(new Error(evil))
      ops.log('error', evil, evil, { [evil]: evil, nested: { [evil]: evil } }, { requestId: `r${evil}` })
      ops.setChannel(evil, { kind: evil, state: 'error', detail: evil })
      ops.gauge(evil, () => 1)
    })
    for (const panel of [
      'ops-requests tbody',
      'ops-calls tbody',
      'ops-events .row',
      'ops-channels li',
      'ops-models tbody',
    ]) {
      await page.locator(panel, { hasText: '<img src=x' }).first().waitFor({ timeout: 10_000 })
    }
    await page.locator('ops-requests tbody button.open').first().click()
    await page.locator('ops-request-detail .story li').first().waitFor()
    host.ops.log('info', 'app', 'after it')
    await page.locator('ops-events .row', { hasText: 'after it' }).waitFor()
    const made = await page.evaluate(() => {
      const roots = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
        root,
        ...[...root.querySelectorAll('*')].flatMap((element) =>
          element.shadowRoot ? roots(element.shadowRoot) : [],
        ),
      ]
      const alien = roots(document).flatMap((root) => [
        ...root.querySelectorAll('img, [onerror], [onload], body script'),
      ])
      return [alien.length, Reflect.get(globalThis, 'harmed')]
    })
    expect(made).toEqual([0, undefined])
    expect(problems).toEqual([])
  })
})

describe('the page', () => {
  it('draws nothing while its tab is hidden, and all of it at once when it is shown', async () => {
    const { host } = await visit()
    const open = await createPlainTabs(browser)
    const tab = await open(`${host.url}/ops/`)
    const rows = (): Promise<number> =>
      tab.evaluate(() => {
        const log = document.querySelector('ops-dashboard')?.shadowRoot?.querySelector('ops-events')
        return log?.shadowRoot?.querySelectorAll('.body .row').length ?? 0
      })
    host.ops.log('info', 'app', 'first')
    await expect.poll(rows, { timeout: 10_000 }).toBe(1)
    // Another tab in front of it.
    const front = await open('about:blank')
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe('hidden')
    await tab.evaluate(() => {
      const noted = { changes: 0 }
      Object.assign(globalThis, { noted })
      const observer = new MutationObserver((records) => (noted.changes += records.length))
      const watch = (root: ShadowRoot): void => {
        observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true })
        for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) watch(shadowRoot)
      }
      watch(document.querySelector('ops-dashboard')!.shadowRoot!)
    })
    const changes = () =>
      tab.evaluate(() => (globalThis as unknown as { noted: { changes: number } }).noted.changes)
    for (let line = 0; line < 50; line++) host.ops.log('info', 'app', `line ${line}`)
    const held = () =>
      tab.evaluate(
        () =>
          Reflect.get(document.querySelector('ops-dashboard')!, 'feed').store.capture()?.snapshot.log
            .length as number,
      )
    await expect.poll(held, { timeout: 10_000 }).toBe(51)
    expect([await changes(), await rows()]).toEqual([0, 1])
    await tab.send('Page.bringToFront')
    await expect.poll(rows, { timeout: 10_000 }).toBe(51)
    expect(await front.evaluate(() => document.visibilityState)).toBe('hidden')
  })

  it('prints in light colours, all rows of its tables, and nothing to press', async () => {
    const { page } = await visit((host) => {
      busy(host)
      for (let index = 0; index < 30; index++) host.ops.startRequest({ session: `s${index}` })
    })
    await page.locator('ops-requests tbody tr', { hasText: 's29' }).waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const last = page.locator('ops-requests tbody tr', { hasText: 's29' })
    const [row, panel] = [(await last.boundingBox())!, (await page.locator('ops-requests').boundingBox())!]
    expect(row.y + row.height).toBeLessThanOrEqual(panel.y + panel.height + 1)
    const surface = await page
      .locator('ops-requests .panel')
      .evaluate((el) => getComputedStyle(el).backgroundColor)
    expect(surface).toBe('rgb(255, 255, 255)')
    const pressable = page.locator('header button:visible, .end button:visible, .end input:visible')
    expect(await pressable.allInnerTexts()).toEqual([])
  })

  it('moves nothing by itself: no animation, no transition that lasts, no smooth scrolling', async () => {
    const { page } = await visit(busy)
    await page.locator('ops-events .row').first().waitFor()
    const moving = await page.evaluate(() => {
      const all = (root: Document | ShadowRoot): Element[] =>
        [...root.querySelectorAll('*')].flatMap((element) => [
          element,
          ...(element.shadowRoot ? all(element.shadowRoot) : []),
        ])
      return all(document)
        .filter((element) => {
          const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element)
          return (
            animationName !== 'none' || parseFloat(transitionDuration) > 0.01 || scrollBehavior === 'smooth'
          )
        })
        .map(({ className, localName }) => `${localName}.${className}`)
    })
    expect(moving).toEqual([])
  })

  it('of a new server says how to connect an app, in lines that work as they are copied', async () => {
    const { host, page } = await visit()
    const lines = page.locator('ops-dashboard .guide code')
    await lines.first().waitFor()
    const texts = await lines.allInnerTexts()
    const own = texts.filter((text) => text.includes(host.url))
    expect(own).toHaveLength(3)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const send = texts.findIndex((text) => text.includes('/api/ingest'))
    await page.locator('ops-dashboard .guide .line').nth(send).getByRole('button').click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(texts[send])
    const [, address = '', body = ''] =
      /^curl (\S+) -H 'Content-Type: application\/json' -d '(.*)'$/.exec(texts[send]!) ?? []
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answer.json()).toEqual({ accepted: 2, rejected: [] })
    await expect.poll(() => page.locator('ops-dashboard .guide').count(), { timeout: 10_000 }).toBe(0)
    const endpoint = /OTEL_EXPORTER_OTLP_ENDPOINT=(\S+)/.exec(texts.join('\n'))![1]!
    const traces = await fetch(`${endpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(traces.status).toBe(200)
  })
})
