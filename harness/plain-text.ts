/**
 * Text from outside, made harmless for a terminal, a log or a CSV field: control characters (escape sequences and
 * line breaks among them) become a space.
 */
export const plainText = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
