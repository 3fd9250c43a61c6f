import { Command, Option } from '@commander-js/extra-typings'
import type { ReportFlags } from '../report/report-flags.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { priceFlag, pueFlag, tariffFlag, utilisationFlag, yearsFlag } from '../support/money/money-flags.ts'
import { storeFlag } from '../support/shared-flags.ts'

export const reportCommand: DefineCommand = (io, done) =>
  new Command('report')
    .summary('Compare cards: throughput, power, cost')
    .description('Make the comparison report from run records, and check a table of published claims.')
    .argument('[run...]', 'Runs, folders of runs, or store:QUERY')
    .option('--claims <file>', 'Check this table of claims, even without runs; "article" is the bundled one')
    .option(
      '--format <list>',
      'Formats, separated by commas: terminal, md, html, csv, json, vllm, openmetrics',
      'terminal',
    )
    .option('--out <folder>', 'Folder for the files; with --format openmetrics also FILE.prom', 'reports/out')
    .option(
      '--baseline <runs>',
      'With --format openmetrics: runs to judge against, beside the baselines of the folders',
    )
    .addOption(
      new Option(
        '--for <reader>',
        'lab: every table; customer: a page to publish, in the formats terminal, md, html and fragment',
      )
        .choices(['lab', 'customer'])
        .default('lab' as const),
    )
    .option('--title <text>', 'Title of the report; its cards and workloads unless given')
    .option('--author <text>', 'Who publishes it')
    .option('--logo <file>', 'With --for customer: PNG, JPEG or SVG file that is put on the page')
    .option('--site <text>', 'With --for customer: where it was measured')
    .option('--with-claims', 'With --for customer: print the checked --claims on the page')
    .option('--own-prices', 'With --for customer: print the prices and tariff of joulemark.yaml, not the public ones')
    .option('--all', 'Show every table on the terminal')
    .addOption(tariffFlag)
    .addOption(yearsFlag)
    .addOption(utilisationFlag)
    .addOption(pueFlag)
    .addOption(priceFlag)
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'report results',
        'report results --format html,csv --price rtx-4090=1200',
        'report --claims article',
        'report results --for customer --format html,md --author Example',
        'report results --format openmetrics --out joulemark.prom',
      ),
    )
    .action(async (runs, flags) =>
      done(await (await import('../actions/report.ts')).report(runs, flagsFor<ReportFlags>()(flags), io)),
    )
