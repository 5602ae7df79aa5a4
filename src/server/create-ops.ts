import { hostname } from 'node:os'
import type { ActivityOptions } from '../bus/activity-options.js'
import { createCore } from '../bus/create-ops.js'
import type { Limits } from '../bus/limits.js'
import type { Ops } from '../bus/ops.js'
import type { RedactionOptions } from '../bus/redaction.js'
import { nodeClock } from './node-clock.js'
import { watchProcess } from './sources/process-metrics.js'

export interface CreateOpsOptions {
  /** What the page calls this service. Default: `node`. */
  service?: string
  /** The service's own version, shown beside its uptime. Default: unknown. */
  version?: string
  /** Where it runs (`production`, `staging`), shown as a badge. Default: none. */
  environment?: string
  /** Tells this process from others of the service. Default: host name and process id. */
  instance?: string
  /** How much is kept in memory; see `Limits` for each bound and its default. */
  limits?: Partial<Limits>
  /**
   * Leave `activeSessions` and `queueDepth` out of the figures until something has told of any: for sources that know of
   * neither, 0 would be a guess. Default: false.
   */
  hidesUntold?: boolean
  /** When work in flight counts as stalled, stuck or stale; see `ActivityOptions` for each threshold and its default. */
  activity?: Partial<ActivityOptions>
  /**
   * Secrets to take out of all that is recorded, beside those that always are: values under the usual names (passwords,
   * tokens, keys, cookies) and what looks like a credential in any text. Default: none.
   */
  redact?: RedactionOptions
}

/**
 * Creates the recorder, bus and live state of this process, and begins to sample the process itself. Needs no
 * server; mount the dashboard later, or never. Throws only for options that are not accepted.
 *
 * @example
 * const ops = createOps({ service: 'flynn' })
 * const request = ops.startRequest({ kind: 'message', session: 's1' })
 * request.end()
 */
export function createOps(options: CreateOpsOptions = {}): Ops {
  const ops = createCore({
    clock: nodeClock,
    service: options.service ?? 'node',
    version: options.version,
    environment: options.environment,
    instance: options.instance ?? `${hostname()}-${process.pid}`,
    limits: options.limits,
    hidesUntold: options.hidesUntold,
    activity: options.activity,
    redact: options.redact,
  })
  const stopWatching = watchProcess(ops)
  const closeCore = ops.close
  ops.close = () => {
    stopWatching()
    closeCore()
  }
  return ops
}
