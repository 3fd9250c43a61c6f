import { Command } from '@commander-js/extra-typings'
import type { CompareFlags } from '../actions/compare.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { effectShare } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { failOnFlag, jsonFlag, reportFolderFlag, storeFlag, verdictCodes } from '../support/shared-flags.ts'

export const compareCommand: DefineCommand = (io, done) =>
  new Command('compare')
    .summary('Test whether a server became slower')
    .description(
      'Test whether the candidate is slower than the baseline: a verdict for each metric. Each side should have three starts of the server.',
    )
    .argument('<baseline>', 'Run, folder of runs, or store:QUERY')
    .argument('<candidate>', 'Run, folder of runs, or store:QUERY')
    .option(
      '--smallest-effect <share>',
      'Practical threshold: smaller differences do not count (default: 3%)',
      effectShare,
    )
    .option('--verbose', 'Show all tables: settings that differ, every metric with the reason of its verdict, sources')
    .addOption(jsonFlag)
    .option('--format <list>', 'Formats, separated by commas: terminal, md, json, junit', 'terminal')
    .addOption(reportFolderFlag)
    .option('--force', 'Compare runs of different cards or scenarios anyway, and mark the result')
    .addOption(failOnFlag())
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', verdictCodes)
    .addHelpText(
      'after',
      examples('compare results/before results/after', 'compare results/before results/after --format junit --out ci'),
    )
    .action(async (baseline, candidate, flags) =>
      done(
        await (await import('../actions/compare.ts')).compare(baseline, candidate, flagsFor<CompareFlags>()(flags), io),
      ),
    )
