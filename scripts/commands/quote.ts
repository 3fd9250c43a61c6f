import { Command } from '@commander-js/extra-typings'
import type { QuoteFlags } from '../actions/quote.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { reportFolderFlag, storeFlag } from '../support/shared-flags.ts'

export const quoteCommand: DefineCommand = (io, done) =>
  new Command('quote')
    .summary('Make a customer quote from quotable runs')
    .description('Make a customer quote from quotable runs of one server. Exit code 1 if a run is not quotable.')
    .argument('<run...>', 'Runs, folders of runs, or store:QUERY')
    .requiredOption('--customer <name>', 'Name of the customer')
    .option(
      '--inputs <file>',
      'YAML file with prices, margin, tariff, VAT, SLO (example: reports/quote/example-inputs.yaml)',
    )
    .option('--number <number>', 'Number of the quote (default: made from its content)')
    .addOption(reportFolderFlag)
    .option('--no-pdf', 'Make no PDF')
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('quote results --customer "Acme Ltd" --inputs inputs.yaml'))
    .action(async (runs, flags) =>
      done(await (await import('../actions/quote.ts')).quote(runs, flagsFor<QuoteFlags>()(flags), io)),
    )
