/** What stands in place of a secret. */
export const REDACTED = '[redacted]'

/**
 * Names of keys, in small letters and without separators, whose values are secrets whatever they look like; also as the
 * end of a longer name.
 */
const SECRET_NAME =
  /(?:passwo?r?d|passwd|passphrase|passcode|pwd|secret|secrets|apikey|accesskey|accesskeyid|secretkey|privatekey|signingkey|encryptionkey|authorization|cookies?|credentials?|connectionstring|csrf|xsrf|jwt|bearer)$/

/** Names whose values are secrets when they are texts: as numbers they count the tokens of a model. */
const TOKEN_NAME = /(?:token|auth|signature|otp|pin)$/

export type KeyKind = 'plain' | 'secret' | 'secret text'

/** A key as names are compared: in small letters and without separators. */
export function toPlainName(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** `name` as of `toPlainName`. */
export function kindOfName(name: string): KeyKind {
  if (SECRET_NAME.test(name)) return 'secret'
  return TOKEN_NAME.test(name) ? 'secret text' : 'plain'
}

/*
 * Secrets that can be told from a text. Each alternative is what to keep, as its only group, and the secret after it.
 * None can take more than a time that grows with the text: no repetition stands inside another, and all but that of a
 * private key end at a space or a line.
 */

/** Longer than a word of a sentence, or with a digit. */
const TOKEN = String.raw`(?:[\w.~+/=-]{16,}|(?=[\w.~+/=-]{0,15}\d)[\w.~+/=-]{6,})`
/** What may stand between a name and its value, also in JSON within JSON. */
const IS = String.raw`[\\"']*\s{0,4}[:=]\s{0,4}[\\"']*`
const NAMED = String.raw`pass(?:word|wd|phrase|code)|pwd|secret|api[_-]?key|(?:access|secret|private|signing|encryption)[_-]?key(?:[_-]?id)?|client[_-]?secret|(?:access|refresh|auth|id|session|bearer|api|csrf|xsrf)?[_-]?token|x-goog-signature|x-amz-(?:signature|credential|security-token)`

const ALTERNATIVES = [
  // Headers. A scheme is kept, the rest of the value is not.
  String.raw`((?:proxy-)?authorization${IS}(?:(?:bearer|basic|digest|token|apikey)\s+)?)[^\s"'\\,;]+`,
  String.raw`((?:set-)?cookie2?${IS})(?!\[)[^\r\n"'\\]+`,
  String.raw`(\b(?:bearer|basic|digest)\s+)${TOKEN}`,
  // Names with their values: JSON, URL queries, settings.
  String.raw`((?<![a-z])(?:${NAMED})${IS})(?!\[|\d+(?:\.\d+)?(?![\w.])|(?:true|false|null|undefined)\b)[^\s"'\\,;&#)}\]]{3,}`,
  String.raw`([?&#](?:key|code|sig|signature|auth|jwt|sid|session_?id|x-api-key)=)(?!\d{1,4}(?:[\s&#"']|$))[^\s"'\\&#]+`,
  // Addresses with credentials in them.
  String.raw`(:\/\/)[^\s/@"'\\]{1,500}(?=@)`,
  // Keys as their makers write them.
  String.raw`()\b(?:sk|pk|rk)[-_][\w-]{16,}`,
  String.raw`()\b(?:xai-|gsk_|pplx-|hf_|r8_|nvapi-|tvly-|fw_|csk-|gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|npm_|whsec_|shpat_|dop_v1_|ya29\.|sq0[a-z]{3}-|SG\.)[\w.-]{12,}`,
  String.raw`()\b(?:AIza[\w-]{30,}|(?:AKIA|ASIA)[A-Z0-9]{16}\b)`,
  String.raw`()\beyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*){0,3}`,
  String.raw`()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)`,
]

/** All of them in one expression, which reads a text once. */
export const SECRET_TEXT = new RegExp(ALTERNATIVES.join('|'), 'gi')
