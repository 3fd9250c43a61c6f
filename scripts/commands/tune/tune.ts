import { Command, Option } from '@commander-js/extra-typings'
import { DEFAULT_BLOCKS } from '../../../harness/tune/default-blocks.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { positiveInt } from '../../support/flag-values.ts'
import { examples } from '../../support/help.ts'
import { priceFlag, pueFlag, tariffFlag, utilisationFlag, yearsFlag } from '../../support/money/money-flags.ts'
import {
  expectedCardFlag,
  gpusFlag,
  jsonFlag,
  loadAnywayFlag,
  logFormatFlag,
  noProgressFlag,
  nvidiaSmiFlag,
  pushFlags,
  quickFlag,
  servedAsFlag,
  wallFlag,
  workersFlag,
} from '../../support/shared-flags.ts'
import { DEFAULT_SEED } from '../../tune/tune-defaults.ts'
import type { TuneFlags } from '../../tune/tune-flags.ts'

export const tuneCommand: DefineCommand = (io, done) =>
  new Command('tune')
    .summary('Find the power limit at which a token is cheapest')
    .description(
      'Measure scenarios at several power limits (and locked clocks, and numbers of streams) of the cards of this machine, and say which setting is cheapest per token, most efficient, fastest within the SLO, and down to where nothing is lost. Setting a card needs root, or sudo without a password; what it types is shown first. The cards are given back as they were found, whatever happens.',
    )
    .argument('[scenario...]', 'Scenario or suite files, or names of bundled ones; with --restore, folders of tunings')
    .option('--endpoint <url>', 'Server address on this machine, such as http://127.0.0.1:8000')
    .option('--power-limits <list>', 'W per GPU: 250..450:25, 250,300,350, or auto (brackets and refines)')
    .option('--clocks <list>', 'SM clocks in MHz that are locked, likewise: 1200..2400:300 or 1500,1800')
    .option('--concurrency <list>', 'Numbers of streams, each at every limit: 1,8,32 (default: that of the scenario)')
    .option(
      '--blocks <n>',
      `Blocks at most, each with every point once (default: ${DEFAULT_BLOCKS.grid}, with auto ${DEFAULT_BLOCKS.search})`,
      positiveInt,
    )
    .option('--seed <n>', `Seed of the order (default: ${DEFAULT_SEED})`, positiveInt)
    .option('--clocks-before <min,max>', 'The clock lock that is in place now: it cannot be read, and is locked again')
    .option('--resume <folder>', 'Go on with the tuning of this folder; what it measured is kept')
    .option('--restore', 'Only give back the cards that an earlier tuning left set, as after a power cut')
    .optionsGroup('Cost:')
    .addOption(priceFlag)
    .addOption(tariffFlag)
    .addOption(yearsFlag)
    .addOption(utilisationFlag)
    .addOption(pueFlag)
    .optionsGroup('Options:')
    .addOption(servedAsFlag)
    .addOption(expectedCardFlag)
    .addOption(gpusFlag)
    .addOption(nvidiaSmiFlag)
    .addOption(wallFlag)
    .addOption(new Option('--out <folder>', 'Folder for the folder of each tuning').default('results'))
    .addOption(pushFlags[0])
    .addOption(pushFlags[1])
    .option(
      '--trials <n>',
      'Exactly this many trials per point and block (default: those of the scenario)',
      positiveInt,
    )
    .addOption(workersFlag)
    .option('--skip-calibration', 'Do not calibrate the client first; the `client-headroom` gate then warns')
    .addOption(loadAnywayFlag)
    .addOption(jsonFlag)
    .option('--unattended', 'Go on when the terminal is lost; what is printed is also in tune.log in the --out folder')
    .addOption(noProgressFlag)
    .addOption(logFormatFlag)
    .option('--simulate <cards>', 'Tune the simulator of these cards, separated by commas; all results are SIMULATED')
    .addOption(quickFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'tune chat.yaml --endpoint localhost:8000 --power-limits 250..450:25',
        'tune chat.yaml --endpoint localhost:8000 --power-limits auto',
        'tune chat.yaml --simulate rtx-4090 --quick --power-limits 250,450',
        'tune chat.yaml --simulate l40s --clocks 1500,2100 --concurrency 1,32',
        'tune --restore results',
      ),
    )
    .action(async (scenarios, { skipCalibration, ...flags }) => {
      const { tune } = await import('../../actions/tune/tune.ts')
      done(await tune(scenarios, flagsFor<TuneFlags>()({ ...flags, calibrate: skipCalibration !== true }), io))
    })
