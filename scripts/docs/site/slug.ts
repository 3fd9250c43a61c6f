/** The anchor that GitHub makes from a heading; the site makes the same, so that a link leads there in both. */
export const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
