import { OpsError } from '../errors.js'
import { quote } from '../validation.js'

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const PARAMETER = new RegExp(`^[ \\t]*;[ \\t]*(?:(${TOKEN})=(${TOKEN}|"[^"\\\\]*"))?`)

/**
 * The media type of a Content-Type header, one of `accepted`. Parameters make no difference, but for a charset, which
 * must be UTF-8. Throws an OpsError with 415 for anything else, and for none: what a page of another origin can send
 * without asking first, such as text/plain, is never taken for a message.
 */
export function toMediaType<Type extends string>(
  header: string | undefined,
  accepted: readonly Type[],
): Type {
  const [name = '', parameters = ''] = /^([^;]*)(.*)$/s.exec(header ?? '')!.slice(1)
  const type = accepted.find((each) => each === name.trim().toLowerCase())
  if (type !== undefined && haveUtf8(parameters)) return type
  const what =
    header === undefined ? 'A Content-Type is missing' : `The Content-Type ${quote(header)} is not accepted`
  const message = `${what}; accepted are ${accepted.join(', ')}, in UTF-8.`
  throw new OpsError('OPS_MEDIA_TYPE', 415, message, { 'accept-post': accepted.join(', ') })
}

function haveUtf8(parameters: string): boolean {
  for (let rest = parameters.trimEnd(); rest !== '';) {
    const match = PARAMETER.exec(rest)
    if (match === null) return false
    const [all, name, value] = match
    if (name?.toLowerCase() === 'charset' && !/^"?utf-?8"?$/i.test(value!)) return false
    rest = rest.slice(all.length)
  }
  return true
}
