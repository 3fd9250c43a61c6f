import { Command } from '@commander-js/extra-typings'
import { LEAST_GAIN } from '../../../harness/operating/sweep/knee.ts'
import type { SweepFlags } from '../../actions/tune/sweep.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { share } from '../../support/flag-values.ts'
import { examples } from '../../support/help.ts'
import { priceFlag, pueFlag, tariffFlag, utilisationFlag, yearsFlag } from '../../support/money/money-flags.ts'
import {
  endpointFlag,
  gpusFlag,
  jsonFlag,
  loadAnywayFlag,
  logFormatFlag,
  noGpuFlag,
  noProgressFlag,
  nvidiaSmiFlag,
  pushFlags,
  quickFlag,
  resultsFlag,
  runCardFlag,
  servedAsFlag,
  simulateFlag,
  skipCalibrationFlag,
  trialsFlag,
  unattendedFlag,
  wallFlag,
  workersFlag,
} from '../../support/shared-flags.ts'

export const sweepCommand: DefineCommand = (io, done) =>
  new Command('sweep')
    .summary('Find how much load a server takes: one load after another')
    .description(
      'Measure a scenario at one load after another: throughput against what each user sees, the knee from where on more load gains little, and the highest load within the SLO. Each load is a run with a record.',
    )
    .argument('<scenario>', 'Scenario file, or name of a bundled one; its concurrency is the one that is swept')
    .option(
      '--concurrency <loads>',
      'Requests in flight: 1..256 (powers of two, then loads between them around the knee and the SLO; ends early where more load shows nothing new), or a list such as 1,8,32',
      '1..256',
    )
    .option(
      '--knee <share>',
      `A doubling of the load that gains less throughput counts as flat (default: ${LEAST_GAIN * 100}%)`,
      share,
    )
    .addOption(endpointFlag)
    .addOption(servedAsFlag)
    .addOption(runCardFlag)
    .addOption(gpusFlag)
    .addOption(nvidiaSmiFlag)
    .addOption(noGpuFlag)
    .addOption(wallFlag)
    .addOption(resultsFlag)
    .addOption(pushFlags[0])
    .addOption(pushFlags[1])
    .addOption(trialsFlag)
    .addOption(workersFlag)
    .addOption(skipCalibrationFlag)
    .addOption(loadAnywayFlag)
    .addOption(jsonFlag)
    .addOption(unattendedFlag)
    .addOption(noProgressFlag)
    .addOption(logFormatFlag)
    .addOption(simulateFlag)
    .addOption(quickFlag)
    .addOption(tariffFlag)
    .addOption(yearsFlag)
    .addOption(utilisationFlag)
    .addOption(pueFlag)
    .addOption(priceFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'sweep llama-3.1-8b-fp8-chat-lengths --endpoint http://gpu1:8000',
        'sweep chat.yaml --endpoint http://gpu1:8000 --concurrency 1,8,32',
        'sweep chat.yaml --simulate rtx-4090,l40s --quick --out simulated',
      ),
    )
    .action(async (scenario, { skipCalibration, ...flags }) => {
      const { sweep } = await import('../../actions/tune/sweep.ts')
      const calibrate = skipCalibration !== true
      done(await sweep(scenario, flagsFor<SweepFlags>()({ ...flags, calibrate }), io))
    })
