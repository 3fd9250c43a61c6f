import { describe, expect, test } from 'vitest'
import { type BannedForm, bannedForms } from './banned-forms.ts'
import { allowedForms } from './exempt.ts'
import { textsOfModule, type VisibleText, visibleTexts } from './visible-texts.ts'

const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`)
/** The words of a text that a rule bans; null where it has none. */
const foundIn = ({ file, text }: VisibleText, { form, room }: BannedForm): string | null =>
  room !== undefined && !isIn(file, room) ? null : (form.exec(text)?.[0] ?? null)

const hits = visibleTexts().flatMap((at) =>
  bannedForms.flatMap((rule) => {
    const words = foundIn(at, rule)
    return words === null ? [] : [{ ...at, words, rule }]
  }),
)
const isAllowed = (hit: (typeof hits)[number]): boolean =>
  allowedForms.some(({ file, words }) => file === hit.file && words === hit.words)

describe('texts that a user can read', () => {
  test('have no form of words that the field does not use', () => {
    const wrong = hits.filter((hit) => !isAllowed(hit))
    expect(
      wrong.map(({ file, line, words, rule }) => `${file}:${line}: "${words}": ${rule.say} (${rule.because})`),
    ).toEqual([])
  })

  test.each(allowedForms)('$words is still in $file', ({ file, words }) => {
    expect(hits.some((hit) => hit.file === file && hit.words === words)).toBe(true)
  })
})

describe('the rules', () => {
  test.each(bannedForms)('$example', ({ form, example }) => {
    expect(form.exec(example)).not.toBeNull()
  })

  test.each([
    'We recommend a newer driver.',
    'Wait a second run of the server.',
    'once per second, 12 tokens/s, £0.25 per kWh',
    'A run with a trial has a request.',
    'The SLO was met.',
  ])('allow: %s', (text) => {
    expect(bannedForms.flatMap((rule) => foundIn({ file: 'reports/x.ts', line: 1, text }, rule) ?? [])).toEqual([])
  })
})

describe('the texts of a module', () => {
  test('are its literals and templates, without imports, names of properties and types', () => {
    const source = `import { a } from './mend.ts'
      export * from './told.ts'
      const of: 'wants' | null = null
      const plain = { 'left out': 'one', mend: "two" }
      const long = \`three \${a} a
      second\``
    expect(textsOfModule('x.ts', source)).toEqual([
      { file: 'x.ts', line: 4, text: 'one' },
      { file: 'x.ts', line: 4, text: 'two' },
      { file: 'x.ts', line: 5, text: 'three … a\n      second' },
    ])
  })

  test('must parse', () => expect(() => textsOfModule('x.ts', 'const = 1')).toThrow('x.ts: '))
})
