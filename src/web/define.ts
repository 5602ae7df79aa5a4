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

// A page may load this script twice, or beside another version of it: the first one stays.
if (customElements.get('ops-dashboard')) {
  console.warn('opswire: the ops-* elements are defined already; the first definition is kept')
}
if (!customElements.get('ops-connection')) customElements.define('ops-connection', OpsConnection)
if (!customElements.get('ops-counters')) customElements.define('ops-counters', OpsCounters)
if (!customElements.get('ops-latency-chart')) customElements.define('ops-latency-chart', OpsLatencyChart)
if (!customElements.get('ops-models')) customElements.define('ops-models', OpsModels)
if (!customElements.get('ops-requests')) customElements.define('ops-requests', OpsRequests)
if (!customElements.get('ops-request-detail')) customElements.define('ops-request-detail', OpsRequestDetail)
if (!customElements.get('ops-calls')) customElements.define('ops-calls', OpsCalls)
if (!customElements.get('ops-events')) customElements.define('ops-events', OpsEvents)
if (!customElements.get('ops-channels')) customElements.define('ops-channels', OpsChannels)
if (!customElements.get('ops-dashboard')) customElements.define('ops-dashboard', OpsDashboard)
