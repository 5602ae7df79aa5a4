/**
 * A call as the app saw it. Milliseconds from its start.
 * @typedef {object} Seen
 * @property {number} duration
 * @property {number} [firstTokenAfter] only of streamed calls
 * @property {number} [firstTokenAt] epoch milliseconds
 * @property {string} [text] what the model said
 * @property {string} [error] class and message of what it was refused with
 */

/**
 * Makes one call; one that fails is no failure of the app.
 * @param {(seen: Seen, start: number) => Promise<unknown>} call
 * @returns {Promise<Seen>}
 */
export async function measure(call) {
  const start = performance.now()
  /** @type {Seen} */
  const seen = { duration: 0 }
  try {
    await call(seen, start)
  } catch (error) {
    seen.error = error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error)
  }
  seen.duration = performance.now() - start
  return seen
}

/**
 * Makes one streamed call and reads it to its end.
 * @template Chunk
 * @param {() => PromiseLike<AsyncIterable<Chunk>>} call
 * @param {(chunk: Chunk) => string | null | undefined} toText
 */
export function measureStream(call, toText) {
  return measure(async (seen, start) => {
    let said = ''
    for await (const chunk of await call()) {
      const text = toText(chunk)
      if (!text) continue
      seen.firstTokenAfter ??= performance.now() - start
      seen.firstTokenAt ??= Date.now()
      said += text
    }
    seen.text = said
  })
}
