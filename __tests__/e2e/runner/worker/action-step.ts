import { existsSync } from 'node:fs'
import * as path from 'node:path'
import type { PlannedAction } from '../messages.ts'
import { collect } from './collect.ts'
import { interpolate } from './expression.ts'
import { createFileCommands } from './file-commands.ts'
import type { RunningStep, Step } from './step.ts'
import { runInContainer, runOnHost } from './step-host.ts'

type Stage = 'pre' | 'main' | 'post'

/** The up to three steps of a node action; they share one state, and post registers itself once. */
export class ActionSteps {
  readonly #planned: PlannedAction
  readonly #register: (post: Step) => void
  readonly #state: Record<string, string> = {}
  #registered = false

  /** `register` is called with post when pre or, without it, main begins. */
  constructor(planned: PlannedAction, register: (post: Step) => void) {
    this.#planned = planned
    this.#register = register
  }

  /** Null without `pre`, and for a local action, which the runner cannot know before the checkout. */
  pre(): Step | null {
    const { localPath, manifest } = this.#planned
    if (manifest.pre === null || localPath !== null) return null
    return this.#step('pre', manifest.pre, manifest.preIf)
  }

  main(): Step {
    return this.#step('main', this.#planned.manifest.main, this.#planned.condition)
  }

  #step(phase: Stage, entry: string, condition: string): Step {
    const { name, timeoutMs, contextName, env } = this.#planned
    const prefix = { pre: 'Pre ', main: '', post: 'Post ' }[phase]
    return {
      phase,
      name: prefix + name,
      condition,
      timeoutMs,
      contextName,
      env,
      run: (running) => this.#run(running, phase, entry),
    }
  }

  async #run(running: RunningStep, stage: Stage, entry: string): Promise<number> {
    const { container, context, commands, env } = running
    const { localPath, manifest, repository, ref } = this.#planned
    if (manifest.pre !== null && localPath !== null) {
      const message = `\`pre\` execution is not supported for local action from '${localPath}'`
      commands.annotate('warning', message)
    }
    this.#registerPost(stage)
    context.writeEvent()
    context.setGithub('action_repository', localPath === null ? repository : null)
    context.setGithub('action_ref', localPath === null ? ref : null)
    const files = createFileCommands(context.plan.runner.temp)
    context.useFileCommands(files)
    const environment = {
      ...env,
      ...withPrefix('STATE_', this.#state),
      ...this.#inputs(running, stage),
      ...context.contextEnvironment(),
      ...context.plan.actionsEnv,
    }
    const script = path.join(this.#planned.directory, entry)
    if (!existsSync(script)) throw new Error(`File not found: '${script}'`)
    const node = path.join(context.plan.runner.externals, manifest.node, 'bin', 'node')
    const run = container === null ? runOnHost : runInContainer
    try {
      return await run(running, {
        file: node,
        args: [script],
        cwd: context.github['workspace'] ?? '',
        env: environment,
      })
    } finally {
      collect(running, files)
      Object.assign(this.#state, running.left.state)
    }
  }

  #registerPost(stage: Stage): void {
    const { post, postIf } = this.#planned.manifest
    if (post === null || stage === 'post' || this.#registered) return
    this.#registered = true
    this.#register(this.#step('post', post, postIf))
  }

  /** INPUT_*: what `with:` says, evaluated at this moment, then the defaults. */
  #inputs(running: RunningStep, stage: Stage): Record<string, string> {
    const { context, commands } = running
    const { manifest, with: given } = this.#planned
    const contexts = context.stepContexts(running.env)
    const usable = stage === 'pre' ? { ...contexts, steps: {} } : contexts
    const inputs: Record<string, string> = {}
    for (const [name, text] of Object.entries(given)) inputs[name] = interpolate(text, usable)
    const known = Object.keys(manifest.inputs)
    const unexpected = Object.keys(given).filter((name) => !known.includes(name))
    if (unexpected.length > 0) {
      const names = `'${unexpected.join("', '")}', valid inputs are ['${known.join("', '")}']`
      commands.annotate('warning', `Unexpected input(s) ${names}`)
    }
    for (const [name, text] of Object.entries(manifest.inputs)) {
      inputs[name] ??= interpolate(text, context.defaultContexts())
    }
    const variables = Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ])
    return Object.fromEntries(variables) as Record<string, string>
  }
}

function withPrefix(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]))
}
