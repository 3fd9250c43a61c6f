import { promptWords } from '../prompt-words.ts'
import { mixSeed, seededRandom } from '../random.ts'

/**
 * Prompts of English text: for models whose speed depends on what they read (experts that a router picks, drafts that are
 * guessed), where random tokens mislead. The text is in `alice.txt`: see `english-text.ts`.
 */

/** How a server counts such a prompt: tokens of the template and the unique beginning, and tokens per byte of the text. */
export interface TextLength {
  readonly baseTokens: number
  readonly tokensPerByte: number
}

/** Before the server's counts are known a prompt of n tokens has n bytes of text. */
export const bytesAsTokens: TextLength = { baseTokens: 0, tokensPerByte: 1 }

/** Words that make a prompt unique: a block of the prefix cache. They are one token each in the common vocabularies. */
const UNIQUE_WORDS = 16
const SPACE = 32

/** The parts of a prompt, of printable ASCII that needs no escape in JSON: the same for the same seed. */
export function englishParts(
  text: Uint8Array,
  { promptTokens, length, seed }: { readonly promptTokens: number; readonly length: TextLength; readonly seed: number },
): Buffer[] {
  const random = seededRandom(mixSeed(seed, 0x656e676c))
  const words = Array.from({ length: UNIQUE_WORDS }, () => promptWords[Math.floor(random() * promptWords.length)])
  const parts: Buffer[] = [Buffer.from(`${words.join(' ')}. `)]
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  let left = Math.max(0, Math.round((promptTokens - length.baseTokens) / length.tokensPerByte))
  let at = wordAfter(buffer, Math.floor(random() * buffer.length))
  while (left > 0) {
    parts.push(buffer.subarray(at, at + left))
    left -= Math.min(left, buffer.length - at)
    at = 0
  }
  return parts
}

/** Where the next word begins. */
function wordAfter(text: Uint8Array, from: number): number {
  const space = text.indexOf(SPACE, from)
  return space < 0 ? 0 : space + 1
}

/**
 * The length of English prompts from counted ones: a line through a short prompt and the mean of longer ones. Null where
 * the counts do not grow with the text.
 */
export function textLengthOf(
  short: { readonly bytes: number; readonly promptTokens: number },
  long: { readonly bytes: number; readonly promptTokens: number },
): TextLength | null {
  const tokensPerByte = (long.promptTokens - short.promptTokens) / (long.bytes - short.bytes)
  // no vocabulary has English words of 50 letters, and none has less than a byte per token
  if (!(tokensPerByte > 0.02 && tokensPerByte <= 1.5)) return null
  return { baseTokens: Math.max(0, Math.round(short.promptTokens - short.bytes * tokensPerByte)), tokensPerByte }
}
