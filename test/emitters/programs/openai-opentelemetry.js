import './telemetry.js'
import { createRequire } from 'node:module'
import { metrics } from '@opentelemetry/api'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { makeOpenAiCalls } from './openai-calls.js'

const instrumentation = new OpenAIInstrumentation()
// As registerInstrumentations() does: without it the instrumentation has no instruments and breaks every call.
instrumentation.setMeterProvider(metrics.getMeterProvider())
// It patches the client as it is loaded: by `require`, which needs no loader hook.
const { OpenAI } = createRequire(import.meta.url)('openai')

await makeOpenAiCalls(OpenAI)
