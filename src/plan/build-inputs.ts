import { parseObject } from './lease.ts'

/**
 * The inputs of a build: what Cargo compares mtimes of, with the contents that those mtimes stand for.
 * Written when a job ends, and read by the next one that builds in the same or a copied target
 * directory. Anybody who could write there may have written it.
 */
export interface BuildInputs {
  version: 1
  /** the checkout it was recorded in, absolute */
  workspace: string
  /** what cargo and rustc called themselves; '' if not told */
  toolchain: string
  /** workspaces that units were built in before, newest first */
  former: readonly string[]
  /** why inputs may be missing: with any, it is only good for the same workspace */
  gaps: readonly string[]
  /** fingerprints of units whose inputs cannot all be found, relative to the target directory */
  lost: readonly string[]
  /** when the newest unit of the build began: an input with a later mtime is compiled again */
  newestNs: string
  /**
   * folders of the workspace in which all that lies there counts, recorded or not, and paths that are
   * like these; '' is the workspace. What lies elsewhere and was not recorded is named by no unit
   */
  whole: readonly string[]
  /** what `besideInputs` found: files, and folders with a slash at their ends; null where it was not noted */
  beside: readonly string[] | null
  inputs: readonly Input[]
}

const KINDS = ['file', 'link', 'directory'] as const
export type Kind = (typeof KINDS)[number]

/** One input, and what it held. */
export interface Input extends Content {
  /** relative to the workspace where it lies below it, else absolute */
  path: string
  /** nanoseconds since the epoch; of a folder whose times are not ours to set, of the newest in it */
  mtimeNs: string
  /** fingerprints of the units that name it, where giving it another mtime is not ours or not enough */
  units: readonly string[]
}

/** What something holds; equal ids mean equal content. */
export interface Content {
  kind: Kind
  /**
   * `git:` and the blob's id, `sha256:` of a file's bytes or a directory's whole listing, `link:` and
   * where it leads, or UNPROVEN, which equals nothing, not even itself
   */
  id: string
  isExecutable: boolean
  /** bytes of a file in the work tree, 0 for others; null where nobody has looked yet */
  size: number | null
}

/** What git proves a file of a work tree to hold. */
export interface Proven extends Content {
  /** its mtime in whole seconds, as far as they go into 32 bits; null where git was not asked for it */
  mtimeS: number | null
}

export const UNPROVEN = 'unproven'

/** What lies at a path now. */
export interface Present extends Content {
  /** as in Input */
  path: string
}

/** The time that a path gets; null for now. */
export interface PlannedTime {
  path: string
  mtimeNs: string | null
  /** what it must hold at that moment: where it does not, it gets now as well */
  expected: Content
}

/** What decides beside the contents. */
export interface Circumstances {
  /** when the newest unit began: what is younger was compiled by none */
  newestNs: string
  /** what gets now, whatever it holds */
  touched: ReadonlySet<string>
}

/**
 * Decides which mtimes make Cargo build exactly what changed: what holds the same as when it was
 * recorded gets the recorded mtime, everything else now.
 */
export function planTimes(
  recorded: ReadonlyMap<string, Input>,
  present: readonly Present[],
  { newestNs, touched }: Circumstances,
): PlannedTime[] {
  const newest = BigInt(newestNs)
  return present.map((content) => {
    const { path, kind, id, isExecutable } = content
    const before = recorded.get(path)
    const isSame = before !== undefined && isSameContent(before, content)
    // An mtime in the future would hide every later change of its package.
    const isKept = isSame && !touched.has(path) && BigInt(before.mtimeNs) <= newest
    return isKept
      ? { path, mtimeNs: before.mtimeNs, expected: { kind, id, isExecutable, size: before.size } }
      : { path, mtimeNs: null, expected: content }
  })
}

/** Whether two contents are proven equal. */
export function isSameContent(a: Content, b: Content): boolean {
  if (a.id === UNPROVEN || a.id !== b.id || a.kind !== b.kind) return false
  if (a.size !== null && b.size !== null && a.size !== b.size) return false
  return a.isExecutable === b.isExecutable
}

export function encodeBuildInputs({ inputs, ...head }: BuildInputs): string {
  return `${JSON.stringify({ ...head, inputs: inputs.map(rowOf) })}\n`
}

/** An input as it is written down. */
export function rowOf({ path, kind, id, isExecutable, size, mtimeNs, units }: Input): unknown[] {
  return [path, KINDS.indexOf(kind), id, isExecutable ? 1 : 0, size, mtimeNs, ...units]
}

export const INPUTS_AT_MOST = 500_000

