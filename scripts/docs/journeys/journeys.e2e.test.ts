import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBox, type RunningBox } from '../../../harness/simulator/box/launch-box.ts'
import { withBlock } from '../generated-block.ts'
import { inRepository } from '../pages.ts'
import { type Played, play } from './play.ts'
import { codeOf, comparable, shownBlock, wordsOf } from './shown.ts'
import { makeStage, recordsOf, type Stage } from './stage.ts'

/**
 * The three guides: every command runs as it stands there, and what a guide shows is what its command prints. With
 * JOULEMARK_WRITE_GUIDES=1 the outputs are written into the guides (`npm run docs:journeys`).
 */
const guides = Object.keys(recordsOf)
const isWriting = process.env['JOULEMARK_WRITE_GUIDES'] === '1'
/** Blocks about this machine: their words count, and most of them must be there. */
const ABOUT_THE_MACHINE = ['doctor', 'plan']
const MOST = 0.75

const root = mkdtempSync(join(tmpdir(), 'guides-'))
let box: RunningBox
let stage: Stage
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 1 })
  const made = await makeStage(root)
  const path = `${box.folder}:${made.env['PATH']}`
  stage = { ...made, env: { ...made.env, PATH: path, JOULEMARK_NVIDIA_SMI: box.nvidiaSmi } }
})
afterAll(async () => {
  await box.stop()
  rmSync(root, { recursive: true, force: true })
})

test.each(guides)('docs/%s.md', async (guide) => {
  const file = `docs/${guide}.md`
  const own = { ...stage, folder: join(root, guide) }
  mkdirSync(own.folder)
  await recordsOf[guide]?.(own)
  const page = readFileSync(inRepository(file), 'utf8')
  const played = await play(file, page, own)
  const run = played.filter((each) => each.ended !== null)
  expect(run.length).toBeGreaterThan(1)
  if (isWriting) {
    writeFileSync(inRepository(file), run.reduce(withOutput, page))
    return
  }
  for (const each of run) {
    const shown = shownIn(page, each)
    const now = shownBlock(each.ended!)
    if (shown === null) expect([each.command, each.ended!.code], each.ended!.text).toEqual([each.command, 0])
    else if (ABOUT_THE_MACHINE.includes(each.block!)) {
      expect(missingWords(shown, now), now).toBeLessThan(1 - MOST)
      expect(codeOf(now), `${file}: ${each.command}`).toBe(codeOf(shown))
    } else expect(comparable(now), `${file}: ${each.command}; npm run docs:journeys writes it`).toBe(comparable(shown))
  }
})

const withOutput = (page: string, { block, ended }: Played): string =>
  block === null || ended === null ? page : withBlock(page, block, shownBlock(ended))

/** The output that a guide shows of a command; null where it shows none. */
function shownIn(page: string, { block }: Played): string | null {
  if (block === null) return null
  const from = page.indexOf(`<!-- generated: ${block} -->`)
  return page.slice(page.indexOf('-->', from) + 3, page.indexOf('<!-- end -->', from)).trim()
}

/** The share of the words of a block that are not in another one. */
function missingWords(shown: string, now: string): number {
  const [words, there] = [wordsOf(shown), wordsOf(now)]
  return [...words].filter((word) => !there.has(word)).length / Math.max(1, words.size)
}
