import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openFeed } from '../helpers/feed-reader.js'
import { REGISTER, startApp } from './run-app.js'

const LOADER = new URL('./programs/typescript.js', import.meta.url).href

/*
 * Apps that do unusual things, with and without `opswire/register` and a viewer: what they print and how they end must be
 * the same.
 */
it.each([
  'close its server',
  'close its server at once',
  'exit in a handler',
  'set its exit code',
  'be told to end',
  'end in order when told to',
  'catch what nobody caught',
  'throw what can’t be looked at',
  'reject with nothing',
  'have servers of a class of its own',
  'speak HTTP/2',
  'treat connections roughly',
  'take over the console',
  'print what can’t be looked at',
  'ask with what can’t be looked at',
  'take away what is global',
])('an app may %s', async (task) => {
  const [plain, watched] = await Promise.all([run(task, false), run(task, true)])
  expect(watched).toEqual(plain)
})

async function run(task: string, isWatched: boolean): Promise<unknown> {
  const app = startApp('careless.cjs', {
    imports: isWatched ? [REGISTER] : [],
    flags: ['--unhandled-rejections=strict'],
  })
  if (isWatched) {
    const { url } = await app.dashboard()
    await openFeed(`${url}/events`)
  }
  app.child.send(task)
  const ended = await app.exited
  const err = app.output.err.replaceAll(`node:${app.child.pid}`, 'node:PID').replace(/^opswire: .*\n/m, '')
  return { ended, out: app.output.out, err }
}

it('an app may put a mock in place of undici’s network', async () => {
  const [plain, watched] = [startApp('mocked.js', { imports: [] }), startApp('mocked.js')]
  const dashboard = await watched.dashboard()
  watched.child.send('go')
  plain.child.send('go')
  const got = await plain.message<string[]>()
  expect(got).toEqual([
    ...Array<unknown>(3).fill(expect.stringContaining('"model":"m"')),
    expect.stringContaining('not matched'),
  ])
  expect(await watched.message()).toEqual(got)
  // What reaches no network is seen where the app asks for it.
  expect(await dashboard.calls()).toMatchObject([{ source: 'fetch', model: 'm', state: 'ok' }])
  expect((await dashboard.metrics()).counters).not.toHaveProperty('faults')
})

it.each([
  ['before', [LOADER, REGISTER]],
  ['after', [REGISTER, LOADER]],
])('an app may be compiled from TypeScript by a loader that comes %s opswire', async (_when, imports) => {
  const app = startApp('typed.ts', { imports, flags: ['--no-warnings'] })
  const url = await app.message<string>()
  expect(await (await fetch(url)).text()).toBe('typed')
  const dashboard = await app.dashboard()
  expect(await dashboard.requests()).toMatchObject([{ name: 'GET /typed', state: 'ok' }])
  app.child.send('end')
  expect(await app.exited).toEqual([0, null])
})

it('an app that says nothing itself goes on when nobody reads its standard error any more', async () => {
  const port = await takePort()
  const app = startApp('careless.cjs', { env: { OPSWIRE_PORT: String(port) } })
  app.child.stderr!.destroy()
  // The dashboard is there, though its address can't be told.
  await expect.poll(() => answers(port), { timeout: 15_000 }).toBe(true)
  app.child.send('set its exit code')
  expect(await app.exited).toEqual([9, null])
})

it('an app is not warned of the ports that are taken', async () => {
  const first = await takePort()
  const taken: Server[] = []
  onTestFinished(() => taken.forEach((server) => void server.close()))
  const app = startApp('careless.cjs', { env: { OPSWIRE_PORT: String(first) } })
  for (let i = 0; i < 12; i++)
    taken.push(
      createServer()
        .on('error', () => undefined)
        .listen(first + i, '127.0.0.1'),
    )
  const { url } = await app.dashboard()
  expect(Number(new URL(url).port)).toBeGreaterThanOrEqual(first + 12)
  app.child.send('set its exit code')
  await app.exited
  expect(app.output.err).toBe(`opswire: dashboard: ${url}/\n`)
})

/** A port that was free a moment ago. */
async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  )
}
