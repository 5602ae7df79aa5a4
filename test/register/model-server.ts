import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { toReply, type Reply } from './model-replies.js'

export interface ModelServer {
  /** Without a slash at its end. */
  url: string
  tlsUrl: string
  /** Requests as they came in: method, address, headers, body. */
  received: string[]
}

/** Milliseconds. */
const FIRST_PIECE_AFTER = 150
const PIECE_INTERVAL = 20

/**
 * Answers in the wire protocols of OpenAI, Anthropic, Google and Ollama; closed with the test, or by `onEnd`. The model's
 * name asks for more: `limit` and `fail` are refused, `cut` loses its connection half-way, `…-held` says no more from
 * there on, `…-no-usage` reports no tokens, `…-gzip` is compressed, `fast…` knows no pauses and is cut anywhere.
 */
export async function startModelServer(
  onEnd: (end: () => void) => void = onTestFinished,
): Promise<ModelServer> {
  const received: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    received.push(JSON.stringify([request.method, request.url, request.rawHeaders, body]))
    await send(response, toReply(request.url!, JSON.parse(body)))
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request, response)
  const read = (name: string): Buffer => readFileSync(new URL(`./certificate/${name}.pem`, import.meta.url))
  const servers = [
    createServer(onRequest),
    createTlsServer({ key: read('key'), cert: read('cert') }, onRequest),
  ]
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onEnd(() => {
      server.close()
      server.closeAllConnections()
    })
  }
  const [port, tlsPort] = servers.map((server) => (server.address() as AddressInfo).port)
  return { url: `http://127.0.0.1:${port}`, tlsUrl: `https://127.0.0.1:${tlsPort}`, received }
}

async function send(
  response: ServerResponse,
  { status, headers, pieces, isFast, isCut, isHeld }: Reply,
): Promise<void> {
  if (!isFast) await sleep(FIRST_PIECE_AFTER)
  response.writeHead(status, headers)
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && !isFast) await sleep(PIECE_INTERVAL)
    const isHalfWay = index > pieces.length / 2
    if (isCut && isHalfWay) return void response.destroy()
    if (isHeld && isHalfWay) return
    if (response.destroyed) return
    // Each piece is to be one of its own on the wire.
    await new Promise((resolve) => response.write(piece, resolve))
  }
  response.end()
}
