import type { HistoryLine } from '../../src/plan/history.ts'
import { anId } from './lease.ts'

export const REPOSITORY = 'octo-org/demo'

/** A line of the history: a cold job that succeeded, unless something else is said. */
export function aLine(overrides: Partial<HistoryLine> = {}): HistoryLine {
  return {
    version: 1,
    id: anId(),
    repository: REPOSITORY,
    workflow: 'ci.yml',
    job: 'build',
    leg: '',
    seed: 'cold',
    result: 'success',
    bytes: 50,
    files: 5,
    peakBytes: 100,
    peakFiles: 10,
    seconds: 60,
    savedSeconds: null,
    toolchain: null,
    wallMs: 1,
    ...overrides,
  }
}
