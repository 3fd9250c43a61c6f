import { Command } from '@commander-js/extra-typings'
import type { SizeFlags } from '../../size/size-flags.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import {
  aboveZero,
  amount,
  commaList,
  positiveInt,
  priceOfCard,
  share,
  shareOrMore,
  wholeOrZero,
} from '../../support/flag-values.ts'
import { examples } from '../../support/help.ts'
import { priceFlag, pueFlag, tariffFlag, utilisationFlag, yearsFlag } from '../../support/money/money-flags.ts'
import { jsonFlag, reportFolderFlag, storeFlag } from '../../support/shared-flags.ts'

export const sizeCommand: DefineCommand = (io, done) =>
  new Command('size')
    .summary('Which card, how many servers, what per month, for a number of users')
    .description(
      'Answer which card, how many servers and what per month, for users or requests per second within an SLO: from measured runs where they cover the load, else from what is expected, marked so. Without --cards: the cards of the runs, or those with a price.',
    )
    .argument('[run...]', 'Runs of a sweep, folders of runs, or store:QUERY')
    .optionsGroup('What is asked of a server:')
    .option('--scenario <name>', 'Scenario, by name or file (default: that of the runs)')
    .option('--model <key>', 'Model instead, with the lengths below')
    .option('--input-tokens <n>', 'Length of prompts in tokens, or uniform:100-300 and the like (default: 512)')
    .option('--output-tokens <n>', 'Length of answers, likewise (default: 256)')
    .option('--prefix-cache <what>', 'What prompts share: cold, warm, shared:N or hits:60% (default: cold)')
    .option('--slo <limits>', 'Limits in ms, such as ttft=500,tpot=50,e2e=10000 (default: those of the scenario)')
    .option('--good-share <share>', 'Requests that must meet the SLO (default: that of the scenario, or 99%)', share)
    .optionsGroup('Who asks:')
    .option('--users <n>', 'Users; of sessions, those that are active at a time', aboveZero)
    .option('--requests-per-user-hour <n>', 'Requests of one user per hour', aboveZero)
    .option('--think-time <seconds>', 'Or the pause of a user after an answer, in s; then all users are active', amount)
    .option('--requests-per-s <n>', 'Requests per second, instead of users', aboveZero)
    .option(
      '--burstiness <n>',
      '1 is Poisson, smaller is burstier, gamma (default: that of the scenario, or 1)',
      aboveZero,
    )
    .option('--peak-factor <n>', 'Peak hour / the load that is stated (default: 1, it is the peak)', aboveZero)
    .option('--growth <share>', 'Growth that the servers have to carry, such as 50% (default: none)', shareOrMore)
    .option('--growth-months <n>', 'Months of that growth, to be printed', positiveInt)
    .option('--spare <n>', 'Servers that may fail: 1 is N+1 (default: 0)', wholeOrZero)
    .optionsGroup('What it costs:')
    .option(
      '--cards <list>',
      'Cards to compare, separated by commas (default: those of the runs, else those with a price)',
      commaList,
    )
    .option('--rent <card=gbp>', 'Rent of a server per month in GBP, all in; repeat it for several cards', priceOfCard)
    .addOption(priceFlag)
    .addOption(tariffFlag)
    .addOption(yearsFlag)
    .addOption(utilisationFlag)
    .addOption(pueFlag)
    .optionsGroup('Options:')
    .option('--inputs <file>', 'YAML file with all of this; flags win over it')
    .option('--save <file>', 'Keep the case in such a file')
    .addOption(jsonFlag)
    .option('--format <list>', 'Formats, separated by commas: terminal, md, html, json', 'terminal')
    .addOption(reportFolderFlag)
    .option('--quote', 'Make a quote of the recommended card; exit code 1 where its figure was not measured')
    .option('--customer <name>', 'With --quote: name of the customer')
    .option('--quote-inputs <file>', 'With --quote: YAML file with prices, margin, terms, as quote --inputs')
    .option('--below-cost', 'With --quote: allow a price below cost')
    .option('--no-pdf', 'With --quote: make no PDF')
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'size results --users 2000 --requests-per-user-hour 10 --spare 1',
        'size --model gpt-oss-20b --users 40 --think-time 20 --slo ttft=900',
        'size --scenario rag-8b-200-mau --cards rtx-4090 --rent rtx-4090=289',
        'size --inputs acme.yaml --quote --customer "Acme Ltd"',
      ),
    )
    .action(async (runs, flags) =>
      done(await (await import('../../actions/sell/size.ts')).size(runs, flagsFor<SizeFlags>()(flags), io)),
    )
