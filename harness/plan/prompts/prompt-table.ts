import { mixSeed, seededRandom } from '../random.ts'

/** One prompt of a file, as it goes into a request. */
export interface FilePrompt {
  /** The fields of the body that hold the prompt, as JSON without the braces: `"messages":[…]`. */
  readonly fields: string
  /** Length of the answer that the file states, in tokens; null where it states none. */
  readonly outputTokens: number | null
  /** Bytes of the answer that the file holds; null where it holds none. */
  readonly answerBytes: number | null
}

/**
 * The prompts of a load in one block of memory that all workers share: none is parsed, serialised or copied while tokens
 * are timed.
 */
export interface PromptTable {
  readonly count: number
  /** The fields of all prompts, one after the other. */
  readonly bytes: Uint8Array
  /** Where each prompt ends in `bytes`. */
  readonly ends: Uint32Array
  /** Stated answer lengths in tokens; 0 where there is none. */
  readonly outputTokens: Uint32Array
  /** Bytes of the stated answers; 0 where there is none. */
  readonly answerBytes: Uint32Array
  /** Seed of a shuffled order; null: in the order of the file. */
  readonly shuffleSeed: number | null
}

/** Packs prompts into shared memory. */
export function packPrompts(prompts: readonly FilePrompt[], shuffleSeed: number | null): PromptTable {
  const count = prompts.length
  const numbers = () => new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT))
  const total = prompts.reduce((sum, { fields }) => sum + Buffer.byteLength(fields), 0)
  const bytes = Buffer.from(new SharedArrayBuffer(total))
  const [ends, outputTokens, answerBytes] = [numbers(), numbers(), numbers()]
  let at = 0
  prompts.forEach((prompt, index) => {
    at += bytes.write(prompt.fields, at)
    ends[index] = at
    outputTokens[index] = prompt.outputTokens ?? 0
    answerBytes[index] = prompt.answerBytes ?? 0
  })
  return { count, bytes: new Uint8Array(bytes.buffer), ends, outputTokens, answerBytes, shuffleSeed }
}

/** The fields of one prompt: a view, not a copy. */
export function fieldsOf({ bytes, ends }: PromptTable, entry: number): Buffer {
  const start = entry === 0 ? 0 : (ends[entry - 1] as number)
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, (ends[entry] as number) - start)
}

/** The longest prompt, in bytes. */
export function longestEntry(table: PromptTable): number {
  let longest = 0
  for (let entry = 1; entry < table.count; entry += 1) {
    if (fieldsOf(table, entry).length > fieldsOf(table, longest).length) longest = entry
  }
  return longest
}

/** Which prompt a request has, and how often the file was gone through before. */
export interface ChosenPrompt {
  readonly entry: number
  readonly pass: number
}

/**
 * Chooses prompts by the number of the request in its phase: each prompt of the file once before any comes again, shuffled
 * anew in every phase and pass, or in the order of the file. The same on every machine and with any number of workers.
 */
export function promptChooser({ count, shuffleSeed }: PromptTable): (phase: number, index: number) => ChosenPrompt {
  let [knownPhase, knownPass] = [Number.NaN, -1]
  let order: Uint32Array = new Uint32Array(0)
  return (phase, index) => {
    const pass = Math.floor(index / count)
    if (shuffleSeed === null) return { entry: index % count, pass }
    if (phase !== knownPhase || pass !== knownPass) {
      order = shuffled(count, mixSeed(shuffleSeed, 0x73687566, phase, pass))
      knownPhase = phase
      knownPass = pass
    }
    return { entry: order[index % count] as number, pass }
  }
}

/** The numbers below `count` in random order (Fisher and Yates). */
function shuffled(count: number, seed: number): Uint32Array {
  const random = seededRandom(seed)
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const kept = order[last] as number
    order[last] = order[other] as number
    order[other] = kept
  }
  return order
}

/** Answer length of a prompt in tokens, as its file states it: a number, or an answer by the tokens per byte of the server. */
export function statedAnswerTokens(table: PromptTable, entry: number, tokensPerByte: number | null): number | null {
  const tokens = table.outputTokens[entry] as number
  if (tokens > 0) return tokens
  const bytes = table.answerBytes[entry] as number
  return bytes > 0 && tokensPerByte !== null ? Math.max(1, Math.round(bytes * tokensPerByte)) : null
}
