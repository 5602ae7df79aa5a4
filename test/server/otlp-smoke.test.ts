import { expect, it } from 'vitest'
import { startHost } from '../helpers/host.js'
import { FORMS, post, toTraces, toLogs, toMetrics } from '../helpers/otlp.js'

it.each(FORMS)('smoke %s', async (form) => {
  const host = await startHost()
  const answer = await post(`${host.url}/ops`, 'traces', toTraces([
    { id: 'child', parent: 'root', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 30 }, end: 80 },
    { id: 'tool', parent: 'root', attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }, start: 80, end: 90 },
    { id: 'root', name: 'POST', kind: 2, attributes: { 'http.request.method': 'POST', 'http.route': '/chat' } },
  ]), { form })
  console.log(answer)
  console.log(await post(`${host.url}/ops`, 'logs', toLogs([{ body: 'hello', level: 13, attributes: { a: 1, __proto__: 2, prompt: 'secret' } }, {body: {a: [1,2]}}]), { form, gzip: true }))
  console.log(host.ops.calls(), host.ops.requests(), host.ops.logLines(), host.ops.metrics().counters)
})
