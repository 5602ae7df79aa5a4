import { OpsError } from '../errors.js'

/** Which part of a URL's path the first `depth` segments are, however many slashes stand between them. */
export function toPrefix(depth: number): RegExp {
  return new RegExp(`^(?:/+[^/]*){${depth}}`)
}

/**
 * The path and query to ask an upstream for: what follows `prefix` in `url`, as it was written, behind `base`. Throws an
 * OpsError with 400 when it could lead out of the base, however it is encoded.
 */
export function toTargetPath(url: string, prefix: RegExp, base: string): string {
  const [, path, query] = /^(?:https?:\/\/[^/?]*)?([^?]*)(.*)$/is.exec(url)!
  const rest = path!.replace(prefix, '')
  if (leadsUp(rest)) {
    const accepted =
      'a path without the segments "." and ".." and without backslashes, however they are encoded'
    throw new OpsError('OPS_PATH', 400, `The proxy does not take this path; it takes ${accepted}.`)
  }
  return (`${base}${rest}` || '/') + query!
}

/** Upstreams may decode more than once, and take a backslash for a slash. */
function leadsUp(path: string): boolean {
  let decoded = path
  for (let round = 0; round < 3; round++) {
    if (decoded.includes('\\')) return true
    if (decoded.split('/').some((segment) => /^\.{1,2}(?:;.*)?$/.test(segment))) return true
    const next = decoded.replace(/%(?:2e|2f|5c|25)/gi, (escape) => decodeURIComponent(escape))
    if (next === decoded) return false
    decoded = next
  }
  // Who encodes so often hides something.
  return true
}
