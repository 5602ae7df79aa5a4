import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openFeed } from '../helpers/feed-reader.js'
import { startModelServer, type ModelServer } from './model-server.js'
import { REGISTER, startApp, type App } from './run-app.js'

/*
 * Apps under `opswire/register` with one part of it at fault, beside the same apps without it: what they answer, print
 * and end with must be the same. Each says what its hooks' faults are called where they are told.
 */
const FAULTS = new URL('./programs/faults.js', import.meta.url).href
const OUTBOUND = [
  'The watching of a fetch',
  'The watching of an undici request',
  'The watching of an HTTP client',
]
const INBOUND = ['The recording of an HTTP request', 'The end of an HTTP request', 'The loss of a connection']
const ROUTES = 'The naming of Fastify requests'
const LINES = ['The log tap', 'The reading of a console line', 'The reading of a process warning']
/** A recorder that throws is met within the observation of a call. */
const RECORDER = ['The observation of a model call', 'The sampler of "requests"', ...INBOUND, ...LINES]

let models: ModelServer
beforeAll(async () => {
  models = await startModelServer(afterAll)
})

interface Answer {
  status: number
  headers: [name: string, value: string][]
  body: string
}

interface Outcome {
  answers: Answer[]
  /** What the models got. */
  asked: string[]
  out: string
  err: string
  ended: [code: number | null, signal: NodeJS.Signals | null]
}

/** Uses an app, looks at its dashboard if asked to, and has it end. */
async function use(
  program: string,
  end: string,
  fault?: string,
  look?: (app: App) => Promise<void>,
): Promise<Outcome> {
  const app = startApp(program, {
    imports: fault === undefined ? [] : [`${FAULTS}?fault=${fault}`, REGISTER],
    flags: ['--unhandled-rejections=strict'],
    env: { MODEL_URL: models.url, TLS_URL: models.tlsUrl },
  })
  const url = `http://127.0.0.1:${await app.message<number>()}`
  models.received.length = 0
  const answers: Answer[] = []
  for (const path of ['/work', '/users/17', '/fail', '/nowhere']) {
    const { status, headers, body } = await ask(url + path)
    answers.push({ status, headers, body })
  }
  const leave = new AbortController()
  await fetch(`${url}/hold`, { signal: leave.signal })
  leave.abort()
  answers.push(await ask(`${url}/users/18`))
  const asked = [...models.received]
  await look?.(app)
  app.child.send(end)
  const ended = await app.exited
  const { out, err } = app.output
  const ofApp = (text: string): string =>
    text
      .replaceAll(`node:${app.child.pid}`, 'node:PID')
      .replace(/^opswire: .*\n/gm, '')
      // Node's own frame while contexts are followed.
      .replace(/^ +at process\.callbackTrampoline .*\n/m, '')
  return { answers, asked, out: ofApp(out), err: ofApp(err), ended }
}

async function ask(address: string): Promise<Answer> {
  const response = await fetch(address)
  const headers = [...response.headers].filter(([name]) => name !== 'date')
  return { status: response.status, headers, body: await response.text() }
}

/** Waits until the dashboard has told of each place; it counts them, too. */
function faultsAt(places: string[]): (app: App) => Promise<void> {
  return async (app) => {
    const dashboard = await app.dashboard()
    const told = async (): Promise<string[]> => {
      // Asks the samplers.
      await dashboard.metrics()
      return (await dashboard.lines()).map(({ message }) => message.replace(/ threw: a.*/, ''))
    }
    await expect.poll(told, { timeout: 15_000 }).toEqual(expect.arrayContaining(places))
    expect((await dashboard.metrics()).counters['faults']).toBeGreaterThanOrEqual(places.length)
  }
}

describe('a fault of opswire', () => {
  it.each<[what: string, program: string, end: string, fault: string, places: string[]]>([
    ['recorder', 'work-express.cjs', 'throw', 'recorder', RECORDER],
    ['recognition of model calls', 'work-express.cjs', 'throw', 'observer', OUTBOUND],
    ['observation of model calls', 'work-express.cjs', 'throw', 'exchange', OUTBOUND],
    ['record of requests', 'work-express.cjs', 'throw', 'inside', INBOUND],
    ['recorder', 'work-fastify.js', 'reject', 'recorder', RECORDER],
    ['record of requests', 'work-fastify.js', 'reject', 'inside', [...INBOUND, ROUTES]],
    ['recorder', 'work-plain.cjs', 'exit', 'recorder', RECORDER],
    ['recorder', 'work-plain.js', 'signal', 'recorder', RECORDER],
    ['figures of the process', 'work-plain.cjs', 'exit', 'figures', ['The sampler of "process"']],
    ['dashboard server', 'work-plain.cjs', 'exit', 'server', ["The dashboard's server"]],
  ])('in the %s leaves %s as it is, also its end by %s', async (_what, program, end, fault, places) => {
    const plain = await usePlainly(program, end)
    expect(await use(program, end, fault, faultsAt(places))).toEqual(plain)
  })

  it.each([
    ['start', 'start', 'not started: a fault of opswire'],
    ['loading of the dashboard', 'dashboard', 'no dashboard: a fault of opswire'],
  ])('in the %s leaves an app as it is, and is told in a line', async (_what, fault, line) => {
    const plain = await usePlainly('work-plain.cjs', 'exit')
    const watched = await use('work-plain.cjs', 'exit', fault, ({ output }) =>
      vi.waitFor(() => expect(output.err).toContain(`opswire: ${line}\n`), 15_000),
    )
    expect(watched).toEqual(plain)
  })

  it('in what the dashboard reads leaves an app as it is, and a viewer gets an error', async () => {
    const plain = await usePlainly('work-plain.cjs', 'exit')
    const watched = await use('work-plain.cjs', 'exit', 'reading', async (app) => {
      const { url, text } = await app.dashboard()
      const reader = await openFeed(`${url}/events`)
      await reader.until('hello')
      for (const path of ['/api/metrics', '/api/snapshot', '/api/events']) {
        expect(await text(path)).toContain('OPS_INTERNAL')
      }
    })
    expect(watched).toEqual(plain)
  })
})

const plainly = new Map<string, Outcome>()

/** Without opswire. */
async function usePlainly(program: string, end: string): Promise<Outcome> {
  const outcome = plainly.get(program) ?? (await use(program, end))
  plainly.set(program, outcome)
  expect(outcome.answers.map(({ status }) => status)).toEqual([200, 200, 500, expect.any(Number), 200])
  expect(outcome.asked.length).toBeGreaterThan(5)
  return outcome
}
