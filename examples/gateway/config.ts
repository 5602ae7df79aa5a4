import { z } from 'zod'
import { describeIssue } from './describe-issue.js'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

const PORTS = 'a whole number from 0 (any free port) to 65535'
const BASE_URLS = 'an http or https URL without user name and password, like https://api.openai.com/v1'
const SWITCH = 'on or off'

/** The environment variables that the gateway knows, and what each accepts. */
const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORTS)
    .transform(Number)
    .refine((port) => port <= 65535, PORTS)
    .default(3100),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a host name or an IP address to listen on')
    .default('127.0.0.1'),
  SAMPLE_TRAFFIC: z.enum(['on', 'off'], SWITCH).default('on'),
  SAMPLE_TROUBLE: z.enum(['on', 'off'], SWITCH).default('on'),
  OPENAI_BASE_URL: z.string().refine(isBaseUrl, BASE_URLS).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_MODEL: z.string().default('gpt-4o-mini'),
  LOG_LEVEL: z.enum(LOG_LEVELS, LOG_LEVELS.join(', ')).optional(),
})

/** A model endpoint that speaks the OpenAI protocol. */
export interface ModelEndpoint {
  baseUrl: string
  apiKey: string | undefined
  model: string
}

export interface GatewayConfig {
  /** Default: 3100. 0 takes any free port. */
  port: number
  /** Default: `127.0.0.1`. */
  host: string
  /** Whether the three simulated users chat from the start. Default: true. */
  sampleTraffic: boolean
  /** Whether the bundled models are slow or fail by chance, now and then. Default: true. */
  sampleTrouble: boolean
  /** Level of the log lines on stdout. Without it nothing is printed; the dashboard sees level info and above. */
  logLevel: (typeof LOG_LEVELS)[number] | undefined
  /** Where the answers come from. Default: the bundled model server. */
  endpoint: ModelEndpoint | undefined
}

/** A start with settings that are not accepted. The message is one line, without secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * The configuration of a start: the one place that reads the environment and the command line.
 *
 * @throws {ConfigError} naming what was wrong, the value, and what is accepted
 */
export function readConfig(
  args: readonly string[] = process.argv.slice(2),
  env: Record<string, string | undefined> = process.env,
): GatewayConfig {
  const names = Object.keys(environment.shape)
  if (args[0] !== undefined) {
    throw new ConfigError(
      `unknown argument ${JSON.stringify(args[0])}; accepted: none, settings come from the environment: ${names.join(', ')}`,
    )
  }
  // An empty variable counts as not set, as a line `PORT=` of an env file means it.
  const given = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const parsed = environment.safeParse(given)
  if (!parsed.success) throw new ConfigError(describeIssue(parsed.error, given, names))
  const settings = parsed.data
  return {
    port: settings.PORT,
    host: settings.HOST,
    sampleTraffic: settings.SAMPLE_TRAFFIC === 'on',
    sampleTrouble: settings.SAMPLE_TROUBLE === 'on',
    logLevel: settings.LOG_LEVEL,
    endpoint: settings.OPENAI_BASE_URL
      ? { baseUrl: settings.OPENAI_BASE_URL, apiKey: settings.OPENAI_API_KEY, model: settings.OPENAI_MODEL }
      : undefined,
  }
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
