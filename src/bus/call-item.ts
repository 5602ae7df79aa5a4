import type { CallAmendMessage, CallEndMessage, CallProgressMessage, CallStartMessage } from './messages.js'
import type { CallRecord, Halt } from './protocol.js'
import type { Pulse } from './pulse.js'
import { TokenFlow } from './token-flow.js'
import type { WorkEnd, WorkSpan } from './work-span.js'

/** A model of which the source knows no name. */
const UNKNOWN = 'unknown'

/** How a call ended. */
export type CallOutcome = Omit<CallEndMessage, 'id' | 'state'> & {
  state: Exclude<CallRecord['state'], 'active'>
}

/** One model call and its record. */
export class CallItem {
  readonly key: string
  readonly span: WorkSpan
  readonly pulse: Pulse
  /** When its latest progress was sent. Monotonic, as the next. */
  sentAt = -Infinity
  /** When its end was counted, the first one if it had two. */
  countedAt = 0
  readonly #tokens = new TokenFlow()
  #halt: Halt | undefined
  /** All else. */
  readonly #facts: CallRecord
  /** Made when it is asked for. Replaced, never changed: deltas and snapshots share it. */
  #record: CallRecord | undefined

  constructor(key: string, message: CallStartMessage, span: WorkSpan, pulse: Pulse, instance: string) {
    this.key = key
    this.span = span
    this.pulse = pulse
    const facts: CallRecord = {
      id: message.id,
      provider: message.provider,
      model: message.model,
      operation: message.operation ?? 'chat',
      streaming: message.streaming ?? false,
      startedAt: span.startedAt,
      state: 'active',
      source: message.source ?? 'api',
      instance: message.instance ?? instance,
    }
    if (message.requestId !== undefined) facts.requestId = message.requestId
    if (message.session !== undefined) facts.session = message.session
    this.#facts = facts
  }

  get record(): CallRecord {
    return (this.#record ??= this.#toRecord())
  }

  get requestId(): string | undefined {
    return this.#facts.requestId
  }

  get instance(): string {
    return this.#facts.instance
  }

  get state(): CallRecord['state'] {
    return this.#facts.state
  }

  /** What is wrong with it, while it runs. */
  get halt(): Halt | undefined {
    return this.#halt
  }

  /** Answers whether that is a change. */
  setHalt(halt: Halt | undefined): boolean {
    if (halt === this.#halt) return false
    this.#halt = halt
    this.#record = undefined
    return true
  }

  progress(message: CallProgressMessage, now: number): void {
    this.#tokens.progress(message, now - this.span.begin)
    this.#record = undefined
  }

  end(outcome: CallOutcome, { endedAt, duration }: WorkEnd): void {
    const facts = this.#facts
    facts.state = outcome.state
    facts.endedAt = endedAt
    facts.duration = Math.round(duration)
    if (outcome.model !== undefined && outcome.model !== facts.model) {
      if (facts.model !== UNKNOWN) facts.requestedModel ??= facts.model
      facts.model = outcome.model
    }
    if (outcome.streaming !== undefined) facts.streaming = outcome.streaming
    if (outcome.finishReason !== undefined) facts.finishReason = outcome.finishReason
    if (outcome.httpStatus !== undefined) facts.httpStatus = outcome.httpStatus
    if (outcome.errorType !== undefined) facts.errorType = outcome.errorType
    if (outcome.error !== undefined) facts.error = outcome.error
    this.#tokens.end(outcome, duration, facts.streaming)
    this.#halt = undefined
    this.#record = undefined
  }

  /** Fills in what it lacks. Answers whether there was anything. */
  amend(message: CallAmendMessage, now: number): boolean {
    const facts = this.#facts
    const { finishReason, httpStatus } = facts
    if (message.finishReason !== undefined) facts.finishReason ??= message.finishReason
    if (message.httpStatus !== undefined) facts.httpStatus ??= message.httpStatus
    const isFilled = this.#tokens.fill(message, now - this.span.begin, facts.streaming)
    if (!isFilled && facts.finishReason === finishReason && facts.httpStatus === httpStatus) return false
    this.#record = undefined
    return true
  }

  /** Written out: V8 is a hundred times slower when fields are added to a copy made by spreading. */
  #toRecord(): CallRecord {
    const facts = this.#facts
    const record: CallRecord = {
      id: facts.id,
      provider: facts.provider,
      model: facts.model,
      operation: facts.operation,
      streaming: facts.streaming,
      startedAt: facts.startedAt,
      state: facts.state,
      source: facts.source,
      instance: facts.instance,
    }
    if (facts.requestedModel !== undefined) record.requestedModel = facts.requestedModel
    if (facts.requestId !== undefined) record.requestId = facts.requestId
    if (facts.session !== undefined) record.session = facts.session
    if (this.#halt !== undefined) record.activity = this.#halt
    this.#tokens.describe(record)
    if (facts.endedAt !== undefined) record.endedAt = facts.endedAt
    if (facts.duration !== undefined) record.duration = facts.duration
    if (facts.finishReason !== undefined) record.finishReason = facts.finishReason
    if (facts.httpStatus !== undefined) record.httpStatus = facts.httpStatus
    if (facts.errorType !== undefined) record.errorType = facts.errorType
    if (facts.error !== undefined) record.error = facts.error
    return record
  }
}
