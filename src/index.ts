export { createOps, type CreateOpsOptions } from './server/create-ops.js'
export { watchPinoLog, type PinoLogOptions } from './server/sources/pino-log.js'
export { DEFAULT_ACTIVITY, type ActivityOptions } from './bus/activity-options.js'
export { DEFAULT_LIMITS, type Limits } from './bus/limits.js'
export type {
  CallEnd,
  CallHandle,
  CallOptions,
  CallProgress,
  ChannelOptions,
  Counter,
  Gauge,
  LogContext,
  Ops,
  RequestHandle,
  RequestOptions,
  RequestUpdate,
} from './bus/ops.js'
export type { SettableActivity, TokenCounts } from './bus/messages.js'
export type { RedactionOptions } from './bus/redaction.js'
export type {
  Activity,
  CallRecord,
  ChannelRecord,
  ChannelState,
  FeedEvents,
  Fields,
  Level,
  LogLine,
  Metrics,
  Quantiles,
  RequestRecord,
  Series,
  Snapshot,
  Step,
  Topic,
  WorkState,
} from './bus/protocol.js'
