import { z } from 'zod'

/** Parts of the schema of FLEET.yaml. */

/** One line of text without control characters: it becomes a word of a command or a line of a script. */
export const lineOfText = z
  .string()
  .min(1)
  .max(4096)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  .regex(/^[^\u0000-\u001f\u007f\u2028\u2029]*$/, 'expected one line without control characters')

/** A name of a box or several: letters, digits, dots, dashes and lists in brackets, as `gpu[1-8]`, or a group. */
export const boxPattern = z
  .string()
  .max(1000)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:*!&[\],-]*$/,
    'expected the name of a box, or several as "gpu[1-8]" (in quotes): letters, digits, . _ -',
  )

const UNITS_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** A time such as `2h` or `90m`, in seconds: from a second to 30 days. */
export const durationText = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'expected a time such as 90m or 2h')
  .transform((text) => Number(text.slice(0, -1)) * UNITS_S[text.slice(-1) as keyof typeof UNITS_S])
  .pipe(
    z
      .number()
      .min(1, 'expected a time such as 90m or 2h')
      .max(30 * UNITS_S.d, 'expected 30d at most'),
  )
