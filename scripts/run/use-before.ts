import { systemClock } from '../../harness/clock.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { refuseServerInUse } from '../../harness/endpoint/in-use.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import type { CommandIo } from '../support/io.ts'
import type { RunFlags } from './run-flags.ts'

/**
 * What other clients do on the server before the first run; null where nothing is seen. Throws `bad-input` for a server
 * in use, unless --force is given. Only the start is looked at: later runs of a suite would see the end of earlier ones.
 */
export async function useBefore(
  files: readonly ScenarioFile[],
  { endpoint, force = false }: RunFlags,
  io: CommandIo,
): Promise<string | null> {
  if (endpoint === undefined || files.every((file) => file.kind === 'training')) return null
  const apiKey = readSecret(io.env, 'OPENAI_API_KEY')
  return refuseServerInUse({ address: parseAddress(endpoint), apiKey, clock: systemClock }, force)
}
