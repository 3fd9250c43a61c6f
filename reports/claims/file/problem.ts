import { suggestion } from '../../../harness/catalogue/nearest.ts'

/** What is wrong with one field of a claims file. */
export interface Problem {
  readonly path: readonly PropertyKey[]
  /** What was expected and how to fix it. */
  readonly text: string
}

/** A name that does not occur where it must. */
export const unknownName = (
  path: readonly PropertyKey[],
  what: string,
  name: string,
  known: readonly string[],
): Problem => ({
  path,
  text:
    known.length === 0 ? `no ${what} "${name}": the file has none` : `no ${what} "${name}"; ${suggestion(name, known)}`,
})
