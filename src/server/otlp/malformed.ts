import { OpsError } from '../errors.js'

/** A body that is not what its content type says. The one error that decoding throws; answered 400. */
export class MalformedBodyError extends OpsError {
  constructor(message: string) {
    super('OPS_MALFORMED', 400, message)
    this.name = 'MalformedBodyError'
  }
}
