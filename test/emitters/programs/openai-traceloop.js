import './telemetry.js'
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { OpenAI } from 'openai'
import { makeOpenAiCalls } from './openai-calls.js'

new OpenAIInstrumentation().manuallyInstrument(OpenAI)

await makeOpenAiCalls(OpenAI)
