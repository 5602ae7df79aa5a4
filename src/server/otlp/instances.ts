import { toName } from '../../bus/plain.js'
import { textOf } from './attributes.js'
import type { Resource } from './telemetry.js'

/** Processes told apart; what comes beyond is called `other`. */
const INSTANCES_LIMIT = 200
/** Milliseconds after which a silent one may lose its place to a new one. */
const IDLE_LIMIT = 15 * 60_000
const OTHER = 'other'

/** Names the processes that send, as many as a page can tell apart. */
export class Instances {
  /** By name, when each was last heard of: the one that is silent for longest comes first. */
  readonly #seen = new Map<string, number>()

  /** The instance of a resource; `time` is monotonic. */
  nameOf(resource: Resource, time: number): string {
    const name = toInstance(resource)
    if (!this.#seen.delete(name) && this.#seen.size >= INSTANCES_LIMIT) {
      const [longestSilent] = this.#seen
      if (time - longestSilent![1] < IDLE_LIMIT) return OTHER
      this.#seen.delete(longestSilent![0])
    }
    this.#seen.set(name, time)
    return name
  }
}

/** Its own id when it has one, else its service with process and host. */
function toInstance({ attributes }: Resource): string {
  const id = textOf(attributes, ['service.instance.id'])
  if (id !== undefined) return toName(id)!
  const parts = ['service.name', 'host.name', 'process.pid'].map((name) => textOf(attributes, [name]))
  const [service = 'unknown_service', ...rest] = parts
  return toName([service, ...rest].filter((part) => part !== undefined).join('-'))!
}

/** What a resource calls its service. */
export function toService({ attributes }: Resource): string | undefined {
  return toName(textOf(attributes, ['service.name']))
}
