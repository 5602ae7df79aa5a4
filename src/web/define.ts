/** Registers the elements. The only module of the page with a side effect. */
import { OpsCalls } from './components/ops-calls.js'
import { OpsChannels } from './components/ops-channels.js'
import { OpsConnection } from './components/ops-connection.js'
import { OpsCounters } from './components/ops-counters.js'
import { OpsDashboard } from './components/ops-dashboard.js'
import { OpsEvents } from './components/ops-events.js'
import { OpsLatencyChart } from './components/ops-latency-chart.js'
import { OpsModels } from './components/ops-models.js'
import { OpsRequestDetail } from './components/ops-request-detail.js'
import { OpsRequests } from './components/ops-requests.js'
import { OpsStream } from './components/ops-stream.js'

// What stands around others first, so that those inside find it ready.
const ELEMENTS = {
  'ops-stream': OpsStream,
  'ops-connection': OpsConnection,
  'ops-counters': OpsCounters,
  'ops-latency-chart': OpsLatencyChart,
  'ops-models': OpsModels,
  'ops-requests': OpsRequests,
  'ops-request-detail': OpsRequestDetail,
  'ops-calls': OpsCalls,
  'ops-events': OpsEvents,
  'ops-channels': OpsChannels,
  'ops-dashboard': OpsDashboard,
}

// A page may load this script twice, or beside another version of it: the first one stays.
const kept = Object.entries(ELEMENTS).filter(([name, element]) => {
  if (customElements.get(name)) return true
  customElements.define(name, element)
  return false
})
if (kept.length > 0) {
  const names = kept.map(([name]) => name).join(', ')
  console.warn(`opswire: defined already, the first definition is kept: ${names}`)
}
