// An ordinary Express app that asks a model through the openai client. It knows nothing of opswire.
import express from 'express'
import OpenAI from 'openai'
import { pino } from 'pino'

const log = pino({ name: 'assistant' }, pino.destination({ dest: 1, sync: false }))
const openai = new OpenAI({ maxRetries: 0 }) // OPENAI_API_KEY and OPENAI_BASE_URL
const app = express()
app.use(express.json())

app.post('/chat', async (request, response) => {
  const { question, model = 'sample-large' } = /** @type {{ question: string, model?: string }} */ (
    request.body
  )
  const leave = new AbortController()
  response.once('close', () => leave.abort())
  const stream = await openai.chat.completions.create(
    {
      model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: question }],
    },
    { signal: leave.signal },
  )
  for await (const chunk of stream) response.write(chunk.choices[0]?.delta.content ?? '')
  response.end()
  log.info({ model, characters: question.length }, 'answered')
})

app.get('/topics/:topic', async (request, response) => {
  const { choices } = await openai.chat.completions.create({
    model: 'sample-mini',
    messages: [{ role: 'user', content: `Sum up ${request.params.topic}.` }],
  })
  response.json({ summary: choices[0]?.message.content })
})

app.use(
  (
    /** @type {Error} */ error,
    /** @type {express.Request} */ request,
    /** @type {express.Response} */ response,
    /** @type {express.NextFunction} */ next,
  ) => {
    if (response.headersSent) return next(error)
    log.error({ err: error, path: request.path }, 'the model did not answer')
    response.status(502).json({ error: 'The model did not answer.' })
  },
)

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) {
    console.log(`app: http://127.0.0.1:${address.port}/`)
  }
})
