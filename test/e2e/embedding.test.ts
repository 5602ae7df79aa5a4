import { join } from 'node:path'
import Fastify from 'fastify'
import type { Browser } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startHost, type Host } from '../helpers/host.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'

/*
 * Pages of somebody else's, served from another origin than the dashboard. The host lets that origin read its feed, as a
 * host does today: by a header of its own.
 */
let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

interface Site {
  host: Host
  /** Serves a page of another origin and opens it. */
  open: (
    page: (dashboard: string) => string,
    options?: SiteOptions,
  ) => Promise<WatchedPage & { violations: () => Promise<string[]> }>
}

interface SiteOptions {
  /** The policy of the page, by the address of the dashboard. */
  policy?: (dashboard: string) => string
  files?: Record<string, string>
}

async function startSite(): Promise<Site> {
  const host = await startHost({
    routes: (app) => {
      app.addHook('onRequest', async (_request, reply) => {
        void reply.header('access-control-allow-origin', '*')
      })
    },
  })
  // Another origin, and another site too: 127.0.0.1 and localhost.
  const dashboard = host.url.replace('127.0.0.1', 'localhost')
  return {
    host,
    async open(page, { policy, files = {} } = {}) {
      const app = Fastify()
      app.get('/', (_request, reply) => {
        if (policy) void reply.header('content-security-policy', policy(dashboard))
        return reply
          .type('text/html')
          .send(`<!doctype html><meta charset="utf-8"><script src="/watch.js"></script>${page(dashboard)}`)
      })
      const scripts: Record<string, string> = { '/watch.js': WATCH, '/favicon.ico': '', ...files }
      for (const [path, text] of Object.entries(scripts)) {
        app.get(path, (_request, reply) => reply.type('text/javascript').send(text))
      }
      const url = await app.listen({ port: 0, host: '127.0.0.1' })
      onTestFinished(() => app.close())
      const watched = await openPage(browser, url)
      onTestFinished(() => watched.close())
      const violations = (): Promise<string[]> =>
        watched.page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)
      return { ...watched, violations }
    },
  }
}

/** Notes what the page's policy refuses, warnings, and what is defined. */
const WATCH = `Object.assign(globalThis, { violations: [], warnings: [], defined: [] })
console.warn = (text) => warnings.push(text)
const { define } = CustomElementRegistry.prototype
CustomElementRegistry.prototype.define = function (name, element) {
  defined.push(name)
  return define.call(this, name, element)
}
document.addEventListener('securitypolicyviolation', (event) =>
  violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample))`

const script = (dashboard: string, name = 'ops.js'): string =>
  `<script type="module" src="${dashboard}/ops/embed/v1/${name}"></script>`

const STRICT = (dashboard: string): string =>
  `default-src 'none'; script-src 'self' ${dashboard}; style-src 'self'; connect-src ${dashboard}; ` +
  "require-trusted-types-for 'script'; trusted-types lit-html 'allow-duplicates'; base-uri 'none'; form-action 'none'"

