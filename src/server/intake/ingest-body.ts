import type { IncomingMessage } from 'node:http'
import { OpsError } from '../errors.js'
import { quote } from '../validation.js'
import type { BodyReader } from './body.js'
import type { Ingestion } from './ingestion.js'
import { scanItems, skipBlank } from './json-items.js'
import { LineSplitter, TOO_LONG, type Line } from './line-splitter.js'
import type { RateLimit } from './rate-limit.js'
import type { Step, Turns } from './turns.js'

/** Bytes of one message. */
const MESSAGE_LIMIT = 256 * 1024
/** What one step takes at most: messages, and bytes but for those of the last one. */
const STEP_MESSAGES = 32
const STEP_BYTES = 64 * 1024

const OPEN_ARRAY = 0x5b
const ACCEPTED =
  'accepted are one object, an array of objects and, as application/x-ndjson, one object a line'

export interface BodyContext {
  reader: BodyReader
  turns: Turns
  ingestion: Ingestion
  /** Of messages, whatever becomes of them. */
  limit: RateLimit
  /** Milliseconds for which a half-sent body is waited for. */
  patience: number
}

/** Publishes one object a line as the lines come. A stream that pauses between two of them may do so for any time. */
export async function ingestLines(request: IncomingMessage, context: BodyContext): Promise<void> {
  const { reader, ingestion, limit, patience } = context
  const lines = new LineSplitter(MESSAGE_LIMIT)
  // One of a known length is a file, and has no reason to pause.
  const isLive = request.headers['content-length'] === undefined
  if (isLive && request.httpVersionMajor === 1) keepAlive(request)
  let isOver = false
  const take = (line: Line): void => {
    if (line === TOO_LONG) return rejectTooLong(ingestion)
    // With the carriage return of some systems, and the byte order mark of others.
    const text = line.trim()
    if (text !== '') ingestion.take(text)
  }
  const step: Step = () => {
    let left = STEP_BYTES
    let line: Line | undefined
    for (let count = 0; count < STEP_MESSAGES && left > 0; count++) {
      line = isOver ? undefined : lines.next()
      if (line === undefined) break
      left -= line === TOO_LONG ? 0 : line.length
      limit.take(1)
      take(line)
    }
    ingestion.count()
    return line === undefined
  }
  try {
    await reader.readChunks(
      request,
      (chunk) => {
        lines.push(chunk)
        return runWithin(context, step)
      },
      {
        wireBytes: Infinity,
        bytes: Infinity,
        patience,
        mayPause: () => isLive && !lines.isInLine,
      },
    )
  } finally {
    // What the answer does not tell of must not be published after it.
    isOver = true
  }
  const last = lines.last()
  if (last !== undefined) take(last)
  if (ingestion.isEmpty) throw toEmpty()
}

/** Publishes one object, or an array of them: all of it is JSON, or nothing is published. */
export function ingestJson(request: IncomingMessage, context: BodyContext): Promise<void> {
  const { reader, turns, ingestion, limit, patience } = context
  const take = (text: string | typeof TOO_LONG): void => {
    limit.take(1)
    if (text === TOO_LONG) rejectTooLong(ingestion)
    else ingestion.take(text)
  }
  return reader.readBody(
    request,
    async (body) => {
      const start = skipBlank(body, startsWithMark(body) ? 3 : 0)
      if (start === body.length) throw toEmpty()
      if (body[start] !== OPEN_ARRAY) {
        const text = body.length - start > MESSAGE_LIMIT ? TOO_LONG : body.toString('utf8', start)
        if (text !== TOO_LONG) requireObject(text)
        return take(text)
      }
      let index = 0
      await turns.run(
        eachItem(body, start, (text) => {
          if (text !== TOO_LONG) requireJson(text, ` in item ${index}`)
          index++
        }),
      )
      // Parsed twice, rather than held in memory several times as large as the body.
      await runWithin(context, eachItem(body, start, take))
    },
    { patience },
  )
}

/** Runs a step until all is done, no faster than the limit allows. */
async function runWithin({ turns, limit }: BodyContext, step: Step): Promise<void> {
  let isDone = false
  do {
    await limit.refilled()
    await turns.run(() => (isDone = step()) || limit.isSpent)
  } while (!isDone)
}

/** A step that hands item after item of the array to `take`. */
function eachItem(body: Buffer, start: number, take: (text: string | typeof TOO_LONG) => void): Step {
  const items = scanItems(body, start)
  return () => {
    let left = STEP_BYTES
    for (let count = 0; count < STEP_MESSAGES && left > 0; count++) {
      const { done, value } = items.next()
      if (done === true) return true
      if (value === undefined) return false
      const size = value.end - value.start
      left -= size
      take(size > MESSAGE_LIMIT ? TOO_LONG : body.toString('utf8', value.start, value.end))
    }
    return false
  }
}

function requireObject(text: string): void {
  const value = requireJson(text, '')
  if (typeof value !== 'object' || value === null) {
    throw new OpsError('OPS_INVALID', 400, `The body is ${quote(value)}; ${ACCEPTED}.`)
  }
}

function requireJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OpsError(
      'OPS_JSON',
      400,
      `The body is no JSON${where}: ${(error as Error).message}; ${ACCEPTED}.`,
    )
  }
}

function rejectTooLong(ingestion: Ingestion): void {
  ingestion.reject(
    'OPS_TOO_LARGE',
    `This message has more than ${MESSAGE_LIMIT} bytes; at most that many are accepted.`,
  )
}

function toEmpty(): OpsError {
  return new OpsError('OPS_EMPTY', 400, `The body is empty; ${ACCEPTED}.`)
}

/** Whether the text begins with a byte order mark. */
function startsWithMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

/** A client that has vanished in a pause is found by the system in the end. */
function keepAlive({ socket }: IncomingMessage): void {
  socket.setKeepAlive(true, 30_000)
}
