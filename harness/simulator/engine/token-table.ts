import { mix32 } from '../random.ts'

/**
 * The vocabulary of the simulated model: word pieces of exactly four characters, because its tokenizer makes one token of
 * four characters. Its output, sent back as a prompt, therefore has as many tokens as `usage` reported.
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
const CHARACTERS_PER_TOKEN = 4

/** Token ids of a text: one for each four characters, the same text always the same ids. */
export function tokenize(text: string, vocab: number): number[] {
  const limit = Math.min(vocab, HIGHEST_TEXT_TOKEN)
  const tokens: number[] = []
  for (let start = 0; start < text.length; start += CHARACTERS_PER_TOKEN) {
    let hash = 0x811c9dc5
    for (let index = start; index < Math.min(text.length, start + CHARACTERS_PER_TOKEN); index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    }
    tokens.push(mix32(hash) % limit)
  }
  return tokens
}

/** Token ids of `pieces`, by their index there. */
export const pieceTokens = (vocab: number): readonly number[] =>
  pieces.map((piece) => tokenize(piece, vocab)[0] as number)
