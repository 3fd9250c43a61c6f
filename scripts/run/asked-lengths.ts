import { resolve } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import type { Given } from './asked.ts'
import { typedValue } from './typed-value.ts'

/** Lengths of prompts or answers, for the scenario file, for its name and for its title. */
export interface AskedLengths {
  readonly tokens: number | Readonly<Record<string, string | number>>
  readonly inName: string
  readonly inTitle: string
}

/** Lengths that are spread evenly around the number that was typed, and what comes before all of them. */
export interface LengthChanges {
  /** `--random-range-ratio`. */
  readonly spread?: Given | undefined
  readonly addedTokens?: number
}

/**
 * The lengths of `512`, or of a distribution as in a scenario file: `lognormal:mean=512,deviation=200,max=4096`,
 * `uniform:100-300`, `empirical:file=lengths.csv,column=input`. A file is relative to the working folder. Throws `bad-input`
 * for what is neither.
 */
export function askedLengths({ flag, text }: Given, { spread, addedTokens = 0 }: LengthChanges = {}): AskedLengths {
  const [, distribution, list] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  if (distribution !== undefined && list !== undefined) {
    if (spread !== undefined || addedTokens > 0) {
      throw new JoulemarkError('bad-input', `${flag} ${text}: expected a number beside flags that change it`)
    }
    return ofDistribution({ distribution, ...pairsOf(list, { flag, text }) })
  }
  const tokens = typedValue(text)
  if (typeof tokens === 'string') throw noLength({ flag, text })
  const share = spread === undefined ? 0 : shareOf(spread)
  if (share === 0) return ofNumber(tokens + addedTokens)
  const [min, max] = [Math.max(1, Math.floor(tokens * (1 - share))), Math.ceil(tokens * (1 + share))]
  return ofDistribution({ distribution: 'uniform', min: min + addedTokens, max: max + addedTokens })
}

const ofNumber = (tokens: number): AskedLengths => ({ tokens, inName: String(tokens), inTitle: String(tokens) })

function ofDistribution(tokens: Readonly<Record<string, string | number>>): AskedLengths {
  const { distribution, mean, min, max } = tokens
  const words = mean !== undefined ? `${mean}` : max !== undefined ? `${min ?? 1}-${max}` : ''
  return { tokens, inName: `${words}${distribution}`, inTitle: [words, distribution].filter(Boolean).join(' ') }
}

/** `key=value` separated by commas, or `100-300` for the bounds of a uniform distribution. */
function pairsOf(list: string, { flag, text }: Given): Readonly<Record<string, string | number>> {
  const [, low, high] = /^(\d+)-(\d+)$/.exec(list) ?? []
  if (low !== undefined && high !== undefined) return { min: Number(low), max: Number(high) }
  const pairs = list.split(',').map((part) => {
    const [, key, value] = /^([A-Za-z]+)=(.+)$/.exec(part.trim()) ?? []
    if (key === undefined || value === undefined) {
      throw noLength({ flag, text })
    }
    return [key, key === 'file' ? resolve(value) : key === 'column' ? value : typedValue(value)] as const
  })
  return Object.fromEntries(pairs)
}

const noLength = ({ flag, text }: Given): JoulemarkError =>
  new JoulemarkError(
    'bad-input',
    `${flag} ${text}: expected a number of tokens, or a distribution such as lognormal:mean=512,deviation=200,max=4096 or uniform:100-300`,
  )

function shareOf({ flag, text }: Given): number {
  const share = Number(text)
  if (text.trim() !== '' && share >= 0 && share < 1) return share
  throw new JoulemarkError('bad-input', `${flag} ${text}: expected a share of at least 0 and less than 1, such as 0.2`)
}
