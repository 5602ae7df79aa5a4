import { SeverityNumber } from '@opentelemetry/api-logs'
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { startHost, type Host } from '../helpers/host.js'

const resource = resourceFromAttributes({ 'service.name': 'agent', 'service.instance.id': 'agent-1' })
const start = (): Promise<Host> =>
  startHost({
    plugin: {
      http: false,
      log: false,
      otlp: { map: { queueDepth: 'agent.queue.depth', jobs: 'agent.jobs', wait: 'agent.wait' } },
    },
  })

describe.each([
  ['JSON', JsonLogExporter],
  ['protobuf', ProtoLogExporter],
])('the log exporter for %s', (_form, Exporter) => {
  it('brings lines with level, source, time, fields and session', async () => {
    const { ops, url } = await start()
    const exporter = new Exporter({ url: `${url}/ops/v1/logs` })
    const provider = new LoggerProvider({
      resource,
      processors: [new SimpleLogRecordProcessor({ exporter })],
    })
    const logger = provider.getLogger('worker')
    const context = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
    })
    const timestamp = Date.now() - 500
    logger.emit({
      ...{
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        body: 'queue is long',
        timestamp,
        context,
      },
      attributes: { 'session.id': 's1', waiting: 17, password: 'hunter2' },
    })
    logger.emit({ severityNumber: SeverityNumber.ERROR, body: { message: 'broken', code: 7 } })
    await provider.shutdown()
    const lines = ops.logLines()
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({
      ...{ level: 'warn', message: 'queue is long', time: timestamp, session: 's1', instance: 'agent-1' },
      fields: { waiting: 17, password: '[redacted]' },
    })
    expect(lines[1]).toMatchObject({ level: 'error' })
    expect(lines[1]!.message).toContain('broken')
    expect(JSON.stringify(lines)).not.toContain('hunter2')
  })
})

describe.each([
  ['JSON', JsonMetricExporter],
  ['protobuf', ProtoMetricExporter],
])('the metric exporter for %s', (_form, Exporter) => {
  it('sets mapped gauges, counts mapped counters, tells the mean of mapped histograms, and the rest is unused', async () => {
    const { ops, url } = await start()
    const reader = new PeriodicExportingMetricReader({
      exporter: new Exporter({ url: `${url}/ops/v1/metrics` }),
      exportIntervalMillis: 3_600_000,
    })
    const provider = new MeterProvider({ resource, readers: [reader] })
    const meter = provider.getMeter('worker')
    const jobs = meter.createCounter('agent.jobs')
    const wait = meter.createHistogram('agent.wait')
    meter.createGauge('agent.queue.depth').record(12)
    meter.createCounter('agent.other').add(1)
    jobs.add(3)
    wait.record(100)
    wait.record(300)
    await reader.forceFlush()
    expect(ops.metrics()).toMatchObject({ gauges: { queueDepth: 12, wait: 200 }, counters: { jobs: 3 } })
    jobs.add(2)
    wait.record(50)
    await reader.forceFlush()
    // Totals are told again: only what is new counts.
    expect(ops.metrics()).toMatchObject({ gauges: { queueDepth: 12, wait: 50 }, counters: { jobs: 5 } })
    expect(ops.metrics().counters['otlpUnused']).toBeGreaterThan(0)
    await provider.shutdown()
  })
})
