import { commandsIn } from '../../../harness/testing/page-blocks.ts'

/** A block of commands of a guide, and the block with their output below it. */
export interface Step {
  /** The command lines, without comments. */
  readonly commands: readonly string[]
  /** Name of the generated block that shows what the last command prints; null where none does. */
  readonly block: string | null
}

/** A block of commands, and a generated block that follows it. */
const STEP = /^```sh\n([\s\S]*?)^```(?:\n\s*<!-- generated: (.+?) -->)?/gm

/** The commands of a guide, in its order, each block with the name of the output that it shows. */
export const stepsOf = (page: string): Step[] =>
  [...page.matchAll(STEP)].map(([, lines = '', block]) => ({ commands: commandsIn(lines), block: block ?? null }))

/** Files that a guide shows: blocks of YAML whose first line is a comment with the name of the file. */
export const filesOf = (page: string): ReadonlyMap<string, string> =>
  new Map(
    [...page.matchAll(/^```yaml\n# (\S+\.yaml)\b([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => [
      name,
      `# ${name}${text}`,
    ]),
  )
