/**
 * Paths in what make reads. It goes by names and not by what they lead to: a rule that names a former
 * place is one of another file. All texts here hold one byte in each character (latin1).
 */

/** A package’s folder and its OUT_DIR, in either of Cargo’s layouts. */
const OUT_DIR = /^[^/\s]+[-/][0-9a-f]{16}\/out\//
const OUT_DIR_AT_MOST = 300

/** Linux takes no longer path. */
const PATH_AT_MOST = 4096

/** An absolute path at the end of a word, behind what may stand before one: `-I`, `a:`, `"`. */
const ABSOLUTE = /(?:^(?:-[A-Za-z]+)?|[^\w.+~/-])(\/.*)$/s

/** The target directories, by their absolute paths, of which a text names an OUT_DIR of this profile. */
export function targetsNamed(text: string, profile: string): Set<string> {
  const found = new Set<string>()
  const middle = `/${profile}/build/`
  for (let hit = text.indexOf(middle); hit !== -1; hit = text.indexOf(middle, hit + 1)) {
    const behind = hit + middle.length
    if (!OUT_DIR.test(text.slice(behind, behind + OUT_DIR_AT_MOST))) continue
    const target = ABSOLUTE.exec(wordBefore(text, hit))?.[1]
    if (target !== undefined) found.add(target)
  }
  return found
}

/** What stands before a place in a text, from the last blank on that is not part of a name. */
function wordBefore(text: string, end: number): string {
  let from = end
  while (from > 0 && end - from < PATH_AT_MOST) {
    if (/\s/.test(text.charAt(from - 1)) && text.charAt(from - 2) !== '\\') break
    from -= 1
  }
  return text.slice(from, end)
}

/** What is written into rules as it is. */
const PLAIN = /^[\w/.+@-]+$/

/** Behind which a path begins: what is in none, with `-I` and its like, or `$(DESTDIR)`. */
const BEGINS = /[^\w.+@~%/\u0080-\u00ff-](?:-[A-Za-z]+)?$/
const FLAG_AT_MOST = 16

/**
 * Has a text name the place of a target directory instead of its former ones.
 *
 * @param former absolute paths
 * @param target absolute path
 * @param isStrict whether none may stay, such as one that may be the end of another path
 * @returns null where that cannot be done for certain
 */
export function withTarget(
  text: string,
  { former, target, isStrict }: { former: readonly string[]; target: string; isStrict: boolean },
): string | null {
  if (![target, ...former].every((path) => PLAIN.test(path))) return null
  const parts: string[] = []
  let done = 0
  for (const { from, to } of hitsOf(text, former)) {
    const flag = text.slice(Math.max(0, from - FLAG_AT_MOST), from)
    if (from < done) return null
    if (!BEGINS.test(from < FLAG_AT_MOST ? ` ${flag}` : flag)) {
      if (isStrict) return null
      continue
    }
    parts.push(text.slice(done, from), target)
    done = to
  }
  return [...parts, text.slice(done)].join('')
}

/** Where paths stand in a text that go on behind it, from the beginning on. */
function hitsOf(text: string, paths: readonly string[]): { from: number; to: number }[] {
  const hits = paths.flatMap((path) => {
    const found: { from: number; to: number }[] = []
    for (
      let from = text.indexOf(`${path}/`);
      from !== -1;
      from = text.indexOf(`${path}/`, from + 1)
    )
      found.push({ from, to: from + path.length })
    return found
  })
  return hits.toSorted((one, other) => one.from - other.from)
}
