import { Command, Option } from '@commander-js/extra-typings'
import type { ListFlags } from '../actions/list.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { deprecated } from '../support/io.ts'
import { jsonFlag, storeFlag } from '../support/shared-flags.ts'

export const listCommand: DefineCommand = (io, done) =>
  new Command('list')
    .summary('List runs, and whether they may be quoted')
    .description(
      'List runs with their state, their figures, and whether they may be quoted. One run alone is shown with its gates.',
    )
    .argument('[run...]', 'Runs, folders of runs, or store:QUERY (default: results)')
    .option('--verbose', 'Show every gate of each run with its evidence, as for one run alone')
    .addOption(jsonFlag)
    .addOption(storeFlag)
    .addOption(configFlag())
    .addOption(new Option('--gates').hideHelp())
    .addOption(new Option('--out <folder>').hideHelp())
    .addHelpText('after', examples('list', 'list results/demo --verbose', 'list "store:card=rtx-4090 since=7d"'))
    .action(async (runs, { out, ...flags }) => {
      if (out !== undefined) deprecated(io, 'list --out FOLDER', 'list FOLDER')
      const paths = out === undefined ? runs : [...runs, out]
      const { list } = await import('../actions/list.ts')
      done(await list(paths.length === 0 ? ['results'] : paths, flagsFor<ListFlags>()(flags), io))
    })
