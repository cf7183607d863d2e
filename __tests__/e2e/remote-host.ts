import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXCLUDED } from '../../src/plan/remote-setting.ts'
import type { ContentPolicy } from '../../src/plan/archive-content.ts'
import { restoreSeed, saveSeed } from '../../src/steps/remote-seed.ts'
import type { RestoreRequest, Restored, SaveRequest, Saved } from '../../src/steps/remote-seed.ts'
import type { CommandResult, Scene } from './scene.ts'

/** Beside it lies the carrier; nothing else of it runs here. */
export const script = fileURLToPath(new URL('../../dist/main/index.js', import.meta.url))

export const POLICY: ContentPolicy = { ...EXCLUDED, members: [], maxBytes: 1e9 }

/** One of several hosts that share nothing but the cache service. */
export class RemoteHost {
  readonly #scene: Scene
  /** for the runner’s temporary files; what a save or a restore leaves would lie here */
  readonly temp: string
  /** the checkout, at another place on each host */
  readonly workspace: string
  readonly target: string
  readonly environment: NodeJS.ProcessEnv

  /** @param name in its paths; a blank in them breaks the command lines of @actions/cache */
  constructor(scene: Scene, service: NodeJS.ProcessEnv, name = 'a host') {
    this.#scene = scene
    const home = scene.directory(name)
    this.temp = path.join(home, '_temp')
    this.workspace = path.join(home, 'work space')
    this.target = path.join(home, 'targets', 'slot')
    for (const each of [this.temp, path.dirname(this.target)]) mkdirSync(each)
    this.environment = {
      ...process.env,
      ...service,
      RUNNER_TEMP: this.temp,
      GITHUB_WORKSPACE: this.workspace,
    }
  }

  /** Same content and times as there: what the freshness step would have made of a new checkout. */
  async checkOut(from: string): Promise<void> {
    await this.#scene.must('cp', ['-a', '--', from, this.workspace])
  }

  async save(request: Partial<SaveRequest> = {}): Promise<Saved> {
    const { environment } = this
    const staging = path.join(this.temp, 'save')
    const defaults = { key: 'k-1', from: this.target, staging, record: 'r', policy: POLICY }
    return saveSeed({ ...defaults, timeLimitMs: 60_000, ...request }, { environment, script })
  }

  async restore(request: Partial<RestoreRequest> = {}): Promise<Restored> {
    const { environment } = this
    const staging = path.join(path.dirname(this.target), 'restore')
    const defaults = { key: 'k-1', restoreKeys: ['k-'], into: this.target, staging, maxBytes: 1e9 }
    return restoreSeed({ ...defaults, timeLimitMs: 60_000, ...request }, { environment, script })
  }

  async cargo(...words: string[]): Promise<CommandResult> {
    return this.#scene.must('cargo', words, {
      cwd: this.workspace,
      env: { CARGO_TARGET_DIR: this.target, CARGO_INCREMENTAL: '0' },
    })
  }

  /** All that is there beside the target dir and the checkout. */
  leftovers(): string[] {
    const beside = readdirSync(path.dirname(this.target)).filter((name) => name !== 'slot')
    return [...readdirSync(this.temp), ...beside]
  }

  isCold(): boolean {
    return !existsSync(this.target)
  }
}
