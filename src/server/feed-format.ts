import { encodeData } from '../bus/codec.js'
import type { FeedEvents } from '../bus/protocol.js'
import type { DeltaRing } from './delta-ring.js'
import type { Filter } from './filter.js'

/** Items of one event at the most, so that no client must parse megabytes at once. */
const RUN_LIMIT = 1000

/** How the feed is written: what is encoded JSON already becomes text of this form. */
export interface FeedFormat {
  readonly name: 'sse' | 'ndjson'
  /** One event; `data` is JSON. */
  event(name: string, data: string, id: string | undefined): string
  /** Consecutive items of one topic, each JSON, with their numbers in the same order. */
  run(topic: string, items: readonly string[], seqs: readonly number[], epoch: string): string
  /** Asks the client to wait `delay` milliseconds before it connects again. */
  retry(delay: number): string
}

/** Server-Sent Events: a run is one event under the id of its last item. */
export const sseFormat: FeedFormat = {
  name: 'sse',
  event: (name, data, id) =>
    id === undefined ? `event: ${name}\ndata: ${data}\n\n` : `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`,
  run: (topic, items, seqs, epoch) =>
    `id: ${toEventId(epoch, seqs.at(-1)!)}\nevent: ${topic}\ndata: [${items.join(',')}]\n\n`,
  retry: (delay) => `retry: ${delay}\n\n`,
}

/** One JSON object a line, an item each, for `jq` and `grep`. */
export const ndjsonFormat: FeedFormat = {
  name: 'ndjson',
  event: (name, data, id) => `{${id === undefined ? '' : `"id":"${id}",`}"event":"${name}","data":${data}}\n`,
  run: (topic, items, seqs, epoch) =>
    items.map((item, i) => ndjsonFormat.event(topic, item, toEventId(epoch, seqs[i]!))).join(''),
  // `bye` tells the delay too; there is no line for it alone.
  retry: () => '',
}

export function toFrame<Name extends keyof FeedEvents>(
  format: FeedFormat,
  name: Name,
  data: FeedEvents[Name],
  id?: string,
): string {
  return format.event(name, encodeData(data), id)
}

/** The id of the position after delta `seq`. */
export function toEventId(epoch: string, seq: number): string {
  return `${epoch}-${seq}`
}

/** Reads an id. Undefined when it is not one of this feed's form. */
export function parseEventId(id: string): { epoch: string; seq: number } | undefined {
  const match = /^([a-z0-9]{1,16})-(\d{1,15})$/.exec(id)
  return match === null ? undefined : { epoch: match[1]!, seq: Number(match[2]) }
}

/** What is encoded in one go: enough to be worth a write, little enough for a socket that gives up after it. */
export interface EncodeLimits {
  /** Characters after which no further item is begun. */
  text: number
  /** Deltas looked at. */
  deltas: number
}

export interface EncodedDeltas {
  text: string
  /** Items in it. */
  items: number
  /** The last delta that was looked at; everything up to it was encoded or filtered out. */
  to: number
}

/** The deltas from `from` on, at most to `to`, that match the filter, as runs in the order of their numbers. */
export function encodeDeltas(
  { ring, filter, format, epoch }: { ring: DeltaRing; filter: Filter; format: FeedFormat; epoch: string },
  from: number,
  to: number,
  limits: EncodeLimits,
): EncodedDeltas {
  const end = Math.min(to, from + limits.deltas - 1)
  let text = ''
  let count = 0
  let pending = 0
  let topic = ''
  let items: string[] = []
  let seqs: number[] = []
  let seq = from
  for (; seq <= end && text.length + pending < limits.text; seq++) {
    const delta = ring.delta(seq)
    if (!filter.matches(delta)) continue
    if (items.length > 0 && (delta.topic !== topic || items.length >= RUN_LIMIT)) {
      text += format.run(topic, items, seqs, epoch)
      items = []
      seqs = []
      pending = 0
    }
    const json = ring.json(seq)
    topic = delta.topic
    items.push(json)
    seqs.push(seq)
    pending += json.length
    count++
  }
  if (items.length > 0) text += format.run(topic, items, seqs, epoch)
  return { text, items: count, to: seq - 1 }
}
