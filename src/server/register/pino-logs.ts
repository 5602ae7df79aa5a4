import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Cancel } from '../../bus/clock.js'
import { tapRewriting, type RewritingTap } from '../sources/pino-log.js'
import { inspectPino, type PinoLike } from '../sources/pino-parts.js'
import { createPinoReader, type ReadLine } from '../sources/pino-reader.js'
import { relateLine } from './line-relation.js'
import { guarded, type Watch } from './watch.js'

const START = 'tracing:pino_asJson:start'
const END = 'tracing:pino_asJson:end'

/** What pino tells of a line; the arguments are the merged object, the message, the level's number and the time. */
interface Line {
  instance: PinoLike
  arguments: readonly unknown[]
  result?: unknown
}

interface Reader {
  read: ReadLine
  rewriting: RewritingTap | undefined
}

/**
 * Shows the lines of every pino logger of the process, as they are written: pino tells of them by itself, from version
 * 9.10 on. Loggers are left as they are, but for one whose hook rewrites its lines.
 */
export function watchPinoLogs(watch: Watch): Cancel {
  /** By the logger that all its relatives inherit from. */
  const readers = new WeakMap<object, Reader>()

  const readerOf = (logger: PinoLike): Reader | undefined => {
    for (let owner: object | null = logger; owner !== null; owner = parentOf(owner)) {
      const known = readers.get(owner)
      if (known !== undefined) return known
    }
    const parts = inspectPino(logger)
    if (parts === undefined) return undefined
    const read = createPinoReader(watch.ops, parts, { relate: relateLine })
    const reader = { read, rewriting: tapRewriting(parts.root, read) }
    readers.set(parts.root, reader)
    return reader
  }

  // Before the line is made, so that the first one of a logger is rewritten under our eyes, too.
  const start = guarded(watch, 'The watching of a pino logger', ({ instance }: Line) => readerOf(instance))
  const end = guarded(watch, 'The reading of a pino line', (line: Line) => {
    const { instance, result } = line
    const level = line.arguments[2] as number
    const reader = readerOf(instance)
    if (reader?.rewriting !== undefined) reader.rewriting.await(instance, level)
    else if (typeof result === 'string') reader?.read(result, instance, level)
  })
  subscribe(START, start as never)
  subscribe(END, end as never)
  return () => {
    unsubscribe(START, start as never)
    unsubscribe(END, end as never)
  }
}

function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null
}
