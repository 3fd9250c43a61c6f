import { Command, Option } from '@commander-js/extra-typings'
import type { PruneFlags } from '../../actions/fleet/store.ts'
import { type DefineCommand, type Done, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { positiveInt } from '../../support/flag-values.ts'
import { examples } from '../../support/help.ts'
import type { CommandIo } from '../../support/io.ts'
import { jsonFlag, storeFlag } from '../../support/shared-flags.ts'

export const storeCommand: DefineCommand = (io, done) =>
  new Command('store')
    .summary('Keep the runs of many servers in one place')
    .description(
      'Keep the runs of many servers in one place: a file (sqlite:FILE) or a PostgreSQL database (postgres://USER@HOST/DATABASE, its password in PGPASSWORD). Runs come out byte for byte as they went in.',
    )
    .helpCommand(false)
    .addCommand(pushCommand(io, done))
    .addCommand(pullCommand(io, done))
    .addCommand(listCommand(io, done))
    .addCommand(verifyCommand(io, done))
    .addCommand(pruneCommand(io, done))
    .addHelpText(
      'after',
      examples('store push results --store postgres://bench@db/joulemark', 'store list card=rtx-4090 since=7d'),
    )

const QUERY =
  'Conditions such as card=rtx-4090 host=gpu* since=7d quotable=yes tokensPerJ>5 last=20 (docs/store.md); all runs without one'
const act = () => import('../../actions/fleet/store.ts')

const pushCommand = (io: CommandIo, done: Done) =>
  new Command('push')
    .summary('Put runs into the store')
    .description(
      'Put runs into the store. Those that are there stay as they are, so that it can be repeated at any time.',
    )
    .argument('[run...]', 'Runs, or folders of runs (default: results)')
    .option('--spooled', 'Only runs that could not be pushed at their end; the arguments are folders of runs')
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('store push results', 'store push --spooled results'))
    .action(async (runs, flags) => done(await (await act()).push(runs, flags, io)))

const pullCommand = (io: CommandIo, done: Done) =>
  new Command('pull')
    .summary('Write runs of the store into a folder')
    .description('Write runs of the store into a folder, byte for byte as they were pushed.')
    .argument('[query...]', QUERY)
    .option('--out <folder>', 'Folder for the runs', 'results/pulled')
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('store pull host=gpu7 since=2026-11-01 --out results/gpu7'))
    .action(async (query, flags) => done(await (await act()).pull(query, flags, io)))

const listCommand = (io: CommandIo, done: Done) =>
  new Command('list')
    .description('List runs of the store, and whether they may be quoted')
    .argument('[query...]', QUERY)
    .option('--verbose', 'Show every gate of each run with its evidence, as for one run alone')
    .addOption(new Option('--gates').hideHelp())
    .addOption(jsonFlag)
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('store list', 'store list scenario=rag-* quotable=yes last=20'))
    .action(async (query, flags) =>
      done(await (await import('../../actions/list.ts')).list([`store:${query.join(' ')}`], flags, io)),
    )

const verifyCommand = (io: CommandIo, done: Done) =>
  new Command('verify')
    .summary('Verify runs of the store')
    .description(
      'Verify runs of the store: hashes, signature, metrics recomputed, and the rows that queries use. Exit code 1 if anything differs.',
    )
    .argument('[query...]', QUERY)
    .option('--key <key>', 'Public key that must have signed: hexadecimal, or a PEM file')
    .addOption(jsonFlag)
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('store verify', 'store verify since=7d --key seller.pem'))
    .action(async (query, flags) => done(await (await act()).verify(query, flags, io)))

const pruneCommand = (io: CommandIo, done: Done) =>
  new Command('prune')
    .summary('Remove old runs from the store')
    .description('Remove old runs from the store. Without --yes it only lists them. Run folders are not touched.')
    .argument('[query...]', QUERY)
    .option('--keep <age>', 'Keep runs younger than this: 180d, 26w, 12h')
    .option('--keep-newest <n>', 'Keep this many newest runs of each card, scenario, host and setting', positiveInt)
    .option('--yes', 'Remove them')
    .addOption(storeFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples('store prune --keep 365d --keep-newest 20', 'store prune source=simulated --keep 30d --yes'),
    )
    .action(async (query, flags) => done(await (await act()).prune(query, flagsFor<PruneFlags>()(flags), io)))
