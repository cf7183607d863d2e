import { readdirSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { registryProject } from '../fixtures/registry-project.ts'
import { CacheService } from './cache-service.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest, push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { pathWithout, stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** One of several hosts that share a repository and a cache service, and nothing else. */
class Host {
  readonly guarded = new GuardedHost(scene(), path.join(scene().directory('host'), 'targets'))
  readonly runner = Runner.install(scene()).start()
  readonly #repository: string
  #run = 100

  readonly #programs: Readonly<Record<string, string>>

  /** @param programs the PATH of the action, where that is another than the one of steps that build */
  constructor(repository: string, programs: Readonly<Record<string, string>> = {}) {
    this.#repository = repository
    this.#programs = programs
  }

  async job(
    service: CacheService,
    event: JobEvent,
    remote: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<JobResult> {
    const result = await this.runner.job({
      event,
      runId: String((this.#run += 1)),
      env: { CARGO_INCREMENTAL: '0' },
      actionsEnv: { ...variables(service), ...this.#programs },
      steps: [
        { name: 'checkout', run: `rm -rf ./* .git; git clone --quiet ${this.#repository} .` },
        this.guarded.step({ id: 'guard', with: { 'remote-cache': remote, ...more } }),
        { name: 'build', run: 'cargo build --offline && "$CARGO_TARGET_DIR/debug/registry"' },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }

  leftovers(): string[] {
    return readdirSync(path.join(this.guarded.root, '.target-guard/seeding'))
  }
}

function variables(service: CacheService): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service.environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}

const seedOf = (result: JobResult): string | undefined => result.step('guard').outputs['seed']

function compiled(result: JobResult): string[] {
  const { stderr } = result.step('build')
  return Array.from(stderr.matchAll(/^ +Compiling (\S+)/gm), ([, name = '']) => name)
}

async function aRepository(): Promise<string> {
  const project = registryProject(scene().directory('repository'))
  fetchDependencies(project)
  await scene().must('bash', ['-c', COMMIT], { cwd: project.directory })
  return project.directory
}

needs('cargo').describe('jobs of several hosts with one cache service', () => {
  test('what the default branch built on one host is warm on another', async () => {
    const repository = await aRepository()
    const service = await CacheService.start(scene())
    const [one, two] = [new Host(repository), new Host(repository)]
    const pushed = await one.job(service, push(), 'restore-save')
    expect(pushed.step('Post guard').stdout).toContain('saved to the cache')
    expect([seedOf(pushed), service.entries.length]).toEqual(['cold', 1])

    const proposed = await two.job(service, pullRequest(), 'restore-save')
    expect(seedOf(proposed)).toBe('remote')
    // Programs do not travel, and what had the other host’s paths compiled in is built again.
    expect(compiled(proposed)).not.toContain('serde')
    expect(compiled(proposed)).not.toContain('regex')
    expect(proposed.step('build').stdout).toBe(pushed.step('build').stdout)
    // A pull request saves nothing.
    expect(service.entries).toHaveLength(1)
    expect([...one.leftovers(), ...two.leftovers()]).toEqual([])
  })

  test.each([
    ['keeps no snapshots', { snapshot: 'never' }],
    ['seeds nothing', { warm: 'off' }],
  ])('a host that %s saves for others all the same', async (_, settings) => {
    const repository = await aRepository()
    const service = await CacheService.start(scene())
    const first = await new Host(repository).job(service, push(), 'restore-save', settings)
    expect(first.step('Post guard').stdout).toContain('saved to the cache: ')
    const other = await new Host(repository).job(service, pullRequest({ number: 7 }), 'restore')
    expect(seedOf(other)).toBe('remote')
    expect(compiled(other)).not.toContain('serde')
  })

  test('a dry run saves nothing, and says so', async () => {
    const service = await CacheService.start(scene())
    const host = new Host(await aRepository())
    const result = await host.job(service, push(), 'restore-save', { 'dry-run': 'true' })
    expect(result.step('Post guard').stdout).toContain('not saved to the cache: dry-run is on')
    expect(service.entries).toEqual([])
  })

  test.each<[string, () => Promise<string>]>([
    ['no rustc, as where containers build', async () => pathWithout(scene(), 'rustc')],
    ['another rustc than what builds', async () => stubProgram(scene(), 'rustc', 'echo stand-in')],
  ])('so it is on hosts with %s', async (_, pathOf) => {
    const repository = await aRepository()
    const service = await CacheService.start(scene())
    const PATH = await pathOf()
    const pushed = await new Host(repository, { PATH }).job(service, push(), 'restore-save')
    expect([seedOf(pushed), service.entries.length]).toEqual(['cold', 1])
    const proposed = await new Host(repository, { PATH }).job(service, pullRequest(), 'restore')
    expect(seedOf(proposed)).toBe('remote')
    expect(compiled(proposed)).not.toContain('serde')
  })
})
