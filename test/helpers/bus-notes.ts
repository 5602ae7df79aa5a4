import type { Messages } from '../../src/bus/messages.js'
import type { Ops } from '../../src/index.js'

const TYPES = [
  'log',
  'request.start',
  'request.update',
  'request.end',
  'call.start',
  'call.progress',
  'call.end',
  'call.amend',
  'counter',
  'gauge',
] as const satisfies (keyof Messages)[]

export interface BusNotes {
  /** Every message so far, in order. */
  all: { type: keyof Messages; message: Messages[keyof Messages] }[]
  of<Type extends keyof Messages>(type: Type): Messages[Type][]
  /** Calls as they were published: start and end in one. */
  calls(): Partial<Messages['call.start'] & Messages['call.end']>[]
  requests(): Partial<Messages['request.start'] & Messages['request.end']>[]
}

/** Notes what is published on the bus, whatever becomes of it. */
export function noteMessages(ops: Ops): BusNotes {
  const all: BusNotes['all'] = []
  for (const type of TYPES) ops.bus.subscribe(type, (message) => all.push({ type, message }))
  const of: BusNotes['of'] = (type) =>
    all.filter((note) => note.type === type).map(({ message }) => message as never)
  const joined = (start: 'call.start' | 'request.start', end: 'call.end' | 'request.end') =>
    of(start).map((message) => ({ ...message, ...definedOf(of(end).find(({ id }) => id === message.id)) }))
  return {
    all,
    of,
    calls: () => joined('call.start', 'call.end'),
    requests: () => joined('request.start', 'request.end'),
  }
}

/** What is not known at the end leaves what was said at the start. */
function definedOf(message: object = {}): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined))
}
