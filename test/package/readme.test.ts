import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

it("README's examples run as they stand and show what they say", async () => {
  const example = /```js\n([\s\S]*?)```/.exec(README)?.[1]
  const port = await freePort()
  // Inside the package, so that its own name resolves as it would for a user.
  const folder = join(ROOT, 'build/readme')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'app.mjs'), example!.replace('port: 3000', `port: ${port}`))
  const child = spawn(process.execPath, [join(folder, 'app.mjs')], { stdio: 'ignore' })
  onTestFinished(() => void child.kill())
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/ops/${path}`)).json()
  await expect
    .poll(() => get('health').catch(() => undefined), { timeout: 20_000 })
    .toMatchObject({ status: 'ok' })
  expect(await get('api/snapshot')).toMatchObject({
    metrics: { counters: { messagesProcessed: 1, calls: 1 }, gauges: { queueDepth: 0 } },
    calls: [{ provider: 'openai', model: 'gpt-5', inputTokens: 210, outputTokens: 64, state: 'ok' }],
    channels: [{ name: 'telegram', state: 'connected' }],
  })

  const [publish] = /^curl [^`]*?api\/ingest[^`]*$/m.exec(README)!
  const line = publish.replace('127.0.0.1:3100', `127.0.0.1:${port}`)
  const options = { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, no_proxy: '*' } } as const
  expect(execFileSync('sh', ['-c', line], options)).toBe('{"accepted":1,"rejected":[]}')
  expect(await get('api/events?limit=1')).toMatchObject({
    items: [{ source: 'deploy', message: 'version 42 is out', fields: { took: '31 s' } }],
  })
}, 40_000)

it("README's commands are scripts of the package", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  const named = [...README.matchAll(/\bnpm (?:run )?(start|test|[\w:]+)\b/g)].map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(1)
  for (const name of named) expect(Object.keys(scripts)).toContain(name)
})
