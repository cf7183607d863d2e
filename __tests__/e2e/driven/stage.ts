import { mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import * as path from 'node:path'
import type { Job, Owner, ProcessKey } from '../../../src/plan/job.ts'
import { encodeEnd, encodeLease, newLease } from '../../../src/plan/lease.ts'
import type { End, Maker } from '../../../src/plan/lease.ts'
import { leaseId } from '../../../src/plan/naming.ts'
import { readMoment } from '../../../src/host/boot.ts'
import { withKernelLock } from '../../../src/host/kernel-lock.ts'
import { reserveSize } from '../../../src/host/reserve.ts'
import { openRoot } from '../../../src/host/root.ts'
import type { Root } from '../../../src/host/root.ts'
import { listSeeding } from '../../../src/host/seeding.ts'
import { UNFINISHED } from '../../../src/host/small-file.ts'
import { observeOwner } from '../../../src/host/runner.ts'
import { readTwins } from '../../../src/github/inputs.ts'
import { terminal } from '../../../src/report/voice.ts'
import { reap } from '../../../src/steps/reap.ts'
import { sweep } from '../../../src/steps/sweep.ts'
import { listing } from '../../helpers/listing.ts'
import { wordsOf } from '../keepers.ts'
import { allProcesses, isAlive } from '../processes.ts'
import { waitFor } from '../wait-for.ts'
import { DrivenJob, runnerEnvironment, twinOf } from './driven-job.ts'
import type { DrivenJobOptions } from './driven-job.ts'
import type { Cast } from './cast.ts'

/** A slot with its lease, as an earlier job left it. */
export interface Placed {
  readonly id: string
  /** relative to the root */
  readonly slot: string
}

export interface PlaceOptions {
  /** whose; default the runner under test, `alpha` */
  readonly runner?: string
  /** its process; default one that is gone */
  readonly worker?: ProcessKey
  readonly runId?: string
  readonly job?: string
  readonly madeBy?: Maker
  /** makes it an ended one */
  readonly end?: Partial<End>
  /** what the lease file holds instead of the lease; null for no lease */
  readonly lease?: string | null
  /** no directory */
  readonly withoutSlot?: boolean
  /** no files in it, as a slot that has just been made */
  readonly empty?: boolean
  readonly id?: string
}

const HOURS = 3600

/** What belongs to a root for good, and the files of its passes. */
const LASTING =
  /^(?:root\.json|host\.lock(?:\.lock)?|(?:metrics|admission|history)\.lock|history|ending|waiting|heartbeat\.json|metrics\.prom|alerts|leases|trash|snapshots|seeding|times|reserve(?:\.d)?)$/

/** What may stay in folders that are else empty when all is done. */
const KEPT: Readonly<Record<string, RegExp>> = {
  times: /^[0-9a-f]{16}$/,
  ending: /^[0-9a-f]{24}$/,
}

/** One root with what must never be touched in it, and what a test puts there. */
export class Stage {
  readonly cast: Cast
  readonly base: string
  readonly path: string
  #root: Root | null = null
  readonly #bystanders: Placed[] = []
  #untouched: string[] = []

  constructor(cast: Cast, base: string, root = path.join(base, 'targets')) {
    this.cast = cast
    this.base = base
    this.path = root
    for (const name of ['alpha', 'beta'])
      mkdirSync(path.join(base, name, '_work'), { recursive: true })
  }

  /** The root; made when it is first asked for. */
  get root(): Root {
    this.#root ??= openRoot(this.path, { home: '/root', workspace: null })
    return this.#root
  }

  /** Live slots of this runner and of a neighbour, a kept one, and what is not target-guard's. */
  addBystanders(): void {
    const { alpha, beta } = this.cast.living
    const placed = [
      this.place({ worker: alpha.worker, runId: '11', job: 'other' }),
      this.place({ runner: 'beta', worker: beta.worker, runId: '12' }),
      this.place({ runner: 'beta', runId: '13', job: 'kept', end: {} }),
    ]
    this.#bystanders.push(...placed)
    const unleased = this.place({ runId: '14', lease: null })
    writeFileSync(path.join(this.path, 'thesis.txt'), 'years of work')
    mkdirSync(path.join(this.path, 'octo-org/demo/main/run-11/notes'))
    this.#untouched = [
      ...placed.map(({ slot }) => slot),
      ...placed.map(
        ({ id }) => `.target-guard/leases/${id}.${id === placed[2]?.id ? 'ended' : 'json'}`,
      ),
      unleased.slot,
      'thesis.txt',
      'octo-org/demo/main/run-11/notes',
    ].map((name) => path.join(this.path, name))
    this.#foreign.push(unleased.slot, 'octo-org/demo/main/run-11/notes')
  }

  /** One that takes no space, so that no pass sets a real one aside on each of many stages. */
  addReserve(): void {
    const { bytes, inodes } = reserveSize({ totalBytes: Infinity, totalInodes: null })
    writeFileSync(this.control('reserve'), '')
    truncateSync(this.control('reserve'), bytes)
    mkdirSync(this.control('reserve.d'))
    for (let n = 0; n < inodes; n += 1) writeFileSync(this.control(`reserve.d/${n}`), '')
  }

  readonly #foreign: string[] = []

  /** Everything that can be told of what must not be touched. */
  untouched(): string[] {
    return this.#untouched.flatMap((each) => listing(each))
  }

  /** Puts a slot and its lease there. */
  place(options: PlaceOptions = {}): Placed {
    return this.placer(options.runner)(options)
  }

  /** The same for many slots of one runner. */
  placer(runner = 'alpha'): (options: Omit<PlaceOptions, 'runner'>) => Placed {
    const owner = this.owner(runner, this.cast.gone)
    return (options) => {
      const { runId = '900', job = 'build', madeBy = 'step', end, lease } = options
      const { worker = owner.worker } = options
      const { uptimeS, wallMs, bootId } = readMoment()
      const id = options.id ?? leaseId(owner.runner.key, bootId, randomBytes(6).toString('hex'))
      const made = newLease(
        jobOf(runId, job),
        { ...owner, worker },
        { id, madeBy, uptimeS: uptimeS - HOURS, at: new Date(wallMs).toISOString() },
      )
      if (options.withoutSlot !== true) this.#makeSlot(made, options.empty === true)
      const state = end === undefined ? 'json' : 'ended'
      if (lease !== null) {
        writeFileSync(this.control(`leases/${id}.${state}`), lease ?? encodeLease(made))
      }
      if (end !== undefined) {
        const full = { result: 'success' as const, bootId, uptimeS, wallMs, ...end }
        writeFileSync(this.control(`leases/${id}.end`), encodeEnd(full))
      }
      return { id, slot: made.slot }
    }
  }

  #makeSlot({ id, slot }: Placed, empty: boolean): void {
    const directory = path.join(this.root.path, slot)
    mkdirSync(directory, { recursive: true })
    if (empty) return
    mkdirSync(path.join(directory, 'debug/deps'), { recursive: true })
    writeFileSync(path.join(directory, 'debug/deps/canary'), `canary of ${id}`)
  }

  /** An end that lies further back than any retention here. */
  longAgo(): Partial<End> {
    const { uptimeS, wallMs } = readMoment()
    // By the wall clock of another boot: this host may have been up for less.
    return { bootId: 'another boot', uptimeS, wallMs: wallMs - 100 * HOURS * 1000 }
  }

  /** Puts a tree into the trash, with the lease that it had. */
  placeInTrash(files = 3): Placed {
    const placed = this.place({ withoutSlot: true, lease: null })
    const tree = path.join(this.control('trash'), placed.id)
    mkdirSync(path.join(tree, 'deep/er'), { recursive: true })
    for (let n = 0; n < files; n += 1) writeFileSync(path.join(tree, 'deep', `file-${n}`), '')
    writeFileSync(`${tree}.lease`, JSON.stringify({ slot: placed.slot }))
    return placed
  }

  owner(runner: string, worker: ProcessKey): Owner {
    const directory = path.join(this.base, runner)
    return { ...observeOwner(runnerEnvironment({ runner, directory })), worker, singleJob: true }
  }

  control(name: string): string {
    return path.join(this.root.path, '.target-guard', name)
  }

  /** A job of a runner, in a Worker of its own. */
  job(runId: string, runner = 'alpha', options: Partial<DrivenJobOptions> = {}): DrivenJob {
    const { scene, action } = this.cast
    const directory = path.join(this.base, runner)
    return new DrivenJob(scene, { runId, runner, directory, root: this.path, action, ...options })
  }

  /**
   * A sweep in this process: one of its own takes longer to start than all it does. Throws where it
   * could not do something.
   */
  async sweep(inputs: Readonly<Record<string, string>> = {}): Promise<void> {
    const environment: NodeJS.ProcessEnv = {
      HOME: '/root',
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    }
    for (const [name, value] of Object.entries({ ...inputs, root: this.path })) {
      environment[twinOf(name)] = value
    }
    const voice = terminal({ err: () => {} })
    const swept = await sweep(readTwins(environment), [], { environment, script: '', voice })
    const failures = swept?.failures ?? ['there is no root']
    if (failures.length > 0) throw new Error(`not done: ${JSON.stringify(failures)}`)
  }

  /** A command of the tool on this root; throws unless it ends with 0. */
  async command(...words: readonly string[]): Promise<string> {
    return (await this.cast.tool(this.path, words)).stdout
  }

  /**
   * Empties the trash, together with whatever reaper is at it, and waits for that one to end: it still
   * writes the metrics then. One that takes a seeding there is waited for.
   */
  async emptyTrash(): Promise<void> {
    for (const id of listSeeding(this.root)) {
      await withKernelLock(this.control(`seeding/${id}`), 60, async () => {})
    }
    await waitFor(async () => (await reap(this.root, [])).busy.length === 0, {
      what: 'the trash to be emptied',
    })
    const isReaper = (words: readonly string[]): boolean =>
      words.includes('reap') && words.includes(this.root.path)
    await waitFor(() => !allProcesses().some((pid) => isReaper(wordsOf(pid)) && isAlive(pid)), {
      what: 'the reapers to end',
    })
  }

  /** Lets two hours pass for what is half done: unfinished files, and the lock. */
  age(): void {
    const past = Date.now() / 1000 - 2 * HOURS
    const whole =
      /^(?:root\.json|host\.lock|heartbeat\.json|leases|trash|[0-9a-f]{24}\.(?:json|ended))$/
    const halfDone = ['', 'leases', 'trash'].flatMap((folder) =>
      readdirSync(this.control(folder))
        .filter((name) => !whole.test(name) && (folder !== 'trash' || name.length > 40))
        .map((name) => this.control(path.join(folder, name))),
    )
    const unfinished = ['ending', 'history', 'times'].flatMap((folder) =>
      readdirSync(this.control(folder))
        .filter((name) => UNFINISHED.test(name))
        .map((name) => this.control(path.join(folder, name))),
    )
    for (const file of [...halfDone, ...unfinished]) utimesSync(file, past, past)
  }

  /** What is wrong with the root when, besides what was there for good, exactly these slots are left. */
  problems(expected: readonly Placed[]): string[] {
    const all = [...this.#bystanders, ...expected]
    return [
      ...this.#controlProblems(),
      ...this.#leaseProblems(all.map(({ id }) => id)),
      ...this.#slotProblems([...all.map(({ slot }) => slot), ...this.#foreign]),
    ]
  }

  #controlProblems(): string[] {
    const found = readdirSync(this.control('')).filter(
      // A lock left by a process that was killed is taken by the next one that needs it.
      (name) => !LASTING.test(name),
    )
    const inside = ['trash', 'seeding', 'times', 'ending'].flatMap((folder) =>
      readdirSync(this.control(folder))
        // When mtimes were last set is kept for each runner and repository; an end that is not told yet.
        .filter((name) => !(KEPT[folder]?.test(name) ?? false))
        .map((name) => `${folder}/${name}`),
    )
    return [...found, ...inside].map((name) => `left over: ${name}`)
  }

  #leaseProblems(ids: readonly string[]): string[] {
    const names = readdirSync(this.control('leases'))
    const extra = names.filter((name) => !ids.includes(name.slice(0, 24)))
    const wrong = ids.filter(
      (id) => [`${id}.json`, `${id}.ended`].filter((name) => names.includes(name)).length !== 1,
    )
    return [
      ...extra.map((name) => `left over: leases/${name}`),
      ...wrong.map((id) => `no lease ${id}`),
    ]
  }

  #slotProblems(slots: readonly string[]): string[] {
    const found = this.#bottom('', 0)
    const extra = found.filter((each) => !slots.includes(each) && each !== 'thesis.txt')
    const missing = slots.filter((each) => !found.includes(each))
    return [...extra.map((each) => `left over: ${each}`), ...missing.map((each) => `gone: ${each}`)]
  }

  /** Every slot, and every file or empty directory above that level. */
  #bottom(inside: string, depth: number): string[] {
    const entries = readdirSync(path.join(this.path, inside), { withFileTypes: true })
    if (depth > 0 && entries.length === 0) return [inside]
    return entries.flatMap((entry) => {
      const name = path.join(inside, entry.name)
      if (name === '.target-guard') return []
      return entry.isDirectory() && depth < 4 ? this.#bottom(name, depth + 1) : [name]
    })
  }
}

function jobOf(runId: string, job: string): Job {
  const [owner, repository, prKey] = ['octo-org', 'demo', 'main']
  const at = { owner, repository, prKey, runId, attempt: 1 }
  return { ...at, workflow: '', job, leg: '', event: 'push', trusted: false }
}
