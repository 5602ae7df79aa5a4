import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFeed } from '../helpers/feed-reader.js'
import { startModelServer } from './model-server.js'
import { readDashboard, REGISTER, startApp, type App, type AppOptions } from './run-app.js'

function start(task: string, options: AppOptions = {}): App {
  return startApp('small-app.cjs', { ...options, args: [task] })
}

describe('an app', () => {
  it('ends by itself when it is through, however many watch', async () => {
    const app = start('stay')
    const { url } = await app.dashboard()
    const reader = await openFeed(`${url}/events`)
    app.child.send('go')
    expect(await app.exited).toEqual([0, null])
    expect((await reader.until('bye')).data).toMatchObject({ reason: 'shutdown' })
  })

  it('that is through at once never gets a dashboard', async () => {
    const app = start('nothing')
    expect(await app.exited).toEqual([0, null])
    expect(app.output).toEqual({ out: '', err: '' })
  })

  it.each(['throw', 'reject', 'exit'])(
    'ends as it would by %s, and viewers still get the last line',
    async (task) => {
      const plain = start(task, { imports: [] })
      plain.child.send('go')
      const app = start(task)
      const { url } = await app.dashboard()
      const reader = await openFeed(`${url}/events?history=0`)
      app.child.send('go')
      const [code] = await app.exited
      expect([code, null]).toEqual(await plain.exited)
      const trace = (text: string): string => text.replace(/^opswire:.*\n/m, '')
      expect(trace(app.output.err)).toBe(plain.output.err)
      if (task === 'exit') return
      const log = (await reader.until('log')).data as { level: string; source: string; message: string }[]
      expect(log).toMatchObject([{ level: 'fatal', source: 'process' }])
      expect(log[0]!.message).toContain('nobody')
    },
  )

  it('shows the warnings of its process, which are printed as ever', async () => {
    const app = start('warn')
    const dashboard = await app.dashboard()
    expect(await dashboard.lines()).toMatchObject([
      {
        level: 'warn',
        source: 'process',
        message: 'DeprecationWarning: old ways',
        fields: { code: 'DEP_TEST' },
      },
    ])
    expect(app.output.err).toContain('[DEP_TEST] DeprecationWarning: old ways')
  })

  it('is named by its package, or by OPSWIRE_SERVICE', async () => {
    for (const [env, service] of [
      [{}, 'opswire'],
      [{ OPSWIRE_SERVICE: 'billing' }, 'billing'],
    ] as const) {
      const { url } = await start('stay', { env }).dashboard()
      const reader = await openFeed(`${url}/events`)
      expect((await reader.until('hello')).data).toMatchObject({ service })
      reader.close()
    }
  })
})

describe('opswire/register', () => {
  it('takes the next free port, and says which', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const dashboard = await start('stay', { env: { OPSWIRE_PORT: String(port) } }).dashboard()
    expect(Number(new URL(dashboard.url).port)).toBeGreaterThan(port)
    expect((await dashboard.metrics()).uptime).toBeGreaterThan(0)
  })

  it('leaves its port to an app that wants it later, and keeps its viewers', async () => {
    const app = start('late')
    const { url } = await app.dashboard()
    await openFeed(`${url}/events`)
    app.child.send(new URL(url).port)
    expect(await app.message()).toBe('listening')
    await expect.poll(() => app.output.err.match(/dashboard: http/g)).toHaveLength(2)
    expect(await (await fetch(url)).text()).toBe('app')
    const moved = readDashboard(/.*dashboard: (.*)\/\n/s.exec(app.output.err)![1]!)
    expect(moved.url).not.toBe(url)
    expect((await moved.metrics()).feed.viewers).toBe(1)
    expect(await moved.lines()).toEqual([])
  })

  it('is switched off by OPSWIRE=off', async () => {
    const app = start('stay', { env: { OPSWIRE: 'off' } })
    app.child.send('go')
    await app.exited
    expect(app.output.err).toBe('')
  })

  it('tells what it cannot take of its settings, and starts without', async () => {
    const app = start('stay', { env: { OPSWIRE_PORT: '99999', OPSWIRE: 'maybe', OPSWIRE_HOST: 'no/host' } })
    app.child.send('go')
    await app.exited
    expect(app.output.err).toContain('opswire: OPSWIRE must be on or off, not "maybe"; on is used.\n')
    expect(app.output.err).toContain(
      'OPSWIRE_PORT must be a port from 0 to 65535 (0: the system chooses), not "99999"; 3100',
    )
    expect(app.output.err).toContain('OPSWIRE_HOST must be an address or name of this machine, not "no/host"')
  })

  it('lets the app run without a dashboard where none can be', async () => {
    const app = start('stay', { env: { OPSWIRE_HOST: '203.0.113.1' } })
    await expect.poll(() => app.output.err, { timeout: 15_000 }).not.toBe('')
    app.child.send('go')
    expect(await app.exited).toEqual([0, null])
    expect(app.output.err).toBe('opswire: no dashboard: 203.0.113.1 is not an address of this machine.\n')
  })

  it.each([
    ['--require', { flags: ['--require', new URL(REGISTER).pathname], imports: [] }],
    ['NODE_OPTIONS', { imports: [], env: { NODE_OPTIONS: `--import ${REGISTER}` } }],
    ['two imports', { imports: [REGISTER, `${REGISTER}?again`] }],
  ])('watches an app once by %s', async (_name, options) => {
    const app = start('warn', options)
    const dashboard = await app.dashboard()
    const lines = await dashboard.lines()
    expect(lines.filter(({ message }) => message.includes('old ways'))).toHaveLength(1)
    app.child.send('go')
    await app.exited
    expect(app.output.err.match(/dashboard/g)).toHaveLength(1)
  })
})

it('leaves a worker thread alone', async () => {
  const models = await startModelServer()
  const app = start('thread', { env: { MODEL_URL: models.url } })
  expect(await app.message<number>()).toBeGreaterThan(0)
  await app.dashboard()
  app.child.send('go')
  expect(await app.exited).toEqual([0, null])
  expect(app.output.err.match(/dashboard/g)).toHaveLength(1)
})

it('gives each worker of a cluster a dashboard of its own, and its primary none', async () => {
  const app = start('cluster', { env: { OPSWIRE_PORT: '34100' } })
  const port = await app.message<number>()
  await expect.poll(() => app.output.err.match(/dashboard of worker/g)?.length, { timeout: 15_000 }).toBe(2)
  const urls = [...app.output.err.matchAll(/dashboard of worker \d: (\S+)\/\n/g)].map(([, url]) => url!)
  expect(new Set(urls).size).toBe(2)
  expect(app.output.err).not.toContain('dashboard:')
  for (let i = 0; i < 10; i++) await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const counts = await Promise.all(
    urls.map(async (url) => (await readDashboard(url).metrics()).counters['requests']!),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10)
  app.child.send('end')
  app.child.disconnect()
})