/**
 * Reads recorded inputs that anybody may have written.
 *
 * @returns the inputs, or in words what is wrong with them
 */
export function parseBuildInputs(text: string): BuildInputs | string {
  const found = parseObject(text)
  if (found === null) return 'it is not a JSON object'
  if (found['version'] !== 1) return `its format version is ${JSON.stringify(found['version'])}`
  const { workspace, former, toolchain, gaps, lost, newestNs, inputs } = found
  // Of earlier versions: they recorded all that there was.
  const whole = found['whole'] ?? ['']
  if (typeof workspace !== 'string' || !isAbsolute(workspace)) return 'it names no workspace'
  if (typeof toolchain !== 'string') return 'it names no toolchain'
  if (!isTexts(former) || !former.every(isAbsolute)) return 'it names no former workspaces'
  if (!isTexts(gaps)) return 'it does not say whether it is complete'
  if (!isTexts(lost) || !lost.every(isFingerprint)) return 'it names what is no fingerprint'
  if (!isTexts(whole) || !whole.every(isSettable)) return 'it names folders that are none'
  const beside = found['beside'] ?? null
  const isBeside = beside === null || (isTexts(beside) && beside.length <= INPUTS_AT_MOST)
  if (!isBeside) return 'it does not list what lies beside its inputs'
  if (!isNanoseconds(newestNs)) return 'it does not say when the build was'
  if (!Array.isArray(inputs) || inputs.length > INPUTS_AT_MOST) return 'it lists no inputs'
  const read: Input[] = []
  const paths = new Set<string>()
  for (const [index, row] of inputs.entries()) {
    const input = parseInput(row)
    if (input === null) return `its input ${index + 1} cannot be understood`
    if (paths.has(input.path)) return `its input ${index + 1} is there twice`
    paths.add(input.path)
    read.push(input)
  }
  const head = { workspace, former, toolchain, gaps, lost, newestNs, whole, beside }
  return { version: 1, ...head, inputs: read }
}

export function parseInput(row: unknown): Input | null {
  if (!Array.isArray(row)) return null
  const [path, kindIndex, id, executable, size, mtimeNs, ...units] = row as unknown[]
  const kind = typeof kindIndex === 'number' ? KINDS[kindIndex] : undefined
  if (typeof path !== 'string' || !isInputPath(path) || kind === undefined) return null
  if (typeof id !== 'string' || !isId(id, kind)) return null
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null
  if (executable !== 0 && executable !== 1) return null
  if (!isNanoseconds(mtimeNs)) return null
  if (!isTexts(units) || !units.every(isFingerprint)) return null
  return { path, kind, id, isExecutable: executable === 1, size, mtimeNs, units }
}

/** What an id looks like, unless it is UNPROVEN. */
const IDS: Readonly<Record<Kind, RegExp>> = {
  file: /^(git:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/,
  directory: /^sha256:[0-9a-f]{64}$/,
  link: /^link:[^\0]{1,4095}$/,
}

function isId(id: string, kind: Kind): boolean {
  return id === UNPROVEN || IDS[kind].test(id)
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

/** `<profile>/.fingerprint/<unit>` or `<profile>/build/<package>/<hash>/fingerprint`. */
export function isFingerprint(path: string): boolean {
  if (path.startsWith('/') || !isPlain(path)) return false
  const parts = path.split('/')
  const isOld = parts.at(-2) === '.fingerprint'
  const isNew = parts.at(-1) === 'fingerprint' && parts.at(-4) === 'build'
  return isOld || isNew
}

/** Until the year 2200: what nanoseconds in 64 bits hold, and filesystems too. */
export function isNanoseconds(value: unknown): value is string {
  return typeof value === 'string' && /^(0|[1-9][0-9]{0,18})$/.test(value)
}

/** The workspace itself is ''. */
function isInputPath(path: string): boolean {
  if (path.startsWith('/')) return isAbsolute(path)
  return path === '' || isPlain(path)
}

export function isAbsolute(path: string): boolean {
  return path === '/' || (path.startsWith('/') && isPlain(path.slice(1)))
}

/** Components that lead down only, and that every filesystem takes. */
function isPlain(path: string): boolean {
  if (path.length > 4096 || path.includes('\0')) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/**
 * Whether an input's mtime is ours to set: below the workspace, and not in a folder of git's. What a
 * submodule has at that name is a file, which says where that folder lies.
 */
export function isSettable(path: string): boolean {
  if (path.startsWith('/') || (path !== '' && !isPlain(path))) return false
  const parts = path.toLowerCase().split('/')
  return parts[0] !== '.git' && !parts.slice(0, -1).includes('.git')
}
