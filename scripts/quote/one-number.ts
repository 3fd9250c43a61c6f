import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { RenderedFile } from '../../reports/report.ts'

/**
 * Throws `bad-input` where a file of an offer would be replaced by another: what was sent under a number has to stay what was sent. The
 * same content may be written again. A PDF is never the same twice: it may be made again only beside its unchanged page.
 */
export async function requireSameOffer(files: readonly RenderedFile[], out: string, pdfName: string): Promise<void> {
  const found: (string | null)[] = []
  for (const { name, text } of files) {
    const there = await textOf(join(out, name))
    if (there !== null && there !== text) throw otherOffer(join(out, name))
    found.push(there)
  }
  if (found.every((there) => there !== null)) return
  if ((await textOf(join(out, pdfName))) !== null) throw otherOffer(join(out, pdfName))
}

const otherOffer = (path: string): JoulemarkError =>
  new JoulemarkError(
    'bad-input',
    `${path}: holds another offer of this number, which stays as it was sent; give another --number, or another --out`,
  )

/** The text of a file; null where there is none. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('environment', `cannot read ${path}: ${messageOf(error)}`, { cause: error })
  }
}
