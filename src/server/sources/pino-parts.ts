import type { PinoKeys } from './pino-line.js'

/** A pino logger as it is inside: its parts are kept under symbols. */
export interface PinoLike {
  [key: symbol]: unknown
  levels?: { labels?: { [number: number]: string } }
}

export interface PinoParts {
  /** The logger that all its relatives inherit from. */
  root: PinoLike
  /** Name of the method that makes a line of a call. */
  asJson: symbol
  keys: PinoKeys
}

/** Takes a pino logger apart; undefined for any other. A host's copy of pino need not be ours: symbols go by description. */
export function inspectPino(logger: object): PinoParts | undefined {
  const symbols = new Map<string | undefined, symbol>()
  let root: object | undefined
  for (let owner: object | null = logger; owner !== null; owner = parentOf(owner)) {
    for (const symbol of Object.getOwnPropertySymbols(owner)) {
      symbols.set(symbol.description, symbol)
      if (symbol.description === 'pino.stream') root = owner
    }
  }
  const asJson = symbols.get('pino.asJson')
  if (root === undefined || asJson === undefined) return undefined
  const parts = root as PinoLike
  const read = (name: string): string | undefined => {
    const symbol = symbols.get(name)
    const value = symbol && parts[symbol]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const keys = {
    message: read('pino.messageKey') ?? 'msg',
    error: read('pino.errorKey') ?? 'err',
    nested: read('pino.nestedKey'),
  }
  return { root: parts, asJson, keys }
}

function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null
}
