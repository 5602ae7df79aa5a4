// An Express app in CommonJS that asks a model. Knows nothing of opswire.
const express = require('express')
const { OpenAI } = require('openai')

const client = new OpenAI({ apiKey: 'none', baseURL: `${process.env.MODEL_URL}/v1`, maxRetries: 0 })
const app = express()
const users = express.Router()
users.get('/:id', (_request, response) => void response.json({ name: 'Ada' }))
app.use('/users', users)
app.get('/ask', async (_request, response) => {
  const stream = await client.chat.completions.create({
    model: 'm-1',
    stream: true,
    messages: [{ role: 'user', content: 'a secret' }],
  })
  for await (const chunk of stream) response.write(chunk.choices[0]?.delta.content ?? '')
  response.end()
})
app.get('/hold', (_request, response) => void response.write('wait'))
app.get('/fail', () => {
  throw new Error('this route is broken')
})
app.get('/complain', (_request, response) => {
  console.error('out of %s', 'paper', { trays: 2 }, new TypeError('no tray'))
  console.warn('nearly out of ink')
  console.log('a line that is nobody else’s business')
  response.end()
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})
