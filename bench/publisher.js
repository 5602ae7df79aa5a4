// The publishing process: posts lines of JSON, batch after batch, and waits for the answer to each.
import { Agent, request } from 'node:http'
import { answer } from './answer.js'
import { createLine } from './line.js'

/** Messages of one request, and of one write. */
const BATCH = 5000
const WRITE = 500

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** What makes the lines of each mix. @type {Record<string, (counter: number) => string>} */
const MIXES = {
  /** About 150 bytes each. */
  logs(counter) {
    const { level, source, message } = createLine(counter, performance.now())
    return `{"type":"log","level":"${level}","source":"${source}","message":"${message}","session":"s${counter % 50}"}\n`
  },
  /** One call in five messages. */
  calls(counter) {
    const id = `c${Math.floor(counter / 5)}`
    const step = counter % 5
    if (step === 0)
      return `{"type":"call.start","id":"${id}","provider":"openai","model":"gpt-5-mini","streaming":true,"session":"s${counter % 50}"}\n`
    if (step === 4)
      return `{"type":"call.end","id":"${id}","inputTokens":210,"outputTokens":64,"finishReason":"stop"}\n`
    return `{"type":"call.progress","id":"${id}","outputTokens":${step * 16},"estimated":true}\n`
  },
}

answer({
  publish,
  stop: () => agent.destroy(),
})

/**
 * Publishes the messages `from` to before `to` of a mix, one batch at a time.
 * @param {{ port: number, path: string, mix: string, from: number, to: number }} plan
 * @returns {Promise<{ accepted: number, elapsed: number }>} `elapsed`: milliseconds until the last answer
 */
async function publish({ port, path, mix, from, to }) {
  const start = performance.now()
  let accepted = 0
  for (let at = from; at < to; at += BATCH) {
    accepted += await post({ port, path }, MIXES[mix], at, Math.min(at + BATCH, to))
  }
  return { accepted, elapsed: performance.now() - start }
}

/**
 * @param {{ port: number, path: string }} address
 * @param {(counter: number) => string} toLine
 * @param {number} from
 * @param {number} to
 * @returns {Promise<number>} messages accepted
 */
function post({ port, path }, toLine, from, to) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson' }
    const sent = request({ port, host: '127.0.0.1', path, method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.once('end', () => resolve(JSON.parse(text).accepted))
    })
    sent.once('error', reject)
    let at = from
    const write = () => {
      while (at < to) {
        let lines = ''
        for (const end = Math.min(at + WRITE, to); at < end; at++) lines += toLine(at)
        if (!sent.write(lines)) return sent.once('drain', write)
      }
      sent.end()
    }
    write()
  })
}
