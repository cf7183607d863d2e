import { spawn } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf } from '../plan/guard-error.ts'
import type { Floors, Watermarks } from '../plan/pressure.ts'
import { ownEnvironment, toolBeside } from './background.ts'
import { openKeeperLock, readKeeper } from './keeper-lock.ts'
import { stateOf } from './processes.ts'
import { controlName } from './root.ts'
import type { Root } from './root.ts'
import { openWatchLog } from './watch-log.ts'

const GB = 1e9

/** What a keeper has to know besides its lease. */
export interface KeeperSettings {
  floors: Floors
  watermarks: Watermarks
  privilegedHelper: string
  helperImage: string | null
  dryRun: boolean
}

export interface KeeperStart {
  settings: KeeperSettings
  /** what it gets besides, and no list of processes shows */
  variables: Readonly<Record<string, string>>
  /** told where it cannot be started after all */
  failed: (error: unknown) => void
  /** open on its lock, which is held by it already; null to open and take it */
  lock: number | null
}

/**
 * Holds the lock from here to the end of the keeper, whose pid is this shell’s: flock(1) takes it on
 * the descriptor that was handed down, or finds it taken on that very one. A second keeper of a lease
 * waits no longer than somebody needs who only tries the lock. Where memory runs out, the keeper goes
 * before a build does; and node is started when the step that started this is likely to be over.
 */
const HOLDING = `{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
if command -v flock >/dev/null 2>&1; then
  tries=0
  until flock -x -n 3; do
    [ $? -eq 1 ] || break
    tries=$((tries + 1))
    [ "$tries" -lt 4 ] || exit 0
    sleep 1
  done
fi
sleep 1
[ -e "$1" ] || exit 0
shift
exec "$@"`

/** Little garbage at a time keeps the process small. */
const NODE_FLAGS = ['--max-semi-space-size=1']

/** By it the runner’s clean-up finds the keeper, and ends it with the job. */
const TRACKING_ID = 'RUNNER_TRACKING_ID'

/**
 * Starts the keeper of a lease, and does not wait for it.
 *
 * @throws Error where its lock cannot be made
 */
export function startKeeper(
  root: Root,
  id: string,
  script: string,
  { settings, variables, failed, lock: held }: KeeperStart,
): void {
  const lock = held ?? openKeeperLock(root, id)
  try {
    setLogAside(root, id)
    const lease = controlName(root, 'leases', `${id}.json`)
    const tool = [process.execPath, ...NODE_FLAGS, toolBeside(script)]
    const words = ['keep', '--root', root.path, '--lease', id, ...flagsOf(settings)]
    const child = spawn('sh', ['-c', HOLDING, 'sh', lease, ...tool, ...words], {
      cwd: '/',
      detached: true,
      env: { ...ownEnvironment([TRACKING_ID]), ...variables },
      stdio: ['ignore', 'ignore', 'ignore', lock],
    })
    child.on('error', failed)
    child.unref()
  } finally {
    if (held === null) closeSync(lock)
  }
}

function flagsOf({
  floors,
  watermarks,
  privilegedHelper,
  helperImage,
  dryRun,
}: KeeperSettings): string[] {
  const { minFreeBytes, minFreePercent, minFreeInodesPercent } = floors
  const flags = {
    'min-free-gb': minFreeBytes === null ? null : decimal(minFreeBytes / GB),
    'min-free-percent': String(minFreePercent),
    'min-free-inodes-percent': String(minFreeInodesPercent),
    'high-watermark': String(watermarks.high),
    'low-watermark': String(watermarks.low),
    'privileged-helper': privilegedHelper,
    'helper-image': helperImage,
  }
  const given = Object.entries(flags).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, value],
  )
  return dryRun ? [...given, '--dry-run'] : given
}

/** As the settings take it: no exponent, six decimals at most. */
function decimal(value: number): string {
  return value.toFixed(6)
}

/** Before the build can have filled the disk; on one that is full already the keeper tries again. */
function setLogAside(root: Root, id: string): void {
  try {
    openWatchLog(root, id).close()
  } catch {
    return
  }
}

/** How a keeper was found by the job that ends it. */
export type KeeperEnd = 'ended' | 'gone' | 'unknown'

const END_MS = 1000

/**
 * Ends a keeper and all that it started, whatever state it is in, and waits for that: what it measures
 * with would otherwise seem to live in the slot.
 *
 * @returns `gone` where it had ended before, `unknown` where nothing tells which process it is
 */
export async function endKeeper(root: Root, id: string): Promise<KeeperEnd> {
  const keeper = readKeeper(root, id)
  if (keeper === null) return 'unknown'
  if (stateOf(keeper) !== 'alive' || !isKeeperOf(keeper.pid, id)) return 'gone'
  try {
    // It leads a session of its own, so the group is what it started.
    process.kill(-keeper.pid, 'SIGKILL')
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return 'gone'
    throw error
  }
  for (let waited = 0; waited < END_MS && stateOf(keeper) === 'alive'; waited += 5) await sleep(5)
  return 'ended'
}

/**
 * Has a keeper go on that somebody stopped: one that is not needed any more then ends by itself, and
 * with it the lock for which its slot is kept. To a keeper that runs it does nothing.
 */
export function wakeKeeper(root: Root, id: string): void {
  const keeper = readKeeper(root, id)
  if (keeper === null || stateOf(keeper) !== 'alive' || !isKeeperOf(keeper.pid, id)) return
  try {
    process.kill(keeper.pid, 'SIGCONT')
  } catch (error) {
    // Gone meanwhile, or another user’s: the slot stays until a pass may do it.
    if (!['ESRCH', 'EPERM'].includes(errnoOf(error))) throw error
  }
}

/** A note may be anybody’s: only what was started as the keeper of this lease is one. */
function isKeeperOf(pid: number, id: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return words.includes('keep') && words.includes(id)
  } catch {
    // Gone meanwhile, or another user’s.
    return false
  }
}
