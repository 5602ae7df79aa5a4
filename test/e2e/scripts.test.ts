import Fastify from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startHost, type Host } from '../helpers/host.js'
import { openPage } from '../helpers/watched-page.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** What a strict page has to allow: the scripts of the host, its own feed, and Lit's policy. */
const strict = (host: string) =>
  `default-src 'none'; script-src ${host}; connect-src 'self'; style-src 'self'; img-src data:; ` +
  `require-trusted-types-for 'script'; trusted-types lit-html`

/** A strict page of another origin with elements of the host on it, which passes the feed on at `/feed`. */
async function openElsewhere(
  host: Host,
  script: string,
  elements: string,
): Promise<{ page: Page; problems: string[]; loaded: string[] }> {
  const app = Fastify()
  app.get('/', (_request, reply) =>
    reply
      .header('content-security-policy', strict(host.url))
      .type('text/html')
      .send(
        '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">' +
          `<script type="module" src="${host.url}/ops/embed/v1/${script}"></script>${elements}`,
      ),
  )
  app.get('/feed', async (request, reply) => {
    const abort = new AbortController()
    request.raw.on('close', () => abort.abort())
    const { body } = await fetch(`${host.url}/ops/events`, { signal: abort.signal })
    return reply.type('text/event-stream').send(body)
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    app.server.closeAllConnections()
    return app.close()
  })
  const watched = await openPage(browser, 'about:blank')
  onTestFinished(() => watched.close())
  const loaded: string[] = []
  watched.page.on('request', (request) => {
    if (request.resourceType() === 'script') loaded.push(request.url().replace(/-[\w-]{8}\.js$/, '.js'))
  })
  await watched.page.goto(url)
  return { ...watched, loaded }
}

describe('the script of all elements', () => {
  it('works on a strict page of another origin, and finds its chunks where it came from', async () => {
    const host = await startHost()
    const request = host.ops.startRequest({ session: 'ada' })
    request.startCall({ provider: 'openai', model: 'gpt-5' }).end()
    host.ops.log('info', 'app', 'hello from there')
    const embed = `${host.url}/ops/embed/v1/`
    const { page, problems, loaded } = await openElsewhere(
      host,
      'ops.js',
      '<ops-dashboard src="/feed"></ops-dashboard>',
    )
    await page.locator('ops-events .row', { hasText: 'hello from there' }).waitFor()
    await page.locator('ops-latency-chart canvas').waitFor()
    expect(loaded.sort()).toEqual([
      `${embed}chunks/latency-plot.js`,
      `${embed}chunks/log-body.js`,
      `${embed}ops.js`,
    ])
    // The story of a request comes with the first one that is opened.
    await page.locator('ops-requests button.open').click()
    await page.locator('ops-request-detail .story', { hasText: 'request came in' }).waitFor()
    expect(loaded).toContain(`${embed}chunks/request-story.js`)
    expect(problems).toEqual([])
  })
})

describe('the script of one element', () => {
  it.each(['ops-calls', 'ops-events'])(
    '%s registers that one, and shares nothing but the feed',
    async (name) => {
      const host = await startHost()
      host.ops.startCall({ provider: 'openai', model: 'gpt-5' }).end()
      host.ops.log('info', 'app', 'a line')
      const { page, problems, loaded } = await openElsewhere(
        host,
        `${name}.js`,
        `<${name} src="/feed"></${name}>`,
      )
      await page.locator(name, { hasText: name === 'ops-calls' ? 'gpt-5' : 'a line' }).waitFor()
      expect(loaded[0]).toBe(`${host.url}/ops/embed/v1/${name}.js`)
      expect(loaded).toHaveLength(name === 'ops-calls' ? 1 : 2)
      expect(await page.evaluate(() => customElements.get('ops-dashboard'))).toBeUndefined()
      expect(problems).toEqual([])
    },
  )
})
