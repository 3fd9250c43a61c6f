import { Command } from '@commander-js/extra-typings'
import { defaultMoney } from '../../harness/catalogue/prices.ts'
import type { ReportFlags } from '../actions/report.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { aboveZero, amount, priceOfCard, pueRatio, share } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { reportFolderFlag } from '../support/shared-flags.ts'

const { tariffGbpPerKwh, years, utilisation, pue } = defaultMoney

export const reportCommand: DefineCommand = (io, done) =>
  new Command('report')
    .summary('Compare cards: throughput, power, cost')
    .description('Make the comparison report from run records, and check a table of published claims.')
    .argument('[run...]', 'Runs, or folders of runs')
    .option('--claims <file>', 'Check this table of claims, even without runs; "article" is the bundled one')
    .option('--format <list>', 'Formats, separated by commas: terminal, md, html, csv, json, vllm', 'terminal')
    .addOption(reportFolderFlag)
    .option('--all', 'Show every table on the terminal')
    .option('--tariff <gbp>', `Electricity in GBP per kWh (default: ${tariffGbpPerKwh.value})`, amount)
    .option('--years <n>', `Years to write off a card (default: ${years.value})`, aboveZero)
    .option(
      '--utilisation <share>',
      `Share of the year under load, such as 0.4 or 40% (default: ${utilisation.value * 100}%)`,
      share,
    )
    .option('--pue <ratio>', `Power usage effectiveness of the room (default: ${pue.value})`, pueRatio)
    .option('--price <card=gbp>', 'Price of a card; repeat it for several (default: the catalogue price)', priceOfCard)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples('report results', 'report results --format html,csv --price rtx-4090=1200', 'report --claims article'),
    )
    .action(async (runs, flags) =>
      done(await (await import('../actions/report.ts')).report(runs, flagsFor<ReportFlags>()(flags), io)),
    )
