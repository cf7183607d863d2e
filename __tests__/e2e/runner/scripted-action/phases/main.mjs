import { runPhase } from './phase.mjs'

runPhase('main')
