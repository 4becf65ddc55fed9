import { createBrowserRouter, type RouteObject } from 'react-router'
import { Home } from './Home'
import { Layout } from './Layout'
import { NotFound } from './NotFound'
import { RequireRole } from './RequireRole'
import { RouteError } from './RouteError'
import { rolesFor } from './navigation'

type Page = () => Promise<{ default: React.ComponentType }>

/** A page of one navigation section: loaded when first visited, shown only to the roles that the navigation shows it to. */
function page(section: string, path: string, load: Page): RouteObject {
  const roles = rolesFor(section, path)
  return {
    path,
    lazy: async () => {
      const { default: Component } = await load()
      return { element: <RequireRole roles={roles}><Component /></RequireRole> }
    },
  }
}

/** What annotators do all day: these pages load nothing that only others need. */
const work: RouteObject[] = [
  page('annotate', '/p/:project/annotate', () => import('@/features/workbench/WorkbenchPage')),
  page('annotate', '/p/:project/me', () => import('@/features/me/MePage')),
  page('annotate', '/p/:project/exams', () => import('@/features/exam/ExamsPage')),
  page('annotate', '/exams/:id', () => import('@/features/exam/ExamPage')),
]

const pages: RouteObject[] = [
  page('discussions', '/p/:project/discussions', () => import('@/features/discussion/DiscussionsPage')),
  page('discussions', '/discussions/:id', () => import('@/features/discussion/DiscussionPage')),
  page('qa', '/p/:project/queues', () => import('@/features/qa/QueuesPage')),
  page('qa', '/p/:project/disputes', () => import('@/features/qa/DisputesPage')),
  page('qa', '/p/:project/reviews', () => import('@/features/review/ReviewsPage')),
  page('qa', '/p/:project/suspicions', () => import('@/features/suspicions/SuspicionsPage')),
  page('qa', '/p/:project/people', () => import('@/features/people/PeoplePage')),
  page('qa', '/people/:id', () => import('@/features/people/PersonPage')),
  page('qa', '/p/:project/statistics', () => import('@/features/statistics/StatisticsPage')),
  page('qa', '/p/:project/bias', () => import('@/features/bias/BiasPage')),
  page('qa', '/p/:project/gold', () => import('@/features/gold/GoldPage')),
  page('data', '/p/:project/prompts', () => import('@/features/data/PromptsPage')),
  page('data', '/prompts/:id', () => import('@/features/prompt/PromptPage')),
  page('data', '/p/:project/imports', () => import('@/features/imports/ImportsPage')),
  page('data', '/imports/:id', () => import('@/features/imports/ImportPage')),
  page('data', '/p/:project/filters', () => import('@/features/filters/FiltersPage')),
  page('data', '/filters/:id', () => import('@/features/filters/FilterRunPage')),
  page('data', '/p/:project/planning', () => import('@/features/planning/PlanningPage')),
  page('data', '/p/:project/priorities', () => import('@/features/priorities/PrioritiesPage')),
  page('data', '/p/:project/sampling', () => import('@/features/sampling/SamplingPage')),
  page('data', '/sampling/:id', () => import('@/features/sampling/SamplingRunPage')),
  page('data', '/p/:project/sets', () => import('@/features/sets/SetsPage')),
  page('data', '/sets/:id', () => import('@/features/sets/SetPage')),
  page('models', '/p/:project/runs', () => import('@/features/runs/RunsPage')),
  page('models', '/runs/:id', () => import('@/features/runs/RunPage')),
  page('models', '/p/:project/compare', () => import('@/features/compare/ComparePage')),
  page('models', '/p/:project/models', () => import('@/features/models/ModelsPage')),
  page('models', '/models/:id', () => import('@/features/models/ModelPage')),
  page('models', '/p/:project/promotion', () => import('@/features/promotion/PromotionPage')),
  page('models', '/p/:project/loop', () => import('@/features/loop/LoopPage')),
  page('models', '/p/:project/judges', () => import('@/features/judges/JudgesPage')),
  page('models', '/judges/:id', () => import('@/features/judges/JudgeRunPage')),
  page('models', '/p/:project/recipes', () => import('@/features/recipes/RecipesPage')),
  page('models', '/recipes/:id', () => import('@/features/recipes/RecipePage')),
  page('models', '/p/:project/leaderboard', () => import('@/features/leaderboard/LeaderboardPage')),
  page('settings', '/p/:project/settings', () => import('@/features/settings/SettingsPage')),
  { path: '/projects', lazy: async () => ({ Component: (await import('@/features/projects/ProjectsPage')).default }) },
]

export const router = createBrowserRouter([
  {
    path: '/login',
    lazy: async () => ({ Component: (await import('@/features/login/LoginPage')).default }),
    HydrateFallback: () => null,
    ErrorBoundary: RouteError,
  },
  {
    element: <Layout />,
    HydrateFallback: () => null,
    ErrorBoundary: RouteError,
    children: [
      {
        ErrorBoundary: RouteError,
        children: [
          { path: '/', element: <Home /> },
          ...work,
          { lazy: () => import('./WithMessages'), children: pages },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
])
