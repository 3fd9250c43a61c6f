import { JoulemarkError } from '../../harness/errors.ts'

/** Longest text of a title, an author or a place. */
const MOST_CHARACTERS = 200

/** The text of a flag that is printed on a page; throws `bad-input` for an empty or a very long one. */
export function givenText(flag: string, value: string): string {
  if (value.trim() === '') throw new JoulemarkError('bad-input', `${flag}: expected a text`)
  if (value.length > MOST_CHARACTERS)
    throw new JoulemarkError('bad-input', `${flag}: ${value.length} characters; expected at most ${MOST_CHARACTERS}`)
  return value
}
