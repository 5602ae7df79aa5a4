import { createLine } from './line.js'

/** Milliseconds between two turns. */
const TURN = 10
/** Turns after which a request ends. */
const LASTS = 5

/**
 * Publishes lines and requests with one call each, at a steady pace. All have ended when it answers.
 * @param {import('opswire').Ops} ops
 * @param {{ lines: number, requests: number, seconds: number }} plan `lines`, `requests`: each second
 * @returns {Promise<{ lines: number, requests: number }>} how many there were
 */
export async function work(ops, { lines, requests, seconds }) {
  const turns = Math.round((seconds * 1000) / TURN)
  const start = performance.now()
  const sent = { lines: 0, requests: 0 }
  /** @type {{ turn: number, end: () => void }[]} */
  const open = []
  for (let turn = 0; turn < turns || open.length > 0; turn++) {
    while (open[0] !== undefined && open[0].turn <= turn - LASTS) open.shift()?.end()
    const share = turn < turns ? (turn + 1) / turns : 1
    for (; sent.lines < Math.round(lines * seconds * share); sent.lines++) {
      const { level, source, message } = createLine(sent.lines, performance.now())
      ops.log(level, source, message)
    }
    for (; sent.requests < Math.round(requests * seconds * share); sent.requests++) {
      const request = ops.startRequest({ kind: 'message', session: `s${sent.requests % 40}` })
      const call = request.startCall({ provider: 'openai', model: `gpt-5-${sent.requests % 5}` })
      open.push({
        turn,
        end() {
          call.end({ inputTokens: 200, outputTokens: 40 })
          request.end()
        },
      })
    }
    await new Promise((resolve) => setTimeout(resolve, start + (turn + 1) * TURN - performance.now()))
  }
  return sent
}
