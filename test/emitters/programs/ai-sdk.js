import './telemetry.js'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embed, generateText, stepCountIs, streamText, tool } from 'ai'
import { z } from 'zod'
import { finish, measure, measureStream } from './stopwatch.js'

const provider = createOpenAICompatible({
  name: 'openai',
  baseURL: process.env.MODEL_URL ?? '',
  includeUsage: true,
})
const settings = {
  model: provider('gpt-4o-mini'),
  maxRetries: 0,
  experimental_telemetry: { isEnabled: true },
}

await measure('plain', () => generateText({ ...settings, prompt: 'my secret' }))
await measureStream('streamed', () => streamText({ ...settings, prompt: 'my secret' }).textStream)
await measure('refused', () => generateText({ ...settings, prompt: '/limit' }))
await measure('failed', () => generateText({ ...settings, prompt: '/fail' }))
// Two model calls with a tool between them, below one span of their own that sums up their tokens.
await measure('agent', () =>
  generateText({
    ...settings,
    prompt: '/tool',
    stopWhen: stepCountIs(3),
    tools: {
      lookUp: tool({
        inputSchema: z.object({ what: z.string() }),
        execute: async ({ what }) => `${what}: 42`,
      }),
    },
  }),
)
await measure('embedded', () =>
  embed({
    model: provider.embeddingModel('text-embedding-3-small'),
    value: 'my secret',
    maxRetries: 0,
    experimental_telemetry: { isEnabled: true },
  }),
)
await finish()
