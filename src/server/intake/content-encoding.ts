import { OpsError } from '../errors.js'
import { quote } from '../validation.js'

/** Whether a body with this Content-Encoding is compressed. Throws an OpsError with 415 for any other than gzip. */
export function isGzip(header: string | undefined): boolean {
  const encoding = header?.trim().toLowerCase() ?? ''
  if (encoding === 'gzip' || encoding === 'x-gzip') return true
  if (encoding === '' || encoding === 'identity') return false
  const message = `The Content-Encoding ${quote(encoding)} is not accepted; gzip and identity are.`
  throw new OpsError('OPS_ENCODING', 415, message, { 'accept-encoding': 'gzip, identity' })
}
