// Asks a model that is a mock of undici's, in every way that reaches it. Knows nothing of opswire.
import { MockAgent, fetch as undiciFetch, request, setGlobalDispatcher } from 'undici'

const ORIGIN = 'https://api.openai.com'
const PATH = '/v1/chat/completions'
const agent = new MockAgent()
agent.disableNetConnect()
setGlobalDispatcher(agent)
agent
  .get(ORIGIN)
  .intercept({ path: PATH, method: 'POST' })
  .reply(200, '{"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}')
  .times(3)

const post = /** @type {const} */ ({ method: 'POST', body: '{"model":"m","messages":[]}' })
/** @type {(() => Promise<string>)[]} */
const ways = [
  async () => (await fetch(ORIGIN + PATH, post)).text(),
  async () => (await undiciFetch(ORIGIN + PATH, post)).text(),
  async () => (await request(ORIGIN + PATH, post)).body.text(),
  async () => (await undiciFetch(`${ORIGIN}/v1/nothing`, post)).text(),
]
process.on('message', async () => {
  const got = []
  for (const way of ways) got.push(await way().catch((error) => String(error.cause?.message ?? error)))
  process.send?.(got)
})
