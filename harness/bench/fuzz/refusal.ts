import assert from 'node:assert/strict'
import { JoulemarkError } from '../../errors.ts'

/** Characters of a whole message that a person still reads. */
const MOST_CHARACTERS = 100_000

/** Reads something that may be refused: with `bad-input`, in words that begin with its name. Anything else is a finding. */
export async function expectRefusal(name: string, read: () => void | Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    assert.equal(error.code, 'bad-input', `code: ${error.code}`)
    assert.ok(error.message.includes(name), `name: not in ${error.message.slice(0, 200)}`)
    assert.ok(error.message.length < MOST_CHARACTERS, `length: ${error.message.length} characters`)
  }
}
