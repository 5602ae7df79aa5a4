/*
 * The log line that every server delivers. Its message begins with a token that the client finds without parsing:
 * `~`, eight digits of a counter, `~`, eight digits of the time it was due, `~`.
 */

/** Hundredths of a millisecond after which the time of a token starts again at 0. */
export const TIME_SPAN = 100_000_000
/** Bytes of a token. */
export const TOKEN = 19
/** `~`, which nothing else on the wire contains. */
export const MARK = 0x7e

/** What to add to `performance.now()` to get the monotonic time that all processes of this machine share. */
const OFFSET = findOffset()

/**
 * A time as tokens carry it.
 * @param {number} [time] as of `performance.now()`; default now
 */
export function toTokenTime(time = performance.now()) {
  return Math.floor((time + OFFSET) * 100) % TIME_SPAN
}

function findOffset() {
  // The first of these calls load what they need; whatever comes between the two clocks makes the offset smaller.
  let offset = -Infinity
  for (let attempt = 0; attempt < 100; attempt++) {
    const [seconds, nanoseconds] = process.hrtime()
    offset = Math.max(offset, seconds * 1000 + nanoseconds / 1e6 - performance.now())
  }
  return offset
}

/**
 * @typedef {object} Line
 * @property {number} seq
 * @property {number} time epoch milliseconds
 * @property {'info'} level
 * @property {string} source
 * @property {string} message
 * @property {string} instance
 */

/**
 * @param {number} counter
 * @param {number} due when it should be published, as of `performance.now()`
 * @returns {Line}
 */
export function createLine(counter, due) {
  const token = `~${String(counter).padStart(8, '0')}~${String(toTokenTime(due)).padStart(8, '0')}~`
  return {
    seq: counter,
    time: Date.now(),
    level: 'info',
    source: 'chat',
    message: `${token} POST /api/chat answered in ${100 + (counter % 900)} ms by openai/gpt-5-mini`,
    instance: INSTANCE,
  }
}

/** The instance that every line names. */
export const INSTANCE = 'bench-1'

/**
 * A line as an event of its own, about 200 bytes.
 * @param {Line} line
 */
export function toFrame(line) {
  return `id: ${line.seq}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`
}

/** Fields for the lines whose cost is compared with that of a logger's. */
export const FIELDS = { route: '/api/chat', status: 200, model: 'gpt-5-mini', duration: 412 }
