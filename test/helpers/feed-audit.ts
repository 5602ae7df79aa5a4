import type { DeltaTopic, Gap, Snapshot } from '../../src/bus/protocol.js'
import type { DeltaLedger } from './delta-ledger.js'
import type { FeedEvent } from './feed-reader.js'
import { wants, type ViewFilter } from './view-filter.js'

/** Log lines of which a full snapshot is made: those that the service holds. */
const HELD_LINES = 1000
const MOST_FAULTS = 2

/**
 * Holds what one client receives, over any number of connections, to what was published: every delta that it wants
 * exactly once and in order or within a gap with exact numbers, no snapshot ahead of it, full snapshots that are
 * true at their position, ids that never go back.
 */
export class FeedAudit {
  /** What was wrong, the first few; empty when all was right. */
  readonly faults: string[] = []
  /** Items received as deltas, items told missing, gaps, snapshots, streams that resumed, compressed ones. */
  readonly counts = { items: 0, missed: 0, gaps: 0, snapshots: 0, resumed: 0, compressed: 0 }
  /** The id to resume from. */
  lastEventId: string | undefined
  /** The client has everything up to here; undefined before its first snapshot. */
  #position: number | undefined
  #next: 'hello' | 'gap' | 'full' | 'any' = 'hello'
  /** No id of this connection may be below. */
  #floor = 0
  readonly #ledger: DeltaLedger
  readonly #filter: ViewFilter

  constructor(ledger: DeltaLedger, filter: ViewFilter) {
    this.#ledger = ledger
    this.#filter = filter
  }

  /** A new connection begins, resuming from `lastEventId` if there is one. */
  connect(): void {
    this.#next = 'hello'
    this.#floor = this.#position ?? 0
  }

  /** Pretends that the client has everything up to an event that it never got. */
  resumeFrom(id: string): void {
    this.lastEventId = id
    this.#position = Number(id.split('-')[1])
  }

