import http from 'node:http'
import { createParser } from 'eventsource-parser'
import type { FeedEvents } from '../../src/bus/protocol.js'

export type FeedEvent = {
  [Name in keyof FeedEvents]: { event: Name; id: string | undefined; data: FeedEvents[Name] }
}[keyof FeedEvents]

export interface FeedReader {
  status: number
  headers: http.IncomingHttpHeaders
  /** Every event so far. */
  events: FeedEvent[]
  /** Everything that was received, as it came. */
  text(): string
  /** Resolves with the first event, past or to come, that `accept` takes; rejects after 10 s. */
  until<Name extends keyof FeedEvents>(
    name: Name,
    accept?: (data: FeedEvents[Name]) => boolean,
  ): Promise<Extract<FeedEvent, { event: Name }>>
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>
  /** Stops reading without closing, as a stalled client does. */
  pause(): void
  resume(): void
  close(): void
}

/** Opens the feed with a plain HTTP request and reads it with an independent parser. */
export async function openFeed(url: string, headers: Record<string, string> = {}): Promise<FeedReader> {
  const events: FeedEvent[] = []
  const waiting = new Set<() => void>()
  const chunks: string[] = []
  const parser = createParser({
    onEvent({ event, id, data }) {
      events.push({ event, id, data: JSON.parse(data) } as FeedEvent)
      for (const wake of [...waiting]) wake()
    },
  })
  const request = http.get(url, { headers, agent: false })
  request.on('error', () => undefined)
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    chunks.push(chunk)
    parser.feed(chunk)
  })
  response.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => response.once('close', resolve))

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    text: () => chunks.join(''),
    until(name, accept = () => true) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find((item) => item.event === name && accept(item.data as never))
          if (found === undefined) return
          stop()
          resolve(found as never)
        }
        const stop = (): void => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const timer = setTimeout(() => {
          stop()
          reject(
            new Error(`No fitting "${name}" within 10 s; seen: ${events.map((e) => e.event).join(', ')}`),
          )
        }, 10_000)
        waiting.add(look)
        look()
      })
    },
    ended,
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => request.destroy(),
  }
}
