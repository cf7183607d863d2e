/**
 * What rustc and build scripts say of the files they read. Both lie in a target directory, into which
 * anybody who ran there may have written: text is taken as it comes, up to these sizes.
 */
const CHARACTERS_AT_MOST = 16 * 1024 * 1024
const PATHS_AT_MOST = 100_000

/** Linux takes no longer path. */
const PATH_AT_MOST = 4096

/** What rustc says a unit was made of, in `deps/<name>-<hash>.d`. */
export interface DepInfo {
  /** what it is about: tells where the target directory lay when it was written; '' if nothing does */
  readonly output: string
  /** absolute, or relative to where rustc ran, which for a workspace's crates is its root */
  readonly inputs: readonly string[]
  /** what `env!` and `option_env!` read, by name; without those that were not set */
  readonly environment: ReadonlyMap<string, string>
  /** in words, why inputs may be missing */
  readonly problem: string | null
}

const VARIABLE = /^# env-dep:([^=]*)=(.*)$/

/**
 * Reads dep-info as Cargo does: the first rule holds all inputs, spaces in names are written `\ `.
 * Nothing that it may hold is an error.
 */
export function parseDepInfo(text: string): DepInfo {
  const lines = linesOf(text)
  const environment = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = VARIABLE.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      environment.set(unescaped(name), unescaped(value))
    }
  }
  const rule = lines.find((line) => !line.startsWith('#') && COLON.test(line))
  if (rule === undefined) return { output: '', inputs: [], environment, problem: 'it has no rule' }
  const colon = rule.search(COLON)
  const { names, isWhole } = splitNames(rule.slice(colon + 1))
  const [output = ''] = splitNames(rule.slice(0, colon)).names
  const problem = isWhole ? problemWith(text, names) : 'its last name is cut off'
  return { output, inputs: names, environment, problem }
}

const COLON = /:( |$)/

/** All that several files say of one unit. */
export function joinDepInfo(parts: readonly DepInfo[]): DepInfo {
  return {
    output: parts[0]?.output ?? '',
    inputs: parts.flatMap(({ inputs }) => inputs),
    environment: new Map(parts.flatMap(({ environment }) => [...environment])),
    problem: parts.map(({ problem }) => problem).find((each) => each !== null) ?? null,
  }
}

/** Names parted by blanks; a backslash before a blank makes it part of the name. */
function splitNames(text: string): { names: string[]; isWhole: boolean } {
  const names: string[] = []
  let begun: string | null = null
  for (const word of text.split(/[ \t]/)) {
    if (begun === null && word === '') continue
    const name: string = begun === null ? word : `${begun} ${word}`
    begun = name.endsWith('\\') ? name.slice(0, -1) : null
    if (begun === null) names.push(name)
  }
  return { names, isWhole: begun === null }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' }

function unescaped(text: string): string {
  return text.replaceAll(/\\([nr\\])/g, (all, letter: string) => ESCAPES[letter] ?? all)
}

const RERUN = /^cargo::?rerun-if-changed=(.*)$/

/**
 * The paths of `cargo:rerun-if-changed=` in what a build script printed: absolute, or relative to the
 * root of its package, which is also what the empty path means.
 *
 * @returns the paths, or in words why they cannot be relied on
 */
export function parseRerunIfChanged(text: string): readonly string[] | string {
  // Cargo takes no notice of blanks around a line.
  const paths = linesOf(text).flatMap((line) => RERUN.exec(line.trim())?.[1] ?? [])
  return problemWith(text, paths) ?? paths
}

/**
 * What Cargo may take for its own in what a build script printed. All other lines, such as make’s with
 * the folders of another library in them, nobody reads.
 */
export function toldCargo(text: string): string {
  const lines = linesOf(text).filter((line) => line.includes('cargo:'))
  return lines.join('\n')
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

function problemWith(text: string, paths: readonly string[]): string | null {
  if (text.length > CHARACTERS_AT_MOST) return 'it is too large'
  if (paths.length > PATHS_AT_MOST) return 'it names too many files'
  return paths.every(isPath) ? null : 'it names what cannot be a file'
}

function isPath(path: string): boolean {
  return path.length <= PATH_AT_MOST && !path.includes('\0') && !path.includes('\uFFFD')
}

/**
 * Whether a text is what rustc notes of a check alone, from which nothing is linked: many build scripts
 * leave it that try whether a feature is there (anyhow, proc-macro2, thiserror). Its rules are of the
 * note itself, of metadata, and of sources, of which nothing has to be made.
 */
export function isOfCheck(text: string): boolean {
  const rules = linesOf(text).filter((line) => line !== '' && !line.startsWith('#'))
  return rules.every((line) => line.endsWith(':') || CHECKED.test(line))
}

const CHECKED = /^(?:[^\\ ]|\\.)+\.(?:d|rmeta): /
