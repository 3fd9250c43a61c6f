import { Command } from '@commander-js/extra-typings'
import type { NewClaimsFlags } from '../actions/claims.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { commaList } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'

export const claimsCommand: DefineCommand = (io, done) => {
  const create = new Command('new')
    .description('Make a claims file to fill in: a published table as data, for report --claims')
    .argument('[file]', 'File to write, ending in .yaml or .json (default: print it)')
    .option(
      '--card <list>',
      'Cards that the table compares, separated by commas (default: rtx-4090,rtx-pro-6000-max-q)',
      commaList,
    )
    .addOption(configFlag())
    .addHelpText('after', examples('claims new table.yaml --card rtx-4090,h100-sxm'))
    .action(async (file, flags) =>
      done(await (await import('../actions/claims.ts')).newClaims(file, flagsFor<NewClaimsFlags>()(flags), io)),
    )
  return new Command('claims')
    .summary('Start a file that audits a published table')
    .description('Files that restate a published table, so that report --claims can check it against physics.')
    .helpCommand(false)
    .addCommand(create)
    .addHelpText('after', examples('claims new table.yaml', 'report --claims table.yaml'))
}
