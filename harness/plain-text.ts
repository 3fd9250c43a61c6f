/** Control characters (escape sequences among them), line and paragraph separators. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
/**
 * Characters without a glyph of their own: marks that change the direction of text (trojan source), zero-width characters,
 * fillers and tags that hide text, and halves of characters.
 */
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]+/gu

/**
 * Text from outside, made harmless for a terminal, a log or a CSV field: control characters (escape sequences and
 * line breaks among them) become a space, characters that are invisible or change the direction of text are removed.
 */
export const plainText = (text: string): string => withoutInvisible(text.replace(CONTROLS, ' '))

/** Text without characters that are invisible or change the direction of text; line breaks and colours stay. */
export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '')

/**
 * One word of a POSIX shell line to paste. It stays unquoted only where no shell interprets it: not with `=` first (a command
 * in zsh), and with a tilde only as `~/`, which is the home folder of the user who pastes the line.
 */
export const shellWord = (word: string): string =>
  /^(~\/)?[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
