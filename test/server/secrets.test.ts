import { expect, it } from 'vitest'
import { ingest } from '../helpers/ingest.js'
import { post, toLogs, toTraces } from '../helpers/otlp.js'
import { startHost } from '../helpers/host.js'

const CANARY = 'canary-0123456789-abcdef'

it('a secret in any of twelve places is in no byte that leaves', async () => {
  const lines: string[] = []
  const { app, ops, url, feed } = await startHost({
    fastify: { logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } } },
    routes: (app) => {
      app.get('/fail', () => {
        throw new Error(`upstream refused api_key=${CANARY}`)
      })
    },
  })
  const reader = await feed()
  await reader.until('snapshot')

  app.log.info({ headers: { authorization: CANARY, Authorization: CANARY, AUTHORIZATION: CANARY } }, 'in')
  app.log.warn({ deep: { list: [{ 'X-Api-Key': CANARY }] } }, `sent Bearer ${CANARY}`)
  app.log.error(new Error(`cookie: sid=${CANARY}`, { cause: new Error(`password=${CANARY}`) }), 'failed')
  await fetch(`${url}/fail?token=${CANARY}`)
  ops.log('info', 'db', `postgres://ann:${CANARY}@db/x`)
  ops.startRequest({ name: `/callback?code=${CANARY}` }).fail(new Error(`secret=${CANARY}`))
  ops.startCall({ provider: 'openai', model: 'gpt-5' }).fail(new Error(`Authorization: Bearer ${CANARY}`))
  ops.setChannel('mail', { state: 'error', detail: `access_token=${CANARY}` })
  const message = { type: 'log', level: 'info', message: 'by ingest', fields: { client_secret: CANARY } }
  expect(await ingest(`${url}/ops`, message)).toMatchObject({ accepted: 1 })
  const attributes = { 'http.request.header.authorization': CANARY, note: `Bearer ${CANARY}` }
  await post(`${url}/ops`, 'logs', toLogs([{ body: `by otlp, token=${CANARY}`, attributes }]))
  await post(`${url}/ops`, 'traces', toTraces([{ id: 'a', name: `GET /x?token=${CANARY}`, attributes }]))
  ops.log('info', 'test', 'the last line')
  await reader.until('log', (log) => log.some(({ message }) => message === 'the last line'))

  const routes = ['health', 'api/snapshot', 'api/log', 'api/requests', 'api/calls', 'api/channels', '']
  const answers = await Promise.all(
    [...routes.map((route) => `/ops/${route}`), '/ops/events?format=ndjson&history=500'].map(async (path) => {
      const response = await fetch(url + path)
      if (!path.includes('events')) return response.text()
      const { value } = await response.body!.getReader().read()
      return new TextDecoder().decode(value)
    }),
  )
  const seen = [reader.text(), ...answers].join('\n')
  // What was said around the secrets has arrived.
  for (const text of ['by ingest', 'by otlp', 'upstream refused', 'sent Bearer', 'postgres://', '/callback'])
    expect(seen).toContain(text)
  expect(seen).toContain('[redacted]')
  expect(seen).not.toContain(CANARY)
  expect(seen).not.toContain('canary')
  // The host's own log is the host's.
  expect(lines.join('')).toContain(CANARY)
})
