import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startGateway, type Gateway } from './start-gateway.js'

const pagesFolder = new URL('../../examples/gateway/pages/', import.meta.url)

let gateway: Gateway

beforeAll(async () => void (gateway = await startGateway()))
afterAll(() => gateway.close())

describe('the admin', () => {
  test.for(['/', '/chat', '/sessions', '/usage', '/settings'])(
    '%s is a page that allows nothing inline',
    async (path) => {
      const response = await fetch(gateway.url + path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/)
      const page = await response.text()
      expect(page).toContain(`href="${path}" aria-current="page"`)
      expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)/)
      for (const [, file] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
        expect((await fetch(`${gateway.url}${file}`)).status, file).toBe(200)
      }
    },
  )

  test('no page parses text as HTML', async () => {
    for (const file of await readdir(pagesFolder)) {
      const source = await readFile(new URL(file, pagesFolder), 'utf8')
      expect(source, file).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
    }
  })

  test('the dashboard page embeds single elements, and links to the whole', async () => {
    const page = await (await fetch(gateway.url)).text()
    expect(page).toContain('<script type="module" src="/ops/embed/v1/ops.js">')
    for (const name of ['connection', 'counters', 'requests', 'calls', 'channels']) {
      expect(page).toContain(`<ops-${name} src="/ops/events">`)
    }
    expect(page).toMatch(/href="\/ops\/">Full dashboard/)
  })

  test('an unknown route is a 404 as JSON', async () => {
    for (const path of ['/nope', '/api/nope', '/assets/nope.js']) {
      const response = await fetch(gateway.url + path)
      expect(response.status).toBe(404)
      const message = `no route GET "${path}"; the pages are linked from /`
      expect(await response.json()).toEqual({ error: { code: 'NOT_FOUND', message } })
    }
  })

  test('tells its health', async () => {
    expect(await gateway.json('/health')).toEqual({
      status: 'ok',
      uptime: expect.any(Number),
      version: '1.0.0',
      instance: expect.any(String),
    })
  })

  test('drops a simulated adapter, and no other channel', async () => {
    const drop = (name: string) => gateway.post(`/api/channels/${name}/drop`, '{}')
    await vi.waitFor(
      async () => expect(await (await drop('slack')).json()).toMatchObject({ state: 'disconnected' }),
      { timeout: 3000 },
    )
    expect(await gateway.items('channels')).toContainEqual(
      expect.objectContaining({
        name: 'slack',
        state: 'disconnected',
        detail: expect.stringMatching(/^simulated/),
      }),
    )
    const refused = await drop('web')
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ error: { code: 'NOT_SIMULATED' } })
    expect((await drop('irc')).status).toBe(404)
  })

  test('refuses settings that it does not know', async () => {
    const response = await gateway.post('/api/settings', { sampleTraffic: 'yes' })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: { code: 'BAD_REQUEST', message: 'sampleTraffic is "yes"; accepted: true or false' },
    })
  })
})

describe('the sample traffic', () => {
  test('is real messages over HTTP, under names that say so, until it is switched off', async () => {
    const busy = await startGateway({ pace: 2000 }, { SAMPLE_TRAFFIC: 'on' })
    await vi.waitFor(async () => expect((await busy.items('requests')).length).toBeGreaterThan(5), {
      timeout: 5000,
    })
    for (const request of await busy.items('requests')) {
      expect(request.session).toMatch(/^sample-(ada|grace|alan)$/)
    }
    expect(await busy.json('/api/settings')).toMatchObject({ sampleTraffic: true })

    const answer = await busy.post('/api/settings', { sampleTraffic: false })
    expect(await answer.json()).toMatchObject({ sampleTraffic: false })
    await vi.waitFor(
      async () => expect((await busy.items('requests')).every(({ state }) => state !== 'active')).toBe(true),
      { timeout: 5000 },
    )
    const quiet = await busy.items('events')
    expect(quiet.map(({ message }) => message)).toContain('sample traffic is off')
    await busy.close()
  })
})
