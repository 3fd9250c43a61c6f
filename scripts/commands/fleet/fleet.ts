import { Command } from '@commander-js/extra-typings'
import { exitCodes } from '../../../harness/errors.ts'
import type { FleetCompareFlags } from '../../actions/fleet/compare.ts'
import type { FleetReportFlags } from '../../actions/fleet/report.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { effectShare } from '../../support/flag-values.ts'
import { examples, helpSection } from '../../support/help.ts'
import { failOnFlag, jsonFlag, reportFolderFlag, storeFlag } from '../../support/shared-flags.ts'
import { fleetRunCommand, fleetStatusCommand } from './run.ts'

const compareCodes = helpSection('Exit codes:', {
  [exitCodes.done]: 'no loss of the fleet or of a unit is shown, and that of the fleet is excluded',
  [exitCodes.negativeResult]: 'the fleet or a unit lost, or a unit is newly below its siblings',
  [exitCodes.inconclusive]: 'inconclusive: for the fleet as a whole neither shown',
  [exitCodes.notComparable]: 'a unit could not be judged: lost, without a baseline, or a required gate failed',
})

export const fleetCommand: DefineCommand = (io, done) =>
  new Command('fleet')
    .summary('Measure many servers, and judge them before and after a change')
    .description(
      'Measure many servers through Slurm, Ansible or Kubernetes, and judge them together: each card against its own baseline and its siblings, and the fleet as a whole.',
    )
    .helpCommand(false)
    .addCommand(fleetRunCommand(io, done))
    .addCommand(fleetStatusCommand(io, done))
    .addCommand(
      new Command('compare')
        .summary('Test whether a fleet became slower')
        .description(
          'Test whether many servers became slower, as a fleet and each by itself. Cards are paired by UUID. A folder may hold runs, or one folder of runs for each server.',
        )
        .argument('[sides...]', 'Folder of the baselines, and folder of the candidates; or store:QUERY')
        .option('--baseline <runs...>', 'Runs before the change, folders of them, or store:QUERY')
        .option('--candidate <runs...>', 'Runs after the change, likewise')
        .option('--smallest-effect <share>', 'Practical threshold of one card (default: 3%)', effectShare)
        .option('--smallest-fleet-effect <share>', 'Practical threshold of the whole fleet (default: 1%)', effectShare)
        .addOption(jsonFlag)
        .option('--format <list>', 'Formats, separated by commas: terminal, md, html, csv, json, junit', 'terminal')
        .addOption(reportFolderFlag)
        .addOption(failOnFlag())
        .addOption(storeFlag)
        .addOption(configFlag())
        .addHelpText('after', compareCodes)
        .addHelpText(
          'after',
          examples(
            'fleet compare before after --format html,junit --out ci',
            'fleet compare --baseline n*/before --candidate n*/after',
            'fleet compare "store:driver=580.*" "store:driver=590.*"',
          ),
        )
        .action(async (sides, flags) =>
          done(
            await (await import('../../actions/fleet/compare.ts')).fleetCompare(
              sides,
              flagsFor<FleetCompareFlags>()(flags),
              io,
            ),
          ),
        ),
    )
    .addCommand(
      new Command('report')
        .summary('Show which servers are below their siblings')
        .description(
          'Hold every card against the others of its model, driver and engine, without a baseline. A folder may hold runs, or one folder of runs for each server. Ends with 1 where one is below its siblings, and with 5 where none has any.',
        )
        .argument('<run...>', 'Runs, folders of runs, or store:QUERY')
        .option('--history', 'Also show steps over time with the setting that brought them, and ageing')
        .addOption(jsonFlag)
        .option('--format <list>', 'Formats, separated by commas: terminal, md, html, csv, json', 'terminal')
        .addOption(reportFolderFlag)
        .addOption(storeFlag)
        .addOption(configFlag())
        .addHelpText(
          'after',
          examples(
            'fleet report results',
            'fleet report "store:since=30d"',
            'fleet report n*/results --history --format html',
          ),
        )
        .action(async (runs, flags) =>
          done(
            await (await import('../../actions/fleet/report.ts')).fleetReportOf(
              runs,
              flagsFor<FleetReportFlags>()(flags),
              io,
            ),
          ),
        ),
    )
    .addHelpText('after', examples('fleet run fleet.yaml', 'fleet compare before after', 'fleet report results'))
