// What an app does that opswire has a hook for, beside its own server: lines, warnings and model calls of every kind,
// and the ways to end. Knows nothing of opswire.
const { createHash } = require('node:crypto')
const http = require('node:http')
const https = require('node:https')
const { setTimeout: sleep } = require('node:timers/promises')
const { text } = require('node:stream/consumers')
const { pino } = require('pino')
const undici = require('undici')

const { MODEL_URL = '', TLS_URL = '' } = process.env
const PATH = '/v1/chat/completions'
const messages = [{ role: 'user', content: 'prompt' }]
const headers = { 'content-type': 'application/json' }
/** @param {string} model */
const toBody = (model) => JSON.stringify({ model, messages, stream: true })

const steady = { timestamp: false, base: null }
const log = pino(steady, pino.destination({ dest: 1, sync: true }))
const masked = pino(
  { ...steady, hooks: { streamWrite: (line) => line.replace(/secret/g, '***') } },
  pino.destination({ dest: 1, sync: true }),
)

/** @param {string} model */
const ask = (model, more = {}) =>
  fetch(MODEL_URL + PATH, { method: 'POST', headers, body: toBody(model), ...more })

/**
 * @param {typeof http.request} request
 * @param {string} url
 */
const askBy = (request, url) =>
  new Promise((resolve, reject) => {
    /** @type {import('node:https').RequestOptions} */
    const options = { method: 'POST', headers, rejectUnauthorized: false }
    request(url, options, (response) => resolve(text(response)))
      .on('error', reject)
      .end(toBody('fast-http'))
  })

/** @type {(() => Promise<unknown>)[]} */
const calls = [
  async () => (await ask('fast-chat')).text(),
  async () => {
    let length = 0
    for await (const chunk of /** @type {any} */ ((await ask('fast-chat')).body)) length += chunk.length
    return length
  },
  async () => (await ask('fast-limit')).status,
  async () => {
    const leave = new AbortController()
    const { body } = await ask('m-left', { signal: leave.signal })
    const reader = /** @type {ReadableStream} */ (body).getReader()
    await reader.read()
    leave.abort()
    return reader.read()
  },
  () => fetch(`http://127.0.0.1:65533${PATH}`, { method: 'POST', headers, body: toBody('refused') }),
  async () =>
    (await undici.request(MODEL_URL + PATH, { method: 'POST', headers, body: toBody('u') })).body.text(),
  () => undici.request(`http://127.0.0.1:65533${PATH}`, { method: 'POST', headers, body: toBody('u') }),
  () => askBy(http.request, MODEL_URL + PATH),
  () => askBy(http.request, `http://127.0.0.1:65533${PATH}`),
  () => askBy(https.request, TLS_URL + PATH),
]

/** Does it all, one after the other, and answers what came of it. */
exports.work = async () => {
  log.info('work begins')
  masked.warn('a secret')
  masked.child({ job: 1 }).error(new Error('a secret failed').message)
  console.error('out of %s', 'paper', { trays: 2 })
  console.warn('nearly out of ink')
  process.emitWarning('old ways', 'DeprecationWarning', 'DEP_TEST')
  const came = []
  for (const call of calls) {
    const answer = await call().catch((error) => `${error.name}: ${error.message} ${error.cause?.code}`)
    const text = String(answer)
    came.push(text.length < 200 ? text : `${text.length} ${createHash('sha256').update(text).digest('hex')}`)
  }
  // Node prints warnings a turn later.
  await sleep(1)
  return came
}

/** @type {Record<string, () => void>} */
const ends = {
  throw: () => {
    throw new TypeError('nobody catches this')
  },
  reject: () => void Promise.reject(new Error('nobody handles this')),
  exit: () => process.exit(3),
  signal: () => process.kill(process.pid, 'SIGTERM'),
}

/** Tells the parent the server's port, and ends as the parent says. @param {import('node:net').Server} server */
exports.announce = (server) => {
  process.once('message', (how) => setImmediate(() => ends[String(how)]?.()))
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
}
