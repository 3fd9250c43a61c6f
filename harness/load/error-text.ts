import { plainText } from '../plain-text.ts'
import { keyMask, type Mask, maskOf, withoutCutSecret } from '../secret-mask.ts'

/** Longest error text that a row keeps, in characters. */
const MAX_CHARACTERS = 400
/** Longest finish reason that a row keeps: that of vLLM has at most 10 characters. */
const MAX_REASON_CHARACTERS = 40

/** By secret: to make a mask costs more than to use it, and a worker has one secret. */
const masks = new Map<string | null, Mask>()

/** Also masks a word that is sent as a key: in the words of an error it stands for the key. */
function errorMask(secret: string | null): Mask {
  const mask = masks.get(secret) ?? maskOf([secret])
  masks.set(secret, mask)
  return mask
}

/**
 * An error text as it may be written into a record: one plain line of at most 400 characters, without the secret and
 * without other keys in it. If the text was truncated in the middle of the secret, that part is removed too. `secret` is
 * null where none was sent.
 */
export function errorText(text: string, secret: string | null): string {
  if (text === '') return ''
  // first without the invisible characters, which would hide a secret from the mask
  const masked = errorMask(secret)(plainText(text))
  return (secret ? withoutCutSecret(masked, secret) : masked).slice(0, MAX_CHARACTERS)
}

/** A finish reason of a server as it may be written into a record: one plain line of at most 40 characters, secrets removed. */
export const reasonText = (text: string, secret: string | null): string =>
  keyMask(secret)(plainText(text.slice(0, MAX_READ_CHARACTERS))).slice(0, MAX_REASON_CHARACTERS)

/** Of a reason of any length; a secret at its beginning is whole in it. */
const MAX_READ_CHARACTERS = 4000
