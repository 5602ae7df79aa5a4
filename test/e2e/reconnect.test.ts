import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startGateway, type GatewayProcess } from '../helpers/gateway-process.js'
import { openPage } from '../helpers/watched-page.js'

/** A proxy in front of the gateway that can break as proxies do. */
class Proxy {
  mode: 'pass' | number = 'pass'
  target: GatewayProcess
  readonly #server = http.createServer((request, response) => this.#handle(request, response))

  constructor(target: GatewayProcess) {
    this.target = target
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Ends every connection at once. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (this.mode !== 'pass') {
      response.writeHead(this.mode).end('broken on purpose')
      return
    }
    const { method, headers, url } = request
    const upstream = http.request(
      new URL(url ?? '/', this.target.url),
      { method, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        answer.on('error', () => response.destroy())
      },
    )
    upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}

let browser: Browser
let gateway: GatewayProcess
let proxy: Proxy
let url: string

beforeAll(async () => {
  ;[browser, gateway] = await Promise.all([launchChromium(), startGateway()])
  proxy = new Proxy(gateway)
  url = await proxy.listen()
})
afterAll(async () => {
  await browser.close()
  proxy.close()
  await gateway.stop()
})

describe('the page comes back by itself', () => {
  it.each([
    ['a cut connection', 'pass'],
    ['502 from the proxy', 502],
    ['503', 503],
    ['404', 404],
    ['204, which would end an EventSource for good', 204],
  ] as const)('after %s, with its last data kept meanwhile', async (_name, mode) => {
    const { page, close } = await openPage(browser, `${url}ops/`)
    const state = page.locator('ops-connection [part=base]')
    await expect.poll(() => state.innerText()).toMatch(/^Live/)
    const uptime = page.locator('ops-counters [part=counter]', { hasText: 'Uptime' })
    await expect.poll(() => uptime.innerText()).toMatch(/\d+s/)
    proxy.mode = mode
    proxy.cut()
    if (mode !== 'pass') {
      await expect
        .poll(() => state.innerText(), { timeout: 8000 })
        .toMatch(/^Offline · (retry in \d+ s|trying now)\s+Retry now$/)
      expect(await uptime.innerText()).toMatch(/\d+s/)
      proxy.mode = 'pass'
    }
    await expect.poll(() => state.innerText(), { timeout: 8000 }).toMatch(/^Live/)
    await close()
  })

  it('at once when the operator presses Retry now', async () => {
    const { page, close } = await openPage(browser, `${url}ops/`)
    const state = page.locator('ops-connection [part=base]')
    await expect.poll(() => state.innerText()).toMatch(/^Live/)
    proxy.mode = 502
    proxy.cut()
    await expect.poll(() => state.innerText(), { timeout: 8000 }).toContain('Retry now')
    proxy.mode = 'pass'
    // The button may be gone when a retry of the page's own was quicker; live is what counts.
    await state
      .locator('[part=retry]')
      .click({ timeout: 1000 })
      .catch(() => undefined)
    await expect.poll(() => state.innerText(), { timeout: 5000 }).toMatch(/^Live/)
    await close()
  })

  it('after the gateway has restarted, as a new run whose figures replace the old', async () => {
    const { page, close } = await openPage(browser, `${url}ops/`)
    const state = page.locator('ops-connection [part=base]')
    await expect.poll(() => state.innerText()).toMatch(/^Live/)
    await fetch(`${gateway.url}api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session: 'before', text: 'hello' }),
    })
    const messages = page
      .locator('ops-counters [part=counter]', { hasText: 'Messages processed' })
      .locator('[part=value]')
    await expect.poll(() => messages.innerText(), { timeout: 5000 }).not.toBe('0')
    await gateway.stop()
    await expect.poll(() => state.innerText(), { timeout: 8000 }).not.toMatch(/^Live/)
    gateway = await startGateway()
    proxy.target = gateway
    await expect.poll(() => state.innerText(), { timeout: 10_000 }).toMatch(/^Live/)
    await expect.poll(() => messages.innerText()).toBe('0')
    await close()
  })
})
