import { Command } from '@commander-js/extra-typings'
import type { DashboardFlags } from '../../actions/dashboard/dashboard.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { oneMoreWord, portNumber } from '../../support/flag-values.ts'
import { examples, helpSection } from '../../support/help.ts'

const environment = helpSection('Environment:', {
  JOULEMARK_DASHBOARD_TOKEN: 'token that a browser and a scraper have to give',
})

export const dashboardCommand: DefineCommand = (io, done) =>
  new Command('dashboard')
    .summary('Show many servers in a browser')
    .description(
      'Show many servers in a browser: the fleet, servers, cards, scenarios over time, comparisons, what can be quoted, what runs now. It only reads, and only this machine can reach it unless it has a token.',
    )
    .argument('[run...]', 'Folders of runs, or of one folder of runs for each server (default: results)')
    .option(
      '--store <address>',
      'Store to read instead: sqlite:FILE or postgres://USER@HOST/DATABASE (default: JOULEMARK_STORE, or `store` in joulemark.yaml, if no folder is given)',
    )
    .option('--port <n>', 'Port; 0 takes a free one', portNumber, 8090)
    .option('--host <address>', 'Address to listen on; others than those of this machine need a token', '127.0.0.1')
    .option('--token-file <file>', 'File with the token')
    .option('--allowed-host <name>', 'Name under which a proxy is reached; may be repeated', oneMoreWord)
    .addOption(configFlag())
    .addHelpText('after', environment)
    .addHelpText('after', examples('dashboard results', 'dashboard --store postgres://bench@db/joulemark --port 8091'))
    .action(async (runs, flags) =>
      done(
        await (await import('../../actions/dashboard/dashboard.ts')).dashboard(
          runs,
          flagsFor<DashboardFlags>()(flags),
          io,
        ),
      ),
    )
