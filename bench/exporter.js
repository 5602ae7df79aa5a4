// The exporting process: posts bodies of spans, one after the other, and waits for the answer to each.
import { Agent, request } from 'node:http'
import { answer } from './answer.js'
import { CALLS, createRenewal, makeJson, makeProtobuf, SPANS } from './otlp-body.js'

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' }

/** Bodies so far: each has ids of its own. */
let run = 0

answer({ export: exportSpans, stop: () => agent.destroy() })

/**
 * Exports spans for so many seconds.
 * @param {{ port: number, form: 'json' | 'protobuf', seconds: number }} plan
 * @returns {Promise<{ spans: number, calls: number, bytes: number, elapsed: number }>} `bytes` of one span, `elapsed` in
 *   milliseconds until the last answer
 */
async function exportSpans({ port, form, seconds }) {
  const body = form === 'json' ? makeJson() : makeProtobuf()
  const renew = createRenewal(body, form)
  const start = performance.now()
  let bodies = 0
  while (performance.now() - start < seconds * 1000) {
    renew(++run)
    await post(port, TYPES[form], body)
    bodies++
  }
  const elapsed = performance.now() - start
  return { spans: bodies * SPANS, calls: bodies * CALLS, bytes: body.length / SPANS, elapsed }
}

/**
 * @param {number} port
 * @param {string} type
 * @param {Buffer} body
 * @returns {Promise<void>}
 */
function post(port, type, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': body.length }
    const options = { port, host: '127.0.0.1', path: '/ops/v1/traces', method: 'POST', agent, headers }
    const sent = request(options, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`an export was answered ${response.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
