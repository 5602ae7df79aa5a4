import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { toReply, type Reply } from './model-replies.js'

export interface ModelServer {
  /** Without a slash at its end. */
  url: string
  /** Requests as they came in: method, address, sorted headers, body. */
  received: string[]
}

/** Milliseconds. */
const FIRST_PIECE_AFTER = 150
const PIECE_INTERVAL = 20

/**
 * Answers in the wire protocols of OpenAI, Anthropic, Google and Ollama; closed with the test, or by `onEnd`. The model's name asks for more: `limit` and
 * `fail` are refused, `cut` loses its connection half-way, `…-no-usage` reports no tokens, `fast…` knows no pauses.
 */
export async function startModelServer(
  onEnd: (end: () => void) => void = onTestFinished,
): Promise<ModelServer> {
  const received: string[] = []
  const server = createServer((request, response) => {
    void answer(request, response).then((text) => received.push(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  await send(response, toReply(request.url!, JSON.parse(body)))
  const headers = request.rawHeaders.map((text, index) => (index % 2 ? text : text.toLowerCase()))
  return JSON.stringify([request.method, request.url, headers, body])
}

async function send(
  response: ServerResponse,
  { status, headers, pieces, isFast, isCut }: Reply,
): Promise<void> {
  if (!isFast) await sleep(FIRST_PIECE_AFTER)
  response.writeHead(status, headers)
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && !isFast) await sleep(PIECE_INTERVAL)
    if (isCut && index > pieces.length / 2) return void response.destroy()
    if (response.destroyed) return
    // Each piece is to be one of its own on the wire.
    await new Promise((resolve) => response.write(piece, resolve))
  }
  response.end()
}
