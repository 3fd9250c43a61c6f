import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Takes places one after another, as fast as it can. */
const module = new URL('key-chain.ts', import.meta.url).href
const taker = (folder: string, name: string, places: number): string => `
  const { takePlace } = await import(${JSON.stringify(module)})
  const { createHash } = await import('node:crypto')
  for (let run = 0; run < ${places}; run += 1) {
    const link = await takePlace(${JSON.stringify(folder)}, async (link) => {
      const digest = createHash('sha256').update(${JSON.stringify(name)} + run + JSON.stringify(link)).digest('hex')
      return { taken: { ...link, digest }, entry: { run: ${JSON.stringify(name)} + run, digest } }
    })
    console.log(JSON.stringify(link))
  }`

interface Taken {
  readonly place: number
  readonly previous: string | null
  readonly digest: string
}

async function take(folder: string, name: string, places: number): Promise<Taken[]> {
  const code = taker(folder, name, places)
  const args = ['--input-type=module', '--eval', code]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  expect(await once(child, 'close')).toEqual([0, null])
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Taken)
}

test('three processes that sign at once share no place, and every record names the one before it', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'chain-')), 'chain')
  const all = (await Promise.all(['a', 'b', 'c'].map((name) => take(folder, name, 40)))).flat()
  const chain = all.toSorted((a, b) => a.place - b.place)
  expect(chain.map(({ place }) => place)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  expect(chain.map(({ previous }) => previous)).toEqual([null, ...chain.slice(0, -1).map(({ digest }) => digest)])
  const names = readdirSync(folder)
  expect(names).toHaveLength(120)
  const digests = names.map(
    (name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { manifestSha256: string }).manifestSha256,
  )
  expect(digests).toEqual(chain.map(({ digest }) => digest))
})
