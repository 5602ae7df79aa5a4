import { context, diag, DiagConsoleLogger, DiagLogLevel, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

/*
 * What each program has in common: traces leave through the official exporters, which read the standard variables
 * OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_COMPRESSION themselves. The protocol and who sends (OTEL_SERVICE_NAME)
 * are left to the program.
 */
const exporters = { 'http/json': JsonExporter, 'http/protobuf': ProtobufExporter }
const protocol = process.env.OTEL_EXPORTER_OTLP_PROTOCOL ?? ''
if (!(protocol in exporters)) {
  const accepted = Object.keys(exporters).join(' or ')
  throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(protocol)}; accepted: ${accepted}`)
}
const Exporter = exporters[/** @type {keyof typeof exporters} */ (protocol)]
// An export that is refused, or taken only in part, is told on standard error.
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const provider = new TracerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new Exporter() })],
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)

/** Sends what is left. */
export const shutdown = () => provider.shutdown()
