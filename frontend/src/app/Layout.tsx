import { useRoles, useSession } from '@/api/session'
import { Loading } from '@/components/Loading'
import { NoticeBell } from '@/components/NoticeBell'
import { languageFromServer } from '@/lib/language'
import { setLanguage } from '@/lib/i18n'
import { useProjectId } from '@/lib/useProjectId'
import { usePlaceTitle } from '@/lib/useTitle'
import { Suspense, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, NavLink, Outlet, useLocation } from 'react-router'
import styles from './Layout.module.css'
import { ProjectSwitcher } from './ProjectSwitcher'
import { UserMenu } from './UserMenu'
import { pageHolds, sectionHolds, sectionsFor } from './navigation'

/** The frame around every page: one bar with what this person may do here, and the page below it. */
export function Layout() {
  const { t } = useTranslation()
  const { user, memberships } = useSession()
  const known = useProjectId()
  // On a page without a project in its address, for somebody who comes for the first time and has but one.
  const project = known ?? (memberships.length === 1 ? (memberships[0]?.project ?? null) : null)
  const sections = sectionsFor(useRoles(project))
  const { pathname, search } = useLocation()
  const current = sections.find((section) => sectionHolds(section, pathname))
  const page = current?.pages.find((candidate) => pageHolds(candidate, pathname))
  usePlaceTitle(
    pathname,
    page && t(`app.navigation.${page.label}`),
    memberships.find((membership) => membership.project === project)?.project_name,
  )
  const main = useRef<HTMLElement>(null)
  const language = user?.language
  useEffect(() => {
    if (language) void setLanguage(languageFromServer(language))
  }, [language])

  if (!user) return <Navigate replace to={`/login?next=${encodeURIComponent(pathname + search)}`} />
  return (
    <div className={styles.frame}>
      <a
        href="#main"
        className={styles.skip}
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
        data-testid="skip-link"
      >
        {t('app.skip')}
      </a>
      <header className={styles.bar}>
        <ProjectSwitcher project={project} />
        <nav className={styles.sections} aria-label={t('app.navigation.label')}>
          {sections.map((section) => (
            <NavLink
              key={section.label}
              to={`/p/${project}/${section.pages[0].path}`}
              className={section === current ? styles.current : styles.link}
              data-testid={`nav-${section.label}`}
            >
              {t(`app.navigation.${section.label}`)}
            </NavLink>
          ))}
        </nav>
        <NoticeBell />
        <UserMenu user={user} />
      </header>
      {current && current.pages.length > 1 && (
        <nav className={styles.pages} aria-label={t(`app.navigation.${current.label}`)}>
          {current.pages.map((page) => (
            <NavLink
              key={page.path}
              to={`/p/${project}/${page.path}`}
              className={pageHolds(page, pathname) ? styles.current : styles.link}
              data-testid={`nav-${page.path}`}
            >
              {t(`app.navigation.${page.label}`)}
            </NavLink>
          ))}
        </nav>
      )}
      <main id="main" ref={main} tabIndex={0} className={styles.page}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  )
}
