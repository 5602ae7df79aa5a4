import http from 'node:http'
import { createGunzip } from 'node:zlib'
import { createParser } from 'eventsource-parser'
import type { DeltaLedger } from './delta-ledger.js'
import { FeedAudit } from './feed-audit.js'
import type { FeedEvent } from './feed-reader.js'
import { toQuery, type ViewFilter } from './view-filter.js'

interface VisitOptions {
  /** How the resume point is told. Default: by the header. */
  resumeBy?: 'header' | 'query'
  gzip?: boolean
  /** Leaves after so many bytes of the body, most likely within a frame. Default: stays. */
  bytes?: number
  /** Leaves so many milliseconds after the answer began. Default: stays. */
  milliseconds?: number
  /** Leaves by a reset of the connection. */
  reset?: boolean
  /** Stops reading for so long when the stream has begun. */
  pauseFor?: number
  /** Reads 1 KB a second until then. */
  slowUntil?: Promise<void>
}

export interface AuditedClient {
  readonly audit: FeedAudit
  /** Opens one connection, which resumes where the last one ended; resolves when it is over. */
  visit(options?: VisitOptions): Promise<void>
  /** Ends the connection that is open. */
  leave(): void
}

/** A client of the feed at `url` that may come and go, and is never trusted: its audit sees every event. */
export function createAuditedClient(url: string, filter: ViewFilter, ledger: DeltaLedger): AuditedClient {
  const audit = new FeedAudit(ledger, filter)
  let leave = (): void => undefined

  return {
    audit,
    leave: () => leave(),
    visit({
      resumeBy = 'header',
      gzip = false,
      bytes = Infinity,
      milliseconds,
      reset = false,
      pauseFor,
      slowUntil,
    } = {}) {
      const query = toQuery(filter)
      const headers: Record<string, string> = gzip ? { 'accept-encoding': 'gzip' } : {}
      if (audit.lastEventId !== undefined && resumeBy === 'header')
        headers['last-event-id'] = audit.lastEventId
      if (audit.lastEventId !== undefined && resumeBy === 'query') query.set('lastEventId', audit.lastEventId)
      audit.connect()
      return new Promise((resolve) => {
        let left = bytes
        let open = true
        const decoder = new TextDecoder()
        const parser = createParser({
          onEvent({ event, id, data }) {
            try {
              audit.accept({ event, id, data: JSON.parse(data) } as FeedEvent)
            } catch (error) {
              audit.faults.push((error as Error).message)
            }
          },
        })
        const request = http.get(`${url}?${query.toString()}`, { headers, agent: false })
        const timers = new Set<NodeJS.Timeout>()
        leave = () => {
          open = false
          for (const timer of timers) clearTimeout(timer)
          if (reset) request.socket?.resetAndDestroy()
          request.destroy()
        }
        request.on('error', () => undefined)
        request.on('close', () => {
          leave()
          resolve()
        })
        request.on('response', (response) => {
          if (milliseconds !== undefined) timers.add(setTimeout(leave, milliseconds))
          if (response.statusCode !== 200) audit.faults.push(`status ${response.statusCode}`)
          const zipped = response.headers['content-encoding'] === 'gzip'
          if (zipped) audit.counts.compressed++
          const body = zipped ? response.pipe(createGunzip()) : response
          response.on('error', () => undefined)
          body.on('error', (error: Error) => {
            if (open) audit.faults.push(error.message)
          })
          const take = (chunk: Buffer): void => {
            if (!open) return
            const part = chunk.subarray(0, left)
            left -= part.length
            parser.feed(decoder.decode(part, { stream: true }))
            if (left <= 0) leave()
          }
          if (slowUntil === undefined) body.on('data', take)
          else {
            const timer = setInterval(() => take((body.read(1024) as Buffer | null) ?? Buffer.alloc(0)), 1000)
            timers.add(timer)
            void slowUntil.then(() => {
              clearInterval(timer)
              body.on('data', take)
            })
          }
          if (pauseFor === undefined) return
          response.pause()
          timers.add(setTimeout(() => response.resume(), pauseFor))
        })
      })
    },
  }
}
