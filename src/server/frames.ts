import { encodeData } from '../bus/codec.js'
import type { FeedEvents } from '../bus/protocol.js'
import type { DeltaRing } from './delta-ring.js'
import type { Filter } from './filter.js'

/** Items of one event at the most, so that no client must parse megabytes at once. */
const RUN_LIMIT = 1000

/** One event of the feed as Server-Sent Events text: always whole, always ended by an empty line. */
export function toFrame<Name extends keyof FeedEvents>(
  name: Name,
  data: FeedEvents[Name],
  id?: string,
): string {
  return frame(name, encodeData(data), id)
}

export function toRetryLine(delay: number): string {
  return `retry: ${Math.round(delay)}\n\n`
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

/**
 * The deltas from `from` to `to` that match, as frames: consecutive items of one topic form one event, under the
 * id of its last item. `items` counts them; without any, `frames` is empty.
 */
export function toRuns(
  ring: DeltaRing,
  filter: Filter,
  epoch: string,
  from: number,
  to: number,
): { frames: string; items: number } {
  let frames = ''
  let count = 0
  let topic: string | undefined
  let items: string[] = []
  let last = 0
  const flush = (): void => {
    if (topic !== undefined) frames += frame(topic, `[${items.join(',')}]`, toEventId(epoch, last))
    items = []
  }
  for (let seq = from; seq <= to; seq++) {
    const delta = ring.delta(seq)
    if (!filter.matches(delta)) continue
    if (delta.topic !== topic || items.length >= RUN_LIMIT) {
      flush()
      topic = delta.topic
    }
    items.push(ring.json(seq))
    count++
    last = seq
  }
  flush()
  return { frames, items: count }
}

function frame(name: string, data: string, id?: string): string {
  return id === undefined
    ? `event: ${name}\ndata: ${data}\n\n`
    : `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`
}
