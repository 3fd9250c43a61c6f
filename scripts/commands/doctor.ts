import { Command } from '@commander-js/extra-typings'
import type { DoctorFlags } from '../actions/doctor.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { withContainerFlags } from '../support/serving/container-flags.ts'
import { expectedCardFlag, jsonFlag, loadAnywayFlag, nvidiaSmiFlag } from '../support/shared-flags.ts'

export const doctorCommand: DefineCommand = (io, done) =>
  withContainerFlags(
    new Command('doctor')
      .summary('Check that this server is ready to benchmark')
      .description(
        'Check that this server is ready to benchmark. Faults come first, each with what was read, why it matters and how to fix it. ' +
          'Exit code 1 if any check fails.',
      )
      .option(
        '--endpoint <url>',
        'Also name the engine of this server and its counters, and load it for 5 s, to test the power sensor and the PCIe links',
      )
      .option(
        '--serving',
        'Also check what serve and box need: container engine, GPUs in a container, images, disk, hub, ports, clock, signing key',
      )
      .option('--suite <file...>', 'Scenarios to be served, with --serving (default: those of box)')
      .addOption(expectedCardFlag)
      .addOption(nvidiaSmiFlag)
      .addOption(loadAnywayFlag),
  )
    .option('--verbose', 'Show every check like this, also those that passed')
    .addOption(jsonFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples('doctor', 'doctor --serving', 'doctor --endpoint http://127.0.0.1:8000 --card rtx-4090'),
    )
    .action(async (flags) =>
      done(await (await import('../actions/doctor.ts')).doctor(flagsFor<DoctorFlags>()(flags), io)),
    )
