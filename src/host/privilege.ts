import { spawnSync } from 'node:child_process'
import { GuardError } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import type { Ids } from './users.ts'

/** What a user without rights may ask for help with. */
export interface Helper {
  name: 'sudo' | 'docker'
  /** gives a directory to somebody; `descriptor` is open on it in this process */
  chown: (target: { descriptor: number; path: string }, to: Ids) => Outcome
  /** moves one directory within the root */
  move: (from: string, to: string, root: string) => Outcome
  /** deletes one entry of the trash, whose folder is `trash` */
  remove: (trash: string, id: string) => Outcome
}

/** Success, or in words why not. */
export type Outcome = { ok: true } | { ok: false; why: string }

type HelperSettings = Pick<Settings, 'privilegedHelper' | 'helperImage'>

/**
 * The ways that are set, best first; none for root, who needs none.
 *
 * Each helper gets one fixed command on one path that we chose, never a pattern and never `-R`.
 */
export function helpers(settings: HelperSettings): Helper[] {
  if (process.geteuid?.() === 0) return []
  const { privilegedHelper: wanted, helperImage } = settings
  const found: Helper[] = []
  if (wanted === 'sudo' || wanted === 'auto') found.push(sudo)
  if (helperImage !== null && (wanted === 'docker' || wanted === 'auto')) {
    found.push(docker(helperImage))
  }
  return found
}

/** Tries each helper in turn; the outcome of the last where none succeeds. */
export function withHelp(ways: readonly Helper[], use: (helper: Helper) => Outcome): Outcome {
  const failures: string[] = []
  for (const helper of ways) {
    const outcome = use(helper)
    if (outcome.ok) return outcome
    failures.push(`${helper.name}: ${outcome.why}`)
  }
  return { ok: false, why: failures.length === 0 ? 'no helper is set' : failures.join('; ') }
}

/** The error for a slot that cannot be given to the owner that was asked for. */
export function cannotGive(path: string, to: Ids, why: string): GuardError {
  return new GuardError(
    `${path} cannot be given to ${to.uid}:${to.gid} by uid ${process.geteuid?.() ?? '?'} (${why}).`,
    'Three ways out: run the runner as that user or as root; allow its user passwordless sudo for ' +
      'chown, mv and rm; or set helper-image to a local image whose container may do it.',
  )
}

const sudo: Helper = {
  name: 'sudo',
  // /proc/PID/fd/N leads to the very directory that is open here, whatever its path says now.
  chown: ({ descriptor }, to) =>
    run('sudo', [
      '-n',
      '--',
      'chown',
      `${to.uid}:${to.gid}`,
      `/proc/${process.pid}/fd/${descriptor}`,
    ]),
  move: (from, to) => run('sudo', ['-n', '--', 'mv', '-n', '-T', '--', from, to]),
  remove: (trash, id) =>
    run('sudo', ['-n', '--', 'rm', '-rf', '--one-file-system', '--', `${trash}/${id}`]),
}

/** The mount is the sandbox: nothing outside it can be reached, whatever links point to. */
function docker(image: string): Helper {
  const contained = (mount: string, capabilities: string[], command: string[]): Outcome =>
    run('docker', [
      'run',
      '--rm',
      '--pull=never',
      '--network=none',
      '--read-only',
      '--user=0:0',
      '--cap-drop=ALL',
      ...capabilities.map((each) => `--cap-add=${each}`),
      '--security-opt=no-new-privileges',
      `--volume=${mount}:/guarded`,
      '--entrypoint=',
      image,
      ...command,
    ])
  return {
    name: 'docker',
    chown: ({ path }, to) =>
      contained(path, ['CHOWN'], ['chown', '-h', `${to.uid}:${to.gid}`, '/guarded']),
    move: (from, to, root) =>
      contained(
        root,
        ['DAC_OVERRIDE', 'FOWNER'],
        ['mv', '-n', '-T', inside(from, root), inside(to, root)],
      ),
    remove: (trash, id) =>
      contained(trash, ['DAC_OVERRIDE', 'FOWNER'], ['rm', '-rf', `/guarded/${id}`]),
  }
}

function inside(path: string, root: string): string {
  return `/guarded${path.slice(root.length)}`
}

function run(command: string, words: readonly string[]): Outcome {
  const { status, error, stderr } = spawnSync(command, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  })
  if (error !== undefined) return { ok: false, why: error.message }
  if (status === 0) return { ok: true }
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return { ok: false, why: said === '' ? `it ended with ${status ?? 'a signal'}` : said }
}
