import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../examples/gateway/config.js'

describe('the configuration of a start', () => {
  test('has a default for everything', () => {
    expect(readConfig([], {})).toEqual({
      port: 3100,
      host: '127.0.0.1',
      sampleTraffic: true,
      sampleTrouble: true,
      logLevel: undefined,
      endpoint: undefined,
    })
  })

  test('reads the environment, and takes an empty variable as not set', () => {
    const config = readConfig([], {
      PORT: '0',
      HOST: '::1',
      SAMPLE_TRAFFIC: 'off',
      SAMPLE_TROUBLE: 'off',
      LOG_LEVEL: 'debug',
      OPENAI_BASE_URL: 'https://api.example.com/v1',
      OPENAI_API_KEY: 'secret',
      OPENAI_MODEL: '',
    })
    expect(config).toEqual({
      port: 0,
      host: '::1',
      sampleTraffic: false,
      sampleTrouble: false,
      logLevel: 'debug',
      endpoint: { baseUrl: 'https://api.example.com/v1', apiKey: 'secret', model: 'gpt-4o-mini' },
    })
  })

  test('sends no key anywhere without a base URL', () => {
    expect(readConfig([], { OPENAI_API_KEY: 'secret' }).endpoint).toBeUndefined()
  })

  test.for([
    ['PORT', 'abc', 'PORT is "abc"; accepted: a whole number from 0 (any free port) to 65535'],
    ['PORT', '70000', 'PORT is "70000"; accepted: a whole number from 0 (any free port) to 65535'],
    ['PORT', '-1', 'PORT is "-1"; accepted: a whole number from 0 (any free port) to 65535'],
    ['HOST', 'a b', 'HOST is "a b"; accepted: a host name or an IP address to listen on'],
    ['SAMPLE_TRAFFIC', 'yes', 'SAMPLE_TRAFFIC is "yes"; accepted: on or off'],
    ['SAMPLE_TROUBLE', '0', 'SAMPLE_TROUBLE is "0"; accepted: on or off'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; accepted: trace, debug, info, warn, error, fatal'],
    [
      'OPENAI_BASE_URL',
      'https://me:password@example.com',
      'OPENAI_BASE_URL is "https://…@example.com"; accepted: an http or https URL without user name and ' +
        'password, like https://api.openai.com/v1',
    ],
  ] as const)('%s=%s stops the start with one line', ([name, value, message]) => {
    expect(() => readConfig([], { [name]: value })).toThrow(new ConfigError(message))
  })

  test('an unknown argument stops the start', () => {
    expect(() => readConfig(['--port=3200'], {})).toThrow(
      /^unknown argument "--port=3200"; accepted: none, .*PORT/,
    )
  })
})
