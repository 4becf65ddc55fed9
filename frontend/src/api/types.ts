/** Shapes that more than one endpoint shares. Each endpoint's own shapes stand in its file. */
import type { components } from './schema'

/** The server's shapes by their names in the schema. */
export type Schemas = components['schemas']

export type Role = Schemas['RolesEnum']

export const QA_ROLES: readonly Role[] = ['owner', 'delivery_reviewer', 'operations_reviewer', 'research_reviewer']

export type CategoryRef = Schemas['Category']

/** One page of a keyset-paged list; `next` is the cursor of the following page. */
export interface Page<T> {
  results: T[]
  next: string | null
}
