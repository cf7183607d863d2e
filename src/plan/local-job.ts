import { basename } from 'node:path'
import type { Job } from './job.ts'
import { sha256, slug } from './naming.ts'
import { parseRemote } from './remote-url.ts'

/** Where somebody works, as far as it decides whose warmth they may have. */
export interface Workplace {
  /** absolute path of the worktree’s top, or of the directory where there is none */
  top: string
  /** what tells it from whatever else was, is or will be at that path */
  identity: string
  /** absolute path of what all worktrees of the repository share, or the same as `top` */
  common: string
  /** address of the remote, null without one */
  remote: string | null
}

/** What tells one run from another. */
export interface RunFacts {
  wallMs: number
  pid: number
  /** the setting, '' for none */
  leg: string
  /** leg of the run in the same worktree that it is started within, null where there is none */
  within: string | null
}

/** All runs are one job: what is built in a worktree goes on with what was built there before. */
const LOCAL_JOB = 'run'

/** The owner’s place where no remote names one. */
const LOCAL_OWNER = 'local'

/**
 * What a command outside workflows works for: the repository by its remote, the worktree in the place
 * of the pull request.
 */
export function localJob(workplace: Workplace, { wallMs, pid, leg, within }: RunFacts): Job {
  const named = workplace.remote === null ? null : parseRemote(workplace.remote)
  const repository = named ?? { owner: LOCAL_OWNER, repository: nameOf(workplace.common) }
  const name = basename(workplace.top)
  return {
    ...repository,
    prKey: slug(name === '' ? 'root' : name, workplace.identity),
    // In the order of their start; 13 and 7 digits.
    runId: `${wallMs}${String(pid).padStart(7, '0')}`,
    attempt: 1,
    workflow: '',
    job: LOCAL_JOB,
    leg: legOf(leg.trim(), within),
    event: '',
    trusted: false,
  }
}

/** `/home/me/demo/.git` and a bare `/srv/demo.git` are both called demo. */
function nameOf(common: string): string {
  const folder = common.replace(/\/\.git$/, '')
  return slug(basename(folder).replace(/\.git$/, '') || 'root', common)
}

/** A run within a run has a line of its own, so that each finds again what it built. */
function legOf(leg: string, within: string | null): string {
  if (within !== null) return sha256(JSON.stringify([leg, within])).slice(0, 12)
  return leg === '' ? '' : sha256(leg).slice(0, 12)
}
