import { setsQuery, type PreferenceSet } from '@/api/sets'
import { Section } from '@/components/Page'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './sets.module.css'

/** The other versions of the same name, as far as the project's recent sets hold them. */
export function SetVersions({ project, set }: { project: number; set: PreferenceSet }) {
  const { t } = useTranslation()
  const format = useFormat()
  const sets = useInfiniteQuery(setsQuery(project)).data?.pages.flatMap((page) => page.results) ?? []
  const versions = sets.filter(({ name }) => name === set.name)
  if (versions.length < 2) return null
  return (
    <Section title={t('sets.versions')} testid="set-versions">
      <ul className={styles.versions}>
        {versions.map((version) => (
          <li key={version.id} aria-current={version.id === set.id}>
            <Link to={`/sets/${version.id}`}>v{version.version}</Link>
            <StateTag machine="set" state={version.state} />
            <span>{format.dateTime(version.created_at)}</span>
            <code>{version.sha256.slice(0, 12)}</code>
            <span>{version.note}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
