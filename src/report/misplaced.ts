/** What a root has in the place of folders of its own. */
interface Misplaced {
  path: string
  misplaced: readonly { name: string; why: string }[]
}

/** What is wrong with each, and what to do about it. */
export function describeMisplaced({
  path,
  misplaced,
}: Misplaced): { text: string; mend: string }[] {
  return misplaced.map(({ name, why }) => ({
    text: `${path}/.target-guard/${name} is left alone: ${why}.`,
    mend: 'Remove what lies there; the next job or sweep makes the directory anew.',
  }))
}

/** The same as warnings. */
export function misplacedWarnings(root: Misplaced): string[] {
  return describeMisplaced(root).map(({ text, mend }) => `${text} ${mend}`)
}
