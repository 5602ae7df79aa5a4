// The asking process: many clients that stream one chat after the other and time the way to the first byte.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from './answer.js'

const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1000 })
const PROMPT = 'What does the gateway do when a provider refuses the call? '.repeat(40)
const BODY = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: PROMPT }], stream: true })

answer({ ask, stop: () => agent.destroy() })

/**
 * Streams `count` chats at once for some seconds and answers how long the way took there and back, without what the
 * model held the request.
 * @param {{ port: number, path: string, count: number, warmUp: number, seconds: number }} plan
 * @returns {Promise<{ streams: number, failed: number, p50: number, p99: number }>} milliseconds
 */
async function ask({ port, path, count, warmUp, seconds }) {
  const from = performance.now() + warmUp * 1000
  const to = from + seconds * 1000
  /** @type {number[]} */
  const ways = []
  let failed = 0
  const askers = Array.from({ length: count }, async () => {
    await sleep(Math.random() * 1000)
    while (performance.now() < to) {
      const way = await stream(port, path).catch(() => undefined)
      if (performance.now() < from) continue
      if (way === undefined) failed++
      else ways.push(way)
    }
  })
  await Promise.all(askers)
  ways.sort((a, b) => a - b)
  const quantile = (/** @type {number} */ share) => ways[Math.floor(share * (ways.length - 1))] ?? NaN
  return { streams: ways.length, failed, p50: quantile(0.5), p99: quantile(0.99) }
}

/**
 * @param {number} port
 * @param {string} path
 * @returns {Promise<number>}
 */
function stream(port, path) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) }
    const begin = performance.now()
    const request = http.request(
      { port, path, host: '127.0.0.1', method: 'POST', headers, agent },
      (response) => {
        /** @type {number | undefined} */
        let way
        response.on('data', () => (way ??= performance.now() - begin - Number(response.headers['x-held'])))
        response.on('end', () => {
          if (way !== undefined && response.statusCode === 200) resolve(way)
          else reject(new Error(`answered with ${response.statusCode}`))
        })
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(BODY)
  })
}
