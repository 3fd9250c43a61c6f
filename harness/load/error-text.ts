import { plainText } from '../plain-text.ts'

/** Longest error text that a row keeps, in characters. */
const MAX_CHARACTERS = 400
/** A shorter part of the secret at the end of a truncated text counts as a coincidence. */
const MIN_PART = 4
/** Keys of well-known forms, which a server or proxy may repeat, and passwords in addresses. */
const KEYS = /\b(?:sk|hf|nvapi|ghp|glpat|xox[a-z])[-_][\w-]{8,}|\bBearer\s+[\w.~+/=-]{8,}|(?<=:\/\/)[^\s/@]+@/gi

/**
 * An error text as it may be written into a record: one plain line of at most 400 characters, without the secret and
 * without other keys in it. If the text was truncated in the middle of the secret, that part is removed too. `secret` is
 * null where none was sent.
 */
export function errorText(text: string, secret: string | null): string {
  const masked = (secret ? withoutSecret(text, secret) : text).replace(KEYS, '[secret]')
  return plainText(masked).slice(0, MAX_CHARACTERS)
}

function withoutSecret(text: string, secret: string): string {
  const whole = text.replaceAll(secret, '[secret]')
  for (let length = secret.length - 1; length >= MIN_PART; length -= 1) {
    if (whole.endsWith(secret.slice(0, length))) return `${whole.slice(0, -length)}[secret]`
  }
  return whole
}
