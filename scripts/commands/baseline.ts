import { Argument, Command, Option } from '@commander-js/extra-typings'
import type { SetBaselineFlags, ShowBaselineFlags } from '../actions/baseline.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { examples } from '../support/help.ts'
import { deprecated } from '../support/io.ts'
import { jsonFlag } from '../support/shared-flags.ts'

export const baselineCommand: DefineCommand = (io, done) => {
  const set = new Command('set')
    .description('Make runs the baseline of their server and scenario')
    .argument('<run...>', 'Runs, or folders of runs')
    .option('--out <folder>', 'Folder whose baselines.json is written: the --out of the later runs', 'results')
    .addHelpText('after', examples('baseline set results'))
    .action(async (runs, flags) =>
      done(await (await import('../actions/baseline.ts')).setBaseline(runs, flagsFor<SetBaselineFlags>()(flags), io)),
    )
  const show = new Command('show')
    .description('Show the baselines of a folder of runs')
    .addArgument(new Argument('[folder]', 'Folder of runs').default('results'))
    .addOption(jsonFlag)
    .addOption(new Option('--out <folder>').hideHelp())
    .addHelpText('after', examples('baseline show'))
    .action(async (folder, { out, ...flags }) => {
      if (out !== undefined) deprecated(io, 'baseline show --out FOLDER', 'baseline show FOLDER')
      const { showBaselines } = await import('../actions/baseline.ts')
      done(await showBaselines(out ?? folder, flagsFor<ShowBaselineFlags>()(flags), io))
    })
  return new Command('baseline')
    .summary('Set or show the runs that a server is compared with')
    .description(
      'The runs that a server is compared with; kept in baselines.json in the folder of the later runs (--out), wherever the runs themselves are.',
    )
    .helpCommand(false)
    .addCommand(set)
    .addCommand(show)
    .addHelpText(
      'after',
      examples(
        'baseline set results',
        'baseline show',
        'run rag-8b-200-mau --endpoint http://box:8000 --against baseline',
      ),
    )
}
