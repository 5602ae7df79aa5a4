// Calls that fail, or that are given up, by each client. Knows nothing of opswire.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { request as undiciRequest } from 'undici'

const { MODEL_URL = '', TLS_URL = '' } = process.env
const REFUSED = 'http://127.0.0.1:65533'
const PATH = '/v1/chat/completions'
const headers = { 'content-type': 'application/json' }

/**
 * Answers the status once the response is read; gives up after its first piece if it is to.
 * @typedef {(url: string, body: string, leave: AbortController | undefined) => Promise<unknown>} Client
 */

/**
 * @param {AsyncIterable<unknown>} stream
 * @param {AbortController | undefined} leave
 */
async function drain(stream, leave) {
  for await (const piece of stream) if (piece !== undefined) leave?.abort()
}

/** @type {(request: typeof httpRequest) => Client} */
const byNode = (request) => (url, body, leave) =>
  new Promise((resolve, reject) => {
    /** @type {import('node:https').RequestOptions} */
    const options = {
      method: 'POST',
      headers,
      rejectUnauthorized: false,
      ...(leave && { signal: leave.signal }),
    }
    request(url, options, (response) => {
      drain(response, leave).then(() => resolve(response.statusCode), reject)
    })
      .on('error', reject)
      .end(body)
  })

/** Gives up for a reason of its own. */
class Dismissal extends AbortController {
  /** @override */
  abort() {
    super.abort(new Error('the user left'))
  }
}

/** @type {Record<string, () => AbortController>} */
const leaves = { left: () => new AbortController(), dismissed: () => new Dismissal() }

/** @type {Record<string, Client>} */
const clients = {
  fetch: async (url, body, leave) => {
    const response = await fetch(url, { method: 'POST', headers, body, signal: leave?.signal ?? null })
    await drain(/** @type {AsyncIterable<unknown>} */ (/** @type {unknown} */ (response.body)), leave)
    return response.status
  },
  undici: async (url, body, leave) => {
    const { statusCode, body: stream } = await undiciRequest(url, {
      method: 'POST',
      headers,
      body,
      signal: leave?.signal ?? null,
    })
    await drain(stream, leave)
    return statusCode
  },
  http: byNode(httpRequest),
  https: byNode(httpsRequest),
}

process.on('message', async () => {
  /** @type {Record<string, unknown>} */
  const came = {}
  for (const [name, client] of Object.entries(clients)) {
    const origin = name === 'https' ? TLS_URL : MODEL_URL
    for (const what of ['limit', 'fail', 'refused', 'cut', 'left', 'dismissed']) {
      const url =
        (what === 'refused' ? REFUSED.replace('http', name === 'https' ? 'https' : 'http') : origin) + PATH
      const makeLeave = leaves[what]
      const model = what === 'cut' ? 'cut' : `${name}-${what}${makeLeave === undefined ? '' : '-held'}`
      const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'prompt' }] })
      came[`${name} ${what}`] = await client(url, body, makeLeave?.()).catch(
        (error) => `${error.name} ${error.code} ${error.message} ${error.cause?.code}`,
      )
    }
  }
  process.send?.(came)
})
process.send?.('ready')
