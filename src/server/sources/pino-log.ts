import type { Cancel } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import type { Fields, Level } from '../../bus/protocol.js'

/** Anything with pino's shape: a logger, or Fastify's `app.log`. */
export type PinoLogger = object

export interface PinoLogOptions {
  logger: PinoLogger
  /** Source of lines whose logger has neither a name nor a telling binding. Default: the ops' service. */
  source?: string
}

/** A child logger with this binding is not shown: the dashboard's own. */
export const OWN_LOG = { opswire: true } as const

const LEVEL_BY_NUMBER: [number, Level][] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
  [0, 'trace'],
]

/** Bindings that name the part of the program a line comes from, best first. */
const SOURCE_KEYS = ['name', 'source', 'module', 'component', 'plugin'] as const
/** Keys that have a place of their own in a line; the others become its fields. */
const PLACED_KEYS = new Set<string>([
  ...SOURCE_KEYS,
  ...['level', 'time', 'msg', 'reqId', 'requestId', 'callId', 'session'],
  // The same in every line of a process.
  ...['pid', 'hostname', 'v'],
])

/**
 * Shows every line that a pino logger and its children write, as they write it: after pino's redaction, in this
 * thread. Taps the logger's stream; the returned function takes the tap out. Does nothing for a logger that is not
 * pino's. What goes wrong here never reaches the host's logging.
 */
export function watchPinoLog(ops: Ops, options: PinoLogOptions): Cancel {
  const stream = streamOf(options.logger)
  if (stream === undefined) return () => undefined
  const { write } = stream
  const hadOwn = Object.hasOwn(stream, 'write')
  const fallback = options.source ?? ops.service
  let inside = false

  const tapped = function (this: unknown, line: unknown, ...rest: unknown[]): unknown {
    // A listener of the feed that logs must not feed the feed.
    if (!inside && typeof line === 'string') {
      inside = true
      try {
        publish(ops, line, fallback)
      } catch (error) {
        ops.fault('The log tap', error)
      } finally {
        inside = false
      }
    }
    return write.call(this, line, ...rest)
  }
  stream.write = tapped
  return () => {
    // Someone may have wrapped the stream after us; then only they can take theirs off.
    if (stream.write !== tapped) return
    if (hadOwn) stream.write = write
    else delete (stream as { write?: unknown }).write
  }
}

interface LogStream {
  write(this: unknown, line: unknown, ...rest: unknown[]): unknown
}

/** pino keeps its stream under a symbol of its own copy; children inherit it from their root. */
function streamOf(logger: object): LogStream | undefined {
  for (
    let owner: object | null = logger;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    const symbol = Object.getOwnPropertySymbols(owner).find(
      ({ description }) => description === 'pino.stream',
    )
    if (symbol === undefined) continue
    const stream: unknown = (logger as Record<symbol, unknown>)[symbol]
    if (typeof stream === 'object' && stream !== null && 'write' in stream) return stream as LogStream
  }
  return undefined
}

function publish(ops: Ops, line: string, fallback: string): void {
  const record = JSON.parse(line) as Record<string, unknown>
  if (record['opswire'] === true) return
  const fields: Fields = {}
  let hasFields = false
  for (const key of Object.keys(record)) {
    if (PLACED_KEYS.has(key)) continue
    fields[key] = record[key]
    hasFields = true
  }
  const sourceKey = SOURCE_KEYS.find((key) => typeof record[key] === 'string')
  const source = sourceKey === undefined ? fallback : (record[sourceKey] as string)
  ops.log(toLevel(record['level']), source, messageOf(record), hasFields ? fields : undefined, {
    ...(typeof record['time'] === 'number' && { time: record['time'] }),
    ...idOf('requestId', record['requestId'] ?? record['reqId']),
    ...idOf('callId', record['callId']),
    ...idOf('session', record['session']),
  })
}

function idOf(name: string, value: unknown): Record<string, string> | undefined {
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : undefined
}

function messageOf(record: Record<string, unknown>): string {
  const { msg, err } = record
  if (typeof msg === 'string') return msg
  const cause = typeof err === 'object' && err !== null ? (err as { message?: unknown }).message : undefined
  return typeof cause === 'string' ? cause : ''
}

function toLevel(level: unknown): Level {
  if (typeof level === 'number') return LEVEL_BY_NUMBER.find(([least]) => level >= least)?.[1] ?? 'info'
  const name = typeof level === 'string' ? level.toLowerCase() : ''
  return LEVEL_BY_NUMBER.find(([, known]) => known === name)?.[1] ?? 'info'
}
