import { flushDrafts } from '@/components/task/draftSync'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { Tabs } from './tabs'

/** Whether this tab is the one in which the person works on the project, and how to make it that. */
export function useTab(project: number, user: number) {
  const tabs = useMemo(() => new Tabs(`cheems.tab.${user}.${project}`, flushDrafts), [project, user])
  useEffect(() => tabs.start(), [tabs])
  return { ...useSyncExternalStore(tabs.subscribe, tabs.snapshot), takeOver: tabs.takeOver }
}
