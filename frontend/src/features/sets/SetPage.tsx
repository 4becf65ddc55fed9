import { setArchiveAddress, setQuery, type PreferenceSet } from '@/api/sets'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Progress, Typography } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { SetCategories } from './SetCategories'
import { SetFigures } from './SetFigures'
import { SetFiles } from './SetFiles'
import { SetRecipe } from './SetRecipe'
import { SetVersions } from './SetVersions'

/** One preference set: what it holds, its files, its manifest, and the way to a reward model. */
export default function SetPage() {
  const id = Number(useParams().id)
  const query = useQuery(setQuery(id))
  return <QueryView query={query}>{(set) => <SetView set={set} />}</QueryView>
}

function SetView({ set }: { set: PreferenceSet }) {
  const { t } = useTranslation()
  const project = useRequiredProjectId(set.project)
  const frozen = set.state === 'frozen'
  return (
    <Page
      title={t('sets.versioned', { name: set.name, version: set.version })}
      aside={<StateTag machine="set" state={set.state} />}
      actions={
        frozen && (
          <>
            <Button href={setArchiveAddress(set.id)} data-testid="set-zip">
              {t('sets.zip')}
            </Button>
            <Link to={`/p/${project}/runs?new=1&set=${set.id}`}>
              <Button type="primary" data-testid="set-train">
                {t('sets.train')}
              </Button>
            </Link>
          </>
        )
      }
    >
      {set.note && <p>{set.note}</p>}
      {set.state === 'freezing' && <Freezing set={set} />}
      {set.state === 'failed' && (
        <Alert
          type="error"
          showIcon
          title={set.error}
          description={t('sets.failedKept')}
          action={
            // A set of distant supervision is frozen anew on the page of what asked for it.
            !set.derived && (
              <Link to={`/p/${project}/sets?new=1&name=${encodeURIComponent(set.name)}`}>{t('sets.again')}</Link>
            )
          }
          style={{ marginBottom: 16 }}
        />
      )}
      {frozen && <FrozenSet set={set} />}
      <SetVersions project={project} set={set} />
    </Page>
  )
}

function Freezing({ set }: { set: PreferenceSet }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { done, total } = set.progress
  return (
    <Section title={t('sets.freezing')} testid="set-progress">
      <Progress
        status="active"
        percent={total > 0 ? Math.floor((done / total) * 100) : 0}
        format={() => `${format.integer(done)} / ${format.integer(total)}`}
        aria-label={t('sets.freezing')}
      />
      {t('sets.freezingHint')}
    </Section>
  )
}

function FrozenSet({ set }: { set: PreferenceSet }) {
  const { t } = useTranslation()
  return (
    <>
      <Section>
        <Typography.Text copyable={{ text: set.sha256 }} data-testid="set-sha256">
          SHA-256 <code>{set.sha256}</code>
        </Typography.Text>
      </Section>
      {set.recipe && <SetRecipe recipe={set.recipe} />}
      <SetFigures set={set} />
      <SetCategories rows={set.by_category} />
      <SetFiles set={set} />
      <Section title={t('sets.manifest')}>
        <details data-testid="set-manifest">
          <summary>{t('sets.showManifest')}</summary>
          <pre style={{ maxHeight: 420, overflow: 'auto' }}>{JSON.stringify(set.manifest, null, 2)}</pre>
        </details>
      </Section>
    </>
  )
}
