import { join } from 'node:path'
import { parseStoreAddress, type StoreAddress } from '../../harness/store/db/address.ts'
import { EMBEDDED_NAME } from '../../harness/store/db/embedded-name.ts'

/** The variable of the environment that names the store; `store` in joulemark.yaml stands for it where it is not set. */
const VARIABLE = 'JOULEMARK_STORE'

/** The store that a flag or the environment names; null if neither does. Throws `bad-input` for what is no address. */
function namedStore(flag: string | undefined, env: NodeJS.ProcessEnv): StoreAddress | null {
  if (flag !== undefined) return parseStoreAddress(flag, '--store')
  const named = env[VARIABLE]
  return named === undefined || named === '' ? null : parseStoreAddress(named, VARIABLE)
}

/** The store that runs are pushed to at their end; null if none is named, or for `--no-store`. Throws as above. */
export const storeOfRuns = (flag: string | false | undefined, env: NodeJS.ProcessEnv): StoreAddress | null =>
  flag === false ? null : namedStore(flag, env)

/** The store that is named, or the file in the folder of results. */
export const storeOrEmbedded = (flag: string | undefined, env: NodeJS.ProcessEnv): StoreAddress =>
  namedStore(flag, env) ?? { kind: 'sqlite', file: join('results', EMBEDDED_NAME) }
