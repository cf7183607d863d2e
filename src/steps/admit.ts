import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Self } from '../plan/evidence.ts'
import { neverFits } from '../plan/admission.ts'
import { reserveOf } from '../plan/admission-setting.ts'
import { forecast, forecastKey } from '../plan/forecast.ts'
import { gigabytes } from '../plan/pressure.ts'
import type { Forecast } from '../plan/forecast.ts'
import type { HistoryLine } from '../plan/history.ts'
import type { Job } from '../plan/job.ts'
import type { Maker } from '../plan/lease.ts'
import { messageOf } from '../plan/guard-error.ts'
import { outerLeases } from '../plan/outer-leases.ts'
import type { OutOfReach } from '../plan/relief.ts'
import type { Settings } from '../plan/settings.ts'
import { probeDisks } from '../host/disk.ts'
import { readHistory } from '../host/history.ts'
import { LeaseChange } from '../host/lease-changes.ts'
import type { Root } from '../host/root.ts'
import { lockAdmission, takeTicket } from '../host/waiting.ts'
import type { Held, Ticket } from '../host/waiting.ts'
import { waitingText, whyWait } from '../report/admission.ts'
import { size } from '../report/texts.ts'
import { lookForRoom } from './look-for-room.ts'
import type { NoRoom } from './look-for-room.ts'
import { makeRoom } from './make-room.ts'
import { RefusedError, describeHolders } from './refuse.ts'
import type { Runtime } from './runtime.ts'

export interface AdmitRequest {
  root: Root
  self: Self
  job: Job
  settings: Settings
  madeBy: Maker
}

/** Leave to start: `release` once the lease is written, which is the reservation from then on. */
export interface Admitted extends Held {
  kind: 'start'
  forecastBytes: number | null
}

const RECHECK_MS = 5000
const TELL_MS = 60_000

const UNLOCKED: Held = { release: () => {} }

/**
 * Waits until the disk has room for what this job will write, behind those who came before.
 *
 * @returns leave to start, or `skip` where its time is up and the job was told to skip its build
 * @throws RefusedError where its time is up and the job is to fail
 */
export async function admit(
  request: AdmitRequest,
  runtime: Runtime,
): Promise<Admitted | { kind: 'skip' }> {
  const { root, job, settings } = request
  const history = rememberHistory(root, runtime)
  const { forecastBytes: set } = settings.admission
  const expected = forecast(forecastKey(job), set === null ? history() : [], set)
  const free: Admitted = { kind: 'start', forecastBytes: expected?.bytes ?? null, ...UNLOCKED }
  if (expected === null || settings.admission.mode === 'off') return free
  try {
    const atMost = await mostEver(root, settings, expected, runtime)
    if (atMost !== null) return { ...free, forecastBytes: atMost }
    const lock = await new Admission(request, expected, history, runtime).run()
    return lock === 'skip' ? { kind: 'skip' } : { ...free, ...lock }
  } catch (error) {
    if (error instanceof RefusedError) throw error
    runtime.voice.warning(
      `Whether the disk has room for this job could not be found out (${messageOf(error)}); it starts all the same.`,
    )
    return free
  }
}

type History = () => readonly HistoryLine[]

/** Read when it is first needed: a forecast that is set needs none. */
function rememberHistory(root: Root, { voice }: Runtime): History {
  let lines: readonly HistoryLine[] | null = null
  return () => {
    try {
      lines ??= readHistory(root)
    } catch (error) {
      voice.warning(`The history of this host cannot be read (${messageOf(error)}).`)
      lines = []
    }
    return lines
  }
}

/**
 * A forecast beyond the whole disk is no reason never to start: it may be wrong, and nothing gets better.
 *
 * @returns all the bytes that such a job can claim, null where its forecast may come to fit
 */
async function mostEver(
  root: Root,
  settings: Settings,
  { bytes }: Forecast,
  { voice }: Runtime,
): Promise<number | null> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return null
  const { totalBytes } = reading
  const reserveBytes = reserveOf(settings.admission.reserveBytes, totalBytes)
  if (!neverFits(bytes, { totalBytes, reserveBytes })) return null
  voice.warning(
    `This job is expected to write ${gigabytes(bytes)}, more than its disk ever has room for (${gigabytes(totalBytes)}, of which ${gigabytes(reserveBytes)} stay free). It starts without waiting.`,
  )
  return Math.max(0, totalBytes - reserveBytes)
}

/** The way of one job through admission. */
class Admission {
  readonly #request: AdmitRequest
  readonly #expected: Forecast
  readonly #history: History
  readonly #runtime: Runtime
  /** by a clock that nobody sets */
  readonly #startedMs = performance.now()
  readonly #outer: readonly string[]
  #ticket: Ticket | null = null
  /** whether it was said that there is no place in the queue to be had */
  #isUnqueued = false
  /** whether it was said that nothing goes for this job */
  #isReachTold = false

  constructor(request: AdmitRequest, expected: Forecast, history: History, runtime: Runtime) {
    this.#request = request
    this.#expected = expected
    this.#history = history
    this.#runtime = runtime
    this.#outer = outerLeases(runtime.environment)
  }

