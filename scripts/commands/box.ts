import { Command } from '@commander-js/extra-typings'
import { STARTS_PER_SIDE } from '../../harness/verdict/starts-per-side.ts'
import type { BoxFlags } from '../actions/box.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { aboveZero, durationHours, positiveInt } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { startTimeoutFlag, withContainerFlags } from '../support/serving/container-flags.ts'
import {
  expectedCardFlag,
  jsonFlag,
  logFormatFlag,
  nvidiaSmiFlag,
  pushFlags,
  resultsFlag,
  wallFlag,
} from '../support/shared-flags.ts'

export const boxCommand: DefineCommand = (io, done) =>
  withContainerFlags(
    new Command('box')
      .summary('Qualify a new server unattended')
      .description(
        'Qualify a new server unattended: check it, then measure every card alone and all of them at once, on model servers that it starts and stops. Exit code 0 accepted, 1 rejected, 3 not measured.',
      )
      .option('--suite <file...>', 'Scenario or suite files, or names of bundled ones (default: provisioning)')
      .option('--full', 'All bundled scenarios, and several starts of each server')
      .addOption(expectedCardFlag)
      .option('--resume', 'Continue after a crash or reboot; completed scenarios are kept')
      .option('--print', 'Only print the plan, the docker commands and the estimated time')
      .option(
        '--soak <time>',
        'Then load all cards at once for this long, such as 4h, for a burn-in certificate',
        durationHours,
      )
      .option('--follow', 'Show the log of a run in the --out folder as it grows; Ctrl-C ends only the showing')
      .option(
        '--power-limit <watts>',
        'W per GPU: measure all cards at it, and give back what they had (default: powerLimitsW of joulemark.yaml)',
        aboveZero,
      )
      .option('--force', 'Continue with the whole plan although doctor or preflight found a fault')
      .option('--verbose', 'After the verdict, every figure with its range, and the report of the runs')
      .option(
        '--restarts <n>',
        `Starts of each server, one record per start and scenario (default: 1, with --full ${STARTS_PER_SIDE})`,
        positiveInt,
      )
      .addOption(jsonFlag)
      .addOption(logFormatFlag)
      .addOption(resultsFlag)
      .addOption(pushFlags[0])
      .addOption(pushFlags[1])
      .option(
        '--references <folder...>',
        'Further folders with runs of accepted servers to compare with, besides --out',
      ),
  )
    .addOption(nvidiaSmiFlag)
    .addOption(wallFlag)
    .addOption(startTimeoutFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('box --print', 'box', 'box --full', 'box --soak 4h', 'box --resume', 'box --follow'))
    .action(async (flags) => done(await (await import('../actions/box.ts')).box(flagsFor<BoxFlags>()(flags), io)))
