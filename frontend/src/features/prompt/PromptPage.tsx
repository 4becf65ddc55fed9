import { promptQuery, type PromptRecord } from '@/api/prompts'
import { VoteEffects } from '@/components/compare/VoteEffects'
import { Figure, Figures } from '@/components/Figures'
import { History } from '@/components/History'
import { Remarks } from '@/components/marks/Remarks'
import { saying, useRemarks } from '@/components/marks/useRemarks'
import { Page, Section } from '@/components/Page'
import { PreferenceGraph } from '@/components/PreferenceGraph'
import { QueryView } from '@/components/QueryView'
import { ResponseText } from '@/components/ResponseText'
import { StateTag } from '@/components/StateTag'
import { Tiers } from '@/components/Tiers'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { ComparisonTable } from './ComparisonTable'
import { ResponseDiff } from './ResponseDiff'
import { ResponseList } from './ResponseList'
import styles from './prompt.module.css'

/** One prompt with everything said about it: responses, comparisons, graph, tiers, history. */
export default function PromptPage() {
  const id = Number(useParams().id)
  const query = useQuery(promptQuery(id))
  return <QueryView query={query}>{(detail) => <Detail detail={detail} />}</QueryView>
}

function Detail({ detail }: { detail: PromptRecord }) {
  const { t } = useTranslation()
  const { prompt, responses, comparisons, remarks, graph, events } = detail
  const project = useRequiredProjectId(prompt.project)
  const position = (response: number) => responses.findIndex(({ id }) => id === response)
  const view = useRemarks(remarks, responses)
  return (
    <Page
      title={`#${prompt.number}`}
      aside={
        <>
          <Link to={`/p/${project}/prompts?category=${prompt.category.id}`}>
            {prompt.category.path.join(' / ')}
          </Link>
          <StateTag machine="prompt" state={prompt.state} />
          {prompt.drop_reason && <span>{t(`prompt.dropReason.${prompt.drop_reason}`, prompt.drop_reason)}</span>}
        </>
      }
    >
      <div className={styles.columns}>
        <div>
          <Section title={t('prompt.prompt')}>
            {prompt.system && <p className={styles.system}>{prompt.system}</p>}
            <ResponseText text={prompt.text} />
          </Section>
          <ResponseList responses={responses} view={view} />
          <ResponseDiff responses={responses} />
          <ComparisonTable comparisons={comparisons} position={position} />
        </div>
        <aside>
          <PromptFigures prompt={prompt} />
          <Section title={t('prompt.ranking')} testid="prompt-ranking">
            {comparisons.length > 0 ? (
              <>
                <p className={styles.tiers}>
                  <Tiers tiers={graph.tiers} position={position} />
                </p>
                <PreferenceGraph graph={graph} position={position} />
              </>
            ) : (
              t('prompt.noComparisons')
            )}
          </Section>
          {saying(remarks).length > 0 && (
            <Section>
              <div className={styles.remarks}>
                <Remarks remarks={remarks} kinds={detail.fault_kinds} view={view} position={position} />
              </div>
            </Section>
          )}
          {comparisons.some(({ final }) => final) && (
            <Section title={t('prompt.effects')} testid="prompt-effects">
              <VoteEffects prompt={prompt.id} position={position} />
            </Section>
          )}
          <Section title={t('prompt.history')}>
            <History events={events} />
          </Section>
        </aside>
      </div>
    </Page>
  )
}

function PromptFigures({ prompt }: { prompt: PromptRecord['prompt'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section>
      <Figures>
        <Figure label={t('prompt.agreement')} value={format.percent(prompt.agreement)} testid="prompt-agreement" />
        <Figure label={t('prompt.conflict')} value={format.percent(prompt.conflict_rate)} testid="prompt-conflict" />
        <Figure label={t('prompt.source')} value={prompt.source} />
      </Figures>
      {prompt.external_id && (
        <p className={styles.external}>
          {t('prompt.externalId')} <code>{prompt.external_id}</code>
        </p>
      )}
    </Section>
  )
}
