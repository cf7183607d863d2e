import { closeSync } from 'node:fs'
import { keepSlot } from '../host/kept-slots.ts'
import { messageOf } from '../plan/guard-error.ts'
import { OUTER, withOuterLease } from '../plan/outer-leases.ts'
import type { Settings } from '../plan/settings.ts'
import { Foreground, endBySignal } from '../host/foreground.ts'
import type { CommandEnd } from '../host/foreground.ts'
import { findOwner } from '../host/calling-process.ts'
import { holdLease } from '../host/run-lock.ts'
import { assertTextWords } from '../host/started-with.ts'
import { INSIDE } from './guard-disk.ts'
import { endRun, observeRun, startRun, variablesOf, watchRun } from './local-run.ts'
import type { LocalRun, StartedRun } from './local-run.ts'
import type { Runtime } from './runtime.ts'

/** How a command is run. */
export interface RunOptions {
  isVerbose: boolean
  /** whether its slot stays as it is, for somebody to look into */
  isKept: boolean
}

/**
 * Runs one command with a target dir of its own, as if there were nothing between it and whoever
 * started it.
 *
 * @returns its exit code, 126 where it may not be run, 127 where it is not found; where a signal ended
 *   it, this process ends by the same
 * @throws GuardError and RefusedError where there is no slot for it: then it was not started
 */
export async function run(
  command: readonly string[],
  settings: Settings,
  options: RunOptions,
  runtime: Runtime,
): Promise<number> {
  assertTextWords()
  const own = findOwner(process.pid)
  if (own === null) throw new Error('/proc does not tell of this process')
  const local = await observeRun(settings, own, options, runtime)
  const foreground = new Foreground()
  const started = await startHeld(local, foreground)
  const lock = lockFor(local, started)
  await watchRun(local, started, lock)
  const end = await foreground.run(command, environmentOf(started, runtime), lock)
  if (lock !== null) closeSync(lock)
  if (end.kind === 'absent') runtime.voice.error(`${command[0] ?? ''}: ${end.why}`)
  // Nothing was built by a command that was not begun.
  if (options.isKept && (end.kind === 'exit' || end.kind === 'signal')) keep(started, runtime)
  await endRun(local, started, statusOf(end))
  foreground.end()
  return 'signal' in end ? endBySignal(end.signal) : end.code
}

/** Once it has a lease a signal waits for its end: what is just being seeded would be lost otherwise. */
async function startHeld(local: LocalRun, foreground: Foreground): Promise<StartedRun> {
  try {
    return await startRun(local, 'run', () => foreground.begin())
  } catch (error) {
    foreground.end()
    throw error
  }
}

/** Before the end of the lease, so that nobody can come between. */
function keep({ root, lease }: StartedRun, { voice }: Runtime): void {
  try {
    keepSlot(root, lease.id)
    voice.info(
      `${root.path}/${lease.slot} is kept until “target-guard run --end --lease ${lease.id}”`,
    )
  } catch (error) {
    voice.warning(`${root.path}/${lease.slot} is kept as any other slot is (${messageOf(error)}).`)
  }
}

/** Its command holds it on, should this process be killed; without it what lives in the slot counts. */
function lockFor({ outside }: LocalRun, { root, lease }: StartedRun): number | null {
  try {
    const lock = holdLease(root, lease.id)
    if (typeof lock === 'number') return lock
    outside.voice.warning(`The lease’s lock could not be taken (${lock.problem}).`)
  } catch (error) {
    outside.voice.warning(`The lease’s lock could not be taken (${messageOf(error)}).`)
  }
  return null
}

/** What a command gets besides its own environment. */
function environmentOf(started: StartedRun, { environment }: Runtime): NodeJS.ProcessEnv {
  return {
    ...environment,
    ...variablesOf(started),
    [OUTER]: withOuterLease(environment, started.lease.id),
    ...(started.hadEmergency ? { [INSIDE]: '1' } : {}),
  }
}

/** A command that fails has built nevertheless, and the next one goes on from there. */
function statusOf(end: CommandEnd): 'success' | '' {
  return end.kind === 'exit' && end.code === 0 ? 'success' : ''
}
