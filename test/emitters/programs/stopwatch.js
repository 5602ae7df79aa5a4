import { shutdown } from './telemetry.js'

/**
 * A call as its program saw it. Epoch milliseconds and milliseconds.
 * @typedef {object} Seen
 * @property {number} startedAt
 * @property {number} duration
 * @property {number} [firstChunkAfter] only of streamed calls
 * @property {string} [error] what it was refused with
 */

/** @type {Record<string, Seen>} */
const seen = {}

/**
 * Makes one call and waits until it is over; a call that fails is no failure of the program.
 * @param {string} name
 * @param {(seen: Seen, start: number) => Promise<unknown>} call
 */
export async function measure(name, call) {
  /** @type {Seen} */
  const entry = { startedAt: Date.now(), duration: 0 }
  const start = performance.now()
  try {
    await call(entry, start)
  } catch (error) {
    entry.error = error instanceof Error ? error.message : String(error)
  }
  entry.duration = performance.now() - start
  seen[name] = entry
}

/**
 * Makes one streamed call and reads its chunks to the end.
 * @param {string} name
 * @param {() => AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>} call
 */
export function measureStream(name, call) {
  return measure(name, async (entry, start) => {
    const chunks = (await call())[Symbol.asyncIterator]()
    while ((await chunks.next()).done !== true) entry.firstChunkAfter ??= performance.now() - start
  })
}

/** Sends the traces that are left, and tells the test what was seen. */
export async function finish() {
  await shutdown()
  process.send?.(seen)
  process.disconnect?.()
}
