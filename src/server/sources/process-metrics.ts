import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Cancel } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'

/** Milliseconds between two samples of the event loop's delay; the histogram subtracts it. */
const RESOLUTION = 20
const NANOSECONDS_PER_MS = 1e6

/**
 * Samples this process once per snapshot: CPU since the last sample as a share of one core, memory, and how late
 * the event loop ran in between. Returns the function that stops it.
 */
export function watchProcess(ops: Ops): Cancel {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  let cpu = process.cpuUsage()
  let sampledAt = performance.now()
  const toDelay = (nanoseconds: number): number =>
    Math.max(0, Math.round((nanoseconds / NANOSECONDS_PER_MS - RESOLUTION) * 100) / 100) || 0
  const stopSampling = ops.sample('process', () => {
    const now = performance.now()
    const used = process.cpuUsage(cpu)
    const elapsed = now - sampledAt
    const memory = process.memoryUsage()
    const sample = {
      cpu: elapsed > 0 ? Math.round(((used.user + used.system) / 1000 / elapsed) * 1000) / 1000 : 0,
      rss: memory.rss,
      heapUsed: memory.heapUsed,
      eventLoopDelay: {
        p50: toDelay(delay.percentile(50)),
        p99: toDelay(delay.percentile(99)),
        max: toDelay(delay.max),
      },
    }
    // A request for the metrics between two snapshots must not cut their span short.
    if (elapsed >= 1000) {
      cpu = process.cpuUsage()
      sampledAt = now
      delay.reset()
    }
    return sample
  })
  return () => {
    stopSampling()
    delay.disable()
  }
}
