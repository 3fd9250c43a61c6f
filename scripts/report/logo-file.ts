import { open } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import { LOGO_MAX_BYTES, logoUri } from '../../reports/quote/logo/logo.ts'

/** A logo file as a data URI; throws `bad-input` with what is wrong with it. No more is read than a logo may weigh. */
export async function readLogo(path: string): Promise<string> {
  let bytes: Buffer
  try {
    const file = await open(path)
    try {
      if (!(await file.stat()).isFile()) throw new JoulemarkError('bad-input', `--logo ${path}: expected a file`)
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(LOGO_MAX_BYTES + 1) })
      bytes = buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('bad-input', `--logo ${path}: ${messageOf(error)}`)
  }
  try {
    return logoUri(path, bytes)
  } catch (error) {
    // a quote reads the same files, named in its inputs
    if (!(error instanceof JoulemarkError)) throw error
    throw new JoulemarkError(error.code, error.message.replace(/^seller\.logo /, '--logo '))
  }
}
