import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { chainLines, chainName, type KeyChain, keyChains } from '../../../harness/evidence/key-chains.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { findRuns } from '../../../harness/record/disk/run-folders.ts'
import { checkStored } from '../../../harness/store/check.ts'
import { type Store, type StoreMode, withStore } from '../../../harness/store/db/open.ts'
import { findInStore, type StoreEntry } from '../../../harness/store/find.ts'
import { outdated, removeRuns } from '../../../harness/store/prune.ts'
import { pullRun } from '../../../harness/store/pull.ts'
import { ageMs, parseQuery } from '../../../harness/store/query/parse.ts'
import { spooledIn } from '../../../harness/store/spool.ts'
import { counted } from '../../../harness/units.ts'
import { pushAll, pushSpooled } from '../../store/push-runs.ts'
import { storeOrEmbedded } from '../../store/store-address.ts'
import type { CommandIo } from '../../support/io.ts'
import { publicKeyOf } from '../../support/public-key.ts'

/** Flags of every `store` command. */
export interface StoreFlags {
  readonly store?: string
}

const use = <Result>(flags: StoreFlags, io: CommandIo, mode: StoreMode, act: (store: Store) => Promise<Result>) =>
  withStore(storeOrEmbedded(flags.store, io.env), io.env, mode, act)

const say = (io: CommandIo, line: string): void => io.stdout(`${plainText(line)}\n`)

/** The runs that the words of a query ask for. Throws `bad-input` for a query that cannot be read. */
const found = (store: Store, query: readonly string[]): Promise<StoreEntry[]> =>
  findInStore(store, parseQuery(query.join(' '), new Date()))

/** Pushes runs, or those that are noted in folders. Exit code 1 if one was refused. */
export async function push(
  paths: readonly string[],
  flags: StoreFlags & { readonly spooled?: boolean },
  io: CommandIo,
): Promise<number> {
  // before the folders, so that an address with a password in it is refused in any case
  const address = storeOrEmbedded(flags.store, io.env)
  const folders = paths.length === 0 ? ['results'] : paths
  if (flags.spooled && folders.every((folder) => spooledIn(folder).length === 0)) {
    say(io, `nothing is noted to be pushed in ${folders.join(', ')}`)
    return exitCodes.done
  }
  const directories = flags.spooled ? [] : await findRuns(folders)
  return withStore(address, io.env, 'write', async (store) => {
    const all = flags.spooled
      ? await Promise.all(folders.map((folder) => pushSpooled(store, folder)))
      : [await pushAll(store, directories)]
    const refused = all.flatMap((each) => each.refused)
    for (const line of refused) say(io, line)
    const sum = (key: 'pushed' | 'present') => all.reduce((total, each) => total + each[key], 0)
    say(io, `${store.name}: ${counted(sum('pushed'), 'run')} pushed, ${sum('present')} already there`)
    return refused.length > 0 ? exitCodes.negativeResult : exitCodes.done
  })
}

/** Writes runs of the store into a folder, as they were pushed. Exit code 1 if one is not what was pushed. */
export async function pull(
  query: readonly string[],
  flags: StoreFlags & { readonly out: string },
  io: CommandIo,
): Promise<number> {
  return use(flags, io, 'read', async (store) => {
    const entries = await found(store, query)
    const failures: string[] = []
    let [pulled, present] = [0, 0]
    for (const entry of entries) {
      const result = await pullRun(store, entry, flags.out).catch((error) => {
        if (!(error instanceof JoulemarkError) || error.code !== 'negative-result') throw error
        failures.push(error.message)
        return null
      })
      if (result?.outcome === 'pulled') pulled += 1
      else if (result !== null) present += 1
    }
    for (const line of failures) say(io, line)
    say(io, `${flags.out}: ${counted(pulled, 'run')} pulled, ${present} already there`)
    return failures.length > 0 ? exitCodes.negativeResult : exitCodes.done
  })
}

/** Verifies runs of the store as `verify` does folders, and the rows of queries against them. Exit codes as `verify`. */
export async function verify(
  query: readonly string[],
  flags: StoreFlags & { readonly key?: string; readonly json?: boolean },
  io: CommandIo,
): Promise<number> {
  const key = flags.key === undefined ? null : publicKeyOf(flags.key)
  return use(flags, io, 'read', async (store) => {
    const checked = []
    for (const entry of await found(store, query)) checked.push(await checkStored(store, entry, key))
    const verified = checked.flatMap(({ verification }) => verification ?? [])
    const chains: KeyChain[] = keyChains(verified.filter(({ record }) => record?.redacted !== true))
    const bad = checked.filter(({ problems }) => problems.length > 0)
    const unchecked = checked.filter(({ problems, fault }) => problems.length === 0 && fault !== null)
    const broken = chains.filter(({ problems }) => problems.length > 0)
    if (flags.json) {
      const runs = checked.map(({ verification: _, ...run }) => run)
      io.stdout(`${JSON.stringify({ store: store.name, verified: runs, chains }, null, 2)}\n`)
    } else {
      const lines = (name: string, problems: readonly string[]) => [
        `NOT VERIFIED (${problems.length}): ${name}`,
        ...problems.map((problem) => `  ${problem}`),
      ]
      for (const { id, problems } of bad) for (const line of lines(id, problems)) say(io, line)
      for (const chain of broken) {
        for (const line of lines(
          chainName(chain),
          chain.problems.map(({ file, what }) => `${file}: ${what}`),
        ))
          say(io, line)
      }
      for (const { id, fault } of unchecked) say(io, `NOT CHECKED: ${id}: ${fault}`)
      for (const line of chainLines(chains)) say(io, line)
      say(
        io,
        `${store.name}: ${checked.length - bad.length - unchecked.length} of ${counted(checked.length, 'run')} verified`,
      )
    }
    if (bad.length > 0 || broken.length > 0) return exitCodes.negativeResult
    return unchecked.length > 0 ? exitCodes.environmentFailed : exitCodes.done
  })
}

/** Flags of `store prune`. */
export interface PruneFlags extends StoreFlags {
  /** Age up to which runs stay, such as 180d. */
  readonly keep?: string
  /** This many newest runs of each card, scenario, host and setting stay. */
  readonly keepNewest?: number
  readonly yes?: boolean
}

/** Removes old runs; without --yes it only says which. */
export async function prune(query: readonly string[], flags: PruneFlags, io: CommandIo): Promise<number> {
  if (flags.keep === undefined && flags.keepNewest === undefined) {
    throw new JoulemarkError('bad-input', 'store prune: expected --keep AGE, --keep-newest N, or both')
  }
  const age = flags.keep === undefined ? null : ageMs(flags.keep)
  if (flags.keep !== undefined && age === null) {
    throw new JoulemarkError('bad-input', `--keep ${flags.keep}: expected an age such as 180d, 26w or 12h`)
  }
  const since = age === null ? null : new Date(Date.now() - age).toISOString()
  return use(flags, io, flags.yes ? 'write' : 'read', async (store) => {
    const old = await outdated(store, parseQuery(query.join(' '), new Date()), {
      since,
      newest: flags.keepNewest ?? null,
    })
    const megabytes = (old.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1)
    const what = `${counted(old.length, 'run')} (${megabytes} MB before compression)`
    for (const { id, startedAt } of old) say(io, `${id}  started ${startedAt.slice(0, 10)}`)
    if (!flags.yes) {
      say(io, `${store.name}: would remove ${what}${old.length > 0 ? '; --yes removes them' : ''}`)
      return exitCodes.done
    }
    say(io, `${store.name}: removed ${await removeRuns(store, old)} of ${what}`)
    return exitCodes.done
  })
}
