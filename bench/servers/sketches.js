import { CallMetrics } from '../../dist/bus/call-metrics.js'
import { INSTANCE } from '../line.js'

const MODELS = 200
const PROVIDERS = 20
/** Of each model, spread over fifteen minutes: every slot of every window is in use. */
const CALLS = 3000
const SPAN = 900_000

/**
 * No server: the windows of model calls, filled.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  /** @type {CallMetrics | undefined} */
  let metrics
  return {
    port: 0,
    path: '',
    publish() {},
    extra: {
      fill() {
        const filled = (metrics = new CallMetrics(0))
        for (let call = 0; call < CALLS; call++) {
          const time = ((call + 1) / CALLS) * SPAN
          for (let model = 0; model < MODELS; model++) filled.add(createCall(model, time), time)
        }
      },
      statistics() {
        const start = performance.now()
        metrics?.statistics(SPAN, [])
        return performance.now() - start
      },
    },
    stop: () => metrics,
  }
}

/**
 * A call as they are: most of one size, one in a thousand up to a hundred times as long.
 * @param {number} model
 * @param {number} time
 * @returns {import('../../dist/bus/protocol.js').CallRecord}
 */
function createCall(model, time) {
  const outlier = Math.random() < 0.001 ? 1 + Math.random() * 99 : 1
  const duration = 2000 * Math.exp(0.6 * normal()) * outlier
  return {
    id: 'c',
    provider: `provider-${model % PROVIDERS}`,
    model: `model-${model}`,
    operation: 'chat',
    streaming: true,
    startedAt: time - duration,
    state: 'ok',
    duration,
    timeToFirstToken: 400 * Math.exp(0.6 * normal()) * outlier,
    tokensPerSecond: 40 * Math.exp(0.6 * normal()),
    inputTokens: 200,
    outputTokens: 80,
    source: 'api',
    instance: INSTANCE,
  }
}

/** Normally distributed about 0, by the method of Box and Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
}
