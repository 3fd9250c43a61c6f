import { Command } from '@commander-js/extra-typings'
import type { FleetRunFlags } from '../../actions/fleet/run.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { examples } from '../../support/help.ts'

export const fleetRunCommand: DefineCommand = (io, done) =>
  new Command('run')
    .summary('Show what will be measured on many servers')
    .description('Show what a fleet file asks of which servers, and which of them take a job now.')
    .argument('<fleet>', 'Fleet file: boxes, scenarios, engine (docs/fleet.md)')
    .option('--out <folder>', 'Folder for the campaign (default: results/fleet-NAME)')
    .addHelpText('after', examples('fleet run fleet.yaml'))
    .action(async (path, flags) =>
      done(await (await import('../../actions/fleet/run.ts')).fleetRun(path, flagsFor<FleetRunFlags>()(flags), io)),
    )
