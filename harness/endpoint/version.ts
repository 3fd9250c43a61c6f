import { z } from 'zod'
import { jsonOf } from '../json-text.ts'
import { plainText } from '../plain-text.ts'
import { keyMask } from '../secret-mask.ts'
import type { Address } from './address.ts'
import { getPage } from './page.ts'

const MAX_VERSION_CHARS = 200
const versionSchema = z.object({ version: z.string().min(1).max(MAX_VERSION_CHARS).transform(plainText) })

/** The version in the text of a /version page, short and plain; null where it is none. Never throws. */
export function versionIn(text: string): string | null {
  const read = versionSchema.safeParse(jsonOf(text))
  return read.success ? read.data.version : null
}

/** The version at vLLM's /version, which is outside /v1 and requires no key; null for other servers. `apiKey` is masked in it. */
export async function readVersion(address: Address, apiKey: string | null): Promise<string | null> {
  const got = await getPage(address, '/version', { apiKey: null, timeoutMs: 5000, maxBytes: 64 * 1024 })
  return 'reason' in got ? null : versionIn(keyMask(apiKey)(got.page))
}