  /** Number of the first delta that the client wants and does not have yet; 0 while a full snapshot is due. */
  get owed(): number | undefined {
    if (this.#position === undefined || this.#next === 'full') return 0
    return this.#firstWanted(this.#position, this.#ledger.last)
  }

  accept(message: FeedEvent): void {
    if (this.faults.length >= MOST_FAULTS) return
    try {
      this.#accept(message)
    } catch (error) {
      this.faults.push((error as Error).message)
    }
    if (message.id !== undefined) this.lastEventId = message.id
  }

  #accept(message: FeedEvent): void {
    const { event, id, data } = message
    if (event === 'hello') {
      check(this.#next === 'hello', 'a second hello')
      check(!data.resumed || this.lastEventId !== undefined, 'resumed without having been asked')
      if (data.resumed) this.counts.resumed++
      this.#next = data.resumed ? 'any' : this.lastEventId === undefined ? 'full' : 'gap'
      return
    }
    check(this.#next !== 'hello', `${event} before hello`)
    if (event === 'bye') throw new Error(`an untimely bye: ${JSON.stringify(data)}`)
    const [epoch, number] = (id ?? '').split('-')
    const seq = Number(number)
    check(epoch === this.#ledger.epoch && Number.isInteger(seq), `${event} with the id ${id}`)
    check(seq >= this.#floor, `${event} with id ${seq} after ${this.#floor}`)
    check(seq <= this.#ledger.last, `${event} with id ${seq} from the future`)
    if (event === 'gap') this.#acceptGap(data, seq)
    else if (event === 'snapshot') this.#acceptSnapshot(data, seq)
    else this.#acceptItems(event, data, seq)
    this.#floor = seq
  }

  #acceptItems(topic: DeltaTopic, items: unknown[], seq: number): void {
    check(this.#next === 'any', `${topic} instead of a ${this.#next} event`)
    check(items.length > 0, `an empty ${topic}`)
    for (const item of items) {
      const due = this.#firstWanted(this.#position!, this.#ledger.last)
      check(due !== undefined, `${topic} that nobody published: ${brief(JSON.stringify(item))}`)
      const got = `${topic} ${JSON.stringify(item)}`
      const expected = `${this.#ledger.delta(due!).topic} ${this.#ledger.json(due!)}`
      check(got === expected, `delta ${due} is ${brief(expected)}, not ${brief(got)}`)
      this.#position = due
      this.counts.items++
    }
    check(this.#position === seq, `${topic} with id ${seq} ends with delta ${this.#position}`)
    check(seq > this.#floor, `${topic} with id ${seq} after ${this.#floor}`)
  }

  #acceptGap(gap: Gap, seq: number): void {
    check(this.#next === 'gap' || this.#next === 'any', 'an untimely gap')
    check(gap.reason === 'lagging' || gap.reason === 'evicted', `a gap by ${gap.reason}`)
    const numbers = JSON.stringify(gap)
    check(
      gap.from! > this.#position! && gap.to === seq,
      `gap ${numbers} at ${seq}, client at ${this.#position}`,
    )
    // What lies between the last event and the gap was filtered out, or it was lost without a word.
    const lost = this.#firstWanted(this.#position!, gap.from! - 1)
    check(lost === undefined, `gap ${numbers} leaves out delta ${lost}`)
    check(gap.missed === gap.to! - gap.from! + 1, `gap ${numbers} counts wrong`)
    this.counts.gaps++
    this.counts.missed += gap.missed!
    this.#position = seq
    this.#next = 'full'
  }

  #acceptSnapshot(snapshot: Snapshot, seq: number): void {
    this.counts.snapshots++
    if (this.#next === 'full') {
      check(
        this.#position === undefined || seq >= this.#position,
        `a full snapshot at ${seq}, from before its gap`,
      )
      this.#checkFull(snapshot, seq)
    } else {
      check(this.#next === 'any', `a snapshot instead of a ${this.#next} event`)
      const ahead = this.#firstWanted(this.#position!, seq)
      check(ahead === undefined, `snapshot at ${seq} covers delta ${ahead}, which was not sent`)
    }
    this.#position = seq
    this.#next = 'any'
  }

  /** The sections must be those of the very moment of `seq`: with nothing newer, and nothing left out. */
  #checkFull(snapshot: Snapshot, seq: number): void {
    const lines: number[] = []
    const latest = { request: new Map(), call: new Map(), channel: new Map() }
    for (let at = 1; at <= seq; at++) {
      const { topic, item } = this.#ledger.delta(at)
      if (topic === 'log') lines.push(at)
      else latest[topic].set(topic === 'channel' ? item.name : item.id, at)
    }
    const wanted = (at: number): boolean => wants(this.#filter, this.#ledger.delta(at))
    if (this.#asksFor('log')) {
      const held = lines.slice(-HELD_LINES).filter(wanted)
      const newest = held.slice(held.length - Math.min(held.length, this.#filter.history ?? 200))
      const expected = newest.slice(snapshot.truncated?.['log'] ?? 0)
      const got = snapshot.log?.map((line) => line.seq)
      check(
        String(got) === String(expected),
        `full snapshot at ${seq} with lines ${got?.join()}, not ${expected.join()}`,
      )
    }
    for (const topic of ['request', 'call', 'channel'] as const) {
      if (!this.#asksFor(topic)) continue
      const records = new Map(
        (snapshot[`${topic}s`] ?? []).map((item) => ['id' in item ? item.id : item.name, item]),
      )
      for (const [name, at] of latest[topic] as Map<string, number>) {
        const { state } = this.#ledger.delta(at).item as { state: string }
        const record = records.get(name)
        // Of those that ended only the newest are held.
        const fits = wanted(at)
          ? record === undefined
            ? topic !== 'channel' && state !== 'active'
            : record.state === state
          : record === undefined
        check(fits, `full snapshot at ${seq} has ${topic} ${name} as ${record?.state}, it was ${state}`)
        records.delete(name)
      }
      check(
        records.size === 0,
        `full snapshot at ${seq} knows more than was published: ${[...records.keys()].join()}`,
      )
    }
  }

  #asksFor(topic: DeltaTopic): boolean {
    return this.#filter.topics === undefined || this.#filter.topics.includes(topic)
  }

  /** The first wanted delta after `after`, up to and with `to`. */
  #firstWanted(after: number, to: number): number | undefined {
    for (let seq = after + 1; seq <= to; seq++) if (wants(this.#filter, this.#ledger.delta(seq))) return seq
    return undefined
  }
}

function check(fine: boolean, fault: string): void {
  if (!fine) throw new Error(fault.slice(0, 400))
}

function brief(text: string): string {
  return text.length <= 150 ? text : `${text.slice(0, 150)}…`
}
