import './telemetry.js'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbackManager from '@langchain/core/callbacks/manager'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { ChatOpenAI } from '@langchain/openai'
import { finish, measure, measureStream } from './stopwatch.js'

new LangChainInstrumentation().manuallyInstrument(callbackManager)

const model = new ChatOpenAI({
  model: 'gpt-4o-mini',
  apiKey: 'none',
  maxRetries: 0,
  useResponsesApi: false,
  configuration: { baseURL: process.env.MODEL_URL },
})
// A chain has spans of its own around the model's.
const chain = ChatPromptTemplate.fromMessages([['user', '{question}']])
  .pipe(model)
  .pipe(new StringOutputParser())
const config = { metadata: { session_id: 's1' } }

await measure('plain', () => chain.invoke({ question: 'my secret' }, config))
await measureStream('streamed', () => chain.stream({ question: 'my secret' }, config))
await measure('refused', () => chain.invoke({ question: '/limit' }, config))
await measure('failed', () => chain.invoke({ question: '/fail' }, config))
await finish()
