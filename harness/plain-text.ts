/**
 * Text from outside, made harmless for a terminal, a log or a CSV field: control characters (escape sequences and
 * line breaks among them) become a space.
 */
export const plainText = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

/**
 * One word of a POSIX shell line to paste. It stays unquoted only where no shell interprets it: not with `=` first (a command
 * in zsh), and with a tilde only as `~/`, which is the home folder of the user who pastes the line.
 */
export const shellWord = (word: string): string =>
  /^(~\/)?[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
