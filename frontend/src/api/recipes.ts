import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ok } from './client'
import { pagedQuery } from './paging'
import type { Schemas } from './types'

export type Recipe = Schemas['Recipe']
export type RecipeState = Schemas['RecipeState']
export type Preview = Schemas['RecipePreview']
export type Variant = Schemas['Variant']
export type VariantName = Variant['name']
export type NewRecipe = Required<Schemas['RecipeRequestRequest']>

/** The steps in their order; a recipe that has stopped names the one where it did. */
export const STEPS = ['human_training', 'scoring', 'preparing', 'deciding', 'freezing', 'training'] as const
export type Step = (typeof STEPS)[number]

const POLL_MS = 2000

/** Whether something goes on by itself. */
export function recipeActive({ state }: Recipe): boolean {
  return state !== 'deciding' && state !== 'done' && state !== 'failed' && state !== 'cancelled'
}

export function recipesQuery(project: number) {
  return pagedQuery(['recipes', project], (cursor, signal) =>
    ok(api.GET('/api/projects/{project}/recipes', { params: { path: { project }, query: { cursor } }, signal })),
  )
}

export function recipeQuery(recipe: number) {
  return queryOptions({
    queryKey: ['recipe', recipe],
    queryFn: ({ signal }) => ok(api.GET('/api/recipes/{recipe}', { params: { path: { recipe } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && recipeActive(data) ? POLL_MS : false),
  })
}

/** What a margin would leave; while the next one is on its way, the last one stays. */
export function previewQuery(recipe: number, margin: number) {
  return queryOptions({
    queryKey: ['recipe-preview', recipe, margin],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/recipes/{recipe}/preview', { params: { path: { recipe }, query: { margin } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

export function ablationQuery(recipe: number) {
  return queryOptions({
    queryKey: ['ablation', recipe],
    queryFn: ({ signal }) => ok(api.GET('/api/recipes/{recipe}/ablation', { params: { path: { recipe } }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.variants.some(variantActive) ? POLL_MS : false),
  })
}

export function variantActive({ state }: Variant): boolean {
  return state === 'freezing' || state === 'training'
}

export function useCreateRecipe(project: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewRecipe) =>
      ok(api.POST('/api/projects/{project}/recipes', { params: { path: { project } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['recipes', project] }),
  })
}

export function useConfirmMargin(recipe: number) {
  const onSuccess = useRecipeChanged(recipe)
  return useMutation({
    mutationFn: (margin: number) =>
      ok(api.POST('/api/recipes/{recipe}/confirm', { params: { path: { recipe } }, body: { margin } })),
    onSuccess,
  })
}

export function useCancelRecipe(recipe: number) {
  const onSuccess = useRecipeChanged(recipe)
  return useMutation({
    mutationFn: () => ok(api.POST('/api/recipes/{recipe}/cancel', { params: { path: { recipe } } })),
    onSuccess,
  })
}

/** Goes on at the step where it stopped. */
export function useResumeRecipe(recipe: number) {
  const onSuccess = useRecipeChanged(recipe)
  return useMutation({
    mutationFn: () => ok(api.POST('/api/recipes/{recipe}/resume', { params: { path: { recipe } } })),
    onSuccess,
  })
}

function useRecipeChanged(recipe: number) {
  const client = useQueryClient()
  return (changed: Recipe) => client.setQueryData(recipeQuery(recipe).queryKey, changed)
}

/** Begins what is missing of the ablation, and takes up what failed of it. */
export function useAblate(recipe: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => ok(api.POST('/api/recipes/{recipe}/ablation', { params: { path: { recipe } } })),
    onSuccess: (changed) => client.setQueryData(ablationQuery(recipe).queryKey, changed),
  })
}
