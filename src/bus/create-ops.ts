import { toActivityOptions, type ActivityOptions } from './activity-options.js'
import type { Clock } from './clock.js'
import { createEventBus } from './event-bus.js'
import { createFaults, type Faults } from './faults.js'
import { toLimits, type Limits } from './limits.js'
import { LiveState } from './live-state.js'
import type { BusEvents, Tick } from './messages.js'
import { MetricsRecorder } from './metrics.js'
import type { Ops } from './ops.js'
import { toName } from './plain.js'
import { HEARTBEAT_INTERVAL, type Snapshot } from './protocol.js'
import { createRecorder } from './recorder.js'
import { createRedactingBus } from './redacting-bus.js'
import { Redaction, type RedactionOptions } from './redaction.js'
import { appendPoint, copySeries, createSeries } from './series.js'

export interface CoreOptions {
  clock: Clock
  service: string
  /** Identity of this process among those of the service. */
  instance: string
  version?: string | undefined
  environment?: string | undefined
  /** Identity of this run. Default: six random letters and digits. */
  epoch?: string | undefined
  limits?: Partial<Limits> | undefined
  /** Leave `activeSessions` and `queueDepth` out of the figures until something has told of any. Default: false. */
  hidesUntold?: boolean | undefined
  activity?: Partial<ActivityOptions> | undefined
  redact?: RedactionOptions | undefined
}

/**
 * Puts the core together: bus, live state, metrics and the 3 s tick. Throws only for options that are not accepted;
 * nothing that it returns ever throws.
 */
export function createCore(options: CoreOptions): Ops {
  const { clock, instance } = options
  const limits = toLimits(options.limits)
  const activity = toActivityOptions(options.activity)
  const epoch = options.epoch ?? createEpoch()
  const faults: Faults = createFaults((message) =>
    bus.publish('log', { level: 'warn', source: 'opswire', message }),
  )
  const report = (place: string, error: unknown): void => faults.report(place, error)
  const redaction = new Redaction(options.redact)
  const bus = createRedactingBus(createEventBus<BusEvents>(report), redaction, report)
  const state = new LiveState({ bus, clock, instance, limits, activity })
  const metrics = new MetricsRecorder({
    bus,
    clock,
    instance,
    limits,
    state,
    faults,
    hidesUntold: options.hidesUntold === true,
  })
  const recorder = createRecorder(bus, () => state.countAnomaly())

  const series = createSeries()
  const tick = (): void => {
    const point: Tick = { time: clock.now(), metrics: metrics.metrics() }
    appendPoint(series, point.time, point.metrics, limits.seriesPoints)
    bus.publish('tick', point)
  }
  const stopTicking = clock.setInterval(tick, HEARTBEAT_INTERVAL)

  return {
    ...recorder,
    service: options.service,
    version: options.version,
    environment: options.environment,
    instance,
    epoch,
    bus,
    get position() {
      return state.position
    },
    gauge(name, callback) {
      const key = redaction.text(toName(name) ?? 'unknown')
      if (callback !== undefined) metrics.setGauge(key, callback)
      return { set: (value) => metrics.setGauge(key, value) }
    },
    sample: (part, sampler) => metrics.sample(part, sampler),
    fault: (place, error) => faults.report(place, error),
    snapshot({ history } = {}): Snapshot {
      return {
        time: clock.now(),
        metrics: metrics.metrics(),
        log: state.log.lines(history),
        requests: state.requests.records(),
        calls: state.calls.records(),
        channels: state.channels.records(),
        series: copySeries(series),
      }
    },
    metrics: () => metrics.metrics(),
    logLines: (limit) => state.log.lines(limit),
    requests: () => state.requests.records(),
    calls: () => state.calls.records(),
    channels: () => state.channels.records(),
    close() {
      bus.publish('closed', undefined)
      stopTicking()
      state.close()
      metrics.close()
    },
  }
}

function createEpoch(): string {
  return Math.floor(Math.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')
}
