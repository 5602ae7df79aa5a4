import type { Ops } from '../../bus/ops.js'
import type { Level } from '../../bus/protocol.js'
import { readPinoLine, toLevel, type PinoRecord } from './pino-line.js'
import type { PinoLike, PinoParts } from './pino-parts.js'

export type ReadLine = (line: string, logger: PinoLike, level: number) => void

interface ReaderOptions {
  /** Source of lines that name none. Default: the ops' service. */
  source?: string | undefined
  /** Answers which request a line belongs to, where that is known by other means than the line. */
  relate?: (level: Level) => string | undefined
}

/** Makes log lines of the finished lines of a logger. Never throws. */
export function createPinoReader(ops: Ops, { keys }: PinoParts, { source, relate }: ReaderOptions): ReadLine {
  let inside = false
  return (line, logger, number) => {
    // A listener of the feed that logs must not feed the feed.
    if (inside) return
    inside = true
    try {
      const record = JSON.parse(line) as PinoRecord
      if (record['opswire'] === true) return
      const { source: named, message, fields, ...context } = readPinoLine(record, keys)
      const level = toLevel(logger.levels?.labels?.[number], number)
      context.requestId = relate?.(level) ?? context.requestId
      ops.log(level, named ?? source ?? ops.service, message, fields, context)
    } catch (error) {
      ops.fault('The log tap', error)
    } finally {
      inside = false
    }
  }
}
