// Asks a model in every way that an app may ask, and tells exactly what it got. Knows nothing of opswire.
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import https from 'node:https'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buffer, text } from 'node:stream/consumers'
import * as undici from 'undici'

const { MODEL_URL = '', TLS_URL = '' } = process.env

/** @typedef {{ url: string, body: string }} Question */
/** @typedef {(question: Question) => Promise<unknown>} Way */

const HEADERS = { 'content-type': 'application/json', 'user-agent': 'an app' }

/** @param {Question} question */
const post = ({ url, body }, more = {}) => fetch(url, { method: 'POST', headers: HEADERS, body, ...more })

/** What of a response is not its body. @param {Response} response */
const factsOf = (response) => ({
  status: response.status,
  url: response.url.replace(/:\d+/, ''),
  type: response.type,
  redirected: response.redirected,
  kind: response.constructor.name,
  headers: [...response.headers].filter(([name]) => name !== 'date'),
  used: response.bodyUsed,
  locked: response.body?.locked,
})

/**
 * @param {Question} question
 * @param {(response: Response, body: any) => Promise<unknown>} read the types of a page's streams and of Node's differ
 */
async function fetched(question, read, more = {}) {
  const response = await post(question, more)
  const before = factsOf(response)
  const { body } = response
  if (body === null) throw new Error('no body')
  const got = digest(await read(response, body))
  return { before, got, used: response.bodyUsed, locked: body.locked, same: response.body === body }
}

/** @param {unknown} value text, bytes, or a list of both */
function digest(value) {
  const parts = Array.isArray(value) ? value : [value]
  const hash = createHash('sha256')
  let length = 0
  for (const part of parts) {
    const bytes = Buffer.from(part)
    length += bytes.length
    hash.update(bytes)
  }
  return `${length} ${hash.digest('hex')}`
}

/**
 * @param {typeof httpRequest} request
 * @param {Question} question
 * @param {(response: import('node:http').IncomingMessage) => Promise<unknown>} read
 */
function asked(request, { url, body }, read, inPieces = false) {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: HEADERS, rejectUnauthorized: false }
    const made = request(url, options, async (response) => {
      try {
        const got = await read(response)
        resolve({ status: response.statusCode, got: digest(got), listeners: response.eventNames().length })
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    made.on('error', reject)
    if (inPieces) {
      made.write(body.slice(0, 30), 'latin1')
      made.write(Buffer.from(body.slice(30)))
      made.end(() => undefined)
    } else made.end(body)
  })
}

