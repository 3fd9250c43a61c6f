/**
 * How a server counts chat prompts that are made of our words (prompt-words.ts): a fixed number of tokens for its chat
 * template and the first word, and a number for each further word.
 */
export interface ChatLength {
  readonly baseTokens: number
  /** 1 wherever the words are in the vocabulary. */
  readonly tokensPerWord: number
}

/** No vocabulary makes one token of two words: a smaller number is a count that does not follow the prompt. */
const LEAST_TOKENS_PER_WORD = 0.9

/** Prompts that have one token per word and no template: the counts of a server are not known yet. */
export const wordsAsTokens: ChatLength = { baseTokens: 1, tokensPerWord: 1 }

/** The words of a chat prompt after its first, and the one-letter words that fill what a whole word would exceed. */
export interface ChatWords {
  readonly words: number
  readonly fillers: number
}

/** A prompt of a known number of words, and its length by the server's usage. */
export interface CountedPrompt {
  readonly words: number
  readonly promptTokens: number
}

/**
 * The chat length from two prompts of different lengths: a line through both. Null where the counts do not grow with the
 * prompt, so that no length can be derived.
 */
export function chatLengthOf(short: CountedPrompt, long: CountedPrompt): ChatLength | null {
  const tokensPerWord = (long.promptTokens - short.promptTokens) / (long.words - short.words)
  if (!Number.isFinite(tokensPerWord) || tokensPerWord < LEAST_TOKENS_PER_WORD) return null
  const baseTokens = Math.max(0, Math.round(short.promptTokens - (short.words - 1) * tokensPerWord))
  return { baseTokens, tokensPerWord }
}

/** Words that lie within the first `tokens` of a chat prompt, after its first word; none within the template. */
export const wordsWithin = (tokens: number, { baseTokens, tokensPerWord }: ChatLength): number =>
  Math.max(0, Math.floor((tokens - baseTokens) / tokensPerWord + 1e-9))

/**
 * The words of a chat prompt of `promptTokens`, the template included. A filler counts as one token: it is needed only
 * where a word has several.
 */
export function chatWordsOf(promptTokens: number, length: ChatLength): ChatWords {
  const words = wordsWithin(promptTokens, length)
  const rest = promptTokens - length.baseTokens - words * length.tokensPerWord
  return { words, fillers: Math.max(0, Math.round(rest)) }
}
