import type { Clock } from './clock.js'
import type { LogMessage } from './messages.js'
import type { LogLine } from './protocol.js'
import { Ring } from './ring.js'

/** The newest log lines. */
export class LiveLog {
  readonly #ring: Ring<LogLine>
  readonly #clock: Clock
  readonly #instance: string

  constructor(context: { clock: Clock; instance: string; limits: { logLines: number } }) {
    this.#ring = new Ring(context.limits.logLines)
    this.#clock = context.clock
    this.#instance = context.instance
  }

  /** Keeps the message as the line numbered `seq`, and returns it. */
  add(message: LogMessage, seq: number): LogLine {
    const line: LogLine = {
      seq,
      time: message.time ?? this.#clock.now(),
      level: message.level,
      source: message.source,
      message: message.message,
      instance: message.instance ?? this.#instance,
    }
    if (message.requestId !== undefined) line.requestId = message.requestId
    if (message.callId !== undefined) line.callId = message.callId
    if (message.session !== undefined) line.session = message.session
    if (message.fields !== undefined) line.fields = message.fields
    this.#ring.push(line)
    return line
  }

  /** The newest `limit` lines, oldest first. */
  lines(limit?: number): LogLine[] {
    return this.#ring.toArray(limit)
  }
}
