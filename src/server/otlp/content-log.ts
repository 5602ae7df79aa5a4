import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { toPlainFields } from '../../bus/plain.js'
import { toPlainValue } from './attributes.js'
import { isContent } from './content.js'
import type { SpanWork } from './span-work.js'

/** Shows what was said, when the operator asked for it: as a line of level debug that leads to the call. */
export class ContentLog {
  readonly #bus: EventBus<BusEvents>

  constructor(bus: EventBus<BusEvents>) {
    this.#bus = bus
  }

  showSpan({ span, trace, known, instance, end }: SpanWork, callId: string | undefined): void {
    const content = [...span.attributes].filter(([name]) => isContent(name))
    if (content.length === 0 || end === undefined) return
    const request = trace.requestOf(known, instance)
    this.#bus.publish('log', {
      level: 'debug',
      source: callId === undefined ? 'tool' : 'model',
      message: `What was said: ${content.map(([name]) => name).join(', ')}`.slice(0, 500),
      time: Math.round(end),
      instance,
      callId,
      requestId: request?.spanId,
      session: request?.request?.session,
      fields: toPlainFields(Object.fromEntries(content.map(([name, value]) => [name, toPlainValue(value)]))),
    })
  }
}
