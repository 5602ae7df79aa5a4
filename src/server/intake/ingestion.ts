import type { Ops } from '../../bus/ops.js'
import { OpsError } from '../errors.js'
import { toIngestMessage } from './ingest-message.js'
import type { MessageIds } from './message-ids.js'

/** Rejections that an answer tells one by one. */
const REJECTED_LIMIT = 100

/** A message that was not taken. */
interface Rejection {
  /** Its place among the messages of the body, from 0. */
  index: number
  code: string
  message: string
}

/** What became of the messages of one body. */
export interface Ledger {
  accepted: number
  /** The first 100. */
  rejected: Rejection[]
  /** Of all; absent when `rejected` tells all. */
  rejectedCount?: number
}

/** Publishes the messages of one body, in order, and keeps count. */
export class Ingestion {
  readonly #ops: Ops
  readonly #ids: MessageIds
  #accepted = 0
  #rejectedCount = 0
  readonly #rejected: Rejection[] = []
  /** What the counters have not been told yet. */
  #published = 0
  #untoldRejections = 0

  constructor(ops: Ops, ids: MessageIds) {
    this.#ops = ops
    this.#ids = ids
  }

  /** Whether no message has come. */
  get isEmpty(): boolean {
    return this.#accepted + this.#rejectedCount === 0
  }

  get ledger(): Ledger {
    const hasMore = this.#rejectedCount > this.#rejected.length
    return {
      accepted: this.#accepted,
      rejected: this.#rejected,
      ...(hasMore && { rejectedCount: this.#rejectedCount }),
    }
  }

  /** Takes the text of one message. */
  take(text: string): void {
    let input: unknown
    try {
      input = JSON.parse(text)
    } catch (error) {
      return this.reject('OPS_JSON', `This is no JSON: ${(error as Error).message}; a message is one object.`)
    }
    try {
      const message = toIngestMessage(input)
      if (message.id === undefined || !this.#ids.add(message.id)) {
        message.publish(this.#ops.bus)
        this.#published++
      }
      this.#accepted++
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      this.reject(error.code, error.message)
    }
  }

  reject(code: string, message: string): void {
    const index = this.#accepted + this.#rejectedCount++
    this.#untoldRejections++
    if (this.#rejected.length < REJECTED_LIMIT) this.#rejected.push({ index, code, message })
  }

  /** Tells the counters what has been published and rejected since it last did. */
  count(): void {
    const { bus } = this.#ops
    if (this.#published > 0) bus.publish('counter', { name: 'ingested', add: this.#published })
    if (this.#untoldRejections > 0) {
      bus.publish('counter', { name: 'ingestRejected', add: this.#untoldRejections })
    }
    this.#published = 0
    this.#untoldRejections = 0
  }
}
