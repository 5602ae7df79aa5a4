import type { Ops } from '../../bus/ops.js'
import { nodeClock } from '../node-clock.js'
import { RecentKeys } from '../otlp/recent-keys.js'
import { SpanRecorder } from '../otlp/span-recorder.js'
import { roleOf } from '../otlp/span-role.js'
import { TraceMemory } from '../otlp/trace-memory.js'
import { readSdkSpan, toParentId, type SdkSpan } from './sdk-span.js'

export interface OpsSpanProcessorOptions {
  /** The recorder of this process. */
  ops: Ops
  /**
   * Show the spans of HTTP servers as requests. Default: false, for a host that mounts the dashboard, or runs under
   * `opswire/register`, has its requests shown already.
   */
  http?: boolean
}

/** Spans that wait for their attributes; of further ones only the end is seen. */
const STARTED_LIMIT = 10_000
const PROVIDER_REQUESTS_LIMIT = 2000

/**
 * Shows the model calls of an OpenTelemetry SDK while they run: a span of a model call is a call, those of agents and
 * chains are requests. Understands the GenAI conventions, OpenInference, OpenLLMetry and the AI SDK, as the OTLP intake
 * does. Nothing leaves the process, and prompts are not read. No method throws; a span that never ends becomes a stale
 * call.
 *
 * @example
 * new NodeTracerProvider({ spanProcessors: [new OpsSpanProcessor({ ops })] })
 */
export class OpsSpanProcessor {
  readonly #ops: Ops
  readonly #recorder: SpanRecorder
  readonly #withHttp: boolean
  /** By the span's id. */
  readonly #started = new Map<string, SdkSpan>()
  #look: NodeJS.Immediate | undefined
  #isOver = false

  constructor({ ops, http = false }: OpsSpanProcessorOptions) {
    this.#ops = ops
    this.#withHttp = http
    this.#recorder = new SpanRecorder({
      bus: ops.bus,
      clock: nodeClock,
      instances: { nameOf: () => ops.instance },
      traces: new TraceMemory(),
      providerRequests: new RecentKeys(PROVIDER_REQUESTS_LIMIT),
      content: undefined,
      source: 'otel',
    })
  }

  /** Many instrumentations set what tells of a model call just after the start: it is looked at a turn later. */
  onStart(span: SdkSpan, _parentContext?: unknown): void {
    this.#guard(() => {
      if (this.#isOver || this.#started.size >= STARTED_LIMIT) return
      this.#started.set(span.spanContext().spanId, span)
      this.#look ??= setImmediate(() => this.#recordStarted())
    })
  }

  onEnd(span: SdkSpan): void {
    this.#guard(() => {
      if (this.#isOver) return
      this.#started.delete(span.spanContext().spanId)
      this.#recordAround(span)
      this.#record(span)
    })
  }

  forceFlush(): Promise<void> {
    this.#recordStarted()
    return Promise.resolve()
  }

  /** Spans that come after it are not recorded; the recorder stays open. */
  shutdown(): Promise<void> {
    this.#recordStarted()
    this.#isOver = true
    return Promise.resolve()
  }

  #recordStarted(): void {
    clearImmediate(this.#look)
    this.#look = undefined
    const started = [...this.#started.values()]
    this.#started.clear()
    for (const span of started) this.#guard(() => this.#record(span))
  }

  /** What ends belongs to what is around it, which may have begun in this very turn. */
  #recordAround(span: SdkSpan): void {
    const parent = this.#started.get(toParentId(span) ?? '')
    if (parent === undefined) return
    this.#started.delete(parent.spanContext().spanId)
    this.#recordAround(parent)
    this.#record(parent)
  }

  #record(sdkSpan: SdkSpan): void {
    const span = readSdkSpan(sdkSpan)
    if (!this.#withHttp && roleOf(span) === 'server') return
    // In one go: this is no body of thousands.
    const steps = this.#recorder.record([span])
    while (steps.next().done !== true);
  }

  #guard(part: () => void): void {
    try {
      part()
    } catch (error) {
      this.#ops.fault('The recording of a span', error)
    }
  }
}
