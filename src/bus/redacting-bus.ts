import type { EventBus } from './event-bus.js'
import type { BusEvents, Messages } from './messages.js'
import type { Redaction } from './redaction.js'

/** What sources publish. Deltas and ticks are made of what was redacted already. */
const RECORDED: Record<keyof Messages, true> = {
  log: true,
  'request.start': true,
  'request.update': true,
  'request.end': true,
  'call.start': true,
  'call.progress': true,
  'call.end': true,
  'call.amend': true,
  channel: true,
  counter: true,
  gauge: true,
}

/**
 * The bus with its entrance guarded: what is published reaches subscribers without its secrets. A message that cannot
 * be read is dropped and goes to `onFault`.
 */
export function createRedactingBus(
  bus: EventBus<BusEvents>,
  redaction: Redaction,
  onFault: (place: string, error: unknown) => void,
): EventBus<BusEvents> {
  return {
    subscribe: bus.subscribe,
    publish(type, message) {
      if (!(type in RECORDED)) return bus.publish(type, message)
      let safe: typeof message
      try {
        safe = redaction.message(message as object) as typeof message
      } catch (error) {
        onFault(`The redaction of "${type}"`, error)
        return
      }
      bus.publish(type, safe)
    },
  }
}
