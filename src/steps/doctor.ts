import { accessSync, constants } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { listContainers } from '../host/docker.ts'
import { readMounts } from '../host/mounts.ts'
import type { Root } from '../host/root.ts'
import { hasReserve, reserveSize } from '../host/reserve.ts'
import { listTrash } from '../host/trash.ts'
import { usedPercent } from '../plan/pressure.ts'
import type { Reading } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { readFoundedAt, readHeartbeatText } from '../host/heartbeat-file.ts'
import { maintenanceWarnings, parseHeartbeat } from '../report/heartbeat.ts'
import { describeBlocked } from '../report/actions.ts'
import { commandWord } from '../report/shell.ts'
import { look } from './guard-disk.ts'
import { checkRoot } from './doctor-root.ts'
import { checkSettings } from './doctor-settings.ts'
import { checkWarmth } from './doctor-warmth.ts'
import type { Runtime } from './runtime.ts'
import { watchedInWords } from './watched-worktrees.ts'

/** One thing that the guard relies on. */
export interface Finding {
  check: string
  /** `fail`: the guard cannot do its work; `warn`: some of it */
  level: 'ok' | 'warn' | 'fail'
  text: string
  /** what to do about it, '' where it is well */
  mend: string
}

/** Checks everything the guard relies on, and says how to mend what is not in place. */
export async function doctor(settings: Settings, runtime: Runtime): Promise<Finding[]> {
  const { root, findings } = checkRoot(settings, runtime)
  return [
    ...findings,
    ...checkSettings(runtime.environment),
    checkNode(),
    ...checkTools(runtime.environment),
    checkProc(),
    await checkDocker(runtime),
    checkPrivilege(settings),
    checkWorktrees(runtime),
    ...(root === null ? [] : await checkDisks(root, settings, runtime)),
    ...checkWarmth(root, runtime.environment),
    ...(root === null ? [] : [checkTimer(root), ...checkMaintenance(root)]),
  ]
}

function ok(check: string, text: string): Finding {
  return { check, level: 'ok', text, mend: '' }
}

function checkReserve(root: Root, reading: Reading): Finding {
  const check = 'reserve'
  if (hasReserve(root, reserveSize(reading))) return ok(check, 'space is set aside for a full disk')
  return {
    check,
    level: 'warn',
    text: 'no space is set aside for a full disk',
    mend: 'The next pass makes it when the disk has room to spare.',
  }
}

/** Every disk that jobs fill, under its floors and the high watermark. */
async function checkDisks(root: Root, settings: Settings, runtime: Runtime): Promise<Finding[]> {
  const problems: string[] = []
  const quiet = { ...runtime.voice, warning: (text: string) => void problems.push(text) }
  const assessments = await look({ root, settings }, { ...runtime, voice: quiet })
  const check = 'disk'
  const mend = '“target-guard explain” says what holds it; “target-guard sweep” makes room.'
  return [
    ...problems.map((text): Finding => ({
      check,
      level: 'warn',
      text,
      mend: 'Look at its mount.',
    })),
    ...assessments.map(({ level, reading, why }): Finding => {
      const used = `${reading.path} is ${Math.floor(usedPercent(reading))} % used`
      if (level === 'ok') return ok(check, used)
      return { check, level: level === 'low' ? 'warn' : 'fail', text: `${used}: ${why}`, mend }
    }),
    ...assessments
      .filter(({ reading }) => reading.holdsRoot)
      .map(({ reading }) => checkReserve(root, reading)),
  ]
}

const NODE_AT_LEAST = 20

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  const text = `node ${process.versions.node}`
  if (major >= NODE_AT_LEAST) return ok('node', text)
  return { check: 'node', level: 'fail', text, mend: `Use node ${NODE_AT_LEAST} or newer.` }
}

/** What each tool is for, what is missing without it, and the package that has it. */
const TOOLS = [
  ['sh', 'fail', 'nothing can be deleted', 'dash'],
  ['rm', 'fail', 'nothing can be deleted', 'coreutils'],
  [
    'flock',
    'fail',
    'Cargo’s locks cannot be tried, so no slot with one in it is ever pruned',
    'util-linux',
  ],
  ['nice', 'warn', 'the reaper competes with builds for the CPU', 'coreutils'],
  ['ionice', 'warn', 'the reaper competes with builds for the disk', 'util-linux'],
  ['timeout', 'warn', 'a hook that hangs holds up its job', 'coreutils'],
  ['git', 'warn', 'each file is read to tell whether it has changed', 'git'],
  ['perl', 'warn', 'units that builds no longer use stay, and times are set slower', 'perl'],
] as const

export function checkTools(environment: NodeJS.ProcessEnv): Finding[] {
  return TOOLS.map(([tool, level, without, from]): Finding => {
    const words = ['-c', `command -v ${tool}`]
    const found = spawnSync('sh', words, { encoding: 'utf8', env: environment })
    if (found.status === 0) return ok(tool, found.stdout.trim())
    const text = `${tool} is not installed: ${without}`
    return { check: tool, level, text, mend: `Install ${from}.` }
  })
}

