import { mix32 } from '../random.ts'

/**
 * The output vocabulary of the simulated model: common words with the space before them, each of which its tokenizer makes
 * one token. Its output, sent back as a prompt, therefore has as many tokens as `usage` reported.
 */
const words = `
  the and for are but not you all any can had her was one our out day get has him his how man new now old see two
  way who boy did its let put say she too use dad mom act add age ago aid aim air ask bad bag bar bed big bit box
  bus buy car cat cup cut dog dry due ear eat egg end eye far fee few fit fly fun gas god guy hat hit hot ice ill
  job joy key kid law lay leg lie lot low map may mix net nor odd off oil own pay pen per pet pop raw red rid row
  run sad sea set sit six sky son sun tax tea ten tie tip top toy try van via war web wet win yes yet zip
`
  .trim()
  .split(/\s+/)

/** Texts of the output tokens, such as " the". All plain ASCII without quotes, so that JSON needs no escapes. */
export const pieces: readonly string[] = words.map((word) => ` ${word}`)

/** Special tokens of the models start above this; smaller vocabularies have a lower cap. */
const HIGHEST_TEXT_TOKEN = 100_000

/**
 * What the simulated tokenizer makes one token: a special token of the chat template; a word of up to ten letters with
 * the space before it, which common words are in every vocabulary; up to three digits; line breaks; and up to four
 * characters of anything else, as of longer words.
 */
const TOKEN = /<\|\w+\|>| ?[A-Za-z]{1,10}(?![A-Za-z])| ?[A-Za-z]{1,4}|\d{1,3}|\n+|[^<\n\dA-Za-z]{1,4}|</g

/** The same for a vocabulary without common words: words are pieces of two letters. */
const SPLIT_TOKEN = /<\|\w+\|>| ?[A-Za-z]{1,2}|\d{1,3}|\n+|[^<\n\dA-Za-z]{1,4}|</g

/** What the tokens of a text depend on. */
export interface Tokenizer {
  readonly vocab: number
  readonly splitsWords?: boolean
}

/** Token ids of a text, the same text always the same ids. */
export function tokenize(text: string, { vocab, splitsWords = false }: Tokenizer): number[] {
  const limit = Math.min(vocab, HIGHEST_TEXT_TOKEN)
  return (text.match(splitsWords ? SPLIT_TOKEN : TOKEN) ?? []).map((piece) => {
    let hash = 0x811c9dc5
    for (let index = 0; index < piece.length; index += 1) {
      hash = Math.imul(hash ^ piece.charCodeAt(index), 0x01000193)
    }
    return mix32(hash) % limit
  })
}

/** Token ids of `pieces`, by their index there. */
export const pieceTokens = (vocab: number): readonly number[] =>
  pieces.map((piece) => tokenize(piece, { vocab })[0] as number)