describe('the elements on a page of another origin', () => {
  it('work under a strict policy with Trusted Types, every part of them, without one violation', async () => {
    const { host, open } = await startSite()
    const request = host.ops.startRequest({ id: 'r_1', session: 'ada', channel: 'web' })
    request.startCall({ provider: 'openai', model: 'gpt-5', streaming: true }).progress({ outputTokens: 3 })
    host.ops.log('warn', 'app', '<b>bold</b>', {}, { requestId: 'r_1' })
    const { page, problems, violations } = await open(
      (dashboard) => `${script(dashboard)}<ops-dashboard src="${dashboard}/ops/events"></ops-dashboard>`,
      { policy: STRICT },
    )
    await page.locator('ops-events .body .row', { hasText: '<b>bold</b>' }).waitFor()
    await page.locator('ops-latency-chart canvas').waitFor()
    await page.locator('ops-requests tbody tr', { hasText: 'ada' }).click()
    await page.locator('ops-request-detail .story').getByText('first token').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('ops-models').getByRole('button', { name: /curl/ }).click()
    await page.keyboard.press('?')
    await page.locator('ops-dashboard dialog').waitFor()
    expect(await violations()).toEqual([])
    expect(problems).toEqual([])
  })

  it('of several scripts on a page, the first one stays, which each of the others tells once', async () => {
    const { host, open } = await startSite()
    host.ops.startRequest({ session: 'ada' })
    const { page, problems, violations } = await open(
      (dashboard) =>
        ['ops-requests.js', 'ops.js', 'ops.js?another'].map((name) => script(dashboard, name)).join('') +
        `<ops-requests src="${dashboard}/ops/events"></ops-requests>`,
      { policy: STRICT },
    )
    await page.locator('ops-requests tbody tr', { hasText: 'ada' }).waitFor()
    const noted = () =>
      page.evaluate(() => {
        const { defined, warnings } = globalThis as unknown as Record<string, string[]>
        return { defined: defined!, warnings: warnings! }
      })
    await expect.poll(async () => (await noted()).warnings).toHaveLength(2)
    const { defined, warnings } = await noted()
    const kept = 'opswire: defined already, the first definition is kept: '
    expect(warnings[0]).toBe(`${kept}ops-requests`)
    expect(warnings[1]).toMatch(new RegExp(`^${kept}ops-stream, .*ops-requests, .*ops-dashboard$`))
    expect(defined).toContain('ops-dashboard')
    expect(new Set(defined).size).toBe(defined.length)
    expect([await violations(), problems]).toEqual([[], []])
  })

  it('take their stream from the <ops-stream> around them, at any depth, and follow it to another', async () => {
    const [{ host, open }, other] = [await startSite(), await startSite()]
    host.ops.startRequest({ session: 'ada' })
    other.host.ops.startRequest({ session: 'grace' })
    const { page, problems } = await open(
      (dashboard) =>
        `<ops-stream src="${dashboard}/ops/events"><div><ops-requests></ops-requests></div><ops-calls></ops-calls></ops-stream>${script(dashboard)}`,
    )
    const row = (session: string) => page.locator('ops-requests tbody tr', { hasText: session })
    await row('ada').waitFor()
    const states = await page.evaluateHandle(() => {
      const heard: string[] = []
      document.addEventListener('ops-state-change', (event) =>
        heard.push((event as CustomEvent).detail.status),
      )
      return heard
    })
    await page.evaluate(() => {
      const inner = document.createElement('section')
      inner.attachShadow({ mode: 'open' }).append(document.createElement('ops-connection'))
      document.querySelector('ops-stream div')!.append(inner)
    })
    await page.locator('ops-connection[data-state=live]').waitFor()
    const viewers = ({ ops }: Host) =>
      fetch(`${host.url}/ops/api/metrics`)
        .then((answer) => answer.json() as Promise<{ feed: { viewers: number } }>)
        .then(({ feed }) => feed.viewers + Number(ops === undefined))
    expect(await viewers(host)).toBe(1)
    const elsewhere = `${other.host.url.replace('127.0.0.1', 'localhost')}/ops/events`
    await page.locator('ops-stream').evaluate((stream, src) => stream.setAttribute('src', src), elsewhere)
    await row('grace').waitFor()
    expect(await row('ada').count()).toBe(0)
    await expect.poll(() => viewers(host)).toBe(0)
    await expect.poll(() => states.jsonValue()).toContain('live')
    await page.locator('ops-stream').evaluate((stream) => (stream as never as { pause: () => void }).pause())
    other.host.ops.startRequest({ session: 'waits' })
    await page
      .locator('ops-stream')
      .evaluate((stream) => (stream as never as { resume: () => void }).resume())
    await row('waits').waitFor()
    expect(problems).toEqual([])
  })

  it(
    'are driven by a React 19 app: attributes, properties, and events it listens to',
    { timeout: 60_000 },
    async () => {
      const { host, open } = await startSite()
      const request = host.ops.startRequest({ id: 'r_1', session: 'ada' })
      request.startCall({ provider: 'openai', model: 'gpt-5' }).end({ inputTokens: 1 })
      const app = await buildReactApp()
      const { page, problems, violations } = await open(
        (dashboard) =>
          `${script(dashboard)}<div id="root" data-src="${dashboard}/ops/events"></div><script type="module" src="/app.js"></script>`,
        { files: { '/app.js': app }, policy: STRICT },
      )
      const row = page.locator('ops-requests tbody tr', { hasText: 'ada' })
      await row.waitFor()
      // A property: React sets what the element has as such.
      expect(await page.locator('ops-models').evaluate((element) => Reflect.get(element, 'slowAfter'))).toBe(
        500,
      )
      expect(await page.locator('ops-models').getAttribute('slow-after')).toBe(null)
      expect(await page.locator('ops-calls').evaluate((element) => Reflect.get(element, 'filter'))).toBe(
        'openai',
      )
      await row.click()
      await page.getByText('opened r_1').waitFor()
      await page.getByRole('button', { name: 'unmount' }).click()
      await expect.poll(() => page.locator('ops-requests').count()).toBe(0)
      expect([await violations(), problems]).toEqual([[], []])
    },
  )
})

/** An app as somebody's build makes it of React and JSX. */
async function buildReactApp(): Promise<string> {
  const result = await build({
    root: join(import.meta.dirname, 'react-app'),
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: { write: false, lib: { entry: 'app.jsx', formats: ['es'], fileName: 'app' } },
  })
  const { output } = (Array.isArray(result) ? result[0] : result) as { output: { code: string }[] }
  return output[0]!.code
}
