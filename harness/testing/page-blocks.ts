import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The code blocks of a page of docs/ in a language, in their order: what a page shows is what its test runs. */
function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8')
  return [...text.matchAll(/^```(\S+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, block]) =>
    of === language ? [block!] : [],
  )
}

/** The command lines of a block: without comments, and with lines that end in a backslash joined. */
export const commandsIn = (block: string): string[] =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$|^#.*$/, '').trim())
    .filter((line) => line !== '')

/** The block with this text in it. Throws where the page has none. */
export function blockWith(page: string, language: string, part: string): string {
  const found = blocksOf(page, language).find((block) => block.includes(part))
  if (found === undefined) throw new Error(`docs/${page}: has no block of ${language} with ${part}`)
  return found
}
