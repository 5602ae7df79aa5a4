import { connect } from 'node:net'
import { Agent, get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startModelServer } from './model-server.js'
import { startApp, type App, type Dashboard } from './run-app.js'

/*
 * Apps of different makes, in CommonJS and ES modules, that know nothing of opswire.
 */
interface Server {
  app: App
  url: string
  port: number
  dashboard: Dashboard
}

async function startServer(program: string, env: Record<string, string> = {}): Promise<Server> {
  const app = startApp(program, { env })
  const port = await app.message<number>()
  return { app, port, url: `http://127.0.0.1:${port}`, dashboard: await app.dashboard() }
}

describe('the requests of an Express app in CommonJS', () => {
  it('are shown by their routes', async () => {
    const { url, dashboard } = await startServer('express-app.cjs')
    await fetch(`${url}/users/17?key=hush-hush`)
    await fetch(`${url}/nowhere/4711`)
    await expect
      .poll(async () => (await dashboard.requests()).map(({ name, kind, state }) => [name, kind, state]))
      .toEqual([
        ['GET /users/:id', 'http', 'ok'],
        ['GET /nowhere/:id', 'http', 'ok'],
      ])
    expect(await dashboard.text('/api/snapshot')).not.toContain('hush-hush')
  })

  it('carry the model calls that are made in their course', async () => {
    const models = await startModelServer()
    const { url, dashboard } = await startServer('express-app.cjs', { MODEL_URL: models.url })
    await fetch(`${url}/ask`).then((response) => response.text())
    await Promise.all([fetch(`${url}/ask`), fetch(`${url}/ask`)].map(async (asked) => (await asked).text()))
    await expect
      .poll(async () => (await dashboard.requests()).map(({ state }) => state))
      .toEqual(Array(3).fill('ok'))
    const requests = await dashboard.requests()
    const calls = await dashboard.calls()
    expect(calls.map(({ requestId }) => requestId).sort()).toEqual(requests.map(({ id }) => id).sort())
  })

  it('are in flight until their end, and cancelled when the client leaves', async () => {
    const { url, dashboard } = await startServer('express-app.cjs')
    const leave = new AbortController()
    await fetch(`${url}/hold`, { signal: leave.signal })
    expect(await dashboard.requests()).toMatchObject([{ name: 'GET /hold', state: 'active' }])
    leave.abort()
    await expect
      .poll(async () => (await dashboard.requests()).map(({ name, state }) => [name, state]))
      .toEqual([['GET /hold', 'cancelled']])
  })

  it('have failed from status 500 on', async () => {
    const { app, url, dashboard } = await startServer('express-app.cjs')
    const answer = await fetch(`${url}/fail`)
    expect(answer.status).toBe(500)
    await expect
      .poll(async () => (await dashboard.requests())[0])
      .toMatchObject({ name: 'GET /fail', state: 'error', error: '500 Internal Server Error' })
    // Express tells it by console.error, in the request's own course.
    await expect.poll(() => app.output.err).toContain('this route is broken')
  })
})

it('shows what an app says by console.warn and console.error, which reaches its own output as ever', async () => {
  const { app, url, dashboard } = await startServer('express-app.cjs')
  await fetch(`${url}/complain`)
  expect((await dashboard.lines()).map(({ level, source, message }) => [level, source, message])).toEqual([
    ['error', 'console', 'out of paper { trays: 2 } TypeError: no tray'],
    ['warn', 'console', 'nearly out of ink'],
  ])
  await expect.poll(() => app.output.err).toContain('out of paper { trays: 2 } TypeError: no tray\n    at ')
  expect(app.output.err).toContain('nearly out of ink\n')
  expect(app.output.out).toContain('business')
})

describe('a Fastify app in an ES module', () => {
  it('has its requests named by its routes', async () => {
    const { url, dashboard } = await startServer('fastify-app.js')
    await fetch(`${url}/users/ada`)
    await fetch(`${url}/users/bob`)
    await expect
      .poll(async () => (await dashboard.requests()).map(({ name, state }) => [name, state]))
      .toEqual(Array(2).fill(['GET /users/:name', 'ok']))
  })

  it('has the lines of all its pino loggers shown, as redacted and rewritten, and written as ever', async () => {
    const { app, url, dashboard } = await startServer('fastify-app.js')
    await fetch(`${url}/log`)
    const lines = await dashboard.lines()
    expect(lines.filter(({ level }) => level !== 'info')).toMatchObject([
      { level: 'warn', message: 'watch out', fields: { user: 'u1' } },
      {
        level: 'error',
        source: 'worker',
        message: 'a *** failed',
        fields: { job: 7, password: '[redacted]' },
      },
    ])
    expect(app.output.out.match(/"watch out"/g)).toHaveLength(1)
    expect(app.output.out.match(/"a \*\*\* failed"/g)).toHaveLength(1)
  })
})

describe('a server without a framework', () => {
  it('has every request of a connection recorded once, sent one by one or without waiting', async () => {
    const { port, url, dashboard } = await startServer('plain-app.cjs')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) =>
        get(`${url}/one`, { agent }, (answer) => answer.resume().on('end', resolve)),
      )
    }
    agent.destroy()
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /two HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    await expect
      .poll(async () => (await dashboard.requests()).map(({ name, state }) => [name, state]))
      .toEqual([...Array(3).fill(['GET /one', 'ok']), ...Array(3).fill(['GET /two', 'ok'])])
    socket.destroy()
  })

  it('under load shows a sample, each slow one, and counts all', async () => {
    const { url, dashboard } = await startServer('plain-app.cjs')
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const ask = (path: string): Promise<unknown> =>
      new Promise((resolve, reject) =>
        get(url + path, { agent }, (answer) => answer.resume().on('end', resolve)).on('error', reject),
      )
    const quick = Array.from({ length: 3000 }, () => ask('/'))
    const slow = Array.from({ length: 5 }, () => ask('/slow'))
    await Promise.all([...quick, ...slow])
    agent.destroy()
    await expect.poll(async () => (await dashboard.metrics()).counters['requests']).toBe(3005)
    const { gauges, requests, feed, counters } = await dashboard.metrics()
    expect(gauges['activeRequests']).toBe(0)
    expect(requests.latency.count).toBe(3005)
    expect(feed.sampled).toBeGreaterThan(500)
    expect(counters).not.toHaveProperty('faults')
    const shown = await dashboard.requests()
    expect(shown.filter(({ name }) => name === 'GET /slow')).toHaveLength(5)
  })
})