  async run(): Promise<Held | 'skip'> {
    const forget = this.#onSignals()
    try {
      return await this.#wait()
    } finally {
      // A signal that came meanwhile is heard in the next whole turn of the event loop, or by nobody.
      for (let turn = 0; turn < 2; turn += 1) await nextTurn()
      forget()
      this.#ticket?.release()
    }
  }

  async #wait(): Promise<Held | 'skip'> {
    const { mode, timeoutMinutes } = this.#request.settings.admission
    const isAdvice = mode === 'warn' || this.#request.settings.dryRun
    let toldMs = Number.NEGATIVE_INFINITY
    for (;;) {
      const change = new LeaseChange(this.#request.root)
      try {
        const found = await this.#look(isAdvice)
        if ('release' in found) return found
        if (isAdvice) {
          this.#runtime.voice.warning(`${whyWait(found)} The job starts all the same.`)
          return UNLOCKED
        }
        if (await this.#reclaim(found)) continue
        const nowMs = performance.now()
        const leftMs = this.#startedMs + timeoutMinutes * 60_000 - nowMs
        if (leftMs <= 0) return await this.#timeOut(found)
        if (nowMs - toldMs >= TELL_MS) {
          toldMs = nowMs
          this.#runtime.voice.info(waitingText(found, nowMs - this.#startedMs, this.#history()))
        }
        await change.within(Math.min(RECHECK_MS, leftMs))
      } finally {
        change.cancel()
      }
    }
  }

  /**
   * Looks and decides under one lock; where the job may start, the lock is kept until its lease is
   * written: two jobs are never let into the same space.
   */
  async #look(isAdvice: boolean): Promise<Held | NoRoom> {
    const { root, self, settings } = this.#request
    const lock = await lockAdmission(root)
    if ('problem' in lock) {
      this.#runtime.voice.warning(
        `The lock for admission cannot be had (${lock.problem}): this job starts without it, and another may be let into the same space.`,
      )
      return UNLOCKED
    }
    let isKept = false
    try {
      const ticket = this.#ticket?.name ?? null
      const found = await lookForRoom({
        root,
        self,
        settings,
        expected: this.#expected,
        ticket,
        outer: this.#outer,
        environment: this.#runtime.environment,
      })
      if (found !== null) {
        if (!isAdvice && !found.isQueued) this.#queueUp()
        return found
      }
      this.#ticket?.release()
      isKept = true
      return lock
    } finally {
      if (!isKept) lock.release()
    }
  }

  /** On a full disk there is no place in the queue to be had: this job waits behind all others. */
  #queueUp(): void {
    this.#ticket?.release()
    this.#ticket = null
    try {
      this.#ticket = takeTicket(this.#request.root, this.#expected.bytes)
    } catch (error) {
      if (this.#isUnqueued) return
      this.#isUnqueued = true
      this.#runtime.voice.warning(
        `This job has no place in the queue (${messageOf(error)}); it waits behind all others.`,
      )
    }
  }

  /** Takes what is stale, whoever left it; true where that may have made the room. */
  async #reclaim({ decision, freeBytes, isFirst }: NoRoom): Promise<boolean> {
    if (decision.kind !== 'wait' || decision.why !== 'room' || !isFirst) return false
    const needed = freeBytes + this.#expected.bytes - decision.availableBytes
    const { isMade, outOfReach } = await makeRoom(this.#request, needed, this.#runtime)
    if (outOfReach !== null) this.#tellReach(outOfReach)
    return isMade
  }

  /** Once: what may go changes while it waits, and with it how much is missing. */
  #tellReach({ known }: OutOfReach): void {
    if (this.#isReachTold || known === 0) return
    this.#isReachTold = true
    this.#runtime.voice.info(
      `no slot and no snapshot goes for this job yet: all that may go held ${size(known)} when last measured`,
    )
  }

  async #timeOut(found: NoRoom): Promise<Held | 'skip'> {
    const { root, self, settings, madeBy } = this.#request
    const { voice } = this.#runtime
    this.#ticket?.release()
    const minutes = settings.admission.timeoutMinutes
    const text = `${whyWait(found)} It has waited for ${minutes} min (admission-timeout-minutes).`
    if (settings.onCritical === 'fail') {
      const holders = await describeHolders(root, self, settings, this.#runtime)
      const list = holders.length === 0 ? '' : ` The largest holders:\n${holders.join('\n')}\n`
      throw new RefusedError(
        `${text} No build was started.${list}`,
        'Run the job again when others have ended, or make room on the host (“target-guard status” and “target-guard cap” show what holds it).',
      )
    }
    if (settings.onCritical === 'skip' && madeBy === 'step') {
      voice.warning(`${text} The output proceed is false: skip the build.`)
      return 'skip'
    }
    voice.warning(`${text} The job goes on all the same (on-critical: ${settings.onCritical}).`)
    return UNLOCKED
  }

  /** A job that is cancelled while it waits takes its place in the queue along. */
  #onSignals(): () => void {
    const signals = ['SIGINT', 'SIGTERM'] as const
    const end = (signal: NodeJS.Signals): void => {
      this.#ticket?.release()
      forget()
      process.kill(process.pid, signal)
    }
    const forget = (): void => {
      for (const signal of signals) process.off(signal, end)
    }
    for (const signal of signals) process.once(signal, end)
    return forget
  }
}
