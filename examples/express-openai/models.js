// A model server to try things with: speaks the chat completions protocol at the pace of a hosted model.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds to the first token, and tokens per second. */
const MANNERS = /** @type {Record<string, [firstToken: number, rate: number]>} */ ({
  'sample-large': [900, 40],
  'sample-fast': [300, 80],
  'sample-mini': [200, 60],
})
const WORDS = 'a queue is only a promise that somebody will come back for what waits in it'.split(' ')

const server = createServer((request, response) => {
  void answer(request, response)
})

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(request, response) {
  const asked = /** @type {{ model: string, stream?: boolean, messages: { content: string }[] }} */ (
    await json(request)
  )
  const { model, stream, messages } = asked
  const [firstToken, rate] = MANNERS[model] ?? [500, 50]
  const content = messages.at(-1)?.content ?? ''
  const usage = {
    prompt_tokens: Math.ceil(content.length / 4),
    completion_tokens: 40 + Math.floor(Math.random() * 80),
  }
  await sleep(firstToken * (0.7 + Math.random() * 0.6))
  if (Math.random() < 0.06) {
    response.writeHead(429, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"Rate limit reached, try again in 2 s.","type":"rate_limit_error"}}')
    return
  }
  const head = { id: 'chatcmpl-1', created: Math.floor(Date.now() / 1000), model }
  const words = Array.from(
    { length: usage.completion_tokens },
    (_, index) => `${WORDS[index % WORDS.length]} `,
  )
  if (stream !== true) {
    await sleep((usage.completion_tokens / rate) * 1000)
    const choice = {
      index: 0,
      message: { role: 'assistant', content: words.join('') },
      finish_reason: 'stop',
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...head, object: 'chat.completion', choices: [choice], usage }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  /** @param {object} data */
  const send = (data) =>
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...data })}\n\n`)
  for (const word of words) {
    if (response.destroyed) return
    send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })
    await sleep(1000 / rate)
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  send({ choices: [], usage })
  response.end('data: [DONE]\n\n')
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) {
    console.log(`models: http://127.0.0.1:${address.port}/v1`)
  }
})
