import { basesQuery, hyperparametersQuery, type Bases, type Hyperparameter } from '@/api/runs'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'

export interface Options {
  bases: Bases
  hyperparameters: Hyperparameter[]
}

interface Props {
  project: number
  children: (options: Options) => ReactNode
}

/** From which bases and with which settings a project may train, for a form that asks for both. */
export function TrainingOptions({ project, children }: Props) {
  const bases = useQuery(basesQuery(project))
  const hyperparameters = useQuery(hyperparametersQuery)
  return (
    <QueryView query={bases}>
      {(offered) => (
        <QueryView query={hyperparameters}>{(known) => children({ bases: offered, hyperparameters: known })}</QueryView>
      )}
    </QueryView>
  )
}
