import { describe } from 'vitest'
import type { StoreAddress } from '../../store/db/address.ts'
import { hostileCases } from './hostile-cases.ts'
import { keptCases } from './kept-cases.ts'
import { queryCases } from './query-cases.ts'
import { storeStage } from './stage.ts'

/** What every kind of store must do: the same cases for SQLite and PostgreSQL. `addressOf` gives an empty store. */
export function storeCases(kind: string, addressOf: () => Promise<StoreAddress>, env: NodeJS.ProcessEnv = {}): void {
  describe(kind, () => {
    const stage = storeStage(addressOf, env)
    keptCases(stage)
    queryCases(stage)
    hostileCases(stage)
  })
}
