import './telemetry.js'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { OpenAI } from 'openai'
import { makeOpenAiCalls } from './openai-calls.js'

new OpenAIInstrumentation().manuallyInstrument(OpenAI)

await makeOpenAiCalls(OpenAI)
