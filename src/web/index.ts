/** The elements' classes and what feeds them. Registers nothing; `opswire/elements/define.js` does. */
export { OpsCalls } from './components/ops-calls.js'
export { OpsChannels } from './components/ops-channels.js'
export { OpsConnection } from './components/ops-connection.js'
export { OpsCounters } from './components/ops-counters.js'
export { OpsDashboard } from './components/ops-dashboard.js'
export { OpsEvents } from './components/ops-events.js'
export { OpsLatencyChart } from './components/ops-latency-chart.js'
export { OpsModels } from './components/ops-models.js'
export { OpsRequests } from './components/ops-requests.js'
export { OpenRequestEvent, type OpenRequestDetail } from './components/open-request.js'
export { ShowLinesEvent, type ShowLinesDetail } from './components/show-lines.js'
export { LiveStore, type LiveStoreOptions, type LiveView, type Slice } from './live-store.js'
export { StoreController, type StoreControllerOptions, type StoreHost } from './store-controller.js'
export {
  StreamClient,
  type StreamClientOptions,
  type StreamState,
  type StreamStatus,
} from './stream-client.js'
export { acquireStream, type SharedStream, type StreamHandle } from './stream-registry.js'
