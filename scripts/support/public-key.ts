import { readFileSync, statSync } from 'node:fs'
import { publicHexFrom } from '../../harness/record/signing/signature.ts'

/** The public key of `--key`: hexadecimal, or a PEM file. Throws `bad-input` for what is neither. */
export function publicKeyOf(text: string): string {
  const isFile = statSync(text, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? publicHexFrom(readFileSync(text, 'utf8'), text) : publicHexFrom(text, `--key ${text}`)
}