/** @type {Record<string, Way>} */
const ways = {
  'fetch, text': (question) => fetched(question, (response) => response.text()),
  'fetch, bytes': (question) =>
    fetched(question, async (response) => new Uint8Array(await response.arrayBuffer())),
  'fetch, blob': (question) => fetched(question, async (response) => (await response.blob()).text()),
  'fetch, reader': (question) =>
    fetched(question, async (_response, body) => {
      const parts = []
      const reader = body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        parts.push(value)
      }
      reader.releaseLock()
      return parts
    }),
  'fetch, reader into a buffer': (question) =>
    fetched(question, async (_response, body) => {
      const parts = []
      const reader = body.getReader({ mode: 'byob' })
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(700))
        if (done) break
        parts.push(value)
      }
      return parts
    }),
  'fetch, iteration': (question) =>
    fetched(question, async (_response, body) => {
      const parts = []
      for await (const part of body) parts.push(part)
      return parts
    }),
  'fetch, iteration that stops and goes on': (question) =>
    fetched(question, async (_response, body) => {
      const parts = []
      for await (const part of body.values({ preventCancel: true })) {
        parts.push(part)
        break
      }
      for await (const part of body) parts.push(part)
      return parts
    }),
  'fetch, decoder': (question) =>
    fetched(question, async (_response, body) => {
      const parts = []
      for await (const part of body.pipeThrough(new TextDecoderStream())) parts.push(part)
      return parts
    }),
  'fetch, pipe': (question) =>
    fetched(question, async (_response, body) => {
      /** @type {Uint8Array[]} */
      const parts = []
      await body.pipeTo(new WritableStream({ write: (part) => void parts.push(part) }))
      return parts
    }),
  'fetch, tee': (question) =>
    fetched(question, async (_response, body) => {
      const [left, right] = body.tee()
      return (await Promise.all([new Response(left).text(), text(Readable.fromWeb(right))])).join('')
    }),
  'fetch, clone': (question) =>
    fetched(question, async (response) => {
      const copy = response.clone()
      return [await copy.text(), await response.text()]
    }),
  'fetch, Node stream': (question) => fetched(question, (_response, body) => buffer(Readable.fromWeb(body))),
  'fetch, passed on': (question) =>
    fetched(question, (response, body) => new Response(body, { headers: response.headers }).text()),
  'fetch, bytes as the body': (question) =>
    fetched(question, (response) => response.text(), { body: Buffer.from(question.body) }),
  'fetch, stream as the body': (question) =>
    fetched(question, (response) => response.text(), {
      body: new Blob([question.body.slice(0, 9), question.body.slice(9)]).stream(),
      duplex: 'half',
    }),
  'fetch, iterator of headers': (question) =>
    fetched(question, (response) => response.text(), { headers: Object.entries(HEADERS).values() }),
  'fetch, Request': async ({ url, body }) => {
    const request = new Request(new URL(url), { method: 'POST', headers: HEADERS, body })
    const response = await fetch(request)
    return { got: digest(await response.text()), used: request.bodyUsed }
  },
  'fetch, nothing read': async (question) => {
    const response = await post(question)
    const facts = factsOf(response)
    await response.body?.cancel()
    return facts
  },
  'undici.request': async ({ url, body }) => {
    const {
      statusCode,
      headers,
      body: read,
    } = await undici.request(url, {
      method: 'POST',
      headers: HEADERS,
      body,
    })
    return { statusCode, type: headers['content-type'], got: digest(await read.text()) }
  },
  'undici.request, stream as the body': async ({ url, body }) => {
    const parts = [Buffer.from(body.slice(0, 12)), Buffer.from(body.slice(12))]
    const answer = await undici.request(url, {
      method: 'POST',
      headers: HEADERS,
      body: Readable.from(parts),
    })
    return digest(await answer.body.text())
  },
  'undici.stream': async ({ url, body }) => {
    /** @type {Buffer[]} */
    const parts = []
    await undici.stream(url, { method: 'POST', headers: HEADERS, body }, () => {
      return new Writable({
        write(chunk, _encoding, done) {
          parts.push(chunk)
          done()
        },
      })
    })
    return digest(parts)
  },
  'undici.fetch': async ({ url, body }) => {
    const response = await undici.fetch(url, { method: 'POST', headers: HEADERS, body })
    return digest(await response.text())
  },
  'node:http, data': (question) =>
    asked(
      httpRequest,
      question,
      (response) =>
        new Promise((resolve) => {
          /** @type {Buffer[]} */
          const parts = []
          response.on('data', (part) => parts.push(part)).on('end', () => resolve(parts))
        }),
    ),
  'node:http, text': (question) =>
    asked(httpRequest, question, (response) => text(response.setEncoding('utf8'))),
  'node:http, iteration': (question) =>
    asked(httpRequest, question, async (response) => {
      const parts = []
      for await (const part of response) parts.push(part)
      return parts
    }),
  'node:http, pieces': (question) => asked(httpRequest, question, (response) => buffer(response), true),
  'node:http, pipeline': (question) =>
    asked(httpRequest, question, async (response) => {
      /** @type {Buffer[]} */
      const parts = []
      await pipeline(response, async function (source) {
        for await (const part of source) parts.push(part)
      })
      return parts
    }),
  'node:https': ({ url, body }) =>
    asked(https.request, { url: url.replace(MODEL_URL, TLS_URL), body }, (response) => buffer(response)),
}

process.on('message', async (message) => {
  const { questions } = /** @type {{ questions: { path: string, body: string }[] }} */ (message)
  /** @type {Record<string, unknown[]>} */
  const got = {}
  for (const [name, way] of Object.entries(ways)) {
    got[name] = []
    for (const { path, body } of questions) {
      got[name].push(await way({ url: MODEL_URL + path, body }).catch((error) => String(error)))
    }
  }
  process.send?.(got)
})
process.send?.('ready')
