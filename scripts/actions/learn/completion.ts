import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { cardKeys } from '../../../harness/catalogue/cards.ts'
import { modelKeys } from '../../../harness/catalogue/models.ts'
import { exitCodes } from '../../../harness/errors.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { bundledNames } from '../../../harness/scenario/find-scenario.ts'
import { candidates } from '../../learn/candidates.ts'
import { explainedIds, explainedKinds } from '../../learn/explained.ts'
import { type CompletionShell, completionScripts } from '../../learn/shells.ts'
import type { CommandIo } from '../../support/io.ts'

/** Prints the completion script of a shell. */
export function completionScript(shell: CompletionShell, io: CommandIo): number {
  io.stdout(completionScripts[shell])
  return exitCodes.done
}

/** Prints how the last word can be completed: a line each, of the value, a tab and its description. */
export async function complete(program: CommandUnknownOpts, words: readonly string[], io: CommandIo): Promise<number> {
  const found = candidates(program, words, {
    cards: cardKeys,
    models: modelKeys,
    scenarios: await bundledNames(),
    explained: [...explainedKinds, ...explainedKinds.flatMap((kind) => explainedIds[kind])],
  })
  io.stdout(found.map(({ value, description }) => `${value}\t${plainText(description)}\n`).join(''))
  return exitCodes.done
}
