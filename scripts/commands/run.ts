import { Command, Option } from '@commander-js/extra-typings'
import type { RunFlags } from '../actions/run.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { positiveInt } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import {
  againstCodes,
  failOnFlag,
  gpusFlag,
  jsonFlag,
  loadAnywayFlag,
  nvidiaSmiFlag,
  resultsFlag,
} from '../support/shared-flags.ts'

export const runCommand: DefineCommand = (io, done) =>
  new Command('run')
    .summary('Measure scenarios on a running server')
    .description('Measure scenarios on a running server (or on the simulator) and write a record of each run.')
    .argument('<scenario...>', 'Scenario or suite files, or names of bundled ones')
    .option('--endpoint <url>', 'Server address, such as http://127.0.0.1:8000 (training needs none)')
    .option('--served-as <name>', 'Name under which the server serves the model, if not one of its own names')
    .option('--card <key>', 'Expected card; fails the `card-match` gate if a different one is found')
    .addOption(gpusFlag)
    .addOption(nvidiaSmiFlag)
    .option('--no-gpu', 'Run without nvidia-smi; no power or memory metrics')
    .addOption(resultsFlag)
    .option('--trials <n>', 'Exactly this many trials (default: those of the scenario)', positiveInt)
    .option('--workers <n>', 'Load-generator threads (default: CPU cores - 1, max 8)', positiveInt)
    .option(
      '--skip-calibration',
      'Do not calibrate the client first (saves 5 to 10 s); the `client-headroom` gate then warns',
    )
    .addOption(loadAnywayFlag)
    .addOption(jsonFlag)
    .option('--unattended', 'Go on when the terminal is lost; what is printed is also in run.log in the --out folder')
    .option('--no-progress', 'Show no progress on stderr')
    .option('--require-quotable', 'Exit code 1 if a result is not quotable')
    .option('--simulate <cards>', 'Run on the simulator of these cards, separated by commas; all results are SIMULATED')
    .option('--quick', 'With --simulate: shorter trials and requests')
    .addOption(
      new Option('--against <what>', 'Then compare with the baselines in the --out folder').choices([
        'baseline',
      ] as const),
    )
    .addOption(failOnFlag())
    .option(
      '--starts <n>',
      'With --simulate: server starts for each scenario (default: 3 with --against, else 1)',
      positiveInt,
    )
    .addOption(new Option('--no-certificate').hideHelp())
    .addOption(configFlag())
    .addHelpText('after', againstCodes)
    .addHelpText(
      'after',
      examples(
        'run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000',
        'run rag-8b-200-mau --endpoint http://box:8000 --against baseline',
        'run article --simulate rtx-4090,l40s --quick --out results/sim',
      ),
    )
    .action(async (scenarios, { skipCalibration, certificate, ...flags }) => {
      const calibrate = certificate && skipCalibration !== true
      const { run } = await import('../actions/run.ts')
      done(await run(scenarios, flagsFor<RunFlags>()({ ...flags, calibrate }), io))
    })
