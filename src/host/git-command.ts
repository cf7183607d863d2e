import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { lstatSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import { killGroup, limitTime } from './program.ts'

/**
 * A repository to ask, and as whom: its owner, whose configuration may run programs. Git is told
 * where everything is: it neither looks for it, nor lets itself be led to another work tree.
 */
export interface Asked {
  gitDirectory: string
  /** null where the work tree plays no part */
  workTree: string | null
  as: User
}

interface User {
  uid: number
  gid: number
}

/** What git reads, how long it may take, and how much it may say. */
export interface Asking {
  input?: string
  waitMs?: number
  /** whether it is asked to end in time with all that it has started, to take its lock files along */
  endsGroup?: boolean
}

const WAIT_MS = 60_000
const ANSWER_AT_MOST = 256 * 1024 * 1024
const TOLD_AT_MOST = 4096

/**
 * Overrides what a repository's configuration could run, or could hide: monitors, hooks, a cache of
 * untracked files, sloppy comparisons, modes and names that are taken for the same.
 */
const CONFIGURATION = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.untrackedCache=false',
  'core.checkStat=default',
  'core.trustctime=true',
  'core.ignoreStat=false',
  'core.fileMode=true',
  'core.ignoreCase=false',
  'core.pager=cat',
  'core.sshCommand=false',
  'protocol.allow=never',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  // Packed, and never thrown away: what nothing reaches may be somebody's last copy.
  'gc.pruneExpire=never',
  'gc.worktreePruneExpire=never',
  'gc.reflogExpire=never',
  'gc.reflogExpireUnreachable=never',
].flatMap((each) => ['-c', each])

/**
 * Who a repository's files belong to, and git may so be run as.
 *
 * @param paths all that git reads of it: work tree, git directory, common directory
 * @returns in words why it is not asked: it belongs to several, or to somebody else than the caller
 */
export function ownerOf(paths: readonly string[]): User | string {
  let owner: User | null = null
  for (const path of paths) {
    let found: User
    try {
      found = lstatSync(path)
    } catch (error) {
      return `git is not asked: ${messageOf(error)}`
    }
    if (owner !== null && owner.uid !== found.uid) {
      return `git is not asked: ${path} belongs to another user than ${paths[0] ?? ''}`
    }
    owner ??= { uid: found.uid, gid: found.gid }
  }
  if (owner === null) return 'git is not asked: there is no path'
  const self = process.geteuid?.()
  if (self !== 0 && owner.uid !== self) {
    return `git is not asked: it belongs to another user (uid ${owner.uid})`
  }
  return owner
}

/**
 * Runs git in a repository, as its owner, without anything of this process's environment that could
 * lead it elsewhere.
 *
 * @returns what it says, as UTF-8
 * @throws Error with what it complains of, unless it ends with 0
 */
export async function askGit(
  { gitDirectory, workTree, as }: Asked,
  words: readonly string[],
  { input = '', waitMs = WAIT_MS, endsGroup = false }: Asking = {},
): Promise<string> {
  const self = process.geteuid?.()
  const isSelf = as.uid === self
  return new Promise((resolve, reject) => {
    const places = [
      `--git-dir=${gitDirectory}`,
      ...(workTree === null ? [] : [`--work-tree=${workTree}`]),
    ]
    const general = ['--no-pager', '--literal-pathspecs', ...places, ...CONFIGURATION]
    const child = spawn('git', [...general, ...words], {
      cwd: workTree ?? gitDirectory,
      env: environment(isSelf),
      // A pipe that says nothing still takes its time, and there may be hundreds of worktrees.
      stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: endsGroup,
      ...(isSelf ? {} : { uid: as.uid, gid: as.gid }),
    })
    if (endsGroup) limitGroupTime(child, waitMs)
    else limitTime(child, waitMs)
    const parts: Buffer[] = []
    let length = 0
    let said = ''
    child.stdout?.on('data', (part: Buffer) => {
      length += part.length
      if (length <= ANSWER_AT_MOST) parts.push(part)
      else child.kill('SIGKILL')
    })
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(0, TOLD_AT_MOST)
    })
    child.on('error', reject)
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(parts).toString('utf8'))
      else
        reject(new Error(`git: ${said.trim().split('\n')[0] || `ended with ${status ?? signal}`}`))
    })
    // A git that ends before it has read everything says why in its exit code.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

const GRACE_MS = 10_000

/** Ends a process group: at first so that it can tidy up. */
function limitGroupTime(child: ChildProcess, waitMs: number): void {
  const timers = [
    setTimeout(() => killGroup(child.pid, 'SIGTERM'), waitMs),
    setTimeout(() => killGroup(child.pid), waitMs + GRACE_MS),
  ]
  child.on('close', () => {
    for (const timer of timers) clearTimeout(timer)
  })
}

/** Another user's own configuration is not this process's: none of it is read. */
function environment(isSelf: boolean): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CONFIG_HOME } = process.env
  const own = isSelf
    ? { HOME, XDG_CONFIG_HOME }
    : { HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' }
  return {
    ...own,
    PATH,
    LC_ALL: 'C',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  }
}
