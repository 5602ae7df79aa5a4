/** Routes of one server; further ones are not known. */
const ROUTES_LIMIT = 5000
/** A part of a pattern that stands for anything: `:id`, `:id(^\\d+$)`, `:from-:to`, `*`. */
const VARIABLE = /:\w+(\([^)]*\))?\??/g
const SPECIAL = /[.+?^${}()|[\]\\]/g

interface Route {
  method: string
  pattern: string
  matches: RegExp
}

/** The routes that a server has, to tell which one a path belongs to. */
export class RoutePatterns {
  /** Without variables, by method and path. */
  readonly #fixed = new Set<string>()
  readonly #variable: Route[] = []

  add(methods: string | readonly string[], pattern: string): void {
    for (const method of typeof methods === 'string' ? [methods] : methods) {
      if (this.#fixed.size + this.#variable.length >= ROUTES_LIMIT) return
      if (!/[:*]/.test(pattern)) this.#fixed.add(`${method} ${pattern}`)
      else this.#variable.push({ method, pattern, matches: toExpression(pattern) })
    }
  }

  /** As a router finds it: what has no variables first. */
  find(method: string, path: string): string | undefined {
    if (this.#fixed.has(`${method} ${path}`)) return path
    return this.#variable.find((route) => route.method === method && route.matches.test(path))?.pattern
  }
}

function toExpression(pattern: string): RegExp {
  const text = pattern
    .replace(VARIABLE, '\0')
    .replace(/\*/g, '\x01')
    .replace(SPECIAL, '\\$&')
    .replace(/\0/g, '[^/]+')
    // eslint-disable-next-line no-control-regex -- put in above, where a path holds none
    .replace(/\x01/g, '.*')
  return new RegExp(`^${text}$`)
}
