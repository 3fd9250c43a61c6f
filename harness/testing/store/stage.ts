import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { newKeyPair, readPrivateKey } from '../../record/signing/signature.ts'
import type { StoreAddress } from '../../store/db/address.ts'
import { type Store, withStore } from '../../store/db/open.ts'
import { findInStore } from '../../store/find.ts'
import { parseQuery } from '../../store/query/parse.ts'
import { type LiveRun, writeLiveRun } from '../live-record.ts'

/** The time at which queries are read. */
export const now = new Date('2026-12-01T00:00:00Z')

/** Where the cases of a store are played. */
export interface StoreStage {
  /** Folder for what the tests write; removed with them. */
  readonly root: string
  /** A signed run with its place in the chain of its key; it is there once the tests begin. */
  readonly original: LiveRun
  /** Address of an empty store. */
  readonly addressOf: () => Promise<StoreAddress>
  /** Acts on an empty store, or on the one at an address. */
  readonly use: <Result>(act: (store: Store) => Promise<Result>, address?: StoreAddress) => Promise<Result>
  /** Name of a folder that does not exist yet. */
  readonly empty: () => string
  /** Ids of the runs that a query selects, in its order. */
  readonly ids: (store: Store, query: string) => Promise<string[]>
}

/** Sets the stage for the tests of the surrounding `describe`. */
export function storeStage(addressOf: () => Promise<StoreAddress>, env: NodeJS.ProcessEnv): StoreStage {
  const root = mkdtempSync(join(tmpdir(), 'store-cases-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const key = readPrivateKey(newKeyPair().privatePem, 'test key')
  let original: LiveRun
  beforeAll(async () => {
    original = await writeLiveRun(join(root, 'runs'), { key, chain: join(root, 'chain') })
  })
  let folders = 0
  return {
    root,
    get original() {
      return original
    },
    addressOf,
    use: async (act, address) => withStore(address ?? (await addressOf()), env, 'write', act),
    empty: () => join(root, `pulled-${++folders}`),
    ids: async (store, query) => (await findInStore(store, parseQuery(query, now))).map(({ id }) => id),
  }
}
