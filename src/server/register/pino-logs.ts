import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Cancel } from '../../bus/clock.js'
import { tapRewriting, type RewritingTap } from '../sources/pino-log.js'
import { inspectPino, type PinoLike } from '../sources/pino-parts.js'
import { createPinoReader, type ReadLine } from '../sources/pino-reader.js'
import { relateLine } from './line-relation.js'
import { override } from './override.js'
import { guarded, type Watch } from './watch.js'

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

  const show = guarded(watch, 'The reading of a pino line', (line: Line) => {
    const { instance, result } = line
    const level = line.arguments[2] as number
    const known = findReader(instance)
    const reader = known ?? createReader(instance)
    if (reader?.rewriting === undefined) {
      if (typeof result === 'string') reader?.read(result, instance, level)
    } else if (known !== undefined) reader.rewriting.await(instance, level)
    // The logger has looked its hook up already.
    else readNextWrite(instance, (text) => reader.read(text, instance, level))
  })

  const findReader = (logger: PinoLike): Reader | undefined => {
    for (let owner: object | null = logger; owner !== null; owner = parentOf(owner)) {
      const known = readers.get(owner)
      if (known !== undefined) return known
    }
    return undefined
  }

  const createReader = (logger: PinoLike): Reader | undefined => {
    const parts = inspectPino(logger)
    if (parts === undefined) return undefined
    const read = createPinoReader(watch.ops, parts, { relate: relateLine })
    const reader = { read, rewriting: tapRewriting(parts.root, read) }
    readers.set(parts.root, reader)
    return reader
  }

  subscribe(END, show as never)
  return () => void unsubscribe(END, show as never)
}

/** Reads what the logger is about to write. */
function readNextWrite(logger: PinoLike, read: (text: string) => void): void {
  const stream = logger[streamSymbolOf(logger)!]
  if (typeof stream !== 'object' || stream === null) return
  const restore = override(stream, 'write', (proceed, [text]) => {
    restore()
    if (typeof text === 'string') read(text)
    return proceed()
  })
}

function streamSymbolOf(logger: object): symbol | undefined {
  for (let owner: object | null = logger; owner !== null; owner = parentOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find(
      ({ description }) => description === 'pino.stream',
    )
    if (symbol !== undefined) return symbol
  }
  return undefined
}

function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null
}
