import type { Clock } from './clock.js'
import type { ToKey } from './item-key.js'
import type { ChannelMessage } from './messages.js'
import type { ChannelRecord } from './protocol.js'

/** The host's messaging adapters and their states. */
export class LiveChannels {
  readonly #channels = new Map<string, ChannelRecord>()
  readonly #clock: Clock
  readonly #instance: string
  readonly #limit: number
  readonly #toKey: ToKey

  constructor(context: { clock: Clock; instance: string; toKey: ToKey; limits: { channels: number } }) {
    this.#clock = context.clock
    this.#toKey = context.toKey
    this.#instance = context.instance
    this.#limit = context.limits.channels
  }

  /** Returns the changed record; undefined when nothing changed or there is no room for another channel. */
  set(message: ChannelMessage): ChannelRecord | undefined {
    const key = this.#toKey(message.name, message.instance)
    const known = this.#channels.get(key)
    if (known === undefined && this.#channels.size >= this.#limit) return undefined
    const sameState = known?.state === message.state
    if (sameState && known.kind === message.kind && known.detail === message.detail) return undefined
    const record: ChannelRecord = {
      name: message.name,
      kind: message.kind,
      state: message.state,
      since: sameState ? known.since : this.#clock.now(),
      instance: message.instance ?? this.#instance,
    }
    if (message.detail !== undefined) record.detail = message.detail
    this.#channels.set(key, record)
    return record
  }

  /** In the order in which they were first set. */
  records(): ChannelRecord[] {
    return [...this.#channels.values()]
  }
}
