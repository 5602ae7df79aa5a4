import { describe, expect, test } from 'vitest'
import { BUNDLED_ROUTES, createEndpointRoutes, toProvider } from '../../examples/gateway/model-routes.js'

describe('where a message goes', () => {
  test('each channel has its own bundled model, and each model another to fall back to', () => {
    const models = ['web', 'telegram', 'slack'].map((channel) => BUNDLED_ROUTES.pick(channel).model)
    expect(models).toEqual(['sample-large', 'sample-fast', 'sample-mini'])
    for (const route of BUNDLED_ROUTES.all) expect(BUNDLED_ROUTES.fallback(route)).not.toEqual(route)
  })

  test('an endpoint has one route, to itself', () => {
    const routes = createEndpointRoutes('https://api.openai.com/v1', 'some-model')
    expect(routes.pick('web')).toEqual({ provider: 'openai', model: 'some-model' })
    expect(routes.fallback(routes.pick('web'))).toEqual(routes.pick('slack'))
  })

  test.for([
    ['api.openai.com', 'openai'],
    ['openrouter.ai', 'openrouter'],
    ['llm.example.co.uk', 'example'],
    ['localhost', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '[::1]'],
  ] as const)('the provider at %s is %s', ([host, provider]) => {
    expect(toProvider(host)).toBe(provider)
  })
})
