import { readFile, stat } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { Claims } from '../../reports/claims/claims.ts'
import { parseClaimsText } from '../../reports/claims/file/parse.ts'

/** Larger files are refused without reading them: the bundled article has 43 kB. */
const MAX_CLAIMS_BYTES = 2_000_000

/** The word that stands for the claims that come along. */
const ARTICLE = 'article'
const articleFile = new URL('../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json', import.meta.url)

/** A claims file by its path, or the bundled one by the word `article`. */
export async function readClaims(path: string): Promise<Claims> {
  let text: string
  try {
    const info = await stat(path === ARTICLE ? articleFile : path)
    if (info.isDirectory()) throw new JoulemarkError('bad-input', `--claims ${path}: a folder; expected a claims file`)
    if (info.isCharacterDevice() || info.isBlockDevice()) {
      throw new JoulemarkError('bad-input', `--claims ${path}: a device; expected a claims file`)
    }
    if (info.size > MAX_CLAIMS_BYTES) {
      throw new JoulemarkError('bad-input', `--claims ${path}: ${info.size} bytes; expected under ${MAX_CLAIMS_BYTES}`)
    }
    text = await readFile(path === ARTICLE ? articleFile : path, 'utf8')
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = missing ? `no such file; \`--claims ${ARTICLE}\` is the bundled one` : messageOf(error)
    throw new JoulemarkError('bad-input', `--claims ${path}: ${why}`)
  }
  return parseClaimsText(text, path === ARTICLE ? 'the article' : path)
}
