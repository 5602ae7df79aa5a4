import type { RequestStartMessage, RequestUpdateMessage, SettableActivity } from './messages.js'
import type { Halt, RequestRecord, Step } from './protocol.js'
import type { Pulse } from './pulse.js'
import type { WorkEnd, WorkSpan } from './work-span.js'

/** One request and its record. */
export class RequestItem {
  readonly key: string
  readonly span: WorkSpan
  readonly pulse: Pulse
  /** When its end was counted, the first one if it had two. Monotonic. */
  countedAt = 0
  #activity: SettableActivity
  #halt: Halt | undefined
  #step: Step | undefined
  #progressAt: number
  /** All else. */
  readonly #facts: RequestRecord
  /** Made when it is asked for. Replaced, never changed: deltas and snapshots share it. */
  #record: RequestRecord | undefined

  constructor(key: string, message: RequestStartMessage, span: WorkSpan, pulse: Pulse, instance: string) {
    this.key = key
    this.span = span
    this.pulse = pulse
    this.#activity = message.activity ?? 'working'
    this.#progressAt = span.startedAt
    this.#facts = {
      id: message.id,
      kind: message.kind,
      startedAt: span.startedAt,
      state: 'active',
      instance: message.instance ?? instance,
    }
    this.#name(message)
  }

  get record(): RequestRecord {
    return (this.#record ??= this.#toRecord())
  }

  get state(): RequestRecord['state'] {
    return this.#facts.state
  }

  /** Waits to be worked on, as its host says. */
  get isQueued(): boolean {
    return this.#activity === 'queued'
  }

  /** What it does now. */
  get step(): Step | undefined {
    return this.#step
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

  /** `now`: epoch milliseconds, as below. */
  update(message: RequestUpdateMessage, now: number): void {
    this.#name(message)
    if (message.activity !== undefined) this.#activity = message.activity
    if (message.step !== undefined) this.setStep(message.step, now)
    this.touch(now)
  }

  /** A sign of life. */
  touch(now: number): void {
    this.#progressAt = now
    this.#record = undefined
  }

  /** What it does now; null for nothing in particular. No sign of life. */
  setStep(step: { kind: string; name: string } | null, now: number): void {
    this.#step = step === null ? undefined : { kind: step.kind, name: step.name, since: now }
    this.#record = undefined
  }

  end(state: Exclude<RequestRecord['state'], 'active'>, error: string | undefined, end: WorkEnd): void {
    this.#halt = this.#step = undefined
    this.#facts.state = state
    this.#facts.endedAt = end.endedAt
    this.#facts.duration = Math.round(end.duration)
    if (error !== undefined) this.#facts.error = error
    this.#record = undefined
  }

  #name({ name, session, channel }: Pick<RequestUpdateMessage, 'name' | 'session' | 'channel'>): void {
    if (name !== undefined) this.#facts.name = name
    if (session !== undefined) this.#facts.session = session
    if (channel !== undefined) this.#facts.channel = channel
  }

  /** Written out: V8 is a hundred times slower when fields are added to a copy made by spreading. */
  #toRecord(): RequestRecord {
    const facts = this.#facts
    const record: RequestRecord = {
      id: facts.id,
      kind: facts.kind,
      startedAt: facts.startedAt,
      state: facts.state,
      progressAt: this.#progressAt,
      instance: facts.instance,
    }
    if (facts.name !== undefined) record.name = facts.name
    if (facts.session !== undefined) record.session = facts.session
    if (facts.channel !== undefined) record.channel = facts.channel
    if (facts.state === 'active') record.activity = this.#halt ?? this.#activity
    if (this.#step !== undefined) record.step = this.#step
    if (facts.endedAt !== undefined) record.endedAt = facts.endedAt
    if (facts.duration !== undefined) record.duration = facts.duration
    if (facts.error !== undefined) record.error = facts.error
    return record
  }
}
