import { suggestion } from '../../harness/catalogue/nearest.ts'
import { JoulemarkError } from '../../harness/errors.ts'

/** The formats that a flag lists, such as `html,md`. Throws `bad-input` with the nearest known one. */
export function formatsOf<Format extends string>(text: string, known: readonly Format[]): Format[] {
  return text.split(',').map((typed) => {
    const word = typed.trim()
    const format = known.find((each) => each === word)
    if (format !== undefined) return format
    throw new JoulemarkError('bad-input', `--format ${word}: ${suggestion(word, known)}`)
  })
}
