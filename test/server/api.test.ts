import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import { buildApp } from '../../src/server/app.js'
import { startHost, type Host } from '../helpers/host.js'
import { send } from '../helpers/send.js'

interface Body {
  items: Record<string, unknown>[]
  error: { code: string; message: string }
}

const get = async (host: Host, path: string): Promise<{ status: number; body: Body; headers: Headers }> => {
  const response = await fetch(`${host.url}/ops${path}`)
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers }
}

describe('the JSON routes', () => {
  it('answer what the feed tells: snapshot, metrics, events, requests, calls, channels', async () => {
    const host = await startHost({ plugin: { http: false, log: false } })
    const { ops } = host
    const done = ops.startRequest({ kind: 'message' })
    done.startCall({ provider: 'p', model: 'm' }).end()
    done.end()
    const active = ops.startRequest({ session: 's1' })
    ops.log('info', 'a', 'one')
    ops.log('error', 'a', 'two')
    ops.setChannel('web', { state: 'connected' })
    expect((await get(host, '/api/snapshot')).body).toMatchObject({
      metrics: { counters: { messagesProcessed: 1 } },
      log: [{ message: 'one' }, { message: 'two' }],
      channels: [{ name: 'web' }],
    })
    expect((await get(host, '/api/metrics')).body).toMatchObject({ counters: { calls: 1 }, instance: 'i1' })
    const { items } = (await get(host, '/api/events')).body
    expect(items.map((line) => line['message'])).toEqual(['one', 'two'])
    expect((await get(host, '/api/events?level=warn')).body.items).toHaveLength(1)
    expect((await get(host, `/api/events?before=${items[1]?.['seq'] as number}&limit=5`)).body.items).toEqual(
      [items[0]],
    )
    expect((await get(host, '/api/events?limit=0')).body.items).toEqual([])
    expect((await get(host, '/api/requests')).body.items).toHaveLength(2)
    expect((await get(host, '/api/requests?state=active')).body.items).toMatchObject([{ id: active.id }])
    expect((await get(host, '/api/calls?limit=20')).body.items).toMatchObject([
      { provider: 'p', state: 'ok' },
    ])
    expect((await get(host, '/api/channels')).body.items).toMatchObject([{ name: 'web', state: 'connected' }])
  })

  it('answer the newest 50 log lines and 20 calls by default, newest last', async () => {
    const host = await startHost({ plugin: { http: false, log: false } })
    for (let i = 0; i < 80; i++) {
      host.ops.log('info', 'a', `line ${i}`)
      host.ops.startCall({ provider: 'p', model: `m${i}` }).end()
    }
    const events = (await get(host, '/api/events')).body.items
    expect([events.length, events.at(-1)?.['message']]).toEqual([50, 'line 79'])
    const calls = (await get(host, '/api/calls')).body.items
    expect([calls.length, calls.at(-1)?.['model']]).toEqual([20, 'm79'])
  })

  it('are not stored by anyone', async () => {
    const host = await startHost()
    const { headers } = await get(host, '/api/snapshot')
    expect(headers.get('cache-control')).toBe('no-store, private')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('tell health with uptime, version and instance, and no more', async () => {
    const host = await startHost({ ops: { version: '2.0.0' } })
    const { body } = await get(host, '/health')
    expect(body).toEqual({ status: 'ok', uptime: expect.any(Number), version: '2.0.0', instance: 'i1' })
  })

  it.each([
    ['/api/events?limit=1e9', 'limit does not accept "1e9"; it takes a whole number from 0 to 1000'],
    ['/api/events?limit=-1', 'limit does not accept "-1"'],
    ['/api/events?level=x', 'level does not accept "x"; it takes one of trace'],
    ['/api/events?before=x', 'before does not accept "x"'],
    ['/api/requests?state=dead', 'state does not accept "dead"; it takes active or all'],
    ['/api/calls?limit=5&limit=6', 'limit does not accept ["5","6"]'],
    ['/api/snapshot?x=1', 'Unknown parameter "x"; no parameters are accepted.'],
  ])('%s is answered 400 naming what is accepted', async (path, message) => {
    const { status, body } = await get(await startHost(), path)
    expect(status).toBe(400)
    expect(body.error.message).toContain(message)
  })

  it.each([
    '/nope',
    '/api/',
    '/api/nope',
    '/embed/v1/nope.js',
    '/embed/v1/..%2f..%2fpackage.json',
    '/embed/v1/..%2f..%2findex.html',
    '/assets/%2e%2e%2findex.html',
    '/assets/.hidden.js',
    `/embed/v1/${'x'.repeat(200)}.js`,
    '/assets/nope.js',
  ])('%s is answered 404 as JSON, without a path of the machine', async (path) => {
    const { status, body, headers } = await get(await startHost(), path)
    expect(status).toBe(404)
    expect(headers.get('access-control-allow-origin')).toBe(null)
    expect(headers.get('cache-control') ?? 'none').not.toContain('immutable')
    expect(Object.keys(body)).toEqual(['error'])
    expect(JSON.stringify(body)).not.toContain(process.cwd())
  })

  it('let browsers keep the chunks of the elements for ever, and ask anew for the scripts known by name', async () => {
    const host = await startHost()
    const caching = async (path: string) => {
      const response = await fetch(`${host.url}/ops/embed/v1/${path}`)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
      return [response.headers.get('cache-control'), await response.text()]
    }
    for (const script of ['ops.js', 'ops-calls.js', 'ops-channels.js']) {
      expect((await caching(script))[0], script).toBe('no-cache')
    }
    const [, text] = await caching('ops.js')
    const chunks = [...text!.matchAll(/\.\/(chunks\/[\w-]+\.js)/g)].map(([, path]) => path!)
    expect(chunks.length).toBeGreaterThan(3)
    for (const chunk of chunks) {
      expect((await caching(chunk))[0], chunk).toBe('public, max-age=31536000, immutable')
    }
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'refuse %s, and say what they accept',
    async (method) => {
      const { url } = await startHost()
      for (const path of ['/', '/events', '/api/metrics', '/health', '/embed/v1/ops.js']) {
        const { status, headers, body } = await send(`${url}/ops${path}`, { method })
        expect([path, status, headers.allow]).toEqual([path, 405, 'GET, HEAD'])
        expect(body).toContain(`"${method} is not accepted here; GET and HEAD are."`)
      }
    },
  )

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'a=b'],
    ['broken JSON', 'application/json', '{'],
  ])('refuse to write whatever the body is: %s', async (_name, type, body) => {
    const { url } = await startHost()
    const ask = (path: string) =>
      send(`${url}/ops${path}`, { method: 'POST', headers: { 'content-type': type } }, body)
    expect((await ask('/events')).status).toBe(405)
    const unknown = await ask('/nope')
    expect([unknown.status, unknown.body]).toEqual([404, expect.stringContaining('OPS_NOT_FOUND')])
  })

  it('are safe to show in a terminal, and so is what ingest answers', async () => {
    const { url, ops } = await startHost({ plugin: { http: false, log: false } })
    const tricky = 'a\u202eb\u2028c\u009b31md'
    ops.log('info', 'a', tricky)
    ops.startCall({ provider: tricky, model: 'm' })
    const headers = { 'content-type': 'application/json' }
    const answers = [
      await send(`${url}/ops/api/events`),
      await send(`${url}/ops/api/calls`),
      await send(`${url}/ops/api/snapshot`),
      await send(`${url}/ops/api/ingest`, { method: 'POST', headers }, JSON.stringify([{ type: tricky }])),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toContain('\\u202e')
      expect(body).not.toMatch(/[\u202e\u2028\u009b]/)
    }
    expect(JSON.parse(answers[0]!.body)).toMatchObject({ items: [{ message: tricky }] })
  })

  it('answer what the router refuses in the same shape, standalone', async () => {
    const ops = createOps()
    const app = await buildApp(ops)
    onTestFinished(() => app.close())
    const { status, body } = await send(`${await app.listen({ port: 0, host: '127.0.0.1' })}/%zz`)
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { error: { code: 'OPS_BAD_REQUEST', message: expect.stringContaining('/%zz') as string } },
    ])
    expect(ops.requests()).toEqual([])
  })
})
