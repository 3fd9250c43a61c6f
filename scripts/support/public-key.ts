import { readFileSync, statSync } from 'node:fs'
import { JoulemarkError } from '../../harness/errors.ts'
import { publicHexFrom } from '../../harness/record/signing/signature.ts'

/** The public key of `--key`: hexadecimal, or a PEM file. Throws `bad-input` for what is neither, and says where a file is missing. */
export function publicKeyOf(text: string): string {
  const isFile = statSync(text, { throwIfNoEntry: false })?.isFile() === true
  if (!isFile && /[./]/.test(text)) throw new JoulemarkError('bad-input', `--key ${text}: no such file`)
  return isFile ? publicHexFrom(readFileSync(text, 'utf8'), text) : publicHexFrom(text, `--key ${text}`)
}
