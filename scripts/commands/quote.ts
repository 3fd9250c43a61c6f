import { Command } from '@commander-js/extra-typings'
import type { QuoteFlags } from '../actions/quote.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { oneMoreWord, optionOfRuns } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { jsonFlag, reportFolderFlag, storeFlag } from '../support/shared-flags.ts'

export const quoteCommand: DefineCommand = (io, done) =>
  new Command('quote')
    .summary('Make a customer quote from quotable runs')
    .description(
      'Make a customer quote from quotable runs of one server, or of one server per option. Without the seller and a price it is a DRAFT. Exit code 1 if a run is not quotable or a price is below cost, 2 if another offer of this number is there.',
    )
    .argument('[run...]', 'Runs of one server: runs, folders of runs, or store:QUERY')
    .option('--customer <name>', 'Name of the customer (default: customer.name of the inputs)')
    .option('--inputs <file>', 'YAML file with seller, prices, VAT, terms (docs/quote.md; --write-inputs starts one)')
    .option(
      '--option <name=run>',
      'One more option, by its name and its runs; the same name again adds runs to it',
      optionOfRuns,
    )
    .option('--number <number>', 'Number of the quote (default: made from what the customer sees)')
    .option('--internal', 'Also write the internal sheet: costs, margin, break-even, floor price')
    .option('--below-cost', 'Allow a price below cost (else exit code 1), and name what it loses per month')
    .option('--write-inputs <file>', 'Write an inputs file to complete, from the runs given, instead of a quote')
    .option(
      '--from <run|card>',
      'With --write-inputs: a run or a card to start from; repeat it for several',
      oneMoreWord,
    )
    .addOption(reportFolderFlag)
    .option('--no-pdf', 'Make no PDF')
    .addOption(jsonFlag)
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'quote results --customer "Acme Ltd" --inputs inputs.yaml',
        'quote --option A=results/a --option B=results/b --inputs inputs.yaml',
        'quote results --write-inputs inputs.yaml',
      ),
    )
    .action(async (runs, flags) =>
      done(await (await import('../actions/quote.ts')).quote(runs, flagsFor<QuoteFlags>()(flags), io)),
    )
