import type { Clock } from './clock.js'
import type { ChannelMessage } from './messages.js'
import type { ChannelRecord } from './protocol.js'

/** The host's messaging adapters and their states. */
export class LiveChannels {
  readonly #channels = new Map<string, ChannelRecord>()
  readonly #clock: Clock
  readonly #instance: string
  readonly #limit: number

  constructor(context: { clock: Clock; instance: string; limits: { channels: number } }) {
    this.#clock = context.clock
    this.#instance = context.instance
    this.#limit = context.limits.channels
  }

  /** Returns the changed record; undefined when nothing changed or there is no room for another channel. */
  set(message: ChannelMessage): ChannelRecord | undefined {
    const known = this.#channels.get(message.name)
    if (known === undefined && this.#channels.size >= this.#limit) return undefined
    const sameState = known?.state === message.state
    if (sameState && known.kind === message.kind && known.detail === message.detail) return undefined
    const record: ChannelRecord = {
      name: message.name,
      kind: message.kind,
      state: message.state,
      since: sameState ? known.since : this.#clock.now(),
      instance: this.#instance,
    }
    if (message.detail !== undefined) record.detail = message.detail
    this.#channels.set(message.name, record)
    return record
  }

  /** In the order in which they were first set. */
  records(): ChannelRecord[] {
    return [...this.#channels.values()]
  }
}
