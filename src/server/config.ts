import { parseArgs } from 'node:util'
import { z } from 'zod'
import { OpsError } from './errors.js'
import { ingestOptions } from './intake/ingest-options.js'
import { MAPPING, otlpOptions } from './otlp/options.js'
import { requireAddresses } from './proxy/upstreams.js'
import { parse } from './validation.js'

const flags = z.strictObject({
  host: z
    .string()
    .regex(/^[\w.:-]+$/)
    .default('127.0.0.1')
    .describe('an address or name of this machine'),
  port: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .default(4100)
    .describe('a port from 0 to 65535; 0 lets the system choose'),
  service: z.string().min(1).max(100).default('opswire').describe('a name of up to 100 characters'),
  otlp: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .optional()
    .describe('a port from 0 to 65535, or nothing for 4318'),
  'otlp-content': z.boolean().default(false).describe('no value'),
  'otlp-rate': z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .optional()
    .describe('a whole number of items per second, from 1'),
  'ingest-rate': z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .optional()
    .describe('a whole number of messages per second, from 1'),
  map: z
    .array(z.string().regex(MAPPING))
    .default([])
    .describe('a gauge or counter and its metric, such as queueDepth=app.queue.depth'),
  proxy: z
    .array(z.string().regex(/^[^=]+=/))
    .transform((entries) => entries.map(toEntry))
    .refine((entries) => new Set(entries.map(([name]) => name)).size === entries.length)
    .transform((entries) => Object.fromEntries(entries))
    .default({})
    .describe('NAME=URL, such as openai=https://api.openai.com/v1, each name once'),
})

/** Where exporters send to unless they are told otherwise. */
const OTLP_PORT = '4318'

export interface ServeConfig extends Pick<z.output<typeof flags>, 'host' | 'port' | 'service' | 'proxy'> {
  /** The port of its own on which OpenTelemetry is taken; none when undefined. */
  otlpPort: number | undefined
  otlp: z.output<typeof otlpOptions>
  ingest: z.output<typeof ingestOptions>
}

export const USAGE = `opswire: a live ops dashboard

  opswire serve [options]   serve the dashboard (the default command)

  --port NUMBER     port to listen on (default 4100)
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --service NAME    what the page calls this service (default opswire)
  --otlp [NUMBER]   take OpenTelemetry (OTLP over HTTP) on a port of its own, too (default 4318)
  --otlp-content    keep prompts and completions, which are dropped otherwise
  --otlp-rate N     take N spans, log records and data points per second (default 100000)
  --map NAME=METRIC show an OpenTelemetry metric as this gauge or counter, a histogram or summary as
                    the gauge of its mean (repeatable)
  --ingest-rate N   take N messages per second over /api/ingest (default 50000)
  --proxy NAME=URL  pass requests to /proxy/NAME/… on to URL and show the model calls (repeatable)
  --help            this text
  --version         opswire's version`

export type Command = { name: 'serve'; config: ServeConfig } | { name: 'help' } | { name: 'version' }

/** Reads the command line. Throws an OpsError that says in one line what was wrong and what is accepted. */
export function parseCommand(args: readonly string[]): Command {
  const accepted =
    '--port, --host, --service, --otlp, --otlp-content, --otlp-rate, --map, --ingest-rate, --proxy, --help and --version'
  const { values, positionals, tokens } = parseArgs({
    args: args.map((arg, i) => (isBareOtlp(arg, args[i + 1]) ? `--otlp=${OTLP_PORT}` : arg)),
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      service: { type: 'string' },
      otlp: { type: 'string' },
      'otlp-content': { type: 'boolean' },
      'otlp-rate': { type: 'string' },
      'ingest-rate': { type: 'string' },
      map: { type: 'string', multiple: true },
      proxy: { type: 'string', multiple: true },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
  })
  const known = new Set([...Object.keys(flags.shape), 'help', 'version'])
  for (const token of tokens) {
    if (token.kind === 'option' && !known.has(token.name)) {
      throw new OpsError('OPS_USAGE', 400, `Unknown flag ${token.rawName}; accepted are ${accepted}.`)
    }
  }
  if (values['help'] === true) return { name: 'help' }
  if (values['version'] === true) return { name: 'version' }
  const [command = 'serve', ...rest] = positionals
  if (command !== 'serve' || rest.length > 0) {
    const word = command === 'serve' ? rest[0]! : command
    throw new OpsError('OPS_USAGE', 400, `Unknown command ${JSON.stringify(word)}; accepted is serve.`)
  }
  return { name: 'serve', config: toConfig(parse(flags, values, 'flag')) }
}

function toConfig({ host, port, service, otlp, map, proxy, ...rest }: z.output<typeof flags>): ServeConfig {
  requireAddresses(proxy, 'flag')
  const names = Object.fromEntries(map.map((mapping) => mapping.split('=') as [string, string]))
  const options = parse(
    otlpOptions,
    { content: rest['otlp-content'], rate: rest['otlp-rate'], map: names },
    'OTLP option',
  )
  const ingest = parse(ingestOptions, { rate: rest['ingest-rate'] }, 'ingest option')
  return { host, port, service, otlpPort: otlp, otlp: options, ingest, proxy }
}

/** The port may be left out; what follows is another argument then. */
function isBareOtlp(arg: string, next: string | undefined): boolean {
  return arg === '--otlp' && !/^\d/.test(next ?? '')
}

function toEntry(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