function checkProc(): Finding {
  const check = 'processes'
  if (process.geteuid?.() === 0) return ok(check, 'root sees every process')
  const hidden =
    readMounts().some(({ point, type }) => point === '/proc' && type === 'proc') && isHidden()
  const text =
    'this user sees only its own processes’ files; Cargo’s locks and docker cover the rest'
  if (!hidden) return ok(check, text)
  return {
    check,
    level: 'warn',
    text: '/proc hides other users’ processes (hidepid)',
    mend: 'Run sweep as root from a timer, which sees them all.',
  }
}

/** With hidepid=2 not even init can be seen. */
function isHidden(): boolean {
  try {
    accessSync('/proc/1/stat', constants.R_OK)
    return false
  } catch {
    // Not to be seen: that is the answer.
    return true
  }
}

async function checkDocker({ environment }: Runtime): Promise<Finding> {
  const answer = await listContainers(environment)
  switch (answer.kind) {
    case 'answered':
      return ok('docker', `it answers, ${answer.containers.length} container(s) are running`)
    case 'absent':
      return ok('docker', `not asked for containers that mount a slot (${answer.why})`)
    case 'silent':
      return {
        check: 'docker',
        level: 'fail',
        text: `the engine is there and does not answer (${answer.why}), so no stale slot is pruned`,
        mend: 'Restart docker.',
      }
    default:
      return answer satisfies never
  }
}

/** Nobody must have worktrees swept: that none are is told, and is well. */
function checkWorktrees({ environment }: Runtime): Finding {
  const check = 'worktrees'
  const { text, isWell } = watchedInWords(environment)
  if (isWell) return ok(check, text)
  return { check, level: 'warn', text, mend: 'Set TARGET_GUARD_WORKTREES to directories.' }
}

const DELETION = ['rm', '-rf', '--one-file-system', '--'] as const

function checkPrivilege({ root, privilegedHelper, helperImage }: Settings): Finding {
  const check = 'root-owned files'
  if (process.geteuid?.() === 0) return ok(check, 'this is root: they can be deleted')
  const bySudo =
    (privilegedHelper === 'auto' || privilegedHelper === 'sudo') &&
    // Asked for the very command: sudo may be allowed for that and for nothing else.
    spawnSync('sudo', ['-n', '-l', '--', ...DELETION, `${root}/.target-guard/trash/id`], {
      stdio: 'ignore',
    }).status === 0
  if (bySudo) return ok(check, 'sudo deletes them')
  const byDocker = helperImage !== null && ['auto', 'docker'].includes(privilegedHelper)
  if (byDocker) return ok(check, `a container of ${helperImage} deletes them`)
  return {
    check,
    level: 'warn',
    text: 'what containers leave as root cannot be deleted by this user; it stays in quarantine',
    mend: 'Allow passwordless sudo for rm, mv and chown, or set helper-image to a local image.',
  }
}

const SWEPT_WITHIN_MS = 48 * 3_600_000

/** Whether somebody sweeps this host; a timer of another kind than ours will do. */
function checkTimer(root: Root): Finding {
  const check = 'timer'
  const sweptAt = parseHeartbeat(readHeartbeatText(root))?.sweptAt ?? 0
  if (Date.now() - sweptAt <= SWEPT_WITHIN_MS) {
    return ok(check, `last sweep ${new Date(sweptAt).toISOString()}`)
  }
  const last = sweptAt === 0 ? 'never' : `last at ${new Date(sweptAt).toISOString()}`
  return {
    check,
    level: 'warn',
    text: `no sweep has gone over this host within 48 h (${last})`,
    mend: `sudo target-guard install-timer --root ${commandWord(root.path)}`,
  }
}

function checkMaintenance(root: Root): Finding[] {
  const heartbeat = parseHeartbeat(readHeartbeatText(root))
  const warnings = maintenanceWarnings(heartbeat, readFoundedAt(root), Date.now())
  const stuck = listTrash(root).flatMap((entry): Finding[] =>
    entry.quarantine === null
      ? []
      : [
          {
            check: 'quarantine',
            level: 'warn',
            text: `${describeBlocked(entry)}: ${entry.quarantine.reason}`,
            mend: entry.quarantine.command,
          },
        ],
  )
  const age =
    heartbeat === null
      ? 'no pass yet'
      : `last pass ${new Date(heartbeat.completedAt).toISOString()}`
  return [
    ...(warnings.length === 0 ? [ok('maintenance', age)] : []),
    ...warnings.map((text): Finding => ({
      check: 'maintenance',
      level: 'warn',
      text,
      mend: text.includes('install-timer')
        ? 'sudo target-guard install-timer'
        : 'Run “target-guard sweep”; “target-guard explain” says what keeps each slot.',
    })),
    ...stuck,
  ]
}
