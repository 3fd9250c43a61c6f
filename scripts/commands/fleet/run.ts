import { Command, Option } from '@commander-js/extra-typings'
import { exitCodes } from '../../../harness/errors.ts'
import type { FleetRunFlags } from '../../actions/fleet/run.ts'
import type { FleetStatusFlags } from '../../actions/fleet/status.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { durationHours } from '../../support/flag-values.ts'
import { examples, helpSection } from '../../support/help.ts'
import { jsonFlag, logFormatFlag } from '../../support/shared-flags.ts'

const codes = helpSection('Exit codes:', {
  [exitCodes.done]: 'every box was measured, and no loss is shown',
  [exitCodes.negativeResult]: 'the fleet or a unit lost, one is below its siblings, or a box says no by itself',
  [exitCodes.environmentFailed]: 'no loss is shown, and a box was not measured: drained, lost or failed',
  [exitCodes.inconclusive]: 'inconclusive: for the fleet as a whole neither is shown',
  [exitCodes.notComparable]: 'a unit could not be judged, or boxes were held back after the canary',
  [exitCodes.interrupted]: 'interrupted: jobs of the engine go on; --resume follows them',
})

export const fleetRunCommand: DefineCommand = (io, done) =>
  new Command('run')
    .summary('Measure many servers through Slurm, Ansible or Kubernetes')
    .description(
      'Measure the boxes of a fleet file, one job each: the canary first, then the others, a few at once and inside the maintenance window. Then judge them as a fleet.',
    )
    .argument('<fleet>', 'Fleet file: boxes, scenarios, engine (docs/fleet-run.md)')
    .option('--out <folder>', 'Folder for the campaign (default: results/fleet/NAME-TIME)')
    .option(
      '--against <runs>',
      'Folder of an earlier fleet run, or store:QUERY (default: that of the campaign, then of the file)',
    )
    .option('--print', 'Only print the boxes, their order and the command')
    .option('--resume', 'Continue a campaign: boxes that were measured are kept (default: the newest of this fleet)')
    .addOption(
      new Option('--poll <time>', 'Time between two looks at the engine')
        .argParser((text) => durationHours(text) * 3600)
        .default(10, '10s'),
    )
    .option(
      '--format <list>',
      'Formats, separated by commas: terminal, md, html, csv, json, junit',
      'terminal,html,junit',
    )
    .addOption(logFormatFlag)
    .addOption(configFlag())
    .addHelpText('after', codes)
    .addHelpText(
      'after',
      examples(
        'fleet run fleet.yaml --print',
        'fleet run fleet.yaml --out before',
        'fleet run fleet.yaml --out after --against before',
        'fleet run fleet.yaml --out after --resume',
      ),
    )
    .action(async (path, flags) =>
      done(await (await import('../../actions/fleet/run.ts')).fleetRun(path, flagsFor<FleetRunFlags>()(flags), io)),
    )

export const fleetStatusCommand: DefineCommand = (io, done) =>
  new Command('status')
    .summary('Show what became of each box of a fleet run')
    .description('Show what became of each box of a fleet run, with what the engine says of its jobs now.')
    .argument('[folder]', 'Folder of the fleet run (default: the newest in results/fleet)')
    .addOption(jsonFlag)
    .addHelpText('after', examples('fleet status', 'fleet status after --json'))
    .action(async (folder, flags) =>
      done(
        await (await import('../../actions/fleet/status.ts')).fleetStatus(
          folder,
          flagsFor<FleetStatusFlags>()(flags),
          io,
        ),
      ),
    )
