// An Express app in CommonJS that does everything there is a hook for. Knows nothing of opswire.
const express = require('express')
const { announce, work } = require('./every-hook.cjs')

const app = express()
app.get('/work', async (_request, response) => void response.json(await work()))
app.get('/users/:id', (request, response) => void response.json({ id: request.params.id }))
app.get('/fail', () => {
  throw new Error('this route is broken')
})
app.get('/hold', (_request, response) => void response.write('wait'))
const server = app.listen(0, '127.0.0.1', () => announce(server))
