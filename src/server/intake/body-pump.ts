import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Cancel, Clock } from '../../bus/clock.js'
import { OpsError } from '../errors.js'
import type { BodyLimits } from './body.js'

/** A gzip body may inflate to so many times its size; below the floor, in bytes, the ratio does not matter. */
const RATIO_LIMIT = 200
const RATIO_FLOOR = 4 * 1024 * 1024
/** Bytes that the decompressor gives at once. */
const INFLATED_CHUNK = 64 * 1024

/** Takes a chunk of a body. Nothing more is read from the client until what it returns has settled. */
export type TakeChunk = (chunk: Buffer) => void | Promise<void>

interface PumpOptions extends BodyLimits {
  gzip: boolean
  clock: Clock
  /** One of the two is called, once. The request is left alone from then on. */
  done: () => void
  failed: (error: unknown) => void
}

/**
 * Hands the body of `request` to `take`, within the bounds. Returns how to give up, with which error. Throws an OpsError
 * when there is no use in beginning.
 */
export function pumpBody(
  request: IncomingMessage,
  take: TakeChunk,
  { gzip, clock, wireBytes, bytes, patience, mayPause, done, failed }: PumpOptions,
): (error: unknown) => void {
  if (Number(request.headers['content-length']) > wireBytes) throw toTooLarge('The body', wireBytes)
  if (request.destroyed) throw toAborted()
  const inflater = gzip ? createGunzip({ chunkSize: INFLATED_CHUNK }) : undefined
  let received = 0
  let taken = 0
  let isTaking = false
  let receivedAt = clock.monotonic()
  let isOver = false

  const settle = (tell: () => void): void => {
    if (isOver) return
    isOver = true
    cancelWatch()
    for (const stop of stops) stop()
    inflater?.destroy()
    tell()
  }
  const succeed = (): void => settle(done)
  const fail = (error: unknown): void => settle(() => failed(error))

  const receive = (chunk: Buffer): void | Promise<void> => {
    receivedAt = clock.monotonic()
    received += chunk.length
    if (received > wireBytes) throw toTooLarge('The body', wireBytes)
    if (inflater === undefined) return takeWithin(chunk)
    // What follows the end of a gzip without an error is padding.
    if (inflater.readableEnded) return
    return new Promise((resolve) => inflater.write(chunk, () => resolve()))
  }
  const takeWithin = async (chunk: Buffer): Promise<void> => {
    taken += chunk.length
    if (taken > bytes) throw toTooLarge(gzip ? 'The decompressed body' : 'The body', bytes)
    if (gzip && taken > RATIO_FLOOR && taken > received * RATIO_LIMIT) {
      const message = `The body inflates to more than ${RATIO_LIMIT} times its size; that much is accepted.`
      throw new OpsError('OPS_TOO_LARGE', 413, message)
    }
    isTaking = true
    await take(chunk)
    isTaking = false
    // The client may have been held up by this.
    receivedAt = clock.monotonic()
  }

  const watch = (): void => {
    const now = clock.monotonic()
    if (isTaking || mayPause()) receivedAt = now
    if (now - receivedAt >= patience) {
      const message = `Nothing of the body came for ${patience} ms; its rest was due within that time.`
      return fail(new OpsError('OPS_TIMEOUT', 408, message))
    }
    cancelWatch = clock.setTimeout(watch, receivedAt + patience - now)
  }
  let cancelWatch: Cancel = clock.setTimeout(watch, patience)

  const onClose = (): void => {
    if (!request.readableEnded) fail(toAborted())
  }
  const onBroken = (error: Error): void =>
    fail(new OpsError('OPS_GZIP', 400, `The body is no gzip, or broken: ${error.message}; send it again.`))
  const stops = [
    listen(request, 'close', onClose),
    listen(request, 'error', onClose),
    readAll(request, receive, () => (inflater ? inflater.end() : succeed()), fail),
    ...(inflater ? [listen(inflater, 'error', onBroken), readAll(inflater, takeWithin, succeed, fail)] : []),
  ]
  return fail
}

/**
 * Hands everything that `source` gives to `take`, one chunk after the other: a chunk is all that has come meanwhile.
 * Returns how to stop.
 */
function readAll(
  source: Readable,
  take: TakeChunk,
  ended: () => void,
  failed: (error: unknown) => void,
): () => void {
  let isBusy = false
  let isAtEnd = false
  let isStopped = false
  const pull = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    try {
      let chunk: unknown
      while (!isStopped && (chunk = source.read()) !== null) await take(chunk as Buffer)
      isBusy = false
      if (isAtEnd && !isStopped) ended()
    } catch (error) {
      failed(error)
    }
  }
  const stops = [
    listen(source, 'readable', () => void pull()),
    listen(source, 'end', () => {
      isAtEnd = true
      if (!isBusy) ended()
    }),
  ]
  return () => {
    isStopped = true
    for (const stop of stops) stop()
  }
}

function listen(source: Readable, event: string, listener: (error: Error) => void): () => void {
  source.on(event, listener)
  return () => source.off(event, listener)
}

function toAborted(): OpsError {
  return new OpsError('OPS_ABORTED', 400, 'The body ended before it was complete.')
}

function toTooLarge(what: string, limit: number): OpsError {
  return new OpsError(
    'OPS_TOO_LARGE',
    413,
    `${what} has more than ${limit} bytes; at most that many are accepted.`,
  )
}
