import { describe, expect, test } from 'vitest'
import { claimsOf } from '../../harness/prove/judge.ts'
import { surprisesOf } from '../../harness/prove/surprises.ts'
import type { ProofFindings } from '../../harness/record/schema/proof.ts'
import { madeFindings, madeProofRun } from '../../harness/testing/proof-builder.ts'
import { proofMarkdown } from './markdown.ts'
import { proofPage } from './page.ts'
import { proofText } from './text.ts'
import type { ShownProof } from './words.ts'

function shown(over: Partial<ProofFindings> = {}): ShownProof {
  const found = madeFindings(over)
  const claims = claimsOf(found)
  return { ...found, claims, surprises: surprisesOf({ ...found, claims }) }
}
const beside = { isSigned: true, files: ['sensor.csv'] }
const formats = [
  ['page', (proof: ShownProof, isSigned = true) => proofPage(proof, { isSigned, files: ['sensor.csv'] })],
  ['Markdown', (proof: ShownProof, isSigned = true) => proofMarkdown(proof, { isSigned, files: ['sensor.csv'] })],
  ['text', (proof: ShownProof, isSigned = true) => proofText(proof, { color: false, columns: null, isSigned })],
] as const

describe.each(formats)('the proof as %s', (_name, render) => {
  test('has the verdict, every claim and the numbers behind it', () => {
    const proof = shown()
    const text = render(proof)
    expect(text).toContain('11 proved, 0 not proved, 0 contradicted')
    for (const { claim } of proof.claims) expect(text).toContain(claim)
    expect(text).toContain('highest mean power 446.0 W')
    expect(text).not.toContain('SIMULATED')
  })

  test('says SIMULATED, and that nothing of it may be quoted', () => {
    const text = render(shown({ source: 'simulated', sourceEvidence: ['driver 0.0-sim'] }))
    expect(text).toMatch(/SIMULATED:(<\/strong>)? no card was measured/)
    expect(text).toContain('no figure of it may be quoted')
    expect(text).toContain('SIMULATED (would be proved)')
    expect(text).toContain('SIMULATED: would be 11 proved')
  })

  test('says what is contradicted and what was not expected', () => {
    const text = render(shown({ runs: [madeProofRun('closed-1', { 'physical-limit': 'fail' })] }))
    expect(text).toContain('1 contradicted')
    expect(text).toMatch(/physical-limit is contradicted/)
  })

  test('says where it is not signed', () => {
    expect(render(shown(), true)).not.toContain('Not signed')
    const text = render(shown(), false)
    expect(text).toContain('Not signed: nothing proves that it was not fabricated')
    expect(text).not.toContain('checks the signature')
  })

  test('is whole where nothing was found', () => {
    const text = render(
      shown({
        card: null,
        python: null,
        sensor: null,
        runs: [],
        steps: [],
        weightsMiB: { value: null, reason: 'none' },
      }),
    )
    expect(text).toContain('0 proved, 11 not proved, 0 contradicted')
    expect(text).not.toMatch(/undefined|NaN|null/)
  })
})

test('text from outside is text: a card with markup and escapes in its name', () => {
  const name = '<img src=x onerror=alert(1)> \u001b[31m| `RTX`'
  const proof = shown({
    card: { ...madeFindings().card!, name },
    steps: [{ id: 'doctor', status: 'failed', seconds: 1, note: name }],
  })
  expect(proofPage(proof, beside)).not.toContain('<img')
  expect(proofMarkdown(proof, beside)).not.toContain('<img')
  expect(proofMarkdown(proof, beside)).toContain('\\|')
  for (const [, render] of formats) expect(render(proof)).not.toContain('\u001b[31m')
})

test('the page loads nothing and runs nothing', () => {
  const page = proofPage(shown(), beside)
  expect(page).toContain("default-src 'none'")
  expect(page).not.toMatch(/<script|src=|href="http/)
  expect(page).toContain('<svg')
})

test('a terminal of 80 columns is kept', () => {
  const text = proofText(shown(), { color: false, columns: 80, isSigned: false })
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('only samples that are there are said to be signed', () => {
  const samples = 'checks the signature over this page and the samples of the sensor'
  expect(proofPage(shown(), beside)).toContain(samples)
  expect(proofPage(shown(), { isSigned: true, files: [] })).not.toContain('the samples of the sensor')
})
