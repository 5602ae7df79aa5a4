import { parseArgs } from 'node:util'
import { z } from 'zod'
import { OpsError } from './errors.js'
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
  proxy: z
    .array(z.string().regex(/^[^=]+=/))
    .transform((entries) => entries.map(toEntry))
    .refine((entries) => new Set(entries.map(([name]) => name)).size === entries.length)
    .transform((entries) => Object.fromEntries(entries))
    .default({})
    .describe('NAME=URL, such as openai=https://api.openai.com/v1, each name once'),
})

export type ServeConfig = z.output<typeof flags>

export const USAGE = `opswire: a live ops dashboard

  opswire serve [options]   serve the dashboard (the default command)

  --port NUMBER     port to listen on (default 4100)
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --service NAME    what the page calls this service (default opswire)
  --proxy NAME=URL  pass requests to /proxy/NAME/… on to URL and show the model calls (repeatable)
  --help            this text
  --version         opswire's version`

export type Command = { name: 'serve'; config: ServeConfig } | { name: 'help' } | { name: 'version' }

/** Reads the command line. Throws an OpsError that says in one line what was wrong and what is accepted. */
export function parseCommand(args: readonly string[]): Command {
  const accepted = '--port, --host, --service, --proxy, --help and --version'
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      service: { type: 'string' },
      proxy: { type: 'string', multiple: true },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
  })
  const known = new Set(['port', 'host', 'service', 'proxy', 'help', 'version'])
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
  const config = parse(flags, values, 'flag')
  requireAddresses(config.proxy, 'flag')
  return { name: 'serve', config }
}

function toEntry(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
