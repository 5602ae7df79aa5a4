import { encodeData } from '../bus/codec.js'
import type { FeedEvents } from '../bus/protocol.js'

/** How the feed is written: what is encoded JSON already becomes text of this form. */
export interface FeedFormat {
  readonly name: 'sse' | 'ndjson'
  /** One event; `data` is JSON. */
  event(name: string, data: string, id: string | undefined): string
  /** Items that one event may hold, so that no client must parse megabytes at once. */
  readonly itemsPerEvent: number
  /** What stands before the JSON of an event's items, which commas part; `id` is that of the last one. */
  head(topic: string, id: string): string
  /** What stands after it. */
  readonly tail: string
  /** Asks the client to wait `delay` milliseconds before it connects again. */
  retry(delay: number): string
}

/** Server-Sent Events: a run is one event under the id of its last item. */
export const sseFormat: FeedFormat = {
  name: 'sse',
  event: (name, data, id) =>
    id === undefined ? `event: ${name}\ndata: ${data}\n\n` : `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`,
  itemsPerEvent: 1000,
  head: (topic, id) => `id: ${id}\nevent: ${topic}\ndata: [`,
  tail: ']\n\n',
  retry: (delay) => `retry: ${delay}\n\n`,
}

/** One JSON object a line, an item each, for `jq` and `grep`. */
export const ndjsonFormat: FeedFormat = {
  name: 'ndjson',
  event: (name, data, id) => `{${id === undefined ? '' : `"id":"${id}",`}"event":"${name}","data":${data}}\n`,
  itemsPerEvent: 1,
  head: (topic, id) => `{"id":"${id}","event":"${topic}","data":`,
  tail: '}\n',
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
