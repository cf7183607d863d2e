import { lstatSync, readFileSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readGitFile } from './git-directory.ts'
import { listProcesses, readProcess } from './processes.ts'

/** Who may hold lock files, by one look at all processes. */
export interface LockHolders {
  /** by `device:inode`: processes that have such a file open, in words */
  open: ReadonlyMap<string, readonly string[]>
  writers: readonly Writer[]
}

/** A process that writes to repositories. */
interface Writer {
  /** in words */
  named: string
  /** the one repository that it writes to, by its real common directory; null where that is not proven */
  repository: string | null
}

/** Programs that write to repositories and may hold a lock without having the file open. */
const WRITERS = /^(?:git|jj|hg|tig|gitui|lazygit)/

/** They never write to a repository, and live for days. */
const HARMLESS = /fsmonitor--daemon|credential-cache--daemon/

/**
 * Those that write to the repository that they work in; a server writes to many, and what jj and hg work
 * in has no git directory of its own.
 */
const OF_ONE = /^(?:git|git-.*|tig|gitui|lazygit)$/

/** Words and variables by which a program is led to another repository than it works in. */
const LEADING =
  /^(?:clone|init|-[CRdpw].*|--(?:git-dir|work-tree|repository|path|cwd|directory).*)$/
const LEADING_VARIABLE = /^GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY)=/

/** Reads all processes once: each shows hundreds of files. */
export function readLockHolders(): LockHolders {
  const open = new Map<string, string[]>()
  const writers: Writer[] = []
  for (const pid of listProcesses()) {
    if (pid === process.pid) continue
    const found = readProcess(pid)
    if (typeof found === 'string') continue
    const named = `pid ${pid} (${found.command})`
    for (const key of openLocks(pid)) open.set(key, [...(open.get(key) ?? []), named])
    if (!WRITERS.test(found.command) || found.parent === process.pid) continue
    const words = readWords(pid, 'cmdline')
    if (words?.some((word) => HARMLESS.test(word)) === true) continue
    const isOfOne = OF_ONE.test(found.command)
    writers.push({ named, repository: isOfOne ? repositoryOf(pid, words) : null })
  }
  return { open, writers }
}

/**
 * Who may hold a lock file, in words.
 *
 * @param repository the common directory that it belongs to; null for one that git has not made
 */
export function holdersOf(
  { open, writers }: LockHolders,
  { dev, ino }: { dev: number; ino: number },
  repository: string | null,
): string[] {
  const real = repository === null ? null : realPathOf(repository)
  const holding = open.get(`${dev}:${ino}`) ?? []
  const writing =
    repository === null
      ? []
      : writers.filter((each) => each.repository === null || each.repository === real)
  return [
    ...holding.map((named) => `${named} has it open`),
    ...writing
      .filter(({ named }) => !holding.includes(named))
      .map(({ named }) => `${named} may have made it`),
  ]
}

/** By device and inode: a container knows it by another path. */
function openLocks(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return []
  }
  return names.flatMap((name) => {
    try {
      if (!readlinkSync(`${folder}/${name}`).includes('.lock')) return []
      const { dev, ino } = statSync(`${folder}/${name}`)
      return [`${dev}:${ino}`]
    } catch {
      // Closed meanwhile.
      return []
    }
  })
}

/** Git changes to the top of the work tree that it writes to, unless it is led elsewhere. */
function repositoryOf(pid: number, words: readonly string[] | null): string | null {
  const variables = readWords(pid, 'environ')
  if (words === null || words.slice(1).some((word) => LEADING.test(word))) return null
  if (variables === null || variables.some((each) => LEADING_VARIABLE.test(each))) return null
  try {
    // Elsewhere its paths mean something else.
    if (readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt')) return null
    let folder = readlinkSync(`/proc/${pid}/cwd`)
    for (; folder !== '/'; folder = dirname(folder)) {
      const common = commonAt(folder)
      if (common !== undefined) return common
    }
    return null
  } catch {
    // Gone meanwhile, or another user's: nothing is proven.
    return null
  }
}

/** The common directory of the repository whose top, or git directory, this is; undefined for neither. */
function commonAt(folder: string): string | null | undefined {
  const git = lstatSync(join(folder, '.git'), { throwIfNoEntry: false })
  if (git !== undefined) {
    const place = readGitFile(folder, git.isDirectory())
    return place === 'submodule' || place.common === null ? null : realPathOf(place.common)
  }
  const isBare = ['HEAD', 'objects', 'refs'].every(
    (name) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined,
  )
  return isBare ? realPathOf(folder) : undefined
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    // Nothing is proven of what is not there.
    return null
  }
}

/** What a process shows of itself as words; null where it cannot be read. */
function readWords(pid: number, what: 'cmdline' | 'environ'): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').split('\0')
  } catch {
    return null
  }
}
