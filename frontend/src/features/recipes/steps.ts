import { STEPS, type Recipe, type Step } from '@/api/recipes'

/** How a step stands as Ant Design's Steps name it: what was done before it, what goes on, and where it stopped. */
export function stepStatus(recipe: Pick<Recipe, 'state' | 'stopped_at'>, step: Step): 'finish' | 'process' | 'wait' | 'error' {
  if (recipe.state === 'done') return 'finish'
  const stopped = recipe.state === 'failed' || recipe.state === 'cancelled'
  const at = STEPS.indexOf((stopped ? recipe.stopped_at : recipe.state) as Step)
  const place = STEPS.indexOf(step)
  if (place < at) return 'finish'
  if (place > at) return 'wait'
  return stopped ? 'error' : 'process'
}
