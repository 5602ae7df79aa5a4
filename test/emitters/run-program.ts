import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { CallRecord, LogLine, Metrics, RequestRecord } from '../../src/bus/protocol.js'
import { startHost } from '../helpers/host.js'
import { startModelServer, type Served } from './model-server.js'
import type { Seen } from './programs/stopwatch.js'

/** How the traces travel, in the words of the standard variables. */
export interface Transport {
  protocol: 'http/json' | 'http/protobuf'
  compression: 'none' | 'gzip'
}

/** One call of a program, from three sides. */
export interface Made {
  /** What the program measured around it. */
  seen: Seen
  /** What the model server answered; several if the call is an agent's. */
  served: Served[]
  /** What the dashboard shows of it. */
  calls: CallRecord[]
}

export interface Run {
  /** By the program's name of the call. */
  made: Record<string, Made>
  calls: CallRecord[]
  requests: RequestRecord[]
  metrics: Metrics
  errorLines: LogLine[]
  /** All that the dashboard knows, as text. */
  snapshot: string
  /** What the program wrote about exports that were refused, and the like. */
  complaints: string
}

/** Runs a program of `programs` against a model server, its traces going to a host; reads what the host's dashboard shows. */
export async function runProgram(name: string, { protocol, compression }: Transport): Promise<Run> {
  const [host, models] = await Promise.all([startHost(), startModelServer()])
  const child = fork(fileURLToPath(new URL(`programs/${name}.js`, import.meta.url)), {
    env: {
      PATH: process.env['PATH'],
      // What Node thinks of other people's libraries is no complaint of theirs.
      NODE_NO_WARNINGS: '1',
      MODEL_URL: models.url,
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${host.url}/ops`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let seen: Record<string, Seen> | undefined
  let complaints = ''
  child.on('message', (message) => (seen = message as Record<string, Seen>))
  child.stderr!.on('data', (chunk) => (complaints += String(chunk)))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0 || seen === undefined) {
    throw new Error(`The program ${name} ended with code ${String(code)}.\n${complaints}`)
  }

  const read = async (path: string) => (await fetch(`${host.url}/ops/api/${path}`)).text()
  const items = async <Item>(path: string) => (JSON.parse(await read(path)) as { items: Item[] }).items
  const calls = (await items<CallRecord>('calls')).sort((a, b) => a.startedAt - b.startedAt)
  return {
    made: sortByCall(seen, models.served, calls),
    calls,
    requests: await items<RequestRecord>('requests'),
    metrics: JSON.parse(await read('metrics')) as Metrics,
    errorLines: await items<LogLine>('events?level=error'),
    snapshot: await read('snapshot'),
    complaints,
  }
}

/** A program makes its calls one after the other: what started before the next one belongs to the one before. */
function sortByCall(seen: Record<string, Seen>, served: Served[], calls: CallRecord[]): Record<string, Made> {
  const made = Object.entries(seen).map(([name, entry]) => ({
    name,
    seen: entry,
    served: [] as Served[],
    calls: [] as CallRecord[],
  }))
  const of = ({ startedAt }: { startedAt: number }) =>
    made.findLast((entry) => entry.seen.startedAt <= startedAt) ?? made[0]!
  for (const entry of served) of(entry).served.push(entry)
  for (const call of calls) of(call).calls.push(call)
  return Object.fromEntries(made.map(({ name, ...sides }) => [name, sides]))
}
