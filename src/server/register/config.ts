import { basename } from 'node:path'

export interface RegisterConfig {
  /** False for `OPSWIRE=off`, and for programs that only start others. */
  isOn: boolean
  host: string
  port: number
  service: string | undefined
  /** What could not be taken as it is, one sentence each. */
  complaints: string[]
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 3100
const OFF = new Set(['off', '0', 'false', 'no'])
const SERVICE_LENGTH = 100
/** They run beside the app when NODE_OPTIONS names opswire, and would take its port. */
const STARTERS = /^(npm|npx|pnpm|pnpx|yarn|corepack|nodemon|concurrently|turbo|lerna|nx)(-cli)?(\.[cm]?js)?$/i

/**
 * Reads the settings of `opswire/register`. An app must start all the same: what is wrong counts as not given, and is
 * told. By hand, for no schema library is to be loaded before the app.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  program = process.argv[1] ?? '',
): RegisterConfig {
  const complaints: string[] = []
  const read = <Value>(
    name: string,
    accepted: string,
    fallback: Value,
    parse: (text: string) => Value | undefined,
  ): Value => {
    const text = env[name]?.trim() ?? ''
    if (text === '') return fallback
    const value = parse(text)
    if (value === undefined) {
      complaints.push(
        `${name} must be ${accepted}, not ${JSON.stringify(text)}; ${String(fallback)} is used.`,
      )
    }
    return value ?? fallback
  }
  const isWanted = read('OPSWIRE', 'on or off', 'on', (text) => {
    const word = text.toLowerCase()
    if (OFF.has(word)) return 'off'
    return ['on', '1', 'true', 'yes'].includes(word) ? 'on' : undefined
  })
  return {
    isOn: isWanted === 'on' && !STARTERS.test(basename(program)),
    host: read('OPSWIRE_HOST', 'an address or name of this machine', DEFAULT_HOST, (text) =>
      /^[\w.:-]+$/.test(text) ? text : undefined,
    ),
    port: read('OPSWIRE_PORT', 'a port from 0 to 65535 (0: the system chooses)', DEFAULT_PORT, (text) =>
      /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
    ),
    service: read('OPSWIRE_SERVICE', 'a name', undefined, (text) => text.slice(0, SERVICE_LENGTH)),
    complaints,
  }
}
