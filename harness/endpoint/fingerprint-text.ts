import { plainText } from '../plain-text.ts'
import { keyMask } from '../secret-mask.ts'

/** Characters of a fingerprint that are kept: that of vLLM has about 40. */
const MAX_CHARACTERS = 120
/** Characters of it that are read; a secret at its beginning is whole in them. */
const MAX_READ_CHARACTERS = 4000

/** The fingerprint of an answer, short, plain and without the secret that was sent: it is a text of the server. */
export const plainFingerprint = (text: string, secret: string | null): string =>
  keyMask(secret)(plainText(text.slice(0, MAX_READ_CHARACTERS))).slice(0, MAX_CHARACTERS)
