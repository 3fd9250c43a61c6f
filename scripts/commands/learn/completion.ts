import { Argument, Command } from '@commander-js/extra-typings'
import { completionShells } from '../../learn/shells.ts'
import type { DefineCommand } from '../../support/command.ts'
import { examples } from '../../support/help.ts'

export const completionCommand: DefineCommand = (io, done) =>
  new Command('completion')
    .summary('Print the completion script of a shell')
    .description('Print a script that completes commands, flags, scenarios, cards and models in a shell.')
    .addArgument(new Argument('<shell>', 'Shell').choices(completionShells))
    .addHelpText('after', inShell)
    .addHelpText('after', examples('completion bash', 'completion fish'))
    .action(async (shell) => done((await import('../../actions/learn/completion.ts')).completionScript(shell, io)))

/** Command lines are not broken, as the text of a description would be. */
const inShell = `
To have it in this shell, and in others by the same line in their start file:
  bash  source <(joulemark completion bash)
  zsh   source <(joulemark completion zsh)
  fish  joulemark completion fish | source`

/** What the completion scripts ask: how the last word can be completed. It is no command of a person. */
export const completeCommand: DefineCommand = (io, done) => {
  const command = new Command('complete')
    .description('Print how the last of some words can be completed.')
    .argument('[words...]', 'Words after joulemark; the last one may be empty')
    .addHelpText('after', examples('complete -- run llama', "complete -- explain ''"))
  return command.action(async (words) => {
    const program = command.parent ?? command
    done(await (await import('../../actions/learn/completion.ts')).complete(program, words, io))
  })
}
