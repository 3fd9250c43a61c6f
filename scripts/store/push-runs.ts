import { basename, dirname, join } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import type { StoreAddress } from '../../harness/store/db/address.ts'
import type { Store } from '../../harness/store/db/open.ts'
import { addToSpool, removeFromSpool, spooledIn } from '../../harness/store/spool.ts'
import { counted } from '../../harness/units.ts'
import type { CommandIo } from '../support/io.ts'
import { storeOfRuns } from './store-address.ts'

/** What became of several runs. */
export interface PushedRuns {
  readonly pushed: number
  readonly present: number
  /** One line for each run that was refused. */
  readonly refused: readonly string[]
}

/** Pushes run folders one after another; `ended` gets each that is in the store, or was refused for good. */
export async function pushAll(
  store: Store,
  directories: readonly string[],
  ended: (directory: string) => void = () => {},
): Promise<PushedRuns> {
  const { pushRun } = await import('../../harness/store/push.ts')
  const refused: string[] = []
  let [pushed, present] = [0, 0]
  for (const directory of directories) {
    const result = await pushRun(store, directory)
    if (result.outcome === 'refused') refused.push(`${result.id}: not pushed: ${result.reason}`)
    else if (result.outcome === 'pushed') pushed += 1
    else present += 1
    ended(directory)
  }
  return { pushed, present, refused }
}

/** Pushes what is noted in a folder, and removes the notes of what is in the store. */
export const pushSpooled = (store: Store, folder: string): Promise<PushedRuns> =>
  pushAll(
    store,
    spooledIn(folder).map((run) => join(folder, run)),
    (directory) => removeFromSpool(folder, basename(directory)),
  )

/**
 * Pushes runs that have just ended to the store that the flag or the environment names; does nothing where none is named, for
 * `--no-store`, and without runs. Throws `bad-input` for what is no address; otherwise as `pushEnded`.
 */
export async function pushIfNamed(
  directories: readonly string[],
  flag: string | false | undefined,
  io: CommandIo,
): Promise<void> {
  const address = storeOfRuns(flag, io.env)
  if (address !== null && directories.length > 0) await pushEnded(directories, address, io)
}

/**
 * Pushes runs that have just ended, and those of their folder that earlier could not be. Never throws: a store that cannot
 * be reached costs a line on stderr, and the runs stay noted in their folder.
 */
async function pushEnded(directories: readonly string[], address: StoreAddress, io: CommandIo): Promise<void> {
  const folders = new Set(directories.map(dirname))
  try {
    // first of all, so that a run is pushed later even if this process is killed now
    for (const directory of directories) addToSpool(dirname(directory), basename(directory))
    const { withStore } = await import('../../harness/store/db/open.ts')
    await withStore(address, io.env, 'write', async (store) => {
      for (const folder of folders) {
        const { pushed, present, refused } = await pushSpooled(store, folder)
        for (const line of refused) io.stderr.write(`${line}\n`)
        io.stderr.write(
          `${store.name}: ${counted(pushed, 'run')} pushed${present > 0 ? `, ${present} already there` : ''}\n`,
        )
      }
    })
  } catch (error) {
    const noted = [...folders].flatMap((folder) => spooledIn(folder)).length
    const advice = `${counted(noted, 'run')} to be pushed later: joulemark store push --spooled ${[...folders].join(' ')}`
    io.stderr.write(`not pushed: ${messageOf(error)}; ${advice}\n`)
  }
}
