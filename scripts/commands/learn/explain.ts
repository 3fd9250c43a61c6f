import { Command } from '@commander-js/extra-typings'
import type { DefineCommand } from '../../support/command.ts'
import { examples } from '../../support/help.ts'

export const explainCommand: DefineCommand = (io, done) =>
  new Command('explain')
    .summary('Explain a gate, a metric or a verdict')
    .description(
      'Explain a gate, a metric or a verdict: what it means, its usual causes and what to type. Without an id, list them.',
    )
    .argument('[id...]', 'The word gate, metric or verdict, and an id; the id alone is enough')
    .addHelpText('after', examples('explain gate client-headroom', 'explain metric ttftMsP50', 'explain inconclusive'))
    .action(async (words) => done((await import('../../actions/learn/explain.ts')).explain(words, io)))
