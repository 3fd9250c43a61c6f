import { expect, test } from 'vitest'
import { minimised } from './minimise.ts'

const least = async (text: string, fails: (text: string) => boolean, tries?: number): Promise<string> =>
  String(await minimised(Buffer.from(text), async (candidate) => fails(String(candidate)), tries))

test('what has nothing to do with a failure is left out, and what may be any letter becomes one', async () => {
  const text = `${'x'.repeat(500)}<gpu>${'y'.repeat(300)}</gpu>${'z'.repeat(200)}`
  expect(await least(text, (part) => /<gpu>[^<]*<\/gpu>/.test(part))).toBe('<gpu></gpu>')
  expect(await least('12:34', (part) => part.length === 5)).toBe('aaaaa')
})

test('an input that fails only as a whole stays', async () => {
  expect(await least('{"a":1}', (part) => part === '{"a":1}')).toBe('{"a":1}')
})

test('the search ends after its tries', async () => {
  let asked = 0
  await least(
    'x'.repeat(1000),
    () => {
      asked += 1
      return false
    },
    25,
  )
  expect(asked).toBe(25)
})
